//! Lesson 7.

use super::Wrong;
use crate::harness::Program;

/// The faulty server, with this fault.
macro_rules! server {
    ($id:literal) => {
        Wrong {
            lesson: 7,
            role: "server",
            id: $id,
            program: Program::Rust("faulty-file-transfer-server"),
            arguments: &["{address}", "--dir", "{dir}", "--timeout", "{timeout}", "--fault", $id],
            also: &[],
        }
    };
}

/// The faulty client that uploads, with this fault.
macro_rules! client {
    ($id:literal) => {
        Wrong {
            lesson: 7,
            role: "client",
            id: $id,
            program: Program::Rust("faulty-file-transfer-client"),
            arguments: &["--server", "{address}", "put", "{file}", "--fault", $id],
            also: &[],
        }
    };
}

/// The faulty client that downloads, with this fault.
macro_rules! get_client {
    ($id:literal) => {
        Wrong {
            lesson: 7,
            role: "get-client",
            id: $id,
            program: Program::Rust("faulty-file-transfer-client"),
            arguments: &["--server", "{address}", "get", "{name}", "--fault", $id],
            also: &[],
        }
    };
}

/// The faulty server, whose client has a plain header, with this fault.
macro_rules! receiver {
    ($id:literal) => {
        Wrong { role: "receiver", ..server!($id) }
    };
}

/// A Python program, with the fault that its first word names.
macro_rules! python {
    ($role:literal, $id:literal, $script:literal, $fault:literal, $($more:literal),+) => {
        Wrong {
            lesson: 7,
            role: $role,
            id: $id,
            program: Program::Python($script),
            arguments: &[$fault, "{host}", "{port}", $($more),+],
            also: &[],
        }
    };
}

/// The server that is wrong only in its plain good runs.
macro_rules! python_server {
    ($id:literal, $fault:literal) => {
        python!("server", $id, "wrong/file_transfer_server.py", $fault, "{dir}", "{timeout}")
    };
}

/// All of them.
pub const WRONG: &[Wrong] = &[
    python_server!("works", "open-end"),
    python_server!("works-list", "list-without-sizes"),
    python_server!("works-plain-upload", "no-plain-upload"),
    python_server!("works-refusal", "overwrites"),
    server!("address-in-use"),
    server!("peer-closed"),
    server!("peer-reset"),
    server!("write-after-close"),
    server!("unread-data-reset"),
    server!("half-close"),
    server!("silent-peer"),
    server!("one-client-blocks-all"),
    server!("short-read"),
    server!("closed-mid-message"),
    server!("partial-write"),
    // Nothing can be said to a server that reads every length backwards.
    Wrong { also: &["works"], ..server!("wrong-byte-order") },
    server!("oversized-length"),
    server!("negative-length"),
    server!("wrong-count"),
    server!("malformed-header"),
    server!("path-traversal"),
    server!("interrupted-upload"),
    server!("digest-mismatch"),
    python!(
        "receiver",
        "works",
        "wrong/file_transfer_server.py",
        "no-plain-upload",
        "{dir}",
        "{timeout}"
    ),
    python!(
        "receiver",
        "works-refusal",
        "wrong/file_transfer_server.py",
        "overwrites",
        "{dir}",
        "{timeout}"
    ),
    receiver!("address-in-use"),
    receiver!("peer-closed"),
    receiver!("peer-reset"),
    receiver!("silent-peer"),
    receiver!("one-client-blocks-all"),
    receiver!("short-read"),
    receiver!("closed-mid-message"),
    receiver!("oversized-length"),
    receiver!("negative-length"),
    // Without an md5, half a file is as good as a whole one to it.
    Wrong { also: &["interrupted-upload"], ..receiver!("wrong-count") },
    python!(
        "receiver",
        "malformed-header",
        "wrong/file_transfer_server.py",
        "dies-of-nonsense",
        "{dir}",
        "{timeout}"
    ),
    receiver!("path-traversal"),
    receiver!("interrupted-upload"),
    python!("client", "works", "wrong/file_transfer_client.py", "text-mode", "{file}"),
    python!(
        "client",
        "works-other-letters",
        "wrong/file_transfer_client.py",
        "counts-characters",
        "{file}"
    ),
    python!(
        "client",
        "works-refusal",
        "wrong/file_transfer_client.py",
        "ignores-refusal",
        "{file}"
    ),
    python!("client", "interrupted-call", "wrong/file_transfer_client.py", "interrupted", "{file}"),
    client!("connection-refused"),
    client!("peer-closed"),
    client!("peer-reset"),
    client!("short-read"),
    client!("closed-mid-message"),
    // Nothing that such a client says is understood.
    Wrong { also: &["works", "works-other-letters"], ..client!("wrong-byte-order") },
    client!("oversized-length"),
    client!("malformed-header"),
    python!("get-client", "works", "wrong/file_transfer_get_client.py", "text-mode", "{name}"),
    python!(
        "get-client",
        "works-refusal",
        "wrong/file_transfer_get_client.py",
        "ignores-refusal",
        "{name}"
    ),
    python!(
        "get-client",
        "interrupted-call",
        "wrong/file_transfer_get_client.py",
        "interrupted",
        "{name}"
    ),
    get_client!("connection-refused"),
    get_client!("peer-closed"),
    get_client!("peer-reset"),
    get_client!("short-read"),
    // The same loop receives the header and the file.
    Wrong { also: &["interrupted-upload"], ..get_client!("closed-mid-message") },
    // Nothing that such a client says is understood.
    Wrong { also: &["works"], ..get_client!("wrong-byte-order") },
    get_client!("oversized-length"),
    get_client!("negative-length"),
    get_client!("wrong-count"),
    get_client!("malformed-header"),
    get_client!("path-traversal"),
    get_client!("interrupted-upload"),
    get_client!("digest-mismatch"),
];
