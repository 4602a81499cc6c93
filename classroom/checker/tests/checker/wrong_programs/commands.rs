//! Lessons 4 to 6.

use super::Wrong;
use crate::harness::Program;

/// The faulty server of a lesson, with this fault.
macro_rules! server {
    ($lesson:literal, $name:literal, $id:literal) => {
        Wrong {
            lesson: $lesson,
            role: "server",
            id: $id,
            program: Program::Rust($name),
            arguments: &[
                "{address}",
                "--timeout",
                "{timeout}",
                "--time-limit",
                "{limit}",
                "--fault",
                $id,
            ],
            also: &[],
        }
    };
}

/// The faulty client of a lesson, with this fault.
macro_rules! client {
    ($lesson:literal, $name:literal, $id:literal) => {
        Wrong {
            lesson: $lesson,
            role: "client",
            id: $id,
            program: Program::Rust($name),
            arguments: &["{address}", "--fault", $id],
            also: &[],
        }
    };
}

/// The server in Python that has this mistake, which is one of plain good runs.
macro_rules! plain_server {
    ($lesson:literal, $id:literal) => {
        Wrong {
            lesson: $lesson,
            role: "server",
            id: $id,
            program: Program::Python("wrong/command_server.py"),
            arguments: &["{host}", "{port}", stringify!($lesson), $id, "{timeout}", "{limit}"],
            also: &[],
        }
    };
}

/// The client in Python that has this mistake, which is one of plain good runs.
macro_rules! plain_client {
    ($lesson:literal, $id:literal) => {
        Wrong {
            lesson: $lesson,
            role: "client",
            id: $id,
            program: Program::Python("wrong/framed_client.py"),
            arguments: &["{host}", "{port}", stringify!($lesson), $id],
            also: &[],
        }
    };
}

/// All of them.
pub const WRONG: &[Wrong] = &[
    server!(4, "faulty-sticky-packets-server", "empty-message"),
    plain_server!(4, "works"),
    plain_server!(4, "works-next-client"),
    server!(4, "faulty-sticky-packets-server", "invalid-utf8"),
    server!(4, "faulty-sticky-packets-server", "address-in-use"),
    // A client that is not let go keeps out the next one.
    Wrong {
        also: &["works-next-client"],
        ..server!(4, "faulty-sticky-packets-server", "peer-closed")
    },
    server!(4, "faulty-sticky-packets-server", "peer-reset"),
    server!(4, "faulty-sticky-packets-server", "write-after-close"),
    server!(4, "faulty-sticky-packets-server", "half-close"),
    server!(4, "faulty-sticky-packets-server", "silent-peer"),
    server!(4, "faulty-sticky-packets-server", "pipe-deadlock"),
    server!(4, "faulty-sticky-packets-server", "inherited-stdin"),
    server!(4, "faulty-sticky-packets-server", "endless-command"),
    server!(4, "faulty-sticky-packets-server", "exposed-shell"),
    client!(4, "faulty-sticky-packets-client", "connection-refused"),
    Wrong {
        also: &[],
        program: Program::Python("wrong/newline_client.py"),
        arguments: &["{host}", "{port}"],
        ..plain_client!(4, "works")
    },
    client!(4, "faulty-sticky-packets-client", "empty-message"),
    client!(4, "faulty-sticky-packets-client", "invalid-utf8"),
    client!(4, "faulty-sticky-packets-client", "peer-closed"),
    client!(4, "faulty-sticky-packets-client", "peer-reset"),
    server!(5, "faulty-struct-header-server", "stalled-write"),
    plain_server!(5, "works"),
    plain_server!(5, "works-no-output"),
    plain_server!(5, "works-next-client"),
    server!(5, "faulty-struct-header-server", "invalid-utf8"),
    server!(5, "faulty-struct-header-server", "address-in-use"),
    // A client that is not let go keeps out the next one.
    Wrong {
        also: &["works-next-client"],
        ..server!(5, "faulty-struct-header-server", "peer-closed")
    },
    server!(5, "faulty-struct-header-server", "peer-reset"),
    server!(5, "faulty-struct-header-server", "write-after-close"),
    server!(5, "faulty-struct-header-server", "half-close"),
    server!(5, "faulty-struct-header-server", "silent-peer"),
    server!(5, "faulty-struct-header-server", "pipe-deadlock"),
    server!(5, "faulty-struct-header-server", "inherited-stdin"),
    server!(5, "faulty-struct-header-server", "endless-command"),
    server!(5, "faulty-struct-header-server", "exposed-shell"),
    server!(5, "faulty-struct-header-server", "partial-write"),
    server!(5, "faulty-struct-header-server", "wrong-byte-order"),
    server!(5, "faulty-struct-header-server", "wrong-count"),
    client!(5, "faulty-struct-header-client", "closed-mid-message"),
    plain_client!(5, "works"),
    plain_client!(5, "works-no-output"),
    client!(5, "faulty-struct-header-client", "connection-refused"),
    client!(5, "faulty-struct-header-client", "empty-message"),
    client!(5, "faulty-struct-header-client", "invalid-utf8"),
    client!(5, "faulty-struct-header-client", "peer-closed"),
    client!(5, "faulty-struct-header-client", "peer-reset"),
    // Both stop before the end of a long answer.
    Wrong { also: &["wrong-count"], ..client!(5, "faulty-struct-header-client", "leftover-bytes") },
    client!(5, "faulty-struct-header-client", "coalesced-messages"),
    client!(5, "faulty-struct-header-client", "split-character"),
    client!(5, "faulty-struct-header-client", "short-read"),
    // It understands no answer at all.
    Wrong { also: &["works"], ..client!(5, "faulty-struct-header-client", "wrong-byte-order") },
    client!(5, "faulty-struct-header-client", "oversized-length"),
    client!(5, "faulty-struct-header-client", "negative-length"),
    // Whoever miscounts reads does so byte by byte as well.
    Wrong {
        also: &["short-read", "leftover-bytes"],
        ..client!(5, "faulty-struct-header-client", "wrong-count")
    },
    server!(6, "faulty-dict-header-server", "wrong-count"),
    plain_server!(6, "works"),
    plain_server!(6, "works-no-output"),
    plain_server!(6, "works-next-client"),
    server!(6, "faulty-dict-header-server", "invalid-utf8"),
    server!(6, "faulty-dict-header-server", "address-in-use"),
    // A client that is not let go keeps out the next one.
    Wrong {
        also: &["works-next-client"],
        ..server!(6, "faulty-dict-header-server", "peer-closed")
    },
    server!(6, "faulty-dict-header-server", "peer-reset"),
    server!(6, "faulty-dict-header-server", "write-after-close"),
    server!(6, "faulty-dict-header-server", "half-close"),
    server!(6, "faulty-dict-header-server", "silent-peer"),
    server!(6, "faulty-dict-header-server", "pipe-deadlock"),
    server!(6, "faulty-dict-header-server", "inherited-stdin"),
    server!(6, "faulty-dict-header-server", "endless-command"),
    server!(6, "faulty-dict-header-server", "exposed-shell"),
    server!(6, "faulty-dict-header-server", "stalled-write"),
    server!(6, "faulty-dict-header-server", "partial-write"),
    server!(6, "faulty-dict-header-server", "wrong-byte-order"),
    client!(6, "faulty-dict-header-client", "digest-mismatch"),
    plain_client!(6, "works"),
    plain_client!(6, "works-no-output"),
    client!(6, "faulty-dict-header-client", "connection-refused"),
    client!(6, "faulty-dict-header-client", "empty-message"),
    client!(6, "faulty-dict-header-client", "invalid-utf8"),
    client!(6, "faulty-dict-header-client", "peer-closed"),
    client!(6, "faulty-dict-header-client", "peer-reset"),
    // Both stop before the end of a long answer.
    Wrong { also: &["wrong-count"], ..client!(6, "faulty-dict-header-client", "leftover-bytes") },
    client!(6, "faulty-dict-header-client", "coalesced-messages"),
    client!(6, "faulty-dict-header-client", "split-character"),
    client!(6, "faulty-dict-header-client", "short-read"),
    client!(6, "faulty-dict-header-client", "closed-mid-message"),
    // It understands no answer at all.
    Wrong { also: &["works"], ..client!(6, "faulty-dict-header-client", "wrong-byte-order") },
    client!(6, "faulty-dict-header-client", "oversized-length"),
    client!(6, "faulty-dict-header-client", "negative-length"),
    // Whoever miscounts reads does so byte by byte as well.
    Wrong {
        also: &["short-read", "leftover-bytes"],
        ..client!(6, "faulty-dict-header-client", "wrong-count")
    },
    client!(6, "faulty-dict-header-client", "malformed-header"),
];
