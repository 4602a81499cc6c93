//! Headers in JSON, with their length in front: four bytes, the lowest first.

use serde_json::{Map, Value};

use crate::lessons::length;
use crate::peer::{Peer, quoted};
use crate::verdict::{Failure, Outcome, ensure};

/// A header.
pub type Header = Map<String, Value>;

/// Receives a header.
pub fn receive(peer: &mut Peer) -> Outcome<Header> {
    const LIKELY: std::ops::RangeInclusive<usize> = 2..=64 * 1024;

    let json = length::receive(peer, |length| LIKELY.contains(&length))?.bytes;
    serde_json::from_slice(&json).map_err(|error| {
        let expected = "a header that is an object in JSON, with its length in bytes in front";
        Failure::new(expected, format!("{} came: {error}", quoted(&json))).into()
    })
}

/// Packs a header as it is sent.
pub fn pack(header: &Value) -> Vec<u8> {
    length::frame(header.to_string().as_bytes())
}

/// Expects a value in a header.
pub fn expect(header: &Header, key: &str, wanted: &Value) -> Outcome {
    ensure(header.get(key) == Some(wanted), || {
        let observed = match header.get(key) {
            None => format!("the header has no {key}"),
            Some(other) => format!("{key} is {other}"),
        };
        Failure::new(format!("a header in which {key} is {wanted}"), observed)
    })
}

/// Expects a header that tells the size of a body under these keys, and the body behind it.
/// Returns the header.
pub fn expect_body(peer: &mut Peer, keys: &[&str], body: &[u8], what: &str) -> Outcome<Header> {
    let header = receive(peer)?;
    let arrival = peer.receive_exactly(body.len())?;
    ensure(arrival.bytes == body, || peer.unexpected(what, body, &arrival))?;
    for key in keys {
        expect(&header, key, &body.len().into())?;
    }
    Ok(header)
}
