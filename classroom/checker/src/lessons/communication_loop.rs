//! Lesson 2: the same connection, message after message.

use crate::bench::Bench;
use crate::lessons::{echo, tcp_client, waiting};
use crate::part::{Check, Part};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};
use crate::watch::Doing;

/// The server's checks. It may end after one client.
pub const SERVER: Part = Part {
    lesson: 2,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "several messages on one connection are answered in capital letters",
            run: echo::several_messages,
            causes: echo::WORKS_CAUSES,
        },
        waiting::busy_server_check(|bench| waiting::busy_server(bench, echo::HELLO)),
        Check {
            id: "stale-bytes",
            about: "a short message comes after a long one, and nothing hangs on its answer",
            run: echo::stale_bytes,
            causes: tcp_client::STALE_BYTES_CAUSES,
        },
        waiting::missing_delimiter_check(|bench| waiting::missing_delimiter(bench, echo::CROWD)),
        waiting::unflushed_write_check(|bench| waiting::unflushed_write(bench, echo::CROWD)),
        Check {
            id: "invalid-utf8",
            about: "bytes that are not text are answered too, and the next message as well",
            run: echo::invalid_utf8,
            causes: echo::INVALID_UTF8_CAUSES,
        },
        Check {
            id: "peer-closed",
            about: "the client leaves, and the server notices",
            run: peer_closed,
            causes: &[
                "a read of zero bytes is taken for an empty message, and read again, for ever",
                "the server answers the zero bytes, and the error of that write ends it",
            ],
        },
        Check {
            id: "peer-reset",
            about: "the client vanishes, and the server does not crash",
            run: peer_reset,
            causes: &[
                "the error of a connection that was reset is not expected anywhere, and brings \
                 the program down before it can say why",
            ],
        },
    ],
};

/// The client's checks.
pub const CLIENT: Part =
    Part { lesson: 2, role: Role::Client, transport: Transport::Tcp, checks: echo::CLIENT };

/// The checks of the server whose operator types each answer.
pub const REPLY_SERVER: Part = Part {
    lesson: 2,
    role: Role::ReplyServer,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "each message is answered with what the operator types",
            run: echo::typed_answers,
            causes: echo::TYPED_CAUSES,
        },
        Check {
            id: "empty-message",
            about: "the operator's empty answer is asked for again, or hangs up",
            run: echo::empty_answer,
            causes: echo::EMPTY_ANSWER_CAUSES,
        },
    ],
};

fn peer_closed(bench: &mut Bench) -> Outcome {
    echo::served(bench)?.close()?;
    ends_or_waits(bench, "a server that notices that its client has left")
}

fn peer_reset(bench: &mut Bench) -> Outcome {
    echo::served(bench)?.reset()?;
    ends_or_waits(bench, "a server that ends the conversation, and says why if it ends with it")
}

/// Expects that the program neither spins nor crashes.
fn ends_or_waits(bench: &mut Bench, expected: &str) -> Outcome {
    let doing = bench.settle()?;
    let program = bench.program()?;
    let observed = match doing {
        Doing::Spins(time) => {
            let time = time.as_secs_f64();
            Some(format!("the program spins: {time:.1} s of processor time, for nothing"))
        }
        // One that tells of each zero bytes has no time to spin.
        Doing::Floods => Some("the program prints, and comes to no end".into()),
        _ => None,
    };
    if let Some(observed) = observed {
        return Err(Failure::new(expected, observed).into());
    }
    ensure(!program.has_crashed(), || {
        let how = program.status().map(|status| status.to_string()).unwrap_or_default();
        let words = program.last_words().unwrap_or_else(|| "none".into());
        Failure::new(expected, format!("it crashed, with {how}. Its last words: {words}"))
    })
}
