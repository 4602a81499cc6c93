//! The checks of the client that asks once.

use crate::lessons::udp_client::{self, Client};
use crate::lessons::{lasting, tcp_client, waiting};
use crate::part::{Check, Part};
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
            run: |bench| udp_client::works(bench, HELLO),
            causes: &["the answer is not received, or not printed"],
        },
        waiting::busy_client_check(|bench| udp_client::busy_wait(bench, HELLO)),
        lasting::client_interrupted_call_check(|bench| udp_client::interrupted_call(bench, HELLO)),
        tcp_client::stale_bytes_check(|bench| udp_client::stale_bytes(bench, HELLO)),
        Check {
            id: "lost-datagram",
            about: "no answer comes, and the client gives up and says so",
            run: |bench| udp_client::lost_datagram(bench, HELLO),
            causes: udp_client::LOST_DATAGRAM_CAUSES,
        },
        Check {
            id: "stray-datagram",
            about: "a stranger answers before the server does",
            run: |bench| udp_client::stray_datagram(bench, HELLO),
            causes: udp_client::STRAY_DATAGRAM_CAUSES,
        },
        Check {
            id: "truncated-datagram",
            about: "a long answer comes, and is printed whole",
            run: |bench| udp_client::truncated_datagram(bench, HELLO),
            causes: udp_client::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "invalid-utf8",
            about: "the answer is not text",
            run: |bench| udp_client::invalid_utf8(bench, HELLO),
            causes: udp_client::INVALID_UTF8_CAUSES,
        },
    ],
};

const HELLO: Client =
    Client { before: &[], typed: false, wrapped: false, first: None, repeats: true, short: true };
