//! What lessons 2 and 3 have in common: messages, and answers in capital letters or typed.

use crate::bench::Bench;
use crate::lessons::exchange::{Exchange, next_client};
use crate::lessons::waiting::{self, Crowd};
use crate::lessons::{lasting, tcp_client};
use crate::part::Check;
use crate::peer::{Peer, Then};
use crate::verdict::{Outcome, ensure};
use crate::watch::Doing;

/// A plain good exchange.
pub const HELLO: Exchange =
    Exchange { ask: b"hello", hear: |peer| peer.expect("HELLO", "the message in capital letters") };

/// Causes of what goes wrong in plain good runs.
pub const WORKS_CAUSES: &[&str] = &[
    "the answer is not the message in capital letters, byte for byte: something is added (a \
     newline, b'…'), or left out",
    "the server accepts inside its message loop: the second message finds nobody",
    "the connection is closed after the first answer",
];

/// Causes of a server that cannot take any bytes.
pub const INVALID_UTF8_CAUSES: &[&str] = &[
    "the bytes are decoded strictly, to be printed or to be put into capitals, and the error ends \
     the program",
    "the error is caught, and the message then left without an answer",
];

/// Causes of typed answers not arriving.
pub const TYPED_CAUSES: &[&str] = &[
    "the typed answer is not sent as it is: without its newline, and with nothing added",
    "the operator is asked before the message was read",
];

/// Causes of an empty answer holding both sides.
pub const EMPTY_ANSWER_CAUSES: &[&str] =
    &["the empty answer is sent as it is: zero bytes, which are nothing. The client goes on \
     waiting, and the server waits for its next message"];

/// The checks of a client that sends what is typed.
pub const CLIENT: &[Check] = &[
    Check {
        id: "works",
        about: "each line typed is sent, and its answer printed, until the input ends",
        run: |bench| tcp_client::works(bench, <[u8]>::to_vec, tcp_client::UNREAD),
        causes: &[],
    },
    Check {
        id: "connection-refused",
        about: "nobody listens at the address",
        run: tcp_client::connection_refused,
        causes: tcp_client::CONNECTION_REFUSED_CAUSES,
    },
    Check {
        id: "empty-message",
        about: "an empty line is typed, then another",
        run: |bench| tcp_client::empty_message(bench, <[u8]>::to_vec),
        causes: tcp_client::EMPTY_MESSAGE_CAUSES,
    },
    waiting::busy_client_check(|bench| waiting::busy_client(bench, <[u8]>::to_vec)),
    tcp_client::stale_bytes_check(|bench| tcp_client::stale_bytes(bench, <[u8]>::to_vec)),
    waiting::client_missing_delimiter_check(|bench| {
        waiting::client_missing_delimiter(bench, <[u8]>::to_vec)
    }),
    waiting::client_unflushed_write_check(waiting::client_unflushed_write),
    lasting::client_interrupted_call_check(|bench| {
        tcp_client::interrupted_call(bench, <[u8]>::to_vec)
    }),
    Check {
        id: "invalid-utf8",
        about: "an answer is not text, and the next message is sent all the same",
        run: |bench| tcp_client::invalid_utf8(bench, <[u8]>::to_vec),
        causes: tcp_client::INVALID_UTF8_CAUSES,
    },
    Check {
        id: "peer-closed",
        about: "the server ends the connection instead of answering",
        run: |bench| tcp_client::peer_closed(bench, <[u8]>::to_vec),
        causes: tcp_client::PEER_CLOSED_CAUSES,
    },
    Check {
        id: "peer-reset",
        about: "the connection is reset instead of answered",
        run: |bench| tcp_client::peer_reset(bench, <[u8]>::to_vec),
        causes: tcp_client::PEER_RESET_CAUSES,
    },
];

/// Why the connection ends behind the first answer, although the server goes on.
const LEAVES_FIRST: &str = "the server ends the connection behind its first answer: reading and \
                            writing stand outside a loop, or the connection is closed in it";

/// Why more comes than the answer.
const MORE: &str = "more is sent than the message in capital letters: a newline, zeros, or what is \
                    left in the buffer of a longer message (`stale-bytes` tries that)";

/// Messages, their answers, and why another one comes where `hello` is answered well.
const MESSAGES: [(&str, &str, &str); 4] = [
    (" a second message ", " A SECOND MESSAGE ", "the spaces around the message are cut off"),
    ("1 + 1?", "1 + 1?", "the answer is not the message in capital letters, byte for byte"),
    (
        "caf\u{e9}",
        "CAF\u{e9}",
        "letters are changed that are not ASCII: the text is put into capitals, not the bytes",
    ),
    (
        "one\0two",
        "ONE\0TWO",
        "a zero byte is taken for the end of the message, as that of a string in C",
    ),
];

/// How a server is asked that may keep its answers.
pub const CROWD: Crowd = Crowd { good: HELLO, more: || vec![b'x'; 100_000] };

/// A long message, and then a short one.
pub fn stale_bytes(bench: &mut Bench) -> Outcome {
    let mut peer = served(bench)?;
    for (message, answer) in [
        ("the longest of all messages", "THE LONGEST OF ALL MESSAGES"),
        ("a word", "A WORD"),
        ("z", "Z"),
    ] {
        peer.send(message)?;
        peer.expect(answer, "the message in capital letters, and no more than that")?;
        bench.settle()?;
        peer.expect_no_more()?;
    }
    Ok(())
}

/// Connects a client that has been served once.
pub fn served(bench: &mut Bench) -> Outcome<Peer> {
    next_client(bench, HELLO)
}

/// Several messages on one connection.
pub fn several_messages(bench: &mut Bench) -> Outcome {
    let mut peer = served(bench)?;
    for (message, answer, cause) in MESSAGES {
        peer.send(message)?;
        let arrival = peer.receive_exactly(answer.len())?;
        let ended = matches!(arrival.then, Then::End);
        let leaves = ended && !matches!(bench.settle()?, Doing::Ended(_));
        ensure(arrival.bytes == answer.as_bytes(), || {
            let what = "the message in capital letters";
            let failure = peer.unexpected(what, answer.as_bytes(), &arrival);
            match arrival.bytes[..] {
                [] if leaves => failure.only_cause(LEAVES_FIRST),
                // Without an answer it is about something else than the letters.
                [] => failure,
                _ => failure.only_cause(cause),
            }
        })?;
        bench.settle()?;
        peer.expect_no_more().map_err(|stop| stop.only_cause(MORE))?;
    }
    Ok(())
}

/// A message that is not text.
pub fn invalid_utf8(bench: &mut Bench) -> Outcome {
    let mut peer = served(bench)?;
    peer.send(b"caf\xe9 \xff\xfe!")?;
    // What stands there in place of the broken characters is left open.
    peer.expect_some("an answer, for a message is any bytes")?;
    HELLO.play(&mut peer)
}

/// The operator answers.
pub fn typed_answers(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    for (message, answer) in [("hello", "good day"), ("who are you?", "the operator")] {
        peer.send(message)?;
        bench.type_line(answer)?;
        peer.expect(answer, "what the operator typed")?;
    }
    Ok(())
}

/// The operator answers with nothing, and then with something.
pub fn empty_answer(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    peer.send("hello")?;
    bench.type_line("")?;
    bench.settle()?;
    bench.type_line("good day")?;
    let arrival = peer.receive_exactly("good day".len())?;
    let hung_up = arrival.bytes.is_empty() && matches!(arrival.then, Then::End | Then::Reset);
    if arrival.bytes == b"good day" || hung_up && bench.program()?.status().is_none() {
        return Ok(());
    }
    let what = "the next answer, or the end of the connection: an empty answer is none";
    Err(peer.unexpected(what, b"good day", &arrival).into())
}
