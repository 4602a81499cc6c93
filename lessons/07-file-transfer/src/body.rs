//! The bytes of a file on their way: counted, and never more than were
//! announced.

use std::io::{self, Read, Write};

use connection_loop::read_some;
use struct_header::{Failure, Id};

use crate::disk;
use crate::hasher::Hasher;

/// How many bytes are moved at a time: enough to make the calls cheap, little
/// enough to stay in the processor's cache.
const PIECE: usize = 64 * 1024;

/// Reads a file to its end. Returns its size in bytes and its MD5 digest.
///
/// A large file takes seconds. `go_on` is called before each piece, and its
/// error ends the work.
///
/// # Errors
///
/// `disk` for a file that cannot be read, or those of `go_on`.
pub fn measure(
    file: &mut impl Read,
    mut go_on: impl FnMut() -> Result<(), Failure>,
) -> Result<(u64, String), Failure> {
    let mut size = 0;
    let md5 = Hasher::start()?;
    loop {
        go_on()?;
        let mut piece = vec![0; PIECE];
        let count =
            file.read(&mut piece).map_err(disk("cannot read the file"))?;
        if count == 0 {
            return Ok((size, md5.finish()));
        }
        piece.truncate(count);
        md5.update(piece);
        size += count as u64;
    }
}

/// Sends `size` bytes of a file, and tells `progress` about each piece.
///
/// The inner result is the stream's: who gets an error of it can still listen
/// to what the peer has to say.
///
/// # Errors
///
/// `disk` if the file cannot be read, or ends before.
pub fn send_body(
    file: &mut impl Read,
    stream: &mut impl Write,
    size: u64,
    mut progress: impl FnMut(usize),
) -> Result<io::Result<()>, Failure> {
    let mut buffer = vec![0; PIECE];
    let mut missing = size;
    while missing > 0 {
        let wanted = missing.min(PIECE as u64) as usize;
        let count = file
            .read(&mut buffer[..wanted])
            .map_err(disk("cannot read the file"))?;
        if count == 0 {
            let message = format!(
                "the file has become shorter: {missing} of {size} bytes \
                 are gone"
            );
            return Err(Failure::new("disk", message));
        }
        if let Err(error) = stream.write_all(&buffer[..count]) {
            return Ok(Err(error));
        }
        missing -= count as u64;
        progress(count);
    }
    Ok(Ok(()))
}

/// Receives `size` bytes into a file, and tells `progress` about each piece.
/// Returns their MD5 digest.
///
/// # Errors
///
/// `closed-mid-message` if the peer closes before; `disk` if the file cannot be
/// written; else those of the stream.
pub fn recv_body(
    stream: &mut impl Read,
    file: &mut impl Write,
    size: u64,
    mut progress: impl FnMut(usize),
) -> Result<String, Failure> {
    let mut missing = size;
    let md5 = Hasher::start()?;
    while missing > 0 {
        // Never ask for more than is still missing: nothing after it belongs to
        // the file.
        let wanted = missing.min(PIECE as u64) as usize;
        let mut piece = vec![0; wanted];
        let count = read_some(stream, &mut piece)?;
        if count == 0 {
            let message = format!(
                "unexpected end: {} of {size} bytes arrived",
                size - missing
            );
            return Err(Failure::new(Id::CLOSED_MID_MESSAGE, message));
        }
        piece.truncate(count);
        file.write_all(&piece).map_err(disk("cannot write the file"))?;
        md5.update(piece);
        // What has arrived counts, not what was asked for: to subtract that
        // loses data.
        missing -= count as u64;
        progress(count);
    }
    Ok(md5.finish())
}

/// An upload that breaks off has a name of its own, whichever way it breaks
/// off.
pub fn interrupted(failure: Failure) -> Failure {
    match failure.id {
        Id::CLOSED_MID_MESSAGE | Id::PEER_RESET => {
            Failure::new("interrupted-upload", failure.message)
        }
        _ => failure,
    }
}
