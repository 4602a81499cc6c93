//! Lesson 4: commands whose output is the reply, with nothing around it.

use crate::lessons::commands::{self, Replies, good};
use crate::lessons::exchange::next_client;
use crate::lessons::{echo, lasting, patience, tcp_client, tcp_server, waiting};
use crate::part::{Check, Part};
use crate::peer::{Arrival, Peer};
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// Replies are bare: only who knows how long one is can take it whole.
struct Bare;

impl Replies for Bare {
    const COUNTED: bool = false;

    fn receive(peer: &mut Peer, length: usize) -> Outcome<Arrival> {
        peer.receive_exactly(length)
    }

    fn receive_any(peer: &mut Peer) -> Outcome {
        peer.expect_some("a reply of at least one byte").map(drop)
    }
}

/// The server's checks.
pub const SERVER: Part = Part {
    lesson: 4,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "commands are run, and each is answered with what it prints",
            run: commands::works::<Bare>,
            causes: commands::WORKS_CAUSES,
        },
        Check {
            id: "works-next-client",
            about: "three clients come one after another, and each is served",
            run: |bench| tcp_server::one_after_another(bench, good::<Bare>()),
            causes: commands::NEXT_CLIENT_CAUSES,
        },
        Check {
            id: "empty-message",
            about: "a command prints nothing, and is answered all the same",
            run: commands::no_output::<Bare>,
            causes: &[
                "what the command has printed is sent as it is: zero bytes, which are nothing. The \
                 client waits for its answer, and the server for the next command",
            ],
        },
        waiting::busy_server_check(|bench| waiting::busy_server(bench, good::<Bare>())),
        lasting::wrong_socket_check(|bench| {
            lasting::wrong_socket(bench, |bench| next_client(bench, good::<Bare>()))
        }),
        lasting::leaked_descriptor_check(|bench| {
            tcp_server::leaked_descriptor(bench, good::<Bare>())
        }),
        lasting::interrupted_call_check(|bench| {
            tcp_server::interrupted_call(bench, good::<Bare>())
        }),
        Check {
            id: "stale-bytes",
            about: "a short command comes after a long one, and nothing hangs on it",
            run: commands::stale_bytes::<Bare>,
            causes: tcp_client::STALE_BYTES_CAUSES,
        },
        waiting::missing_delimiter_check(|bench| {
            waiting::missing_delimiter(bench, commands::crowd::<Bare>())
        }),
        waiting::unflushed_write_check(|bench| {
            waiting::unflushed_write(bench, commands::crowd::<Bare>())
        }),
        Check {
            id: "invalid-utf8",
            about: "commands and what they print may be any bytes",
            run: commands::invalid_utf8::<Bare>,
            causes: commands::INVALID_UTF8_CAUSES,
        },
        Check {
            id: "address-in-use",
            about: "the server is killed with a client connected, and started again",
            run: |bench| tcp_server::address_in_use(bench, good::<Bare>()),
            causes: tcp_server::ADDRESS_IN_USE_CAUSES,
        },
        Check {
            id: "peer-closed",
            about: "a client leaves, and the next one is served",
            run: |bench| tcp_server::peer_closed(bench, good::<Bare>()),
            causes: tcp_server::PEER_CLOSED_CAUSES,
        },
        Check {
            id: "peer-reset",
            about: "a client vanishes, and the next one is served",
            run: |bench| tcp_server::peer_reset(bench, good::<Bare>()),
            causes: tcp_server::PEER_RESET_CAUSES,
        },
        Check {
            id: "write-after-close",
            about: "a client is gone before it is answered, and the next one is served",
            run: |bench| tcp_server::write_after_close(bench, good::<Bare>()),
            causes: tcp_server::WRITE_AFTER_CLOSE_CAUSES,
        },
        Check {
            id: "half-close",
            about: "a client ends its side behind its command, and is still answered",
            run: |bench| tcp_server::half_close(bench, good::<Bare>()),
            causes: tcp_server::HALF_CLOSE_CAUSES,
        },
        Check {
            id: "silent-peer",
            about: "a client says nothing, and is let go after {timeout}; one that talks is kept",
            run: |bench| patience::silent_peer(bench, good::<Bare>()),
            causes: patience::SILENT_PEER_CAUSES,
        },
        Check {
            id: "pipe-deadlock",
            about: "commands print more than fits into a pipe, to stderr and to stdout",
            run: commands::pipe_deadlock::<Bare>,
            causes: commands::PIPE_DEADLOCK_CAUSES,
        },
        Check {
            id: "inherited-stdin",
            about: "a command reads its input, and finds its end",
            run: commands::inherited_stdin::<Bare>,
            causes: commands::INHERITED_STDIN_CAUSES,
        },
        Check {
            id: "endless-command",
            about: "a command prints for ever, another never ends, and the next client is served",
            run: commands::endless_command::<Bare>,
            causes: commands::ENDLESS_COMMAND_CAUSES,
        },
        Check {
            id: "exposed-shell",
            about: "told to listen on all addresses, it is not reachable from elsewhere",
            run: commands::exposed_shell::<Bare>,
            causes: commands::EXPOSED_SHELL_CAUSES,
        },
    ],
};

/// The client's checks. That long answers stick is what the lesson shows.
pub const CLIENT: Part =
    Part { lesson: 4, role: Role::Client, transport: Transport::Tcp, checks: echo::CLIENT };
