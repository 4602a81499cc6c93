//! Exercise 3: a server that numbers each client's messages, and outlives every client.

use crate::bench::Bench;
use crate::lessons::exchange::{Exchange, next_client};
use crate::lessons::{patience, tcp_server};
use crate::part::{Check, Part};
use crate::peer::Peer;
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 3,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "three messages of a client are answered with their numbers",
            run: |bench| counted(bench).map(drop),
            causes: &[
                "the count does not begin at 1, or does not grow with each message",
                "a newline is added to the answer",
            ],
        },
        Check {
            id: "works-next-client",
            about: "the messages of the next client are counted from 1 again",
            run: next_counted,
            causes: &[
                "the count belongs to the server, and not to the conversation: it goes on",
                "the program ends with its first client",
            ],
        },
        Check {
            id: "invalid-utf8",
            about: "a message that is not text goes back as it came",
            run: invalid_utf8,
            causes: &["the message is turned into text, which replaces what is none, or fails"],
        },
        Check {
            id: "peer-closed",
            about: "a client leaves, and the next one is served",
            run: |bench| tcp_server::peer_closed(bench, HELLO),
            causes: tcp_server::PEER_CLOSED_CAUSES,
        },
        Check {
            id: "peer-reset",
            about: "a client vanishes, and the next one is served",
            run: |bench| tcp_server::peer_reset(bench, HELLO),
            causes: tcp_server::PEER_RESET_CAUSES,
        },
        Check {
            id: "write-after-close",
            about: "a client is gone before it is answered, and the next one is served",
            run: |bench| tcp_server::write_after_close(bench, HELLO),
            causes: tcp_server::WRITE_AFTER_CLOSE_CAUSES,
        },
        Check {
            id: "half-close",
            about: "a client ends its side behind its message, and is still answered",
            run: |bench| tcp_server::half_close(bench, HELLO),
            causes: tcp_server::HALF_CLOSE_CAUSES,
        },
        Check {
            id: "silent-peer",
            about: "a client says nothing, and is let go after {timeout}; one that talks is kept",
            run: |bench| patience::silent_peer(bench, HELLO),
            causes: patience::SILENT_PEER_CAUSES,
        },
    ],
};

const WHAT: &str = "the message with its number in front";

/// A message, and its answer with any number: the first check looks at that.
const HELLO: Exchange = Exchange { ask: b"hello", hear };

fn hear(peer: &mut Peer) -> Outcome {
    let wanted = b"1 hello";
    let mut arrival = peer.receive_exactly(wanted.len())?;
    // One that counts on from client to client may come to two digits.
    if arrival.bytes.ends_with(b" hell") {
        arrival.bytes.extend(peer.receive_exactly(1)?.bytes);
    }
    if arrival.bytes.ends_with(b" hello") {
        return Ok(());
    }
    Err(peer.unexpected(WHAT, wanted, &arrival).into())
}

/// A client sends messages, and each is answered with its number.
fn counted(bench: &mut Bench) -> Outcome<Peer> {
    let mut peer = bench.connect()?;
    for (message, answer) in [("hello", "1 hello"), ("hello", "2 hello"), ("3", "3 3")] {
        peer.send(message)?;
        peer.expect(answer, WHAT)?;
    }
    Ok(peer)
}

fn next_counted(bench: &mut Bench) -> Outcome {
    for _ in 0..2 {
        counted(bench)?.close()?;
        // A program that ends with its client shall have ended before the next one calls.
        bench.settle()?;
    }
    counted(bench).map(drop)
}

fn invalid_utf8(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send(b"Ren\xe9 \xff")?;
    peer.expect(b"1 Ren\xe9 \xff", WHAT)?;
    peer.close()?;
    next_client(bench, HELLO).map(drop)
}
