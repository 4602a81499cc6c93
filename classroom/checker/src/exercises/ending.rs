//! Ways in which a connection may end.

use crate::peer::{Peer, Then};
use crate::verdict::{Failure, Outcome, ensure};

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
