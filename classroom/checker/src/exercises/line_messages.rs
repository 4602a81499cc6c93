//! Exercise 2: a server that answers line by line.

use bstr::ByteSlice;

use crate::bench::Bench;
use crate::part::{Check, Part};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, Stop};

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 2,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "lines come one by one, and each is answered with its length and itself",
            run: works,
            causes: &[
                "the newline is counted, or left in the answer, or none is put behind the answer",
                "only the first line is answered: the loop ends too early",
            ],
        },
        Check {
            id: "works-empty-line",
            about: "an empty line is a message of 0 bytes",
            run: |bench| answered(bench, &[b"\n"], b"0 \n"),
            causes: &["a line of no bytes is taken for the end of the client"],
        },
        Check {
            id: "works-long-line",
            about: "a line of 5000 bytes is answered whole",
            run: long_line,
            causes: &["a line is taken for whole when the buffer is full, though no newline came"],
        },
        Check {
            id: "coalesced-messages",
            about: "three lines come in one piece",
            run: |bench| answered(bench, &[b"one\ntwo\nthree\n"], b"3 one\n3 two\n5 three\n"),
            causes: &[
                "one read is taken for one message: what stands behind the first newline is lost, \
                 or answered together with it",
            ],
        },
        Check {
            id: "short-read",
            about: "two lines arrive a byte at a time",
            run: short_read,
            causes: &[
                "one read is taken for one message: a read may bring less than a line",
                "what was read before the newline came is forgotten at the next read",
            ],
        },
        Check {
            id: "leftover-bytes",
            about: "a piece ends in the middle of a line, the next brings its rest and one more",
            run: |bench| answered(bench, &[b"ab\ncd", b"ef\ngh\n"], b"2 ab\n4 cdef\n2 gh\n"),
            causes: &[
                "what stands behind a newline is thrown away instead of kept for the next line",
            ],
        },
        Check {
            id: "wrong-count",
            about: "a line has more bytes than characters",
            run: |bench| {
                answered(bench, &["naïve 粘包\n".as_bytes()], "13 naïve 粘包\n".as_bytes())
            },
            causes: &["characters are counted, and not bytes"],
        },
        Check {
            id: "invalid-utf8",
            about: "a line that is not text goes back as it came",
            run: |bench| answered(bench, &[b"Ren\xe9 \xff\n"], b"6 Ren\xe9 \xff\n"),
            causes: &["the line is turned into text, which replaces what is none, or fails"],
        },
        Check {
            id: "half-close",
            about: "the client ends its side behind two lines, and both are answered",
            run: |bench| ended(bench, b"one\ntwo\n", b"3 one\n3 two\n"),
            causes: &["at the end of the stream the lines that were read before are not looked at"],
        },
        Check {
            id: "closed-mid-message",
            about: "the client ends within a line, which is not answered; the program ends well",
            run: |bench| ended(bench, b"hello\nhal", b"5 hello\n"),
            causes: &[
                "what is left over at the end is answered as if it were a line",
                "a read of zero bytes is not looked at, and the program reads on for ever",
            ],
        },
    ],
};

/// The mistake of whoever answers nothing, again and again.
const FOUND_AGAIN: &str = "the newline stays in front of what is left over, and is found there for ever: \
                           each time it ends a line of no bytes";

const WHAT: &str = "each line with its number of bytes in front";

fn works(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    for (line, answer) in [("hello\n", "5 hello\n"), ("a second line\n", "13 a second line\n")] {
        peer.send(line)?;
        peer.expect(answer, WHAT).map_err(|stop| match stop {
            Stop::Failed(failure) if floods(&failure) => failure.only_cause(FOUND_AGAIN).into(),
            stop => stop,
        })?;
    }
    Ok(())
}

/// Whether line after line of nothing comes.
fn floods(failure: &Failure) -> bool {
    failure.bytes.as_ref().is_some_and(|bytes| bytes.came.contains_str(b"0 \n0 \n"))
}

/// Sends pieces, each when the one before was read, and expects the answers. The connection
/// lives on, as another line shows.
fn answered(bench: &mut Bench, pieces: &[&[u8]], answers: &[u8]) -> Outcome {
    let mut peer = bench.connect()?;
    match pieces {
        [one] => peer.send(one)?,
        _ => peer.send_pieces(pieces)?,
    }
    peer.expect(answers, WHAT)?;
    peer.send("again\n")?;
    peer.expect("5 again\n", "the answer to one more line, and nothing else before it")
}

fn long_line(bench: &mut Bench) -> Outcome {
    let line: String = ('a'..='z').cycle().take(5000).collect();
    let answer = format!("5000 {line}\n");
    answered(bench, &[format!("{line}\n").as_bytes()], answer.as_bytes())
}

fn short_read(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send_bytewise("grün\nabc\n".as_bytes())?;
    peer.expect("5 grün\n3 abc\n", WHAT)
}

/// Sends, ends our side, and expects the answers and the program's end.
fn ended(bench: &mut Bench, bytes: &[u8], answers: &[u8]) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send(bytes)?;
    peer.finish()?;
    peer.expect(answers, WHAT)?;
    peer.expect_end("for the client has ended its side")?;
    bench.expect_good_end("its client has left")
}
