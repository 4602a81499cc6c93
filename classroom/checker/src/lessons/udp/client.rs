//! The checks of the client that asks once.

use crate::lessons::requesting::{self, Client};
use crate::lessons::{Check, Part, asking, waiting};
use crate::role::{Role, Transport};

/// The client's checks.
pub const CLIENT: Part = Part {
    lesson: 8,
    role: Role::Client,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "it sends a datagram, prints the answer, and ends",
            run: |bench| requesting::works(bench, HELLO),
            causes: &["the answer is not received, or not printed"],
        },
        waiting::busy_client_check(|bench| requesting::busy_wait(bench, HELLO)),
        asking::stale_bytes_check(|bench| requesting::stale_bytes(bench, HELLO)),
        Check {
            id: "lost-datagram",
            about: "no answer comes, and the client gives up and says so",
            run: |bench| requesting::lost_datagram(bench, HELLO),
            causes: requesting::LOST_DATAGRAM_CAUSES,
        },
        Check {
            id: "stray-datagram",
            about: "a stranger answers before the server does",
            run: |bench| requesting::stray_datagram(bench, HELLO),
            causes: requesting::STRAY_DATAGRAM_CAUSES,
        },
        Check {
            id: "truncated-datagram",
            about: "a long answer comes, and is printed whole",
            run: |bench| requesting::truncated_datagram(bench, HELLO),
            causes: requesting::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "invalid-utf8",
            about: "the answer is not text",
            run: |bench| requesting::invalid_utf8(bench, HELLO),
            causes: requesting::INVALID_UTF8_CAUSES,
        },
    ],
};

const HELLO: Client =
    Client { before: &[], typed: false, wrapped: false, first: None, repeats: true, short: true };
