//! Lesson 5: four bytes in front of each reply tell its length.

use crate::lessons::commands::Replies;
use crate::lessons::framed_client::{self, Answers};
use crate::lessons::{framed_server, length};
use crate::part::{Check, Part};
use crate::peer::{Arrival, Peer};
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// The server's checks.
pub const SERVER: Part = {
    const CHECKS: &[Check] = &framed_server::checks::<Struct>();
    Part { lesson: 5, role: Role::Server, transport: Transport::Tcp, checks: CHECKS }
};

/// The client's checks.
pub const CLIENT: Part = {
    const CHECKS: &[Check] = &framed_client::checks::<Struct>();
    Part { lesson: 5, role: Role::Client, transport: Transport::Tcp, checks: CHECKS }
};

/// A length, then the reply.
struct Struct;

impl Replies for Struct {
    fn receive(peer: &mut Peer, length: usize) -> Outcome<Arrival> {
        length::receive(peer, |announced| announced == length)
    }

    fn receive_any(peer: &mut Peer) -> Outcome {
        Self::receive(peer, 0).map(drop)
    }
}

impl Answers for Struct {
    fn pack(answer: &[u8]) -> Vec<u8> {
        length::frame(answer)
    }

    fn places_to_stop(_: &[u8]) -> Vec<usize> {
        vec![2, 4 + 2]
    }

    fn negative() -> Vec<Vec<u8>> {
        vec![(-5_i32).to_le_bytes().into()]
    }

    fn oversized() -> Vec<Vec<u8>> {
        vec![i32::MAX.to_le_bytes().into()]
    }

    fn large(size: u32) -> Vec<u8> {
        size.to_le_bytes().into()
    }
}
