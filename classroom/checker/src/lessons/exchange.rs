//! A plain exchange with a server, which most checks end with, and a client's being let go.

use crate::bench::Bench;
use crate::peer::{Peer, Then};
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::Doing;

/// What is said where a plain exchange ends in silence: other checks follow it up.
const SILENT: &str = "the program waits itself: `missing-delimiter` and `unflushed-write` try what \
                      draws an answer";

/// A request that the server must answer.
#[derive(Clone, Copy)]
pub struct Exchange {
    /// What the client sends.
    pub ask: &'static [u8],
    /// Expects the reply.
    pub hear: fn(&mut Peer) -> Outcome,
}

impl Exchange {
    /// Asks, and expects the reply.
    pub fn play(self, peer: &mut Peer) -> Outcome {
        peer.send(self.ask)?;
        (self.hear)(peer)
    }
}

/// A client that comes now is served. Most checks end with it: whatever happened before, the
/// server must go on.
pub fn next_client(bench: &mut Bench, good: Exchange) -> Outcome<Peer> {
    let mut peer = bench.connect()?;
    match good.play(&mut peer).and_then(|()| peer.expect_no_more()) {
        Ok(()) => Ok(peer),
        Err(stop) if peer.is_first() => {
            Err(look_into_silence(bench, stop).in_plain(Plain::Opening))
        }
        Err(stop) => Err(stop.in_plain(Plain::NextClient)),
    }
}

/// Says of a plain exchange in which nothing came where to look for the reason.
pub fn look_into_silence(bench: &mut Bench, stop: Stop) -> Stop {
    let is_silent = |failure: &Failure| {
        failure.bytes.as_ref().is_none_or(|bytes| bytes.came.is_empty()) && failure.cause.is_none()
    };
    match stop {
        Stop::Failed(failure) if is_silent(&failure) => match bench.settle() {
            Ok(Doing::Sleeps) => failure.only_cause(SILENT).into(),
            _ => Stop::Failed(failure),
        },
        stop => stop,
    }
}

/// Expects that the program ends the connection, in order or with a reset, and that nothing
/// comes before.
pub fn let_go(peer: &mut Peer, expected: &str) -> Outcome {
    let arrival = peer.receive(1024)?;
    ensure(matches!(arrival.then, Then::End | Then::Reset), || {
        if arrival.bytes.is_empty() {
            return Failure::new(expected, peer.what(&arrival.then));
        }
        Failure::new(expected, "an answer came").bytes([], arrival.bytes.as_slice())
    })
}
