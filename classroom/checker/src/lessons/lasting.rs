//! The checks of servers that go on for long: what they keep, and what interrupts them.

use std::net::TcpStream;
use std::time::Duration;

use crate::bench::Bench;
use crate::lessons::exchange::let_go;
use crate::lessons::patience::{SLACK, TIMEOUT};
use crate::part::Check;
use crate::peer::Peer;
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::Doing;

/// How many clients come and go, and how many of them may have left something behind.
const CLIENTS: u64 = 10;
const FEW: u64 = 3;

/// How many of them keep silent. All of them must have left something behind.
const SILENT: u64 = 4;

/// More than the descriptors that macOS gives a program unless asked for more: 256, as
/// `ulimit -n` shows them.
const MANY: usize = 300;
const CALL: Duration = Duration::from_secs(3);

/// Causes of connections staying that are over.
pub const LEAKED_DESCRIPTOR_CAUSES: &[&str] = &[KEPT_IN_ORDER];
const KEPT_IN_ORDER: &str =
    "a connection is not closed when its client has left: it is kept in a list, or only forgotten";
const KEPT_AFTER_ERROR: &str =
    "a connection is closed where the conversation ends well, and not where it ends with an error";
const ONLY_SHUT_DOWN: &str =
    "a connection is only shut down, and not closed, when its client was silent for too long";

/// Causes of a signal's ending something.
pub const INTERRUPTED_CALL_CAUSES: &[&str] = &[
    "a call that was interrupted by a signal (EINTR) is taken for one that has failed, or for the \
     end of the connection; it wants to be made again",
];

/// What a program that is signalled is asked to be.
pub const CALLS_AGAIN: &str = "a program that makes a call again that a signal has interrupted";

/// What is said of a program that makes no call that a signal could interrupt.
const AWAKE: &str = "the program does not wait in a call, but is awake: see `busy-wait`";

/// Causes of a call's going to a socket that cannot do it.
pub const WRONG_SOCKET_CAUSES: &[&str] = &[
    "the listening socket is closed together with the first connection",
    "a read or a write goes to the listening socket, not to the one that accept has returned",
];

/// How a client of a lesson comes, is served, and stays.
pub type Served = fn(&mut Bench) -> Outcome<Peer>;

/// The check of a server that must tell its sockets apart.
pub const fn wrong_socket_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "wrong-socket",
        about: "a client leaves, and the server still has a socket that listens",
        run,
        causes: WRONG_SOCKET_CAUSES,
    }
}

/// The check of a server that must let go.
pub const fn leaked_descriptor_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "leaked-descriptor",
        about: "clients leave, vanish and keep silent, and the server keeps nothing of them",
        run,
        causes: LEAKED_DESCRIPTOR_CAUSES,
    }
}

/// The check of a server that must call again.
pub const fn interrupted_call_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "interrupted-call",
        about: "the server is stopped for a moment and signalled; its client is served on",
        run,
        causes: INTERRUPTED_CALL_CAUSES,
    }
}

/// A client comes, and does what it does; it is still there when that is done.
pub type Comes<'a> = &'a dyn Fn(&mut Bench) -> Outcome<Peer>;

/// Clients come and go: in order, without a word, and let go because they keep silent. `served` is
/// how one is served, and each of `asks` how one asks that does not wait for its answer.
pub fn leaked_descriptor(bench: &mut Bench, served: Comes, asks: &[Comes]) -> Outcome {
    warm_up(bench, served)?;
    let Some(before) = descriptors(bench)? else { return outlasts_many(bench, served) };
    for _ in 0..CLIENTS {
        come_and_go(bench, served)?;
    }
    let who = format!("{CLIENTS} clients");
    let held = keeps_nothing(bench, before, CLIENTS - FEW, &who, KEPT_IN_ORDER)?;

    for _ in 0..CLIENTS {
        vanish(bench, served, asks).map_err(vanished)?;
    }
    let who = format!("{CLIENTS} times that clients have vanished");
    keeps_nothing(bench, held, CLIENTS - FEW, &who, KEPT_AFTER_ERROR)?;
    keeps_nothing_of_the_silent(bench, served)
}

/// Whatever a program opens for its first clients, it may keep.
fn warm_up(bench: &mut Bench, served: Comes) -> Outcome {
    for _ in 0..2 {
        come_and_go(bench, served)?;
        bench.settle()?;
    }
    Ok(())
}

/// Expects that a program holds fewer than `most` descriptors more than `before`. Returns how many
/// it holds.
fn keeps_nothing(
    bench: &mut Bench,
    before: u64,
    most: u64,
    who: &str,
    cause: &'static str,
) -> Outcome<u64> {
    bench.settle()?;
    let after = descriptors(bench)?.unwrap_or(before);
    bench.story().tell(format!("it held {before} descriptors, and holds {after}"));
    ensure(after < before + most, || {
        let expected = "a server that closes the connections of clients that have left";
        let kept = after.saturating_sub(before);
        let observed = format!("after {who} it holds {kept} descriptors more");
        Failure::new(expected, observed).only_cause(cause)
    })?;
    Ok(after)
}

/// Clients ask and vanish before they can be answered, and another one when it has been served.
/// That this one is served shows that the server has come to an end with the others.
fn vanish(bench: &mut Bench, served: Comes, asks: &[Comes]) -> Outcome {
    for ask in asks {
        ask(bench)?.reset()?;
    }
    served(bench)?.reset()
}

/// What a server does to which clients vanish, others are about.
fn vanished(stop: Stop) -> Stop {
    stop.in_plain(Plain::Reset).in_plain(Plain::Gone).only_cause(
        "the server does not survive that clients vanish, one after another, before they are \
         answered",
    )
}

/// Silent clients are let go, and nothing of them is kept.
fn keeps_nothing_of_the_silent(bench: &mut Bench, served: Comes) -> Outcome {
    if !bench.has("timeout") {
        return Ok(());
    }
    bench.kill();
    bench.set_timeout(TIMEOUT);
    let before = match silent_clients(bench, served) {
        // Whether they are let go at all, `silent-peer` is about.
        Err(Stop::Failed(_)) => return Ok(()),
        before => before?,
    };
    let who = format!("{SILENT} silent clients that it has let go");
    keeps_nothing(bench, before, SILENT, &who, ONLY_SHUT_DOWN).map(drop)
}

/// Lets silent clients come, and waits until they have been let go. Returns how many descriptors
/// there were before.
fn silent_clients(bench: &mut Bench, served: Comes) -> Outcome<u64> {
    warm_up(bench, served)?;
    let before = descriptors(bench)?.unwrap_or_default();
    let silent: Vec<_> = (0..SILENT).map(|_| bench.connect()).collect::<Outcome<_>>()?;
    for mut peer in silent {
        // Whoever serves one after another lets one after another go.
        peer.wait_for(Some(TIMEOUT + SLACK));
        let_go(&mut peer, "the end of the connection, for the client is silent")?;
        peer.close()?;
    }
    Ok(before)
}

/// Where the system does not tell what a program holds open, so many clients come that one which
/// keeps them all runs out of descriptors.
fn outlasts_many(bench: &mut Bench, served: Comes) -> Outcome {
    if cfg!(windows) {
        let why = "this system does not tell what a program holds open, and has no limit for it";
        return Err(Stop::Skipped(why.into()));
    }
    let address = bench.address()?;
    bench.story().tell(format!("{MANY} clients connect and leave, one after another"));
    let came = (0..MANY).take_while(|_| TcpStream::connect_timeout(&address, CALL).is_ok()).count();
    let next = if came == MANY { served(bench) } else { bench.connect() };
    next.map(drop).map_err(|stop| match stop {
        Stop::Failed(failure) => {
            let expected = "a server that closes the connections of clients that have left";
            let observed = format!("after {came} of them no more is served: {}", failure.observed);
            Failure::new(expected, observed).into()
        }
        stop => stop,
    })
}

/// A client is served, and leaves. That this goes well every time, another check is about.
fn come_and_go(bench: &mut Bench, served: Comes) -> Outcome {
    served(bench).map_err(|stop| stop.in_plain(Plain::NextClient))?.close()
}

fn descriptors(bench: &mut Bench) -> Outcome<Option<u64>> {
    Ok(bench.program()?.activity().map(|activity| activity.descriptors))
}

/// The check of a client that must call again.
pub const fn client_interrupted_call_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "interrupted-call",
        about: "the client is stopped for a moment and signalled while it waits for its answer",
        run,
        causes: INTERRUPTED_CALL_CAUSES,
    }
}

/// The program is signalled while it waits for its peer. `again` tells whether it goes on.
pub fn interrupted_call(bench: &mut Bench, again: impl FnOnce(&mut Bench) -> Outcome) -> Outcome {
    // On a busy machine, one that is awake may not have had enough of the processor to be known.
    if let Doing::Spins(_) | Doing::Floods | Doing::Unknown = bench.settle()? {
        return Err(Stop::Skipped(AWAKE.into()));
    }
    if !bench.subject()?.pause()? {
        return Err(Stop::Skipped("programs cannot be signalled on this system".into()));
    }
    bench.subject()?.resume()?;
    // While its first thread has not taken note of that, another one gets the signals.
    bench.settle()?;
    bench.subject()?.signal()?;
    if let Doing::Ended(status) = bench.settle()? {
        let words = bench.program()?.last_words().unwrap_or_else(|| "none".into());
        let observed = format!("it ended with {status}. Its last words: {words}");
        return Err(Failure::new(CALLS_AGAIN, observed).into());
    }
    again(bench).map_err(|stop| match stop {
        Stop::Failed(failure) => {
            let observed = format!("it does not go on: {}", failure.observed);
            let plain = failure.plain;
            Failure { plain, ..Failure::new(CALLS_AGAIN, observed) }.into()
        }
        stop => stop,
    })
}

/// A client leaves, and another calls.
pub fn wrong_socket(bench: &mut Bench, served: Served) -> Outcome {
    served(bench).map_err(by_its_words)?.close()?;
    bench.settle()?;
    served(bench).map(drop).map_err(by_its_words)
}

/// Only a program that says so itself is blamed: other reasons have other names.
fn by_its_words(stop: Stop) -> Stop {
    match stop {
        Stop::Failed(failure) if failure.means("wrong-socket") => failure.of_its_own().into(),
        Stop::Failed(failure) if failure.plain.is_empty() => {
            failure.in_plain(Plain::NextClient).into()
        }
        stop => stop,
    }
}
