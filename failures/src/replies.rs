//! How the clients of lessons 4 to 6 receive what the server sends, with the
//! faults that they can have.

use std::io::{self, Read, Write};

use anyhow::Context;
use connection_loop::read_some;
use struct_header::{Failure, Id};

use crate::Fault;

/// Receives one message with its length in front, or `None` if there is no
/// further message.
///
/// [`Fault::ShortRead`]: the length must come in one read, and the message in
/// another. [`Fault::WrongByteOrder`]: the highest byte is expected first.
///
/// # Errors
///
/// Those of [`check_length`], of [`recv_exactly`] and of the stream;
/// `short-read` with that fault.
pub fn recv_message(
    mut stream: &mut dyn Read,
    max: usize,
    fault: Option<Fault>,
) -> Result<Option<Vec<u8>>, Failure> {
    let Some(length) = recv_length(stream, max, fault)? else {
        return Ok(None);
    };
    // ANCHOR: short-read-message
    if fault == Some(Fault::ShortRead) {
        // One read must be enough.
        let mut message = vec![0; length];
        let count = read_some(&mut stream, &mut message)?;
        return if count < length {
            Err(too_short(count, length))
        } else {
            Ok(Some(message))
        };
    }
    // ANCHOR_END: short-read-message
    recv_exactly(stream, length, fault).map(Some)
}

/// Receives the length in front of a message, or `None` if there is no further
/// message: the first half of [`recv_message`].
///
/// # Errors
///
/// Those of [`recv_message`].
pub fn recv_length(
    mut stream: &mut dyn Read,
    max: usize,
    fault: Option<Fault>,
) -> Result<Option<usize>, Failure> {
    let mut header = [0; 4];
    let count = read_some(&mut stream, &mut header)?;
    if count == 0 {
        return Ok(None);
    }
    // ANCHOR: short-read
    if fault == Some(Fault::ShortRead) {
        // One read must be enough.
        if count < 4 {
            return Err(too_short(count, 4));
        }
    } else {
        let rest = recv_exactly(stream, 4 - count, fault)?;
        header[count..].copy_from_slice(&rest);
    }
    // ANCHOR_END: short-read
    // ANCHOR: wrong-byte-order
    let length = if fault == Some(Fault::WrongByteOrder) {
        i32::from_be_bytes(header)
    } else {
        i32::from_le_bytes(header)
    };
    // ANCHOR_END: wrong-byte-order
    check_length(length.into(), max, fault).map(Some)
}

/// Makes sure that an announced length can be meant: not below zero, and at
/// most `max`.
///
/// [`Fault::NegativeLength`], [`Fault::OversizedLength`]: does not.
///
/// # Errors
///
/// `negative-length` or `oversized-length`.
// ANCHOR: check-length
pub fn check_length(
    length: i128,
    max: usize,
    fault: Option<Fault>,
) -> Result<usize, Failure> {
    match (fault, usize::try_from(length)) {
        // As in `while received < length`: nothing is fetched, and nobody
        // wonders.
        (Some(Fault::NegativeLength), _) if length < 0 => Ok(0),
        // Whatever the server says must be right.
        (Some(Fault::OversizedLength), Ok(length)) => Ok(length),
        _ => struct_header::check_length(length, max),
    }
}
// ANCHOR_END: check-length

/// Receives exactly `length` bytes.
///
/// [`Fault::OversizedLength`]: makes room for all of them before the first has
/// come. [`Fault::ClosedMidMessage`]: does not notice the end.
/// [`Fault::WrongCount`]: stops early.
///
/// # Errors
///
/// `closed-mid-message` if the peer closes before, else those of the stream.
pub fn recv_exactly(
    stream: &mut dyn Read,
    length: usize,
    fault: Option<Fault>,
) -> Result<Vec<u8>, Failure> {
    // ANCHOR: oversized-length
    if fault == Some(Fault::OversizedLength) {
        let mut received = vec![0; length];
        stream.read_exact(&mut received)?;
        return Ok(received);
    }
    // ANCHOR_END: oversized-length
    // ANCHOR: recv-exactly
    let mut received = Vec::new();
    let mut counted = 0;
    while counted < length {
        let piece = read_piece(stream, length - received.len())?;
        if piece.is_empty() && fault != Some(Fault::ClosedMidMessage) {
            return Err(unexpected_end(received.len(), length));
        }
        received.extend_from_slice(&piece);

        if fault == Some(Fault::WrongCount) {
            // Adds all that has come so far, each time, instead of what has
            // just come.
            counted += received.len();
        } else {
            counted += piece.len();
        }
    }
    // ANCHOR_END: recv-exactly
    Ok(received)
}

/// Makes text of an answer.
///
/// # Errors
///
/// [`Fault::InvalidUtf8`]: bytes that are not text are an error.
// ANCHOR: invalid-utf8
pub fn text(bytes: &[u8], fault: Option<Fault>) -> Result<String, Failure> {
    if fault == Some(Fault::InvalidUtf8) {
        let text = str::from_utf8(bytes);
        return text
            .map(String::from)
            .map_err(|error| Failure::new("invalid-utf8", error.to_string()));
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
}
// ANCHOR_END: invalid-utf8

/// Prints an answer, and ends its last line if the answer does not.
///
/// # Errors
///
/// Those of stdout.
pub fn print_text(text: &str) -> anyhow::Result<()> {
    let line_end =
        if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write!(io::stdout(), "{text}{line_end}").context("cannot print the answer")
}

/// One read, of at most `wanted` bytes and at most a bufferful. None means the
/// end.
pub(crate) fn read_piece(
    mut stream: &mut dyn Read,
    wanted: usize,
) -> Result<Vec<u8>, Failure> {
    let mut piece = vec![0; wanted.min(1024)];
    let count = read_some(&mut stream, &mut piece)?;
    piece.truncate(count);
    Ok(piece)
}

fn too_short(count: usize, wanted: usize) -> Failure {
    Failure::new(
        "short-read",
        format!("one read returned {count} of {wanted} bytes"),
    )
}

pub(crate) fn unexpected_end(received: usize, length: usize) -> Failure {
    Failure::new(
        Id::CLOSED_MID_MESSAGE,
        format!("unexpected end: {received} of {length} bytes arrived"),
    )
}
