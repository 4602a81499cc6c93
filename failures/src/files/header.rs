//! The header in front of a request, an answer or a file.

use std::io::{Read, Write};

use dict_header::{Header, MAX_HEADER, encode_header};
use serde::Serialize;
use struct_header::Failure;

use crate::{Fault, replies};

/// Receives a header, or `None` if the peer has closed the connection instead.
///
/// It has the faults of [`replies::recv_message`], but for
/// [`Fault::WrongCount`], which is a fault with files here; and
/// [`Fault::MalformedHeader`].
///
/// # Errors
///
/// Those of [`Header::recv`].
pub fn recv_header(
    stream: &mut dyn Read,
    fault: Option<Fault>,
) -> Result<Option<Header>, Failure> {
    let of_headers = fault.filter(|&fault| fault != Fault::WrongCount);
    match replies::recv_message(stream, MAX_HEADER, of_headers)? {
        Some(json) => trusted(Header::parse(&json), fault).map(Some),
        None => Ok(None),
    }
}

/// Sends a header.
///
/// [`Fault::WrongByteOrder`]: the highest byte of its length first.
///
/// # Errors
///
/// Those of the stream.
pub fn send_header(
    stream: &mut impl Write,
    header: &impl Serialize,
    fault: Option<Fault>,
) -> Result<(), Failure> {
    let mut bytes = encode_header(header)?;
    // ANCHOR: wrong-byte-order
    if fault == Some(Fault::WrongByteOrder) {
        bytes[..4].reverse();
    }
    // ANCHOR_END: wrong-byte-order
    Ok(stream.write_all(&bytes)?)
}

/// Looks at what a peer has put into its header.
///
/// [`Fault::MalformedHeader`]: it must be right, or we panic.
///
/// # Errors
///
/// What is wrong with it.
// ANCHOR: malformed-header
pub fn trusted<T>(
    part: Result<T, Failure>,
    fault: Option<Fault>,
) -> Result<T, Failure> {
    if fault == Some(Fault::MalformedHeader) {
        return Ok(part.expect("the header is right"));
    }
    part
}
// ANCHOR_END: malformed-header

/// Makes sure that a file may be as long as its header says: `max` bytes at
/// most.
///
/// It has the faults of [`replies::check_length`], and
/// [`Fault::MalformedHeader`].
///
/// # Errors
///
/// `malformed-header`, `negative-length` or `oversized-length`.
pub fn check_filesize(
    header: &Header,
    max: usize,
    fault: Option<Fault>,
) -> Result<u64, Failure> {
    let size = trusted(header.size(&["filesize"]), fault)?;
    replies::check_length(size, max, fault).map(|size| size as u64)
}
