//! Lessons 1 to 3.

use super::Wrong;
use crate::harness::Program;

const fn faulty(
    lesson: u8,
    role: &'static str,
    id: &'static str,
    name: &'static str,
    arguments: &'static [&'static str],
) -> Wrong {
    Wrong { lesson, role, id, program: Program::Rust(name), arguments, also: &[] }
}

const fn python(
    lesson: u8,
    role: &'static str,
    id: &'static str,
    script: &'static str,
    also: &'static [&'static str],
) -> Wrong {
    let arguments = &["{host}", "{port}"];
    Wrong { lesson, role, id, program: Program::Python(script), arguments, also }
}

/// The faulty program of a role, with this fault, and with further arguments.
macro_rules! faulty {
    ($lesson:literal, $role:literal, $name:literal, $id:literal $(, $more:literal)*) => {
        faulty($lesson, $role, $id, $name, &["{address}", "--fault", $id $(, $more)*])
    };
}

/// All of them.
pub const WRONG: &[Wrong] = &[
    faulty!(1, "server", "faulty-simple-echo-server", "invalid-utf8"),
    python(1, "server", "works", "wrong/small_letters.py", &[]),
    python(1, "server", "works-long-message", "wrong/short_buffer.py", &[]),
    faulty!(1, "client", "faulty-simple-echo-client", "connection-refused"),
    faulty!(1, "client", "faulty-simple-echo-client", "invalid-utf8"),
    faulty!(1, "client", "faulty-simple-echo-client", "peer-closed"),
    faulty!(1, "client", "faulty-simple-echo-client", "peer-reset"),
    python(1, "client", "works", "wrong/forgetful_client.py", &[]),
    faulty!(2, "server", "faulty-communication-loop-server", "invalid-utf8"),
    faulty!(2, "server", "faulty-communication-loop-server", "peer-closed"),
    faulty!(2, "server", "faulty-communication-loop-server", "peer-reset"),
    python(2, "server", "works", "wrong/small_letters.py", &[]),
    faulty!(2, "client", "faulty-communication-loop-client", "connection-refused"),
    faulty!(2, "client", "faulty-communication-loop-client", "empty-message"),
    faulty!(2, "client", "faulty-communication-loop-client", "invalid-utf8"),
    faulty!(2, "client", "faulty-communication-loop-client", "peer-closed"),
    faulty!(2, "client", "faulty-communication-loop-client", "peer-reset"),
    python(2, "client", "works", "wrong/newline_client.py", &[]),
    faulty!(2, "reply-server", "faulty-communication-loop-server", "empty-message", "--reply"),
    python(2, "reply-server", "works", "wrong/newline_operator.py", &[]),
    faulty!(3, "server", "faulty-connection-loop-server", "invalid-utf8"),
    faulty!(3, "server", "faulty-connection-loop-server", "address-in-use"),
    Wrong {
        // A client that is not let go keeps out the next one.
        also: &["works-next-client"],
        ..faulty!(3, "server", "faulty-connection-loop-server", "peer-closed")
    },
    faulty!(3, "server", "faulty-connection-loop-server", "peer-reset"),
    faulty!(3, "server", "faulty-connection-loop-server", "write-after-close"),
    faulty!(3, "server", "faulty-connection-loop-server", "half-close"),
    faulty!(3, "server", "faulty-connection-loop-server", "silent-peer", "--timeout", "{timeout}"),
    python(3, "server", "works", "wrong/small_letters.py", &[]),
    Wrong {
        // It ends with its first client, and badly if that one vanishes.
        also: &["peer-reset", "write-after-close"],
        ..faulty(3, "server", "works-next-client", "communication-loop-server", &["{address}"])
    },
    faulty!(3, "client", "faulty-connection-loop-client", "connection-refused"),
    faulty!(3, "client", "faulty-connection-loop-client", "empty-message"),
    faulty!(3, "client", "faulty-connection-loop-client", "invalid-utf8"),
    faulty!(3, "client", "faulty-connection-loop-client", "peer-closed"),
    faulty!(3, "client", "faulty-connection-loop-client", "peer-reset"),
    python(3, "client", "works", "wrong/newline_client.py", &[]),
    faulty!(3, "reply-server", "faulty-connection-loop-server", "empty-message", "--reply"),
    faulty!(3, "reply-server", "faulty-connection-loop-server", "unread-data-reset", "--reply"),
    python(3, "reply-server", "works", "wrong/newline_operator.py", &[]),
];
