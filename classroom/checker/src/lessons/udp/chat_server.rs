//! The checks of the chat's server, whose operator answers each message.

use crate::bench::Bench;
use crate::datagrams::Caller;
use crate::lessons::udp_server::{self, Exchange};
use crate::lessons::{lasting, tcp_client, waiting};
use crate::part::{Check, Part};
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
            run: |bench| udp_server::works(bench, TYPED),
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
        waiting::busy_server_check(|bench| udp_server::busy_wait(bench, TYPED)),
        lasting::interrupted_call_check(|bench| udp_server::interrupted_call(bench, TYPED)),
        Check {
            id: "stale-bytes",
            about: "a short datagram comes after a long one, and nothing hangs on it",
            run: |bench| {
                udp_server::stale_bytes(bench, TYPED, b"the longest of all messages", b"short")
            },
            causes: tcp_client::STALE_BYTES_CAUSES,
        },
        Check {
            id: "empty-datagram",
            about: "a datagram of zero bytes comes, and is answered too",
            run: |bench| udp_server::empty_datagram(bench, TYPED),
            causes: udp_server::EMPTY_DATAGRAM_CAUSES,
        },
        Check {
            id: "truncated-datagram",
            about: "a long message comes, and is printed whole",
            run: |bench| udp_server::truncated_datagram(bench, TYPED),
            causes: udp_server::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "invalid-utf8",
            about: "bytes that are not text are answered too",
            run: |bench| udp_server::invalid_utf8(bench, TYPED, b"caf\xe9 \xff\xfe!"),
            causes: udp_server::INVALID_UTF8_CAUSES,
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
    let mut first = udp_server::next_client(bench, TYPED)?;
    let mut second = Caller::new(bench)?;
    first.send("how are you?")?;
    bench.settle()?;
    second.send("is anybody there?")?;
    bench.settle()?;
    answered(bench, &mut first, "fine")?;
    answered(bench, &mut second, "yes")
        .map_err(|stop| udp_server::unless_first_only(bench, TYPED, stop))
}
