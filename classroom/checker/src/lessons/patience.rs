//! The checks of servers that lose their patience with silent clients, and with no others.

use std::thread;
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::lessons::exchange::{Exchange, next_client};
use crate::peer::{Peer, Then};
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::Doing;

/// What `{timeout}` is when a client keeps silent.
pub const TIMEOUT: Duration = Duration::from_secs(1);

/// How much later than that it must be gone at last.
pub const SLACK: Duration = Duration::from_secs(6);

/// How often a client that talks pauses, and how long at a time. Where a busy machine makes it
/// longer than this, with the time that the answer took, nothing is found out.
const PAUSES: usize = 4;
const PAUSE: Duration = Duration::from_millis(400);
const TOO_LONG: Duration = Duration::from_millis(600);

/// How often it is tried, and how often it must go wrong: a busy machine may hold up the program as
/// well, but not so often.
const TRIES: usize = 8;
const ENOUGH: usize = 3;

/// Causes of a silent client staying.
pub const SILENT_PEER_CAUSES: &[&str] = &[
    "the timeout is set on the listening socket, not on the connection",
    "the timeout is never set, or in milliseconds",
    "the timeout is noticed, but the connection is not closed then",
];

/// The cause of a server's letting a silent client go too early.
const OTHER_TIMEOUT: &str = "the timeout is not the {timeout} that the program is given: it is in \
                             another unit, or a number of its own";

/// The cause of a server's end when a client has kept silent.
const ENDS_WITH_TIMEOUT: &str =
    "the error that the timeout raises is not caught: it ends the server";

/// The cause of a server's letting a client go that talks.
const SET_ONCE: &str = "the timeout is counted from the client's coming, for all that it says: it \
                        is set once (a deadline), and not for each read anew";

/// Makes `{timeout}` short.
///
/// # Errors
///
/// The command has no place for it, and the check is skipped.
pub fn set_timeout(bench: &mut Bench) -> Outcome {
    if !bench.has("timeout") {
        let why = "the command has no {timeout}, the seconds after which a silent client must go";
        return Err(Stop::Skipped(why.into()));
    }
    bench.set_timeout(TIMEOUT);
    Ok(())
}

/// A client connects and says nothing.
pub fn silent_peer(bench: &mut Bench, good: Exchange) -> Outcome {
    set_timeout(bench)?;
    let mut peer = bench.connect()?;
    peer.wait_for(Some(TIMEOUT + SLACK));
    let began = Instant::now();
    let arrival = peer.receive_all(1024)?;
    let waited = began.elapsed();
    let expected = format!(
        "a server that lets a client go that says nothing for {} s, as {{timeout}} says",
        TIMEOUT.as_secs()
    );
    ensure(matches!(arrival.then, Then::End | Then::Reset), || {
        let observed = format!("the client is still connected: {}", peer.what(&arrival.then));
        Failure::new(expected.as_str(), observed)
    })?;
    // One that has ended is found out below.
    ensure(waited > TIMEOUT / 2 || bench.program()?.status().is_some(), || {
        let observed = format!("it lets the client go after {:.1} s", waited.as_secs_f64());
        Failure::new(expected.as_str(), observed).only_cause(OTHER_TIMEOUT)
    })?;
    peer.close()?;
    // A program that ends with its client shall have ended before the next one calls.
    let doing = bench.settle()?;
    next_client(bench, good)
        .map_err(|stop| match doing {
            Doing::Ended(status) if !status.is_success() => stop.only_cause(ENDS_WITH_TIMEOUT),
            Doing::Ended(_) => stop,
            // The first one said nothing.
            _ => stop.in_plain(Plain::Opening),
        })?
        .close()?;
    keeps_the_talking(bench, Plain::Opening, &|bench, pauses| {
        let mut peer = next_client(bench, good)?;
        for _ in 0..PAUSES {
            pauses.pause(bench);
            good.play(&mut peer)?;
        }
        peer.close()
    })
}

/// The pauses of a client that talks.
#[derive(Default)]
pub struct Pauses {
    /// When it last said something, if it pauses at all.
    said: Option<Instant>,
    too_long: bool,
}

impl Pauses {
    /// Waits for a moment that is shorter than `{timeout}`. Something must be sent right behind it.
    pub fn pause(&mut self, bench: &Bench) {
        let Some(said) = self.said else { return };
        bench.story().tell(format!("a pause of {:.1} s", PAUSE.as_secs_f64()));
        thread::sleep(PAUSE);
        self.too_long |= said.elapsed() > TOO_LONG;
        self.said = Some(Instant::now());
    }

    /// Sends the pieces of something with a pause in front of each; or, where it does not pause,
    /// each when the one before has been read.
    ///
    /// # Errors
    ///
    /// The check is over: the program does not take them.
    pub fn send_pieces(&mut self, bench: &Bench, peer: &mut Peer, bytes: &[u8]) -> Outcome {
        let pieces = bytes.chunks(bytes.len().div_ceil(PAUSES));
        if self.said.is_none() {
            return peer.send_pieces(pieces);
        }
        for piece in pieces {
            self.pause(bench);
            peer.try_send(piece)?;
        }
        Ok(())
    }
}

/// A client talks, and its pauses, none of which is as long as `{timeout}`, are longer together.
/// The server must serve it to its end. Where that goes wrong without a pause, `plain` is about it.
pub fn keeps_the_talking(
    bench: &mut Bench,
    plain: Plain,
    talk: &dyn Fn(&mut Bench, &mut Pauses) -> Outcome,
) -> Outcome {
    talk(bench, &mut Pauses::default()).map_err(|stop| stop.in_plain(plain))?;

    let mut failures = Vec::new();
    for _ in 0..TRIES {
        let mut pauses = Pauses { said: Some(Instant::now()), too_long: false };
        match talk(bench, &mut pauses) {
            Err(Stop::Failed(_)) if pauses.too_long => {}
            Err(Stop::Failed(failure)) => failures.push(failure),
            outcome => return outcome,
        }
        if failures.len() == ENOUGH {
            break;
        }
    }
    if failures.len() < ENOUGH {
        return Ok(());
    }
    // Later ones may have failed because this one has ended the server.
    let observed = failures.swap_remove(0).observed;
    let expected = format!(
        "a server that keeps a client that pauses for {:.1} s at a time, when {{timeout}} is {} s",
        PAUSE.as_secs_f64(),
        TIMEOUT.as_secs()
    );
    Err(Failure::new(expected, observed).only_cause(SET_ONCE).into())
}
