//! Exercise 5b: a server that runs commands which have their length in front.

use crate::bench::Bench;
use crate::lessons::exchange::{Exchange, let_go, next_client};
use crate::lessons::length;
use crate::lessons::length::frame;
use crate::lessons::tcp_server;
use crate::part::{Check, Part};
use crate::peer::{Arrival, Then};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 5,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "commands are run, and each is answered with what it prints",
            run: works,
            causes: &[
                "the four bytes of the length are taken for a part of the command",
                "the answer is not what the command prints, with its length in front",
            ],
        },
        Check {
            id: "works-no-output",
            about: "a command prints nothing, and is answered with a length of 0",
            run: no_output,
            causes: &["nothing is sent if the command has printed nothing"],
        },
        Check {
            id: "works-long-command",
            about: "a command of 4096 bytes is run whole",
            run: |bench| echoes(bench, 4096),
            causes: &[
                "the command is read by one read of 1024 bytes: the rest is taken for the next",
                "4096 bytes are refused: only more than that is too many",
            ],
        },
        Check {
            id: "short-read",
            about: "a request arrives a byte at a time",
            run: short_read,
            causes: &["one read is taken for the whole length, or for the whole command"],
        },
        Check {
            id: "coalesced-messages",
            about: "three requests arrive in one piece",
            run: coalesced,
            causes: &["more is read than the request is long: what follows is the next one's"],
        },
        Check {
            id: "half-close",
            about: "a client ends its side behind its request, and is still answered",
            run: |bench| tcp_server::half_close(bench, HELLO),
            causes: tcp_server::HALF_CLOSE_CAUSES,
        },
        Check {
            id: "closed-mid-message",
            about: "a client ends within a command, which is not run; the next is served",
            run: closed_mid_message,
            causes: &[
                "what has come of a command is run as if it were whole",
                "a read of zero bytes is not looked at, and the program reads on for ever",
            ],
        },
        Check {
            id: "oversized-length",
            about: "a request of 100,000 bytes is refused, and the next on its connection served",
            run: oversized_length,
            causes: &[
                "the bytes of the refused request are not taken: they are read as the next length",
                "the connection is closed: the contract wants it to go on",
                "the refusal has no length in front, or does not begin with oversized-length",
            ],
        },
        Check {
            id: "negative-length",
            about: "a length below zero comes; the connection is closed, and the next is served",
            run: negative_length,
            causes: &[
                "the length becomes a huge one when it is made unsigned, and is waited for",
                "the error of one client ends the server",
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
    ],
};

const WHAT: &str = "what the command prints, with its length in front";

const HELLO: Exchange = Exchange {
    ask: b"\x0a\x00\x00\x00echo hello",
    hear: |peer| peer.expect(frame(&line("hello")), WHAT),
};

/// A line as `echo` prints it.
fn line(text: &str) -> Vec<u8> {
    format!("{text}{}", if cfg!(windows) { "\r\n" } else { "\n" }).into_bytes()
}

/// Sends `echo` with a text so that the command has `count` bytes.
fn echoes(bench: &mut Bench, count: usize) -> Outcome {
    let text = "x".repeat(count - "echo ".len());
    let mut peer = bench.connect()?;
    peer.send(frame(format!("echo {text}").as_bytes()))?;
    peer.expect(frame(&line(&text)), WHAT)
}

fn works(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    for text in ["hello", "a second command", "3"] {
        peer.send(frame(format!("echo {text}").as_bytes()))?;
        peer.expect(frame(&line(text)), WHAT)?;
    }
    Ok(())
}

fn no_output(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send(frame(b"cd ."))?;
    peer.expect(frame(b""), "a length of 0, for the command prints nothing")?;
    HELLO.play(&mut peer)
}

fn short_read(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send_bytewise(HELLO.ask)?;
    (HELLO.hear)(&mut peer)?;
    HELLO.play(&mut peer)
}

fn coalesced(bench: &mut Bench) -> Outcome {
    let texts = ["one", "two", "three"];
    let requests = texts.map(|text| frame(format!("echo {text}").as_bytes())).concat();
    let mut peer = bench.connect()?;
    peer.send(requests)?;
    peer.expect(texts.map(|text| frame(&line(text))).concat(), "three answers, in their order")
}

fn closed_mid_message(bench: &mut Bench) -> Outcome {
    // The first part is a whole command by itself, which would leave a trace.
    let request = frame(b"mkdir was-run             ");
    let whole = "mkdir was-run".len();
    for part in [&request[..2], &request[..4 + whole]] {
        let mut peer = bench.connect()?;
        peer.send(part)?;
        peer.finish()?;
        let_go(&mut peer, "the end of the connection, for the request is not whole")?;
    }
    next_client(bench, HELLO)?;
    ensure(!bench.folder().join("was-run").exists(), || {
        let expected = "a command that is not run, for its end never came";
        Failure::new(expected, "the part that had come was run")
    })
}

fn oversized_length(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    for count in [4097, 100_000] {
        let request = format!("echo {}", "x".repeat(count - "echo ".len()));
        peer.send(frame(request.as_bytes()))?;
        let Arrival { bytes, then } = length::receive(&mut peer, |length| length < count)?;
        ensure(bytes.starts_with(b"oversized-length"), || {
            let expected = format!("an answer that begins with oversized-length, to {count} bytes");
            let observed = match then {
                Then::More => String::from("another answer came"),
                then => peer.what(&then),
            };
            let came = &bytes[..bytes.len().min(64)];
            Failure::new(expected, observed).bytes(*b"oversized-length", came)
        })?;
        HELLO.play(&mut peer)?;
    }
    peer.close()?;
    // One who announces much and leaves holds nobody.
    let mut peer = bench.connect()?;
    peer.send(i32::MAX.to_le_bytes())?;
    peer.finish()?;
    let_go(&mut peer, "the end of the connection, for the announced bytes never came")?;
    next_client(bench, HELLO).map(drop)
}

fn negative_length(bench: &mut Bench) -> Outcome {
    for length in [-1, i32::MIN] {
        let mut peer = bench.connect()?;
        peer.send(length.to_le_bytes())?;
        let_go(&mut peer, &format!("the end of the connection, for the length is {length}"))?;
    }
    next_client(bench, HELLO).map(drop)
}
