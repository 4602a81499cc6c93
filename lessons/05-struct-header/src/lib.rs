//! Lesson 5: four bytes in front say how long the answer is.

mod failure;
pub mod format;

use std::io::{self, Read, Write};

use connection_loop::read_some;

pub use failure::{Failure, Id};

/// Where the server listens, and the client looks for it, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:8080";

/// The longest reply that a client accepts unless told otherwise, in bytes: 1
/// GiB.
pub const MAX_REPLY: usize = 1 << 30;

/// What the ready client says when it has read the length and wants the answer.
pub const READY: &[u8; 10] = b"recv_ready";

/// Sends one message: its length as a little-endian `i32`, then its bytes.
///
/// Both leave in one write. In two, Nagle's algorithm would hold the second
/// back until the first is acknowledged, which the receiver delays by some 40
/// ms (RFC 1122, 4.2.3.2 and 4.2.3.4).
///
/// # Errors
///
/// Those of the stream, or a message longer than `i32::MAX` bytes.
pub fn send_message(stream: &mut impl Write, message: &[u8]) -> io::Result<()> {
    stream.write_all(&frame(message)?)
}

/// Puts its length in front of a message: four bytes, little-endian, as
/// Python's `struct.pack('i', n)` makes them on every usual machine.
///
/// # Errors
///
/// A message longer than `i32::MAX` bytes ([`io::ErrorKind::InvalidInput`]).
pub fn frame(message: &[u8]) -> io::Result<Vec<u8>> {
    let length = i32::try_from(message.len()).map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidInput, "the message is too long")
    })?;
    let mut frame = Vec::with_capacity(4 + message.len());
    frame.extend(length.to_le_bytes());
    frame.extend(message);
    Ok(frame)
}

/// Receives one message, or `None` if the peer has closed the connection after
/// the last one.
///
/// # Errors
///
/// `negative-length` and `oversized-length` for a length that cannot be meant,
/// the latter above `max` bytes; `closed-mid-message` if the peer closes before
/// the message is whole; else those of the stream.
pub fn recv_message(
    stream: &mut impl Read,
    max: usize,
) -> Result<Option<Vec<u8>>, Failure> {
    let mut header = [0; 4];
    let mut count = 0;
    while count < header.len() {
        match read_some(stream, &mut header[count..])? {
            // Between two messages is where a peer may stop.
            0 if count == 0 => return Ok(None),
            0 => return Err(cut_off(count, header.len())),
            more => count += more,
        }
    }
    let length = check_length(i32::from_le_bytes(header).into(), max)?;
    recv_exactly(stream, length).map(Some)
}

/// Makes sure that an announced length can be meant: not below zero, and at
/// most `max`.
///
/// An `i128` holds whatever a peer can announce, here an `i32`, in lesson 6 a
/// number in JSON.
///
/// # Errors
///
/// `negative-length` or `oversized-length`.
pub fn check_length(length: i128, max: usize) -> Result<usize, Failure> {
    match usize::try_from(length) {
        Ok(length) if length <= max => Ok(length),
        _ if length < 0 => Err(Failure::new(
            "negative-length",
            format!("the peer announces {length} bytes"),
        )),
        _ => Err(Failure::new(
            "oversized-length",
            format!(
                "the peer announces {length} bytes; at most {max} are accepted"
            ),
        )),
    }
}

/// Receives exactly `length` bytes, in as many reads as it takes.
///
/// Memory grows with what has arrived, not with what was announced: a length is
/// cheap to claim.
///
/// # Errors
///
/// `closed-mid-message` if the peer closes before, else those of the stream.
pub fn recv_exactly(
    stream: &mut impl Read,
    length: usize,
) -> Result<Vec<u8>, Failure> {
    let mut received = Vec::new();
    let mut piece = [0; 16 * 1024];
    while received.len() < length {
        // Never ask for more than is still missing: what follows is the next
        // message's.
        let missing = length - received.len();
        let wanted = missing.min(piece.len());
        let count = read_some(stream, &mut piece[..wanted])?;
        if count == 0 {
            return Err(cut_off(received.len(), length));
        }
        received.extend_from_slice(&piece[..count]);
    }
    Ok(received)
}

fn cut_off(count: usize, length: usize) -> Failure {
    let message = format!("unexpected end: {count} of {length} bytes arrived");
    Failure::new(Id::CLOSED_MID_MESSAGE, message)
}
