//! Lesson 6: a JSON header says more than a length.

mod header;

use std::io::{self, Write};

use md5::{Digest, Md5};
use serde::Serialize;
use struct_header::frame;

pub use header::{Header, MAX_HEADER};

/// Where the server listens, and the client looks for it, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:8080";

/// What the server says about an answer before it sends it.
#[derive(Serialize)]
pub struct ReplyHeader<'a> {
    /// The MD5 digest of the answer, as 32 hexadecimal digits.
    pub md5: String,
    /// Under which name the answer might be kept.
    pub file_name: &'a str,
    /// The length of the answer in bytes.
    pub total_size: usize,
}

/// Turns a header into the bytes that are sent: the length of the JSON, and the
/// JSON.
///
/// # Errors
///
/// A header that cannot be written as JSON.
pub fn encode_header(header: &impl Serialize) -> io::Result<Vec<u8>> {
    frame(&serde_json::to_vec(header)?)
}

/// Sends a header and the body it describes, in one write (see lesson 5 for
/// why).
///
/// # Errors
///
/// Those of the stream.
pub fn send_with_header(
    stream: &mut impl Write,
    header: &impl Serialize,
    body: &[u8],
) -> io::Result<()> {
    let mut bytes = encode_header(header)?;
    bytes.extend(body);
    stream.write_all(&bytes)
}

/// The MD5 digest of some bytes, as 32 hexadecimal digits.
///
/// MD5 finds what was damaged on the way. It does not stop a forger: RFC 6151
/// says why.
pub fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// Writes bytes as hexadecimal digits, two for each, as digests are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
