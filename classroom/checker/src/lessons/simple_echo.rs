//! Lesson 1: one client, one message, one answer.

use crate::bench::Bench;
use crate::lessons::tcp_client::ends_with_error;
use crate::lessons::waiting;
use crate::part::{Check, Part};
use crate::peer::Peer;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::Doing;

/// The server's checks.
pub const SERVER: Part = Part {
    lesson: 1,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "\"hello\" is answered with \"HELLO\", and the connection ends",
            run: plain,
            causes: &[],
        },
        Check {
            id: "works-long-message",
            about: "a message of 1000 bytes is answered whole",
            run: long_message,
            causes: &[],
        },
        Check {
            id: "invalid-utf8",
            about: "bytes that are not text are answered too",
            run: server_invalid_utf8,
            causes: &[
                "the bytes are decoded strictly, to be printed or to be put into capitals, and \
                 the error ends the program",
                "the error is caught, and the message then left without an answer",
            ],
        },
    ],
};

/// The client's checks.
pub const CLIENT: Part = Part {
    lesson: 1,
    role: Role::Client,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "its message is answered, and the answer printed",
            run: client_works,
            causes: &[
                "the answer is not read, or not printed",
                "the client waits for more after the answer, and does not see the end",
            ],
        },
        Check {
            id: "connection-refused",
            about: "nobody listens at the address",
            run: client_connection_refused,
            causes: &[
                "what connect says is not looked at (connect_ex returns an error number), or its \
                 exception is swallowed",
                "the error is printed, but the program then ends as after a success",
            ],
        },
        Check {
            id: "invalid-utf8",
            about: "the answer is not text",
            run: client_invalid_utf8,
            causes: &["the answer is decoded strictly, and the error ends the program"],
        },
        Check {
            id: "peer-closed",
            about: "the server closes the connection without an answer",
            run: client_peer_closed,
            causes: &[
                "a read of zero bytes is taken for an answer that happens to be empty; it is the \
                 end of the stream",
                "the read is in a loop that does not stop at zero bytes",
            ],
        },
        Check {
            id: "peer-reset",
            about: "the connection is reset instead of answered",
            run: client_peer_reset,
            causes: &["the error of the read is caught and passed over in silence"],
        },
    ],
};

// ---- the server

fn answered(bench: &mut Bench, message: &[u8], answer: &[u8]) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send(message)?;
    peer.expect(answer, "the message in capital letters")
        .map_err(small_letters)
        .or_else(|stop| Err(why_no_answer(bench, &mut peer, stop)?))?;
    peer.finish()?;
    peer.expect_end("for there is one answer and no more").map_err(|stop| {
        let more = came(&stop);
        stop.only_cause(if more {
            "something is sent behind the answer: a newline, a zero byte, or what is left of the \
             buffer"
        } else {
            "the connection is never closed after the answer"
        })
    })
}

/// Tells whether anything came where something else was expected.
fn came(stop: &Stop) -> bool {
    let Stop::Failed(failure) = stop else { return false };
    failure.bytes.as_ref().is_some_and(|bytes| !bytes.came.is_empty())
}

/// Names the one cause, by all that was seen, of an answer's not being what it should be.
fn why_no_answer(bench: &mut Bench, peer: &mut Peer, stop: Stop) -> Outcome<Stop> {
    let came = came(&stop);
    let Stop::Failed(failure) = stop else { return Ok(stop) };
    if failure.cause.is_some() {
        return Ok(failure.into());
    }
    if came {
        return Ok(failure.only_cause(
            "the answer is not the message in capital letters, byte for byte: something is added \
             in front (b'…'), changed, or left out",
        )
        .into());
    }
    let cause = match bench.settle()? {
        Doing::Ended(status) if !status.is_success() => {
            "the program ended with an error before it had answered: see its last words"
        }
        Doing::Ended(_) => NO_ANSWER,
        Doing::Sleeps => what_draws(peer)?,
        _ => return Ok(failure.into()),
    };
    Ok(failure.only_cause(cause).into())
}

/// Why a connection ends on which nothing was sent.
const NO_ANSWER: &str = "the connection ends, and no answer was sent before: it lies in a buffer of \
                         the program's own that nobody has flushed, or it was never written";

/// Finds out what a program waits for that has been sent a whole message.
fn what_draws(peer: &mut Peer) -> Outcome<&'static str> {
    let [line, end, ..] = waiting::MISSING_DELIMITER_CAUSES else { return Ok(NO_ANSWER) };
    peer.try_send(b"\n")?;
    if !peer.receive(1)?.bytes.is_empty() {
        return Ok(line);
    }
    peer.finish()?;
    if !peer.receive(1)?.bytes.is_empty() {
        return Ok(end);
    }
    Ok(
        "the connection stays open, and no answer is sent: it lies in a buffer of the program's own, \
        or was never written",
    )
}

/// The plain exchange.
fn plain(bench: &mut Bench) -> Outcome {
    answered(bench, b"hello", b"HELLO")
}

/// The plain exchange goes well: what goes wrong then comes of what is special about a message.
fn opening(bench: &mut Bench) -> Outcome {
    plain(bench).map_err(|stop| stop.in_plain(Plain::Opening))?;
    bench.settle()?;
    bench.kill();
    bench.use_another_port(Transport::Tcp)
}

/// Names the one cause of an answer whose letters are right, but small.
fn small_letters(stop: Stop) -> Stop {
    let Stop::Failed(mut failure) = stop else { return stop };
    let bytes = failure.bytes.as_ref();
    if bytes.is_some_and(|bytes| bytes.came.eq_ignore_ascii_case(&bytes.wanted)) {
        failure.cause = Some("the letters of the message are not turned into capitals".into());
    }
    Stop::Failed(failure)
}

fn long_message(bench: &mut Bench) -> Outcome {
    opening(bench)?;
    let message: Vec<u8> = (b'a'..=b'z').cycle().take(1000).collect();
    let answer = message.to_ascii_uppercase();
    answered(bench, &message, &answer)
        .map_err(|stop| if begins(&stop, &answer) { stop.only_cause(SMALL) } else { stop })
}

/// Why only the beginning of a message is answered.
const SMALL: &str = "the buffer of the read is smaller than the message: it may have 1024 bytes";

/// Tells whether a beginning came, and no more.
fn begins(stop: &Stop, answer: &[u8]) -> bool {
    let Stop::Failed(failure) = stop else { return false };
    let came = failure.bytes.as_ref().map_or(&[][..], |bytes| &bytes.came);
    !came.is_empty() && came.len() < answer.len() && answer.starts_with(came)
}

fn server_invalid_utf8(bench: &mut Bench) -> Outcome {
    opening(bench)?;
    let mut peer = bench.connect()?;
    peer.send(b"caf\xe9 \xff\xfe!")?;
    // What stands there in place of the broken characters is left open.
    peer.expect_some("an answer, for a message is any bytes")?;
    if let Doing::Ended(status) = bench.settle()? {
        ensure(status.is_success(), || {
            Failure::new("a server that ends well after its answer", format!("{status}"))
        })?;
    }
    Ok(())
}

// ---- the client

/// Starts the client and takes its message. Some clients ask for it.
fn message(bench: &mut Bench) -> Outcome<(Peer, Vec<u8>)> {
    bench.type_line("hello")?;
    bench.close_input()?;
    let mut peer = bench.accept()?;
    let message = peer.expect_some("a message")?;
    Ok((peer, message))
}

/// Plays the good server. Returns what the client printed, without the answer in it.
fn good_run(bench: &mut Bench) -> Outcome<Vec<u8>> {
    let (mut peer, message) = message(bench)?;
    let answer = message.to_ascii_uppercase();
    peer.send(&answer)?;
    peer.close()?;
    let status = bench.expect_program_end("it has its answer")?;
    bench.expect_answer(&answer)?;
    bench.expect_zero(status)?;
    let output = bench.program()?.all_output();
    Ok(bstr::ByteSlice::replacen(output.as_slice(), answer, "", 1))
}

fn client_works(bench: &mut Bench) -> Outcome {
    good_run(bench).map(drop)
}

fn client_connection_refused(bench: &mut Bench) -> Outcome {
    message(bench)?;
    bench.kill();
    bench.listen_no_more(Transport::Tcp)?;
    bench.type_line("hello")?;
    bench.close_input()?;
    ends_with_error(bench)
}

fn client_invalid_utf8(bench: &mut Bench) -> Outcome {
    let (mut peer, _) = message(bench)?;
    peer.send(b"caf\xe9 \xff\xfe!")?;
    peer.close()?;
    let status = bench.expect_program_end("it has its answer")?;
    ensure(status.is_success(), || {
        Failure::new("a client that shows what it can", format!("it ended with {status}"))
    })
}

fn client_peer_closed(bench: &mut Bench) -> Outcome {
    noticed(bench, "the server has closed the connection", Peer::close)
}

fn client_peer_reset(bench: &mut Bench) -> Outcome {
    noticed(bench, "the connection was reset", Peer::reset)
}

/// Expects that the client says something, or ends with an error, when the server leaves.
///
/// What it prints is compared with what it prints when it is answered: one that takes nothing
/// for an answer prints the same, with nothing in it.
fn noticed(bench: &mut Bench, what: &str, leave: fn(Peer) -> Outcome) -> Outcome {
    let usual = good_run(bench).map_err(|stop| stop.in_plain(Plain::Opening))?;
    let usual = skeleton(&usual);
    bench.kill();
    let (peer, _) = message(bench)?;
    leave(peer)?;
    let status = bench.expect_program_end(what)?;
    let expected = format!("a client that says that {what}");
    ensure(!status.has_crashed(), || {
        Failure::new(expected.as_str(), format!("it was ended by {status}"))
    })?;
    let output = bench.program()?.all_output();
    ensure(!status.is_success() || !usual.starts_with(&skeleton(&output)), || {
        let observed = match output.trim_ascii() {
            [] => "it ended with status 0 and said nothing, as if all were well",
            _ => "it ended with status 0 and printed an answer with nothing in it",
        };
        Failure::new(expected.as_str(), observed)
    })
}

/// What is left of an output without what may differ from run to run: numbers and blanks.
fn skeleton(output: &[u8]) -> Vec<u8> {
    let stays = |byte: &u8| !byte.is_ascii_digit() && !byte.is_ascii_whitespace();
    output.iter().copied().filter(stays).collect()
}
