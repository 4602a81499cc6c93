//! Exercise 3b: a server that connects clients in pairs.

use crate::bench::Bench;
use crate::lessons::tcp_server::goes_on;
use crate::part::{Check, Part};
use crate::peer::{Peer, Then};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 3,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "two clients come, and each hears what the other says, by turns",
            run: |bench| pair(bench).map(drop),
            causes: &[
                "a client hears itself, and not its partner",
                "only one direction is passed on, or one only when the other has ended",
            ],
        },
        Check {
            id: "works-early-words",
            about: "a client speaks before its partner has come, and is heard by it",
            run: early_words,
            causes: &["the server reads from the first client while it waits for the second"],
        },
        Check {
            id: "works-both-at-once",
            about: "one client says nothing, and its partner says one thing after another",
            run: talks_alone,
            causes: &[
                "one thread serves both by turns: it waits for a client that has nothing to say",
            ],
        },
        Check {
            id: "one-client-blocks-all",
            about: "a second pair comes while the first is still connected",
            run: second_pair,
            causes: &[
                "the pair is served where clients are accepted: the next two wait for its end",
                "the server waits for its threads (join) before it accepts again",
            ],
        },
        Check {
            id: "half-close",
            about: "one ends its side; its partner finds the end, and can still answer",
            run: half_close,
            causes: &[
                "the end of what one says is not passed on: a copy of the connection stays open, so \
                 that dropping one handle does not end it",
                "both directions are ended when one of them has come to its end",
            ],
        },
        Check {
            id: "peer-reset",
            about: "one of a pair vanishes; its partner is let go, and the next pair is served",
            run: peer_reset,
            causes: &[
                "the error of one direction leaves the other direction waiting for ever, until the \
                 partner says something",
                "the error ends the server",
            ],
        },
        Check {
            id: "invalid-utf8",
            about: "bytes that are not text are passed on as they are",
            run: |bench| {
                let (mut first, mut second) = pair(bench)?;
                passes(&mut first, &mut second, b"caf\xe9 \xff\xfe")
            },
            causes: &["what is passed on is turned into text on its way"],
        },
    ],
};

/// Says something, and expects that the other hears it.
fn passes(from: &mut Peer, to: &mut Peer, words: &[u8]) -> Outcome {
    from.send(words)?;
    to.expect(words, "what the partner said")
}

/// Two clients come and talk.
fn pair(bench: &mut Bench) -> Outcome<(Peer, Peer)> {
    let mut first = bench.connect()?;
    let mut second = bench.connect()?;
    passes(&mut first, &mut second, b"hello, who is there?")?;
    passes(&mut second, &mut first, b"it is me")?;
    passes(&mut first, &mut second, b"how nice")?;
    Ok((first, second))
}

fn early_words(bench: &mut Bench) -> Outcome {
    let mut first = bench.connect()?;
    first.send("is nobody there?")?;
    bench.settle()?;
    let mut second = bench.connect()?;
    second.expect("is nobody there?", "what the partner said before")?;
    passes(&mut second, &mut first, b"now I am")
}

fn talks_alone(bench: &mut Bench) -> Outcome {
    let (mut first, mut second) = pair(bench)?;
    for words in ["one", "two", "three"] {
        passes(&mut second, &mut first, words.as_bytes())?;
    }
    for words in ["four", "five", "six"] {
        passes(&mut first, &mut second, words.as_bytes())?;
    }
    Ok(())
}

fn second_pair(bench: &mut Bench) -> Outcome {
    let (mut first, mut second) = pair(bench)?;
    pair(bench)?;
    passes(&mut first, &mut second, b"still here?")?;
    passes(&mut second, &mut first, b"yes")
}

fn half_close(bench: &mut Bench) -> Outcome {
    let (mut first, mut second) = pair(bench)?;
    first.send("that was all")?;
    first.finish()?;
    second.expect("that was all", "what the partner said last")?;
    second.expect_end("for the partner has finished")?;
    passes(&mut second, &mut first, b"an answer all the same")?;
    second.finish()?;
    first.expect_end("for both have finished")
}

fn peer_reset(bench: &mut Bench) -> Outcome {
    let (first, mut second) = pair(bench)?;
    first.reset()?;
    let arrival = second.receive(1024)?;
    ensure(matches!(arrival.then, Then::End | Then::Reset), || {
        let expected = "the end of the connection, for the partner has vanished";
        Failure::new(expected, second.what(&arrival.then)).bytes([], arrival.bytes.as_slice())
    })?;
    goes_on(bench, "a server that survives the reset of one connection")?;
    // It has been let go both ways: what it says now meets nobody and is answered with a reset,
    // so that the next write fails.
    second.send("are you still there?")?;
    bench.settle()?;
    let (_, then) = second.try_send(b"hello?")?;
    ensure(matches!(then, Then::Reset), || {
        let expected = "a connection that is closed both ways, for the partner has vanished";
        Failure::new(expected, "the server still reads what the other one says")
    })?;
    pair(bench).map(drop)
}
