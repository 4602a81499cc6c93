//! Exercise 4: a client that reads each answer to the blank line behind it.

use processes::Status;

use crate::bench::Bench;
use crate::lessons::tcp_client;
use crate::part::{Check, Part};
use crate::peer::Peer;
use crate::program::Stream;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 4,
    role: Role::Client,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "two lines are typed, and their answers printed without the blank lines",
            run: |bench| printed(bench, &[b"one\ntwo\n\n"]),
            causes: &[
                "the line is sent without a newline behind it, so that the server waits for its end",
                "the blank line is printed, or the last newline of the answer is taken away with it",
                "the client waits for the end of the connection, and not for the blank line",
            ],
        },
        Check {
            id: "works-empty-answer",
            about: "an answer is nothing but its blank line",
            run: |bench| printed(bench, &[b"\n"]),
            causes: &[
                "a blank line is looked for only behind another newline, not at the beginning",
            ],
        },
        Check {
            id: "leftover-bytes",
            about: "an answer of 9000 bytes comes, and then the next one",
            run: |bench| printed(bench, &[format!("{}\n", "lines\n".repeat(1500)).as_bytes()]),
            causes: &[
                "one read is taken for the answer: the rest surfaces as the answer to the next line",
            ],
        },
        Check {
            id: "short-read",
            about: "an answer comes in two pieces, with the blank line alone in the second",
            run: |bench| printed(bench, &[b"one\n", b"\n"]),
            causes: &[
                "the blank line is looked for in the last piece, and not in all that has come",
                "one read is taken for the answer",
            ],
        },
        Check {
            id: "split-character",
            about: "an answer that is not ASCII arrives a byte at a time",
            run: |bench| {
                let answer = "grün\n粘包\n\n".as_bytes();
                printed(bench, &answer.chunks(1).collect::<Vec<_>>())
            },
            causes: &[
                "each piece is turned into text by itself: a character may be cut by the edge of a \
                 read",
            ],
        },
        Check {
            id: "invalid-utf8",
            about: "an answer is not text, and is printed as it came",
            run: |bench| printed(bench, &[b"caf\xe9 \xff\n\n"]),
            causes: &["the answer is turned into text, which replaces what is none, or fails"],
        },
        Check {
            id: "works-end",
            about: "an answer ends with the connection, and is printed as it is",
            run: works_end,
            causes: &[
                "the end of the stream is always an error, also behind an answer",
                "what has come is forgotten at the end of the stream",
            ],
        },
        Check {
            id: "peer-closed",
            about: "the server ends the connection instead of answering",
            run: |bench| {
                lost(bench, "the server has closed the connection", |mut peer| peer.finish())
            },
            causes: &[
                "a read of zero bytes is taken for an empty answer: whether anything came is not asked",
                "the read is in a loop that does not stop at zero bytes",
            ],
        },
        Check {
            id: "peer-reset",
            about: "the connection is reset instead of answered",
            run: |bench| lost(bench, "the connection was reset", Peer::reset),
            causes: &["the error of the read is caught and passed over in silence"],
        },
        Check {
            id: "connection-refused",
            about: "nobody listens at the address",
            run: tcp_client::connection_refused,
            causes: tcp_client::CONNECTION_REFUSED_CAUSES,
        },
    ],
};

/// Types a line, and expects it with its newline.
fn hear(bench: &mut Bench, peer: &mut Peer, line: &str) -> Outcome {
    bench.type_line(line)?;
    peer.expect(format!("{line}\n"), "the line that was typed, and a newline")
}

/// Answers a line with these pieces, and another one plainly; what is printed must be both
/// answers.
fn printed(bench: &mut Bench, pieces: &[&[u8]]) -> Outcome {
    let mut peer = bench.accept()?;
    hear(bench, &mut peer, "first")?;
    match pieces {
        [one] => peer.send(one)?,
        _ => peer.send_pieces(pieces)?,
    }
    hear(bench, &mut peer, "second")?;
    peer.send("the second\n\n")?;
    bench.close_input()?;
    bench.settle()?;
    peer.finish()?;
    bench.expect_good_end("there is no more input")?;

    let mut wanted = pieces.concat();
    wanted.pop();
    wanted.extend(b"the second\n");
    only_printed(bench, &wanted)
}

fn works_end(bench: &mut Bench) -> Outcome {
    let mut peer = bench.accept()?;
    hear(bench, &mut peer, "first")?;
    bench.close_input()?;
    peer.send("good\nbye")?;
    peer.finish()?;
    bench.expect_good_end("the connection has ended, and there is no more input")?;
    only_printed(bench, b"good\nbye")
}

fn only_printed(bench: &mut Bench, wanted: &[u8]) -> Outcome {
    let came = bench.program()?.output(Stream::Stdout);
    ensure(came == wanted, || {
        let expected = "the answers on stdout, without their blank lines, and nothing else";
        Failure::new(expected, "something else was printed").bytes(wanted, came)
    })
}

/// The connection is lost instead of an answer.
fn lost(bench: &mut Bench, what: &str, leave: fn(Peer) -> Outcome) -> Outcome {
    let mut peer = bench.accept()?;
    hear(bench, &mut peer, "first")?;
    leave(peer)?;
    bench.close_input()?;
    let status = bench.expect_program_end(what)?;
    ensure(status == Status::Code(1), || {
        let expected = format!("an end with status 1, for {what} and nothing had come");
        Failure::new(expected, format!("it ended with {status}"))
    })
}
