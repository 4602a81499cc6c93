//! Lessons 8 and 9.

use super::Wrong;
use crate::harness::Program;

/// The faulty program of a role, with this fault, and with further arguments.
macro_rules! faulty {
    ($lesson:literal, $role:literal, $name:literal, $id:literal $(, $more:literal)*) => {
        Wrong {
            lesson: $lesson,
            role: $role,
            id: $id,
            program: Program::Rust($name),
            arguments: &["{address}", "--fault", $id $(, $more)*],
            also: &[],
        }
    };
}

/// A Python program, with these arguments.
macro_rules! python {
    ($lesson:literal, $role:literal, $id:literal, $script:literal $(, $argument:literal)*) => {
        Wrong {
            lesson: $lesson,
            role: $role,
            id: $id,
            program: Program::Python($script),
            arguments: &[$($argument),*],
            also: &[],
        }
    };
}

/// All of them.
pub const WRONG: &[Wrong] = &[
    python!(8, "server", "works", "wrong/tired_udp_server.py", "{host}", "{port}"),
    faulty!(8, "server", "faulty-udp-server", "empty-datagram"),
    faulty!(8, "server", "faulty-udp-server", "truncated-datagram"),
    faulty!(8, "server", "faulty-udp-server", "invalid-utf8"),
    Wrong {
        // What is never printed is never printed right.
        also: &["stray-datagram", "truncated-datagram", "invalid-utf8"],
        ..python!(8, "client", "works", "wrong/mute_udp_client.py", "{host}", "{port}", "{timeout}")
    },
    faulty!(8, "client", "faulty-udp-client", "lost-datagram", "--timeout", "{timeout}"),
    faulty!(8, "client", "faulty-udp-client", "stray-datagram", "--timeout", "{timeout}"),
    faulty!(8, "client", "faulty-udp-client", "truncated-datagram", "--timeout", "{timeout}"),
    faulty!(8, "client", "faulty-udp-client", "invalid-utf8", "--timeout", "{timeout}"),
    python!(8, "chat-server", "works", "wrong/udp_chat_server.py", "tired", "{host}", "{port}"),
    python!(
        8,
        "chat-server",
        "works-in-turn",
        "wrong/udp_chat_server.py",
        "answers-the-last",
        "{host}",
        "{port}"
    ),
    faulty!(8, "chat-server", "faulty-udp-chat-server", "empty-datagram"),
    faulty!(8, "chat-server", "faulty-udp-chat-server", "truncated-datagram"),
    faulty!(8, "chat-server", "faulty-udp-chat-server", "invalid-utf8"),
    python!(
        8,
        "chat-client",
        "works",
        "wrong/udp_chat_client.py",
        "forgetful",
        "{host}",
        "{port}",
        "{timeout}"
    ),
    python!(
        8,
        "chat-client",
        "works-next-friend",
        "wrong/udp_chat_client.py",
        "sends-q",
        "{host}",
        "{port}",
        "{timeout}"
    ),
    faulty!(8, "chat-client", "faulty-udp-chat-client", "lost-datagram", "--timeout", "{timeout}"),
    faulty!(8, "chat-client", "faulty-udp-chat-client", "stray-datagram", "--timeout", "{timeout}"),
    faulty!(
        8,
        "chat-client",
        "faulty-udp-chat-client",
        "truncated-datagram",
        "--timeout",
        "{timeout}"
    ),
    faulty!(8, "chat-client", "faulty-udp-chat-client", "invalid-utf8", "--timeout", "{timeout}"),
    python!(8, "shell-server", "works", "wrong/udp_shell_server.py", "{host}", "{port}", "{limit}"),
    faulty!(
        8,
        "shell-server",
        "faulty-udp-shell-server",
        "invalid-utf8",
        "--time-limit",
        "{limit}"
    ),
    faulty!(
        8,
        "shell-server",
        "faulty-udp-shell-server",
        "empty-datagram",
        "--time-limit",
        "{limit}"
    ),
    faulty!(
        8,
        "shell-server",
        "faulty-udp-shell-server",
        "truncated-datagram",
        "--time-limit",
        "{limit}"
    ),
    faulty!(
        8,
        "shell-server",
        "faulty-udp-shell-server",
        "oversized-datagram",
        "--time-limit",
        "{limit}"
    ),
    faulty!(
        8,
        "shell-server",
        "faulty-udp-shell-server",
        "pipe-deadlock",
        "--time-limit",
        "{limit}"
    ),
    faulty!(
        8,
        "shell-server",
        "faulty-udp-shell-server",
        "inherited-stdin",
        "--time-limit",
        "{limit}"
    ),
    faulty!(
        8,
        "shell-server",
        "faulty-udp-shell-server",
        "endless-command",
        "--time-limit",
        "{limit}"
    ),
    faulty!(
        8,
        "shell-server",
        "faulty-udp-shell-server",
        "exposed-shell",
        "--time-limit",
        "{limit}"
    ),
    python!(
        8,
        "shell-client",
        "works",
        "wrong/udp_shell_client.py",
        "{host}",
        "{port}",
        "{timeout}"
    ),
    faulty!(
        8,
        "shell-client",
        "faulty-udp-shell-client",
        "lost-datagram",
        "--timeout",
        "{timeout}"
    ),
    faulty!(
        8,
        "shell-client",
        "faulty-udp-shell-client",
        "stray-datagram",
        "--timeout",
        "{timeout}"
    ),
    faulty!(
        8,
        "shell-client",
        "faulty-udp-shell-client",
        "truncated-datagram",
        "--timeout",
        "{timeout}"
    ),
    faulty!(8, "shell-client", "faulty-udp-shell-client", "invalid-utf8", "--timeout", "{timeout}"),
    python!(9, "server", "works", "wrong/time_server.py", "{host}", "{port}"),
    Wrong {
        // A format that is no text, or asks for too much, cannot be served either.
        also: &["oversized-datagram", "invalid-utf8"],
        ..faulty!(9, "server", "faulty-time-server", "bad-format")
    },
    faulty!(9, "server", "faulty-time-server", "empty-datagram"),
    faulty!(9, "server", "faulty-time-server", "oversized-datagram"),
    faulty!(9, "server", "faulty-time-server", "truncated-datagram"),
    faulty!(9, "server", "faulty-time-server", "invalid-utf8"),
    python!(9, "client", "works", "wrong/time_client.py", "forgetful", "{host}", "{port}"),
    python!(
        9,
        "client",
        "works-empty-line",
        "wrong/time_client.py",
        "skips-empty",
        "{host}",
        "{port}"
    ),
    faulty!(9, "client", "faulty-time-client", "lost-datagram", "--timeout", "{timeout}"),
    faulty!(9, "client", "faulty-time-client", "stray-datagram", "--timeout", "{timeout}"),
    faulty!(9, "client", "faulty-time-client", "truncated-datagram", "--timeout", "{timeout}"),
    faulty!(9, "client", "faulty-time-client", "invalid-utf8", "--timeout", "{timeout}"),
];
