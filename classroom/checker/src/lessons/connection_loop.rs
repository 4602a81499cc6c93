//! Lesson 3: clients one after another, for ever.

use crate::bench::Bench;
use crate::lessons::exchange::next_client;
use crate::lessons::tcp_server::{self, goes_on};
use crate::lessons::{echo, lasting, patience, tcp_client, waiting};
use crate::part::{Check, Part};
use crate::peer::Then;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};

/// The server's checks.
pub const SERVER: Part = Part {
    lesson: 3,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "several messages on one connection are answered in capital letters",
            run: echo::several_messages,
            causes: echo::WORKS_CAUSES,
        },
        Check {
            id: "works-next-client",
            about: "three clients come one after another, and each is served",
            run: |bench| tcp_server::one_after_another(bench, echo::HELLO),
            causes: &[
                "the program ends with its first client: accepting stands before the loop, not \
                 in it",
                "the end of the first client is not noticed, so nobody accepts the second",
            ],
        },
        waiting::busy_server_check(|bench| waiting::busy_server(bench, echo::HELLO)),
        lasting::wrong_socket_check(|bench| {
            lasting::wrong_socket(bench, |bench| next_client(bench, echo::HELLO))
        }),
        lasting::leaked_descriptor_check(|bench| tcp_server::leaked_descriptor(bench, echo::HELLO)),
        lasting::interrupted_call_check(|bench| tcp_server::interrupted_call(bench, echo::HELLO)),
        Check {
            id: "stale-bytes",
            about: "a short message comes after a long one, and nothing hangs on its answer",
            run: echo::stale_bytes,
            causes: tcp_client::STALE_BYTES_CAUSES,
        },
        waiting::missing_delimiter_check(|bench| waiting::missing_delimiter(bench, echo::CROWD)),
        waiting::unflushed_write_check(|bench| waiting::unflushed_write(bench, echo::CROWD)),
        Check {
            id: "invalid-utf8",
            about: "bytes that are not text are answered too, and the next message as well",
            run: echo::invalid_utf8,
            causes: echo::INVALID_UTF8_CAUSES,
        },
        Check {
            id: "address-in-use",
            about: "the server is killed with a client connected, and started again",
            run: |bench| tcp_server::address_in_use(bench, echo::HELLO),
            causes: tcp_server::ADDRESS_IN_USE_CAUSES,
        },
        Check {
            id: "peer-closed",
            about: "a client leaves, and the next one is served",
            run: |bench| tcp_server::peer_closed(bench, echo::HELLO),
            causes: tcp_server::PEER_CLOSED_CAUSES,
        },
        Check {
            id: "peer-reset",
            about: "a client vanishes, and the next one is served",
            run: |bench| tcp_server::peer_reset(bench, echo::HELLO),
            causes: tcp_server::PEER_RESET_CAUSES,
        },
        Check {
            id: "write-after-close",
            about: "a client is gone before it is answered, and the next one is served",
            run: |bench| tcp_server::write_after_close(bench, echo::HELLO),
            causes: tcp_server::WRITE_AFTER_CLOSE_CAUSES,
        },
        Check {
            id: "half-close",
            about: "a client ends its side behind its message, and is still answered",
            run: |bench| tcp_server::half_close(bench, echo::HELLO),
            causes: tcp_server::HALF_CLOSE_CAUSES,
        },
        Check {
            id: "silent-peer",
            about: "a client says nothing, and is let go after {timeout}; one that talks is kept",
            run: |bench| patience::silent_peer(bench, echo::HELLO),
            causes: patience::SILENT_PEER_CAUSES,
        },
    ],
};

/// The client's checks.
pub const CLIENT: Part =
    Part { lesson: 3, role: Role::Client, transport: Transport::Tcp, checks: echo::CLIENT };

/// The checks of the server whose operator types each answer.
pub const REPLY_SERVER: Part = Part {
    lesson: 3,
    role: Role::ReplyServer,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "each message is answered with what the operator types",
            run: echo::typed_answers,
            causes: echo::TYPED_CAUSES,
        },
        Check {
            id: "empty-message",
            about: "the operator's empty answer hangs up, or is asked for again",
            run: echo::empty_answer,
            causes: echo::EMPTY_ANSWER_CAUSES,
        },
        Check {
            id: "unread-data-reset",
            about: "the operator hangs up while a message lies unread",
            run: unread_data_reset,
            causes: &[
                "the connection is closed while something that the client has sent lies unread: \
                 the system then sends a reset, not an end",
            ],
        },
    ],
};

fn unread_data_reset(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send("first")?;
    bench.type_line("one answer")?;
    peer.expect("one answer", "what the operator typed")?;
    peer.send("second")?;
    // The operator is asked, and the server reads no more until the answer is there.
    bench.settle()?;
    peer.send("third")?;
    bench.type_line("")?;
    let arrival = peer.receive_all(1024)?;
    ensure(!matches!(arrival.then, Then::Reset), || {
        let expected = "an orderly end, for the operator's empty answer hangs up";
        Failure::new(expected, peer.what(&arrival.then))
    })?;
    peer.close()?;
    goes_on(bench, "a server that waits for its next client")
}
