//! How the clients of lessons 5 and 6 take one answer after another, with the
//! faults that they can have.

use std::io::{BufReader, Read};
use std::net::TcpStream;

use anyhow::{Context, bail};
use struct_header::Failure;

use crate::Fault;
use crate::replies::{read_piece, recv_exactly, text, unexpected_end};

/// An answer, as it came and as it is shown.
#[derive(Default)]
pub struct Answer {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they are as text.
    pub text: String,
}

/// Lets `receive` take one answer from the connection, and decides what its
/// outcome means. `None` means that there will be no more.
///
/// [`Fault::CoalescedMessages`]: takes whatever has arrived, and drops what it
/// does not use. [`Fault::PeerClosed`]: the end is taken for an empty answer.
/// [`Fault::PeerReset`]: an error is taken for the end.
///
/// # Errors
///
/// A server that has closed the connection, or whatever kept the answer from
/// being received.
pub fn next_answer(
    stream: &mut TcpStream,
    fault: Option<Fault>,
    receive: impl FnOnce(&mut dyn Read) -> Result<Option<Answer>, Failure>,
) -> anyhow::Result<Option<Answer>> {
    // ANCHOR: coalesced-messages
    let outcome = if fault == Some(Fault::CoalescedMessages) {
        // A new buffer for each answer. What it has read beyond the answer is
        // gone with it.
        receive(&mut BufReader::new(stream))
    } else {
        receive(stream)
    };
    // ANCHOR_END: coalesced-messages
    match outcome {
        Ok(Some(answer)) => Ok(Some(answer)),
        // ANCHOR: peer-closed
        Ok(None) if fault == Some(Fault::PeerClosed) => {
            Ok(Some(Answer::default()))
        }
        Ok(None) => bail!(
            "the server closed the connection without an answer (peer-closed)"
        ),
        // ANCHOR_END: peer-closed
        // ANCHOR: peer-reset
        // The program ends as if all were well, and nobody hears of it.
        Err(error)
            if fault == Some(Fault::PeerReset)
                && Fault::named(error.id.as_str()) == fault =>
        {
            Ok(None)
        }
        Err(error) => Err(error).context("cannot receive the answer"),
        // ANCHOR_END: peer-reset
    }
}

/// Receives an answer of `length` bytes, and makes text of it.
///
/// [`Fault::LeftoverBytes`]: takes at most a bufferful.
/// [`Fault::SplitCharacter`]: makes text of each piece as it comes.
///
/// # Errors
///
/// Those of [`recv_exactly`] and [`text`].
pub fn recv_answer(
    stream: &mut dyn Read,
    length: usize,
    fault: Option<Fault>,
) -> Result<Answer, Failure> {
    // ANCHOR: split-character
    if fault == Some(Fault::SplitCharacter) {
        let mut answer = Answer::default();
        while answer.bytes.len() < length {
            let piece = read_piece(stream, length - answer.bytes.len())?;
            if piece.is_empty() {
                return Err(unexpected_end(answer.bytes.len(), length));
            }
            // A character of which only a part has come is no text yet.
            answer.text.push_str(&String::from_utf8_lossy(&piece));
            answer.bytes.extend(piece);
        }
        return Ok(answer);
    }
    // ANCHOR_END: split-character
    // ANCHOR: leftover-bytes
    let length = if fault == Some(Fault::LeftoverBytes) {
        // So much has room in the buffer. The rest stays behind.
        length.min(1024)
    } else {
        length
    };
    // ANCHOR_END: leftover-bytes
    let bytes = recv_exactly(stream, length, fault)?;
    let text = text(&bytes, fault)?;
    Ok(Answer { bytes, text })
}
