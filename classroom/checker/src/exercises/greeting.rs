//! Exercise 1: a server that greets one client by its name.

use crate::bench::Bench;
use crate::part::{Check, Part};
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 1,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "\"Ada\" and a newline are answered with \"hello, Ada\" and a newline",
            run: |bench| greeted(bench, b"Ada\n", b"hello, Ada\n"),
            causes: &[
                "the newline that the client sends is left in the greeting, or none is put behind it",
                "the whole buffer goes back, and not only the bytes that were read",
            ],
        },
        Check {
            id: "works-blanks",
            about: "blanks and a carriage return around the name are no part of it",
            run: |bench| greeted(bench, b"  Ada Lovelace \r\n", b"hello, Ada Lovelace\n"),
            causes: &["only the last byte of the line is taken away"],
        },
        Check {
            id: "works-empty-line",
            about: "an empty line is answered with \"hello, stranger\" and a newline",
            run: |bench| greeted(bench, b"\n", b"hello, stranger\n"),
            causes: &[
                "whether the name is empty is asked before the newline is taken away",
                "an empty line is taken for the client's leaving, which is a read of zero bytes",
            ],
        },
        Check {
            id: "invalid-utf8",
            about: "a name that is not text goes back as it came",
            run: |bench| greeted(bench, b"Ren\xe9 \xff\n", b"hello, Ren\xe9 \xff\n"),
            causes: &[
                "the name is turned into text, which replaces what is none, or fails: keep the bytes",
            ],
        },
        Check {
            id: "peer-closed",
            about: "a client leaves without a word, and the program ends well",
            run: peer_closed,
            causes: &[
                "a read of zero bytes is taken for an empty line, and answered",
                "the read is in a loop that waits for a newline which will never come",
            ],
        },
    ],
};

fn greeted(bench: &mut Bench, line: &[u8], greeting: &[u8]) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send(line)?;
    peer.expect(greeting, "the greeting, and a newline")?;
    peer.expect_end("for there is one greeting and no more")?;
    bench.expect_good_end("its client was greeted")
}

fn peer_closed(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    peer.finish()?;
    peer.expect_end("without an answer, for nothing was asked")?;
    bench.expect_good_end("its client has left")
}
