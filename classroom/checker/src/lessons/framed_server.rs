//! The checks of servers whose replies tell their length: lessons 5 and 6.

use crate::lessons::commands::{self, Replies, good};
use crate::lessons::exchange::next_client;
use crate::lessons::{lasting, patience, tcp_client, tcp_server, waiting};
use crate::part::Check;

/// The checks of a server that replies like this.
pub const fn checks<R: Replies>() -> [Check; 25] {
    [
        Check {
            id: "works",
            about: "commands are run, and each is answered with what it prints",
            run: commands::works::<R>,
            causes: commands::WORKS_CAUSES,
        },
        Check {
            id: "works-no-output",
            about: "a command prints nothing, and is answered all the same",
            run: commands::no_output::<R>,
            causes: &[
                "nothing is sent if the command has printed nothing: the client waits for a header",
            ],
        },
        Check {
            id: "works-next-client",
            about: "three clients come one after another, and each is served",
            run: |bench| tcp_server::one_after_another(bench, good::<R>()),
            causes: commands::NEXT_CLIENT_CAUSES,
        },
        waiting::busy_server_check(|bench| waiting::busy_server(bench, good::<R>())),
        lasting::wrong_socket_check(|bench| {
            lasting::wrong_socket(bench, |bench| next_client(bench, good::<R>()))
        }),
        lasting::leaked_descriptor_check(|bench| tcp_server::leaked_descriptor(bench, good::<R>())),
        lasting::interrupted_call_check(|bench| tcp_server::interrupted_call(bench, good::<R>())),
        Check {
            id: "stale-bytes",
            about: "a short command comes after a long one, and nothing hangs on it",
            run: commands::stale_bytes::<R>,
            causes: tcp_client::STALE_BYTES_CAUSES,
        },
        waiting::missing_delimiter_check(|bench| {
            waiting::missing_delimiter(bench, commands::crowd::<R>())
        }),
        waiting::unflushed_write_check(|bench| {
            waiting::unflushed_write(bench, commands::crowd::<R>())
        }),
        Check {
            id: "invalid-utf8",
            about: "commands and what they print may be any bytes",
            run: commands::invalid_utf8::<R>,
            causes: commands::INVALID_UTF8_CAUSES,
        },
        Check {
            id: "address-in-use",
            about: "the server is killed with a client connected, and started again",
            run: |bench| tcp_server::address_in_use(bench, good::<R>()),
            causes: tcp_server::ADDRESS_IN_USE_CAUSES,
        },
        Check {
            id: "peer-closed",
            about: "a client leaves, and the next one is served",
            run: |bench| tcp_server::peer_closed(bench, good::<R>()),
            causes: tcp_server::PEER_CLOSED_CAUSES,
        },
        Check {
            id: "peer-reset",
            about: "a client vanishes, and the next one is served",
            run: |bench| tcp_server::peer_reset(bench, good::<R>()),
            causes: tcp_server::PEER_RESET_CAUSES,
        },
        Check {
            id: "write-after-close",
            about: "a client is gone before it is answered, and the next one is served",
            run: |bench| tcp_server::write_after_close(bench, good::<R>()),
            causes: tcp_server::WRITE_AFTER_CLOSE_CAUSES,
        },
        Check {
            id: "half-close",
            about: "a client ends its side behind its command, and is still answered",
            run: |bench| tcp_server::half_close(bench, good::<R>()),
            causes: tcp_server::HALF_CLOSE_CAUSES,
        },
        Check {
            id: "silent-peer",
            about: "a client says nothing, and is let go after {timeout}; one that talks is kept",
            run: |bench| patience::silent_peer(bench, good::<R>()),
            causes: patience::SILENT_PEER_CAUSES,
        },
        Check {
            id: "pipe-deadlock",
            about: "commands print more than fits into a pipe, to stderr and to stdout",
            run: commands::pipe_deadlock::<R>,
            causes: commands::PIPE_DEADLOCK_CAUSES,
        },
        Check {
            id: "inherited-stdin",
            about: "a command reads its input, and finds its end",
            run: commands::inherited_stdin::<R>,
            causes: commands::INHERITED_STDIN_CAUSES,
        },
        Check {
            id: "endless-command",
            about: "a command prints for ever, another never ends, and the next client is served",
            run: commands::endless_command::<R>,
            causes: commands::ENDLESS_COMMAND_CAUSES,
        },
        Check {
            id: "exposed-shell",
            about: "told to listen on all addresses, it is not reachable from elsewhere",
            run: commands::exposed_shell::<R>,
            causes: commands::EXPOSED_SHELL_CAUSES,
        },
        Check {
            id: "stalled-write",
            about: "replies are timed, from their first bytes to their last",
            run: commands::stalled_write::<R>,
            causes: commands::STALLED_WRITE_CAUSES,
        },
        Check {
            id: "partial-write",
            about: "a huge reply is read slowly, and arrives whole",
            run: commands::partial_write::<R>,
            causes: commands::PARTIAL_WRITE_CAUSES,
        },
        Check {
            id: "wrong-byte-order",
            about: "the length in front has its lowest byte first",
            run: commands::wrong_byte_order::<R>,
            causes: commands::WRONG_BYTE_ORDER_CAUSES,
        },
        Check {
            id: "wrong-count",
            about: "a reply has more bytes than characters, another a zero byte in it",
            run: commands::wrong_count::<R>,
            causes: commands::WRONG_COUNT_CAUSES,
        },
    ]
}
