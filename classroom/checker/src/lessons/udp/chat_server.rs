//! The checks of the chat's server, whose operator answers each message.

use crate::bench::Bench;
use crate::datagrams::Caller;
use crate::lessons::answering::{self, Exchange};
use crate::lessons::{Check, Part, asking, waiting};
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// The checks of the chat's server.
pub const CHAT_SERVER: Part = Part {
    lesson: 8,
    role: Role::ChatServer,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "two clients send in turns, and each gets what the operator types",
            run: |bench| answering::works(bench, TYPED),
            causes: &[
                "the typed answer is not sent as it is: its newline goes along, or a name is added",
                "the answer goes to another client than the one that has written",
            ],
        },
        Check {
            id: "works-in-turn",
            about: "a message comes while the operator types, and is answered in its turn",
            run: waiting_message,
            causes: &["the answer goes to whoever has written last"],
        },
        waiting::busy_server_check(|bench| answering::busy_wait(bench, TYPED)),
        Check {
            id: "stale-bytes",
            about: "a short datagram comes after a long one, and nothing hangs on it",
            run: |bench| {
                answering::stale_bytes(bench, TYPED, b"the longest of all messages", b"short")
            },
            causes: asking::STALE_BYTES_CAUSES,
        },
        Check {
            id: "empty-datagram",
            about: "a datagram of zero bytes comes, and is answered too",
            run: |bench| answering::empty_datagram(bench, TYPED),
            causes: answering::EMPTY_DATAGRAM_CAUSES,
        },
        Check {
            id: "truncated-datagram",
            about: "a long message comes, and is printed whole",
            run: |bench| answering::truncated_datagram(bench, TYPED),
            causes: answering::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "invalid-utf8",
            about: "bytes that are not text are answered too",
            run: |bench| answering::invalid_utf8(bench, TYPED, b"caf\xe9 \xff\xfe!"),
            causes: answering::INVALID_UTF8_CAUSES,
        },
    ],
};

const TYPED: Exchange = Exchange { ask: b"hello", hear: typed, hear_any: typed };

fn typed(bench: &mut Bench, caller: &mut Caller) -> Outcome {
    answered(bench, caller, "good day")
}

fn answered(bench: &mut Bench, caller: &mut Caller, answer: &str) -> Outcome {
    bench.type_line(answer)?;
    caller.expect(answer, "what the operator typed")
}

fn waiting_message(bench: &mut Bench) -> Outcome {
    let mut first = answering::next_client(bench, TYPED)?;
    let mut second = Caller::new(bench)?;
    first.send("how are you?")?;
    bench.settle()?;
    second.send("is anybody there?")?;
    bench.settle()?;
    answered(bench, &mut first, "fine")?;
    answered(bench, &mut second, "yes")
}
