//! The checks of servers that serve clients one after another: lessons 3 to 6. Each is given a
//! request of its lesson and how to judge the reply.

use crate::bench::{Bench, ENDS_WITH_CLIENT};
use crate::lessons::exchange::{Exchange, let_go, next_client};
use crate::lessons::lasting;
use crate::peer::{Peer, Then};
use crate::verdict::{Failure, Outcome, Plain, Stop};
use crate::watch::Doing;

/// Causes of a restart that fails.
pub const ADDRESS_IN_USE_CAUSES: &[&str] = &[
    "the listening socket does not ask to share its port with connections that linger from an \
     earlier run",
    "it asks for that, but only after it was bound",
];

/// Causes of a client's end going wrong.
pub const PEER_CLOSED_CAUSES: &[&str] = &[
    "a read of zero bytes is taken for an empty message, and read again, for ever",
    "the end of the first client ends the server",
    "the server answers the zero bytes, and the error of that write ends it",
];

/// The cause of a server's end when a client leaves in order.
const ENDS_WITH_ZERO_BYTES: &str =
    "the end of the first client ends the server, or the error of answering its zero bytes does";

/// Causes of the end within something going wrong.
pub const CLOSED_MID_MESSAGE_CAUSES: &[&str] =
    &[NO_LOOK, "the end is noticed, and ends the server"];
const NO_LOOK: &str = "the loop that waits for the rest does not look for a read of zero bytes";
const NOT_CLOSED: &str = "the end is noticed, and the connection is not closed";

/// Causes of a reset going wrong.
pub const PEER_RESET_CAUSES: &[&str] = &[
    "the error of one connection is not caught where that connection is served: it ends the server",
    "another error is expected: a reset is reported by the read, not by its zero bytes",
];

/// Causes of a write to nobody going wrong.
pub const WRITE_AFTER_CLOSE_CAUSES: &[&str] = &[
    "the error of the write is not caught: a write to a client that is gone fails with a broken \
     pipe, which is another error than a reset",
    "SIGPIPE ends the program (in C, or in Python where its default was restored)",
];

/// Causes of a client being left alone that only has finished sending.
pub const HALF_CLOSE_CAUSES: &[&str] = &[
    "the end of what the client sends is taken for its leaving, and the answer to what came \
     before it is not sent any more",
    "the message is only looked at when more arrives",
];

/// Clients come one after another.
pub fn one_after_another(bench: &mut Bench, good: Exchange) -> Outcome {
    let mut doing = Doing::Unknown;
    for _ in 0..3 {
        let peer = next_client(bench, good).map_err(|stop| match doing {
            Doing::Spins(_) => stop.only_cause(PEER_CLOSED_CAUSES[0]),
            _ => stop,
        })?;
        peer.close()?;
        // A program that ends with its client shall have ended before the next one calls.
        doing = bench.settle()?;
    }
    Ok(())
}

/// The server is killed while a client is connected, and started again at the same port.
pub fn address_in_use(bench: &mut Bench, good: Exchange) -> Outcome {
    let mut peer = next_client(bench, good)?;
    // The side that closes first remembers the connection, and with it the port.
    bench.kill();
    peer.receive_all(1024)?;
    peer.close()?;
    next_client(bench, good).map(drop)
}

/// Clients leave in order.
pub fn peer_closed(bench: &mut Bench, good: Exchange) -> Outcome {
    next_client(bench, good)?.close()?;
    let doing = bench.settle()?;
    let goes_on =
        goes_on(bench, "a server that lets a client go that has left, and waits for the next");
    goes_on.map_err(|stop| match (doing, stop) {
        // It has ended, so it does not read for ever.
        (Doing::Ended(_), Stop::Failed(failure)) => failure.only_cause(ENDS_WITH_ZERO_BYTES).into(),
        (_, stop) => stop,
    })?;
    // Another only ends its side: a server that takes the zero bytes for a message answers them,
    // for as long as somebody listens.
    let mut peer = next_client(bench, good)?;
    peer.finish()?;
    let left = let_go(&mut peer, "the end of the connection, for the client has left");
    left.map_err(|stop| match stop {
        // It waits for the next one, and keeps this one.
        Stop::Failed(failure) if failure.bytes.is_none() => failure.in_plain(Plain::Kept).into(),
        stop => stop,
    })?;
    peer.close()?;
    next_client(bench, good).map(drop)
}

/// A client vanishes.
pub fn peer_reset(bench: &mut Bench, good: Exchange) -> Outcome {
    next_client(bench, good)?.reset()?;
    goes_on(bench, "a server that survives the reset of one connection")?;
    next_client(bench, good).map(drop)
}

/// A client asks, ends its side, and waits for the answer.
pub fn half_close(bench: &mut Bench, good: Exchange) -> Outcome {
    let mut peer = next_client(bench, good)?;
    bench.settle()?;
    peer.expect_open()?;
    send_with_end(&mut peer, good.ask)?;
    (good.hear)(&mut peer)
}

/// Sends a few bytes and the end of our side. On Linux they leave together, so that the program
/// finds both there, every time.
pub fn send_with_end(peer: &mut Peer, bytes: &[u8]) -> Outcome {
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(peer.stream()).set_tcp_cork(true)?;
    peer.send(bytes)?;
    peer.finish()
}

/// Skips the check if the program does not stand being paused, which is no fault of its own: a
/// call that waits may be interrupted by it. `good` tells whether its client is still served.
pub fn must_stand_a_pause(bench: &mut Bench, good: impl FnOnce() -> Outcome) -> Outcome {
    let skipped = |why: &str| Err(Stop::Skipped(why.into()));
    bench.settle()?;
    if !bench.subject()?.pause()? {
        return skipped("programs cannot be paused on this system");
    }
    bench.subject()?.resume()?;
    let expected = "a program that goes on after a pause";
    match goes_on(bench, expected).and_then(|()| good()) {
        // That is no matter of the pause.
        Err(Stop::Failed(failure)) if failure.plain.contains(&Plain::Idle) => {
            Err(Stop::Failed(failure))
        }
        Err(Stop::Failed(_)) => skipped(
            "the checker must pause the program for it, and the program does not make a call \
             again that was interrupted (EINTR); in Rust, read with `read_some` of lesson 3",
        ),
        outcome => outcome,
    }
}

/// A client asks and vanishes, so that the server writes to a connection that is closed.
pub fn write_after_close(bench: &mut Bench, good: Exchange) -> Outcome {
    let mut peer = next_client(bench, good)?;
    must_stand_a_pause(bench, || good.play(&mut peer))?;
    bench.subject()?.pause()?;
    // After the end of our side a reset means that we do not listen either: on Linux the write
    // that follows is a broken pipe.
    peer.send(good.ask)?;
    peer.finish()?;
    peer.reset()?;
    bench.subject()?.resume()?;
    goes_on(bench, "a server that survives a write to a connection that the client has closed")?;
    next_client(bench, good).map(drop)
}

/// A signal comes while a client is connected, and it is served on.
pub fn interrupted_call(bench: &mut Bench, good: Exchange) -> Outcome {
    let mut peer = next_client(bench, good)?;
    lasting::interrupted_call(bench, |_| good.play(&mut peer))
}

/// Clients come and go, in all ways.
pub fn leaked_descriptor(bench: &mut Bench, good: Exchange) -> Outcome {
    let asks = |bench: &mut Bench| {
        let mut peer = bench.connect()?;
        peer.send(good.ask)?;
        // Behind the end a write meets a broken pipe, and not only a read a reset.
        peer.finish()?;
        Ok(peer)
    };
    lasting::leaked_descriptor(bench, &|bench| next_client(bench, good), &[&asks])
}

/// Names the cause of a connection's staying when its client has ended its side within something.
pub fn by_staying(failure: Failure, then: &Then) -> Failure {
    let Then::Silence(silence) = then else { return failure };
    match silence.doing {
        Doing::Sleeps => failure.only_cause(NOT_CLOSED),
        Doing::Spins(_) | Doing::Floods => failure.only_cause(NO_LOOK),
        _ => failure,
    }
}

/// Expects that the program still runs when all that was done to it has had its effect, and
/// does not spin.
pub fn goes_on(bench: &mut Bench, expected: &str) -> Outcome {
    let doing = bench.settle()?;
    let observed = match doing {
        Doing::Sleeps | Doing::Unknown => return Ok(()),
        Doing::Spins(time) => {
            format!("the program spins: {:.1} s of processor time, for nothing", time.as_secs_f64())
        }
        Doing::Floods => String::from("the program prints, and comes to no end"),
        Doing::Ended(status) => {
            let words = bench.program()?.last_words().unwrap_or_else(|| "none".into());
            format!("the program ended with {status}. Its last words: {words}")
        }
    };
    let failure = Failure::new(expected, observed);
    Err(match doing {
        Doing::Ended(status) if status.is_success() => {
            failure.only_cause(ENDS_WITH_CLIENT).in_plain(Plain::NextClient)
        }
        // Said by itself, it is a matter of its own.
        Doing::Ended(_) if failure.means("wrong-socket") => failure.in_plain(Plain::NextClient),
        Doing::Spins(_) => failure.in_plain(Plain::Idle),
        _ => failure,
    }
    .into())
}
