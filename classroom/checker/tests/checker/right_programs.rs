//! Programs that do well, in several styles, pass everything: no false alarm.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use support::each;

use crate::harness::{Judged, Program, judge};

/// A program that passes every check of its role.
pub struct Right {
    /// The lesson.
    pub lesson: u8,
    /// The role.
    pub role: &'static str,
    /// The program.
    pub program: Program,
    /// Its arguments.
    pub arguments: &'static [&'static str],
    /// The checks that cannot be made with it.
    pub skipped: &'static [&'static str],
}

const fn rust(
    lesson: u8,
    role: &'static str,
    name: &'static str,
    arguments: &'static [&'static str],
) -> Right {
    Right { lesson, role, program: Program::Rust(name), arguments, skipped: &[] }
}

const fn python(lesson: u8, role: &'static str, script: &'static str) -> Right {
    let arguments = &["{host}", "{port}"];
    Right { lesson, role, program: Program::Python(script), arguments, skipped: &[] }
}

/// The arguments of a server that runs commands.
const COMMANDS: &[&str] = &["{address}", "--timeout", "{timeout}", "--time-limit", "{limit}"];

/// Such a server in Python.
const fn python_commands(lesson: u8, script: &'static str) -> Right {
    let arguments = &["{host}", "{port}", "{timeout}", "{limit}"];
    Right { arguments, ..python(lesson, "server", script) }
}

/// The arguments of a server that keeps files.
const KEEPS_FILES: &[&str] = &["{address}", "--dir", "{dir}", "--timeout", "{timeout}"];

/// What cannot be checked with a client that waits for no answer.
const WANTS_NO_ANSWER: &[&str] = &[
    "works-refusal",
    "interrupted-call",
    "peer-closed",
    "peer-reset",
    "short-read",
    "closed-mid-message",
    "oversized-length",
    "malformed-header",
];

/// All of them.
pub const RIGHT: &[Right] = &[
    rust(1, "server", "simple-echo-server", &["{address}"]),
    python(1, "server", "simple_echo_server_plain.py"),
    rust(1, "client", "simple-echo-client", &["{address}"]),
    python(1, "client", "simple_echo_client_plain.py"),
    rust(2, "server", "communication-loop-server", &["{address}"]),
    python(2, "server", "communication_loop_server_selectors.py"),
    // What serves many clients serves one.
    python(2, "server", "connection_loop_server_asyncio.py"),
    rust(2, "client", "communication-loop-client", &["{address}"]),
    python(2, "client", "communication_loop_client_threads.py"),
    rust(2, "reply-server", "communication-loop-server", &["{address}", "--reply"]),
    python(2, "reply-server", "reply_server_plain.py"),
    rust(3, "server", "connection-loop-server", &["{address}", "--timeout", "{timeout}"]),
    Right {
        arguments: &["{host}", "{port}", "{timeout}"],
        ..python(3, "server", "connection_loop_server_asyncio.py")
    },
    Right {
        skipped: &["silent-peer"],
        ..python(3, "server", "connection_loop_server_socketserver.py")
    },
    rust(3, "client", "connection-loop-client", &["{address}"]),
    python(3, "client", "connection_loop_client_asyncio.py"),
    python(3, "client", "communication_loop_client_threads.py"),
    rust(3, "reply-server", "connection-loop-server", &["{address}", "--reply"]),
    python(3, "reply-server", "reply_server_plain.py"),
    rust(4, "server", "sticky-packets-server", COMMANDS),
    python_commands(4, "sticky_packets_server_socketserver.py"),
    rust(4, "client", "sticky-packets-client", &["{address}"]),
    python(4, "client", "connection_loop_client_asyncio.py"),
    rust(5, "server", "struct-header-server", COMMANDS),
    python_commands(5, "struct_header_server_asyncio.py"),
    python_commands(5, "struct_header_server_plain.py"),
    rust(5, "client", "struct-header-client", &["{address}"]),
    python(5, "client", "struct_header_client_asyncio.py"),
    python(5, "client", "struct_header_client_threads.py"),
    rust(6, "server", "dict-header-server", COMMANDS),
    python_commands(6, "dict_header_server_selectors.py"),
    rust(6, "client", "dict-header-client", &["{address}"]),
    python(6, "client", "dict_header_client_plain.py"),
    rust(
        7,
        "server",
        "file-transfer-server",
        &["{address}", "--dir", "{dir}", "--timeout", "{timeout}"],
    ),
    Right {
        arguments: &["{host}", "{port}", "{dir}", "{timeout}"],
        ..python(7, "server", "file_transfer_server_threads.py")
    },
    Right { skipped: &["silent-peer"], ..python(7, "server", "file_transfer_server_asyncio.py") },
    Right {
        arguments: &["{host}", "{port}", "{dir}", "{timeout}"],
        ..python(7, "server", "file_transfer_server_patient.py")
    },
    rust(7, "client", "file-transfer-client", &["--server", "{address}", "put", "{file}"]),
    python(7, "client", "file_transfer_client_plain.py"),
    Right {
        arguments: &["{host}", "{port}", "{file}"],
        skipped: WANTS_NO_ANSWER,
        ..python(7, "client", "file_transfer_uploader_asyncio.py")
    },
    rust(7, "get-client", "file-transfer-client", &["--server", "{address}", "get", "{name}"]),
    Right {
        arguments: &["{host}", "{port}", "{name}"],
        ..python(7, "get-client", "file_transfer_get_client_asyncio.py")
    },
    Right {
        arguments: &["{host}", "{port}", "{name}"],
        ..python(7, "get-client", "file_transfer_get_client_careful.py")
    },
    rust(
        7,
        "client",
        "file-transfer-functions-client",
        &["--server", "{address}", "put", "{file}"],
    ),
    Right {
        skipped: WANTS_NO_ANSWER,
        ..rust(7, "client", "file-transfer-first-client", &["{address}", "{file}"])
    },
    rust(
        7,
        "get-client",
        "file-transfer-functions-client",
        &["--server", "{address}", "get", "{name}"],
    ),
    rust(7, "server", "file-transfer-functions-server", KEEPS_FILES),
    rust(7, "receiver", "file-transfer-first-server", KEEPS_FILES),
    // Whoever answers those who ask also serves those who do not.
    rust(7, "receiver", "file-transfer-server", KEEPS_FILES),
    Right {
        arguments: &["{host}", "{port}", "{dir}", "{timeout}"],
        ..python(7, "receiver", "file_transfer_server_threads.py")
    },
    rust(8, "server", "udp-server", &["{address}"]),
    python(8, "server", "udp_server_plain.py"),
    Right { skipped: &["truncated-datagram"], ..python(8, "server", "udp_server_socketserver.py") },
    rust(8, "client", "udp-client", &["{address}", "--timeout", "{timeout}"]),
    Right {
        arguments: &["{host}", "{port}", "{timeout}"],
        ..python(8, "client", "udp_client_selectors.py")
    },
    rust(8, "chat-server", "udp-chat-server", &["{address}"]),
    python(8, "chat-server", "udp_chat_server_plain.py"),
    rust(
        8,
        "chat-client",
        "udp-chat-client",
        &["--friend", "{name}={address}", "--timeout", "{timeout}"],
    ),
    Right {
        arguments: &["{host}", "{port}", "{timeout}"],
        ..python(8, "chat-client", "udp_chat_client_plain.py")
    },
    Right {
        arguments: &["{host}", "{port}", "{timeout}"],
        ..python(8, "chat-client", "udp_chat_client_faithful.py")
    },
    rust(8, "shell-server", "udp-shell-server", &["{address}", "--time-limit", "{limit}"]),
    Right {
        arguments: &["{host}", "{port}", "{limit}"],
        ..python(8, "shell-server", "udp_shell_server_plain.py")
    },
    rust(8, "shell-client", "udp-shell-client", &["{address}", "--timeout", "{timeout}"]),
    Right {
        arguments: &["{host}", "{port}", "{timeout}"],
        ..python(8, "shell-client", "udp_shell_client_plain.py")
    },
    rust(9, "server", "time-server", &["{address}"]),
    python(9, "server", "time_server_asyncio.py"),
    rust(9, "client", "time-client", &["{address}", "--timeout", "{timeout}"]),
    // It takes no timeout, and may give up before the checker has done with it.
    Right { skipped: &["interrupted-call"], ..python(9, "client", "time_client_plain.py") },
];

impl Right {
    fn judge(&self) -> Judged {
        judge(self.lesson, self.role, self.program, self.arguments)
    }
}

/// Has the right programs of a lesson judged, those in Rust or those in Python.
fn all_pass(lesson: u8, in_rust: bool) {
    let of_lesson = RIGHT.iter().filter(|right| {
        right.lesson == lesson && matches!(right.program, Program::Rust(_)) == in_rust
    });
    assert!(of_lesson.clone().count() > 0, "there is none");
    each(of_lesson, |right| right.judge().passes(right.skipped));
}

/// A test for each lesson, in which all its right programs pass; and one for those in Python.
macro_rules! all_pass {
    ($($name:ident = $lesson:literal),*) => {
        $(#[test]
        fn $name() {
            all_pass($lesson, true);
        })*

        mod in_python {
            $(#[test]
            #[ignore = "takes a minute; `just test-checker` runs it"]
            fn $name() {
                super::all_pass($lesson, false);
            })*
        }
    };
}

all_pass!(
    all_pass_in_lesson_1 = 1,
    all_pass_in_lesson_2 = 2,
    all_pass_in_lesson_3 = 3,
    all_pass_in_lesson_4 = 4,
    all_pass_in_lesson_5 = 5,
    all_pass_in_lesson_6 = 6,
    all_pass_in_lesson_7 = 7,
    all_pass_in_lesson_8 = 8,
    all_pass_in_lesson_9 = 9
);

#[test]
#[ignore = "takes minutes"]
fn all_pass_ten_times_while_the_machine_is_busy() {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        // Also when a program fails: the others must not work for ever.
        let outcome = std::panic::catch_unwind(|| {
            for right in RIGHT.iter().cycle().take(10 * RIGHT.len()) {
                right.judge().passes(right.skipped);
            }
        });
        done.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn one_whose_reads_a_pause_interrupts_is_told_so_and_no_more() {
    let server = Program::Python("connection_loop_server_interruptible.py");
    let judged = judge(3, "server", server, &["{host}", "{port}", "{timeout}"]);
    assert_eq!(judged.ids("FAILED "), ["interrupted-call"], "{}", judged.stdout);
    assert_eq!(judged.ids("skipped "), ["write-after-close"], "{}", judged.stdout);
    assert!(judged.stdout.contains("EINTR"), "{}", judged.stdout);
    let client = Program::Python("struct_header_client_interruptible.py");
    let judged = judge(5, "client", client, &["{host}", "{port}"]);
    assert_eq!(judged.ids("FAILED "), ["interrupted-call"], "{}", judged.stdout);
}

#[test]
fn python_is_there() {
    // Many programs of the tests are in Python. Without it those tests fail, and this one says why.
    let version = Command::new("python3").arg("--version").output();
    assert!(version.is_ok_and(|output| output.status.success()), "python3 is missing");
}
