//! The checks of servers that lose their patience with silent clients, and with no others.

use std::thread;
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::lessons::exchange::{Exchange, next_client};
use crate::peer::Then;
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::Doing;

/// What `{timeout}` is when a client keeps silent.
pub const TIMEOUT: Duration = Duration::from_secs(1);

/// How much later than that it must be gone at last.
pub const SLACK: Duration = Duration::from_secs(6);

/// How often a client that talks pauses, and how long at a time. Where a busy machine makes it
/// longer than this, nothing is found out.
pub const PAUSES: usize = 4;
const PAUSE: Duration = Duration::from_millis(400);
const TOO_LONG: Duration = Duration::from_millis(800);

/// A busy machine may hold up the program as well, but not three times.
const TRIES: usize = 3;

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
            pauses.pause(bench)?;
            good.play(&mut peer)?;
        }
        peer.close()
    })
}

/// The pauses of a client that talks.
pub struct Pauses {
    each: Duration,
    too_long: bool,
}

impl Pauses {
    fn of(each: Duration) -> Self {
        Self { each, too_long: false }
    }

    /// Waits for a moment that is shorter than `{timeout}`, or until all has been taken that was
    /// sent. Something must be sent right behind it.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn pause(&mut self, bench: &mut Bench) -> Outcome {
        if self.each.is_zero() {
            return bench.settle().map(drop);
        }
        bench.story().tell(format!("a pause of {:.1} s", self.each.as_secs_f64()));
        let began = Instant::now();
        thread::sleep(self.each);
        self.too_long |= began.elapsed() > TOO_LONG;
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
    talk(bench, &mut Pauses::of(Duration::ZERO)).map_err(|stop| stop.in_plain(plain))?;

    let mut first = None;
    for _ in 0..TRIES {
        let mut pauses = Pauses::of(PAUSE);
        match talk(bench, &mut pauses) {
            Err(Stop::Failed(_)) if pauses.too_long => {}
            // Later ones may fail because this one has ended the server.
            Err(Stop::Failed(failure)) => {
                first.get_or_insert(failure);
            }
            outcome => return outcome,
        }
    }
    let Some(failure) = first else { return Ok(()) };
    let expected = format!(
        "a server that keeps a client that pauses for {:.1} s at a time, when {{timeout}} is {} s",
        PAUSE.as_secs_f64(),
        TIMEOUT.as_secs()
    );
    Err(Failure::new(expected, failure.observed).only_cause(SET_ONCE).into())
}
