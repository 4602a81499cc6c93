//! The length in front of a message: four bytes, the lowest first.

use crate::bench::Bench;
use crate::peer::{Arrival, Peer, Then, bytes_text};
use crate::verdict::{Failure, Outcome, Plain, Stop};

/// The longest message that we take, in bytes. Programs are to be told apart, not to be trusted.
const MAX: usize = 128 << 20;

/// Puts its length in front of a message.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), message].concat()
}

/// Receives a length, and the message behind it. `likely` tells which length makes sense.
///
/// # Errors
///
/// The check is over: there is no length that can be meant.
pub fn receive(peer: &mut Peer, likely: impl Fn(usize) -> bool) -> Outcome<Arrival> {
    let header = receive_header(peer)?;
    let length = lengths(header).into_iter().find(|&length| likely(length));
    let Some(length) = length.or(lengths(header).into_iter().find(|&length| length <= MAX)) else {
        let expected = "a reply with its length in front, as four bytes";
        return Err(Failure::new(expected, said(header)).into());
    };
    if length == 0 {
        return Ok(Arrival { bytes: Vec::new(), then: Then::More });
    }
    peer.receive_exactly(length)
}

/// Receives the four bytes in front of a message.
///
/// # Errors
///
/// The check is over: there are no four.
pub fn receive_header(peer: &mut Peer) -> Outcome<[u8; 4]> {
    let arrival = peer.receive_exactly(4)?;
    let missing = || {
        let expected = "a length in front of the reply, as four bytes";
        let then = peer.what(&arrival.then);
        let observed = match arrival.bytes.len() {
            0 => format!("nothing came: {then}"),
            count => format!("only {} came, then {then}", bytes_text(count)),
        };
        Failure::new(expected, observed)
    };
    arrival.bytes.as_slice().try_into().map_err(|_| missing().into())
}

/// What four bytes may mean: the contract's way, and the other way round, so that one who has
/// that wrong hears of it once and not in every check.
fn lengths(header: [u8; 4]) -> [usize; 2] {
    [u32::from_le_bytes(header), u32::from_be_bytes(header)]
        .map(|length| usize::try_from(length).unwrap_or(usize::MAX))
}

/// Expects a length with its lowest byte first, which is short: at most 64 KiB.
///
/// # Errors
///
/// The check is over: the length makes sense only the other way round, or not at all.
pub fn expect_order(header: [u8; 4]) -> Outcome {
    const SHORT: std::ops::RangeInclusive<usize> = 1..=64 * 1024;

    let [right, reversed] = lengths(header);
    if SHORT.contains(&right) {
        return Ok(());
    }
    let expected = "a length of four bytes in front of the reply, the lowest byte first";
    let failure = Failure::new(expected, format!("read so, {}", said(header)));
    if !SHORT.contains(&reversed) {
        // It is none either way.
        return Err(failure.in_plain(Plain::Opening).into());
    }
    let [a, b, c, d] = header;
    Err(failure.bytes([d, c, b, a], header).into())
}

/// What four bytes say that should be a length. Where they are letters, that is what they are.
pub fn said(header: [u8; 4]) -> String {
    let number = i32::from_le_bytes(header);
    match std::str::from_utf8(&header) {
        Ok(text) if text.chars().all(|c| c == ' ' || c.is_ascii_graphic()) => {
            format!("the four bytes say {number}; they are the text {text:?}, and no length")
        }
        _ => format!("the four bytes say {number}"),
    }
}

/// Swaps the bytes of the length in front of a message.
pub fn swapped(mut message: Vec<u8>) -> Vec<u8> {
    message[..4].reverse();
    message
}

/// Blames a program for the order of its bytes only if it does well with the other one. `plain`
/// plays the other side as it should be, each of `swapped` with lengths the other way round.
///
/// # Errors
///
/// The check is over: the program does well with the other order, or not even so.
pub fn expect_this_order(
    bench: &mut Bench,
    plain: impl FnOnce(&mut Bench) -> Outcome,
    swapped: &[fn(&mut Bench) -> Outcome],
) -> Outcome {
    let failure = match plain(bench) {
        Err(Stop::Failed(failure)) => failure,
        outcome => return outcome,
    };
    for play in swapped {
        bench.kill();
        bench.story().tell("the same again, with the highest byte of each length first");
        match play(bench) {
            Ok(()) => {
                let observed = "it does well as soon as the highest byte comes first";
                let expected = "lengths with the lowest byte first, both ways";
                return Err(Failure::new(expected, observed).into());
            }
            Err(Stop::Failed(_)) => {}
            Err(stop) => return Err(stop),
        }
    }
    Err(failure.in_plain(Plain::Opening).into())
}
