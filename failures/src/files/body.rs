//! The bytes of a file on their way.

use std::io::{Read, Write};

use connection_loop::read_some;
use dict_header::hex;
use file_transfer::disk;
use md5::{Digest, Md5};
use struct_header::{Failure, Id};

use crate::Fault;

/// How many bytes are asked for at a time.
const PIECE: usize = 64 * 1024;

/// Receives `size` bytes into a file. Returns their MD5 digest.
///
/// [`Fault::ClosedMidMessage`]: does not notice the end. [`Fault::WrongCount`]:
/// stops early.
///
/// # Errors
///
/// `closed-mid-message` if the peer closes before; `disk` if the file cannot be
/// written; else those of the stream.
pub fn recv_body(
    stream: &mut impl Read,
    file: &mut impl Write,
    size: u64,
    fault: Option<Fault>,
) -> Result<String, Failure> {
    let mut md5 = Md5::new();
    let mut buffer = vec![0; PIECE];
    let mut missing = size;
    // ANCHOR: recv-body
    while missing > 0 {
        let wanted = missing.min(PIECE as u64) as usize;
        let count = read_some(stream, &mut buffer[..wanted])?;
        // Without this, the loop turns for ever: what is missing never becomes
        // less.
        if count == 0 && fault != Some(Fault::ClosedMidMessage) {
            let message = format!(
                "unexpected end: {} of {size} bytes arrived",
                size - missing
            );
            return Err(Failure::new(Id::CLOSED_MID_MESSAGE, message));
        }
        file.write_all(&buffer[..count])
            .map_err(disk("cannot write the file"))?;
        md5.update(&buffer[..count]);

        if fault == Some(Fault::WrongCount) {
            // What was asked for is subtracted, and it need not have come.
            missing -= wanted as u64;
        } else {
            missing -= count as u64;
        }
    }
    // ANCHOR_END: recv-body
    Ok(hex(&md5.finalize()))
}
