//! Exercise 5: a server whose messages have their length in front, in network byte order.

use crate::bench::Bench;
use crate::exercises::stalled;
use crate::lessons::exchange::{Exchange, let_go, next_client};
use crate::lessons::length;
use crate::lessons::tcp_server;
use crate::part::{Check, Part};
use crate::role::{Role, Transport};
use crate::verdict::{Outcome, Stop};

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 5,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "messages are answered in capital letters, with their length in front",
            run: works,
            causes: &[
                "no length is put in front of the answer, or another than that of its bytes",
                "the four bytes of the length are taken for a part of the message",
            ],
        },
        Check {
            id: "works-empty-message",
            about: "a message of no bytes is answered with one of no bytes",
            run: |bench| answered(bench, &[b"", b"hello"]),
            causes: &[
                "a length of 0 is taken for the end of the client",
                "a read into no room returns zero bytes, which is taken for the end, or never comes",
            ],
        },
        Check {
            id: "works-longest",
            about: "a message of 10,000 bytes is answered whole",
            run: |bench| answered(bench, &[&[b'x'; MAX]]),
            causes: &[
                "the message is read into a buffer that is smaller than the longest message",
                "10,000 bytes are refused: only more than that is too many",
            ],
        },
        Check {
            id: "wrong-byte-order",
            about: "a message of 258 bytes (00 00 01 02) is answered behind the same four bytes",
            run: |bench| answered(bench, &[&[b'x'; 258]]),
            causes: &[ORDER],
        },
        Check {
            id: "short-read",
            about: "a message arrives a byte at a time",
            run: short_read,
            causes: &["one read is taken for the whole length, or for the whole message"],
        },
        Check {
            id: "coalesced-messages",
            about: "three messages arrive in one piece",
            run: coalesced,
            causes: &["more is read than the message is long: what follows is the next message's"],
        },
        Check {
            id: "invalid-utf8",
            about: "a message that is not text is answered too",
            run: |bench| answered(bench, &[b"ren\xe9 \xff", b"hello"]),
            causes: &["the message is turned into text, which replaces what is none, or fails"],
        },
        Check {
            id: "oversized-length",
            about: "more than 10,000 bytes are announced, and the connection is closed at once",
            run: oversized_length,
            causes: &[
                "the length is compared with the maximum only when the bytes are there, or never",
                "the length is taken for a signed number: 80 00 00 00 is then below zero, not large",
                "the error of one client ends the server",
            ],
        },
        Check {
            id: "closed-mid-message",
            about: "a client ends within the length, another within a message; the next is served",
            run: closed_mid_message,
            causes: &[
                "what has come of a message is answered as if it were whole",
                "a read of zero bytes is not looked at, and the program reads on for ever",
            ],
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
            id: "stalled-write",
            about: "replies are timed, from their first bytes to their last",
            run: |bench| stalled::check(bench, HELLO),
            causes: stalled::CAUSES,
        },
    ],
};

/// The longest message that is accepted, in bytes.
const MAX: usize = 10_000;

/// The mistake that the exercise is about.
const ORDER: &str = "the lowest byte of the length is put or taken first (le), or the machine's own order is \
                     taken (ne)";

const WHAT: &str = "the message in capital letters, with its length in front";

const HELLO: Exchange = Exchange {
    ask: b"\x00\x00\x00\x05hello",
    hear: |peer| peer.expect(b"\x00\x00\x00\x05HELLO", WHAT),
};

/// Puts its length in front of a message, the highest byte first.
fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), message].concat()
}

fn answered(bench: &mut Bench, messages: &[&[u8]]) -> Outcome {
    let mut peer = bench.connect()?;
    for message in messages {
        peer.send(frame(message))?;
        peer.expect(frame(&message.to_ascii_uppercase()), WHAT)?;
    }
    Ok(())
}

fn works(bench: &mut Bench) -> Outcome {
    let outcome = answered(bench, &[b"hello", b"a second message", b"3"]);
    let Err(Stop::Failed(failure)) = outcome else { return outcome };
    // Is it the order of the bytes, and nothing else?
    bench.kill();
    bench.story().tell("the same again, with the lowest byte of each length first");
    let mut peer = bench.connect()?;
    peer.send(length::swapped(frame(b"hello")))?;
    let came = peer.receive_exactly(9)?.bytes;
    let swapped = came == length::swapped(frame(b"HELLO")) || came == frame(b"HELLO");
    Err(if swapped { failure.only_cause(ORDER) } else { *failure }.into())
}

fn short_read(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send_bytewise(HELLO.ask)?;
    (HELLO.hear)(&mut peer)?;
    HELLO.play(&mut peer)
}

fn coalesced(bench: &mut Bench) -> Outcome {
    let messages = [&b"one"[..], b"two", b"three"].map(frame).concat();
    let mut peer = bench.connect()?;
    peer.send(&messages)?;
    peer.expect(messages.to_ascii_uppercase(), "three answers, one behind the other")
}

fn oversized_length(bench: &mut Bench) -> Outcome {
    for length in [MAX as u32 + 1, 1 << 31, u32::MAX] {
        let mut peer = bench.connect()?;
        peer.send(length.to_be_bytes())?;
        let why = format!("the end of the connection, for {length} bytes are too many");
        let_go(&mut peer, &why)?;
    }
    next_client(bench, HELLO).map(drop)
}

fn closed_mid_message(bench: &mut Bench) -> Outcome {
    for part in [&HELLO.ask[..2], &HELLO.ask[..6]] {
        let mut peer = bench.connect()?;
        peer.send(part)?;
        peer.finish()?;
        let_go(&mut peer, "the end of the connection, for the message is not whole")?;
    }
    next_client(bench, HELLO).map(drop)
}
