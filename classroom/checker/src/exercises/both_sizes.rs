//! Exercise 6b: a server whose header serves two kinds of clients.

use serde_json::Value;

use crate::bench::Bench;
use crate::exercises::headers::{expect, expect_body, receive};
use crate::exercises::stalled;
use crate::lessons::exchange::Exchange;
use crate::lessons::tcp_server;
use crate::part::{Check, Part};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 6,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "messages are answered in capital letters, each behind a header",
            run: works,
            causes: &[
                "the length in front is not that of the header, but of the answer, or of both; or it \
                 counts characters, and not bytes",
                "the answer stands before its header, or is left out",
            ],
        },
        Check {
            id: "works-total-size",
            about: "a client looks for the size under total_size",
            run: |bench| sized(bench, "total_size"),
            causes: &["the header has only data_size: this client does not know it"],
        },
        Check {
            id: "works-data-size",
            about: "a client looks for the size under data_size",
            run: |bench| sized(bench, "data_size"),
            causes: &["the header has only total_size: this client does not know it"],
        },
        Check {
            id: "works-file-name",
            about: "the header has file_name, in Chinese",
            run: file_name,
            causes: &["the name is missing, or was lost on its way into the JSON"],
        },
        Check {
            id: "wrong-byte-order",
            about: "the length in front of the header has its lowest byte first",
            run: wrong_byte_order,
            causes: &["the highest byte is put first (be)"],
        },
        Check {
            id: "wrong-count",
            about: "the length in front of the header is that of its bytes",
            run: wrong_count,
            causes: &["the characters of the JSON are counted, and not its bytes"],
        },
        Check {
            id: "invalid-utf8",
            about: "a message that is not text is answered too",
            run: |bench| answered(bench, b"ren\xe9 \xff", b"REN\xe9 \xff"),
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
            id: "stalled-write",
            about: "replies are timed, from their first bytes to their last",
            run: |bench| stalled::check(bench, HELLO),
            causes: stalled::CAUSES,
        },
    ],
};

const WHAT: &str = "the message in capital letters, behind a header";

const HELLO: Exchange =
    Exchange { ask: b"hello", hear: |peer| expect_body(peer, &[], b"HELLO", WHAT).map(drop) };

fn answered(bench: &mut Bench, message: &[u8], answer: &[u8]) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send(message)?;
    expect_body(&mut peer, &[], answer, WHAT).map(drop)
}

fn works(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    for message in ["hello", "a second message", "3"] {
        peer.send(message)?;
        expect_body(&mut peer, &[], message.to_ascii_uppercase().as_bytes(), WHAT)?;
    }
    Ok(())
}

fn sized(bench: &mut Bench, key: &str) -> Outcome {
    let mut peer = bench.connect()?;
    for message in ["hello", "a second message"] {
        peer.send(message)?;
        let answer = message.to_ascii_uppercase();
        expect_body(&mut peer, &[key], answer.as_bytes(), WHAT)?;
    }
    Ok(())
}

fn file_name(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send("hello")?;
    expect(&receive(&mut peer)?, "file_name", &Value::from("回声.txt"))
}

/// Receives the length and all that comes behind it, which ends with the answer.
fn raw(bench: &mut Bench) -> Outcome<([u8; 4], usize)> {
    const ANSWER: &[u8] = b"HELLO";

    let mut peer = bench.connect()?;
    peer.send("hello")?;
    peer.finish()?;
    let reply = peer.receive_all(64 * 1024)?.bytes;
    let header = reply.strip_suffix(ANSWER).and_then(|front| front.split_first_chunk::<4>());
    let missing = || {
        let expected = "four bytes with a length, a header, and the answer, and nothing behind it";
        Failure::new(expected, "something else came").bytes(ANSWER, reply.as_slice())
    };
    let (length, json) = header.ok_or_else(missing)?;
    Ok((*length, json.len()))
}

fn wrong_byte_order(bench: &mut Bench) -> Outcome {
    let (length, _) = raw(bench)?;
    ensure(u32::from_le_bytes(length) <= u32::from_be_bytes(length), || {
        let [a, b, c, d] = length;
        let expected = "a length of four bytes, the lowest byte first";
        let said = u32::from_le_bytes(length);
        Failure::new(expected, format!("read so, the four bytes say {said}"))
            .bytes([d, c, b, a], length)
    })
}

fn wrong_count(bench: &mut Bench) -> Outcome {
    let (length, count) = raw(bench)?;
    let told = [u32::from_le_bytes(length), u32::from_be_bytes(length)];
    ensure(told.iter().any(|&told| told as usize == count), || {
        let expected = format!("a length of {count} in front of the header: so many bytes it has");
        Failure::new(expected, format!("the four bytes say {}", u32::from_le_bytes(length)))
    })
}
