//! How a file is read for its digest while a client waits, or leaves.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, Write};
use std::net::TcpStream;

use struct_header::Failure;

use crate::{disk, measure};

/// Reads a file for the digest in its header, as long as a client waits for it.
///
/// `header` makes the header of the file's size and digest. Returns what is
/// still to be sent of it, and the size.
///
/// # Errors
///
/// `disk` if the file cannot be read; those of the stream if the client has
/// left.
pub fn measure_for(
    stream: &mut TcpStream,
    file: &mut File,
    header: impl Fn(u64, String) -> io::Result<Vec<u8>>,
) -> Result<(Vec<u8>, u64), Failure> {
    let there = file.metadata().map_err(disk("cannot read the file"))?;
    // A digest always has 32 digits. So the length in front of the header is
    // known before it.
    let unknown = header(there.len(), "0".repeat(32))?;
    let mut sent = 0;
    let (size, md5) = measure(file, || {
        // Who has ended their side may still listen, or may have left. Then
        // their system answers the first bytes that we send with a reset.
        if sent == 0 && has_ended(stream)? {
            stream.write_all(&unknown[..4])?;
            sent = 4;
        }
        match stream.take_error()? {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    })?;
    if size != there.len() {
        return Err(Failure::new("disk", "the file is being changed"));
    }
    file.rewind().map_err(disk("cannot read the file again"))?;

    let mut header = header(size, md5)?;
    header.drain(..sent);
    Ok((header, size))
}

/// Tells, without waiting, whether the client has ended its side.
fn has_ended(stream: &TcpStream) -> io::Result<bool> {
    stream.set_nonblocking(true)?;
    let peeked = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    match peeked {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        peeked => Ok(peeked? == 0),
    }
}
