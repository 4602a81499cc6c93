//! Exercise 6: a server that tells in the header how a command has ended.

use md5::{Digest, Md5};

use crate::bench::Bench;
use crate::exercises::headers::{expect, expect_body, receive};
use crate::lessons::exchange::Exchange;
use crate::lessons::tcp_server;
use crate::part::{Check, Part};
use crate::peer::Peer;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, Stop, ensure};

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 6,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "a command is run, and answered with its status, 0, and what it prints",
            run: |bench| replies(bench, &[("echo hello", 0, &line("hello"))]),
            causes: &[
                "the header has no status, or one that is a text and no integer",
                "total_size is not the length of what stands behind the header",
            ],
        },
        Check {
            id: "works-status",
            about: "commands end with 3, with 1 and with 0, and the header says so",
            run: |bench| {
                replies(bench, &[("exit 3", 3, b""), ("exit 1", 1, b""), ("exit 0", 0, b"")])
            },
            causes: &[
                "whether the command has succeeded is told, and not its status",
                "the status of an earlier command is told",
            ],
        },
        Check {
            id: "works-output-and-status",
            about: "a command prints to stdout and to stderr, and then ends with 7",
            run: |bench| {
                unix_shell()?;
                replies(bench, &[("echo err >&2; echo out; exit 7", 7, b"out\nerr\n")])
            },
            causes: &[
                "the output of a command that fails is left out",
                "what the command writes to stderr is left out, or stands before its stdout",
            ],
        },
        Check {
            id: "works-signal",
            about: "a command is ended by signal 9, which is told as -9",
            run: |bench| {
                unix_shell()?;
                replies(bench, &[("echo last words; kill -9 $$", -9, b"last words\n")])
            },
            causes: &[
                "a command that a signal has ended has no exit status: code() is None then",
                "the number of the signal is told without its minus",
            ],
        },
        Check {
            id: "works-md5",
            about: "the header tells the md5 of what stands behind it",
            run: md5,
            causes: &["the md5 is that of stdout alone, or is no longer in the header"],
        },
        Check {
            id: "pipe-deadlock",
            about: "a command prints more than fits into a pipe, to stderr and to stdout",
            run: pipe_deadlock,
            causes: &[
                "one of the pipes is read to its end before the other, or none before the end",
            ],
        },
        Check {
            id: "inherited-stdin",
            about: "a command reads its input, and finds its end",
            run: |bench| {
                unix_shell()?;
                replies(bench, &[("cat", 0, b""), ("echo hello", 0, b"hello\n")])
            },
            causes: &[
                "the command inherits the server's own input, and waits for what is typed there",
            ],
        },
        Check {
            id: "invalid-utf8",
            about: "a command prints what is not text",
            run: |bench| {
                unix_shell()?;
                replies(bench, &[("printf 'caf\\351'", 0, b"caf\xe9")])
            },
            causes: &["what the command prints is turned into text"],
        },
        Check {
            id: "peer-closed",
            about: "a client leaves, and the next one is served",
            run: |bench| tcp_server::peer_closed(bench, HELLO),
            causes: tcp_server::PEER_CLOSED_CAUSES,
        },
    ],
};

const WHAT: &str = "what the command prints, behind its header";

const HELLO: Exchange =
    Exchange { ask: b"echo hello", hear: |peer| reply(peer, 0, &line("hello")) };

/// A line as `echo` prints it.
fn line(text: &str) -> Vec<u8> {
    format!("{text}{}", if cfg!(windows) { "\r\n" } else { "\n" }).into_bytes()
}

fn unix_shell() -> Outcome {
    if cfg!(unix) { Ok(()) } else { Err(Stop::Skipped("it needs the shell of a Unix".into())) }
}

/// Expects a reply with this status and this body.
fn reply(peer: &mut Peer, status: i32, body: &[u8]) -> Outcome {
    let header = expect_body(peer, &["total_size"], body, WHAT)?;
    expect(&header, "status", &status.into())
}

/// Sends commands on one connection, and expects their replies.
fn replies(bench: &mut Bench, commands: &[(&str, i32, &[u8])]) -> Outcome {
    let mut peer = bench.connect()?;
    for (command, status, body) in commands {
        peer.send(command)?;
        reply(&mut peer, *status, body)?;
    }
    Ok(())
}

fn md5(bench: &mut Bench) -> Outcome {
    unix_shell()?;
    let mut peer = bench.connect()?;
    // Were there nothing on stderr, the md5 of stdout alone would do.
    peer.send("echo out; echo err >&2")?;
    let header = receive(&mut peer)?;
    let body = peer.receive_exactly("out\nerr\n".len())?.bytes;
    let wanted: String = Md5::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    let told = header.get("md5").and_then(|md5| md5.as_str());
    ensure(told.is_some_and(|told| told.eq_ignore_ascii_case(&wanted)), || {
        let observed = told.map_or("there is none".into(), |told| format!("it is {told}"));
        Failure::new(format!("an md5 in the header, which is {wanted}"), observed)
    })
}

fn pipe_deadlock(bench: &mut Bench) -> Outcome {
    unix_shell()?;
    let numbers: String = (1..=30_000).map(|number| format!("{number}\n")).collect();
    let twice = numbers.repeat(2);
    let command = "seq 1 30000 >&2; seq 1 30000; exit 5";
    replies(bench, &[(command, 5, twice.as_bytes())])
}
