//! The checks of the server that answers `hi`.

use crate::lessons::udp_server::{self, Exchange};
use crate::lessons::{lasting, tcp_client, waiting};
use crate::part::{Check, Part};
use crate::role::{Role, Transport};

/// The server's checks.
pub const SERVER: Part = Part {
    lesson: 8,
    role: Role::Server,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "two clients send in turns, and each is answered \"hi\"",
            run: |bench| udp_server::works(bench, HELLO),
            causes: &[
                "the answer is not hi, or goes to another client than the one that has asked",
                "the server ends after its first datagram",
            ],
        },
        waiting::busy_server_check(|bench| udp_server::busy_wait(bench, HELLO)),
        lasting::interrupted_call_check(|bench| udp_server::interrupted_call(bench, HELLO)),
        Check {
            id: "stale-bytes",
            about: "a short datagram comes after a long one, and nothing hangs on it",
            run: |bench| {
                udp_server::stale_bytes(bench, HELLO, b"the longest of all messages", b"short")
            },
            causes: tcp_client::STALE_BYTES_CAUSES,
        },
        Check {
            id: "empty-datagram",
            about: "a datagram of zero bytes is answered too",
            run: |bench| udp_server::empty_datagram(bench, HELLO),
            causes: udp_server::EMPTY_DATAGRAM_CAUSES,
        },
        Check {
            id: "truncated-datagram",
            about: "a long datagram comes, and is printed whole",
            run: |bench| udp_server::truncated_datagram(bench, HELLO),
            causes: udp_server::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "invalid-utf8",
            about: "bytes that are not text are answered too",
            run: |bench| udp_server::invalid_utf8(bench, HELLO, b"caf\xe9 \xff\xfe!"),
            causes: udp_server::INVALID_UTF8_CAUSES,
        },
    ],
};

const HELLO: Exchange = Exchange {
    ask: b"hello",
    hear: |_, caller| caller.expect("hi", "the answer \"hi\""),
    hear_any: |_, caller| caller.expect("hi", "the answer \"hi\", whatever was sent"),
};
