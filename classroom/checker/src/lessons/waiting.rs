//! The checks of programs that wait: for what never comes, for what they have not sent, or awake.

use crate::bench::Bench;
use crate::lessons::exchange::{Exchange, next_client};
use crate::lessons::tcp_client::{self, Pack, receive};
use crate::part::Check;
use crate::peer::Then;
use crate::verdict::{Failure, Outcome, Plain, ensure};
use crate::watch::{Doing, need_to_see_sleep};

/// What an idle program is asked to be.
const ASLEEP: &str = "a program that sleeps while nothing happens";

/// Causes of a program's never sleeping.
pub const BUSY_WAIT_CAUSES: &[&str] = &[
    "the socket is non-blocking, and is asked again and again whether something has come",
    "a time limit of zero, or of next to nothing, ends each wait, and the loop begins the next",
];

/// Causes of both sides waiting.
pub const MISSING_DELIMITER_CAUSES: &[&str] = &[
    "a whole line is read (readline, read_line, fgets), and the other side sends no newline: one \
     read is one message here",
    "it is read until the end of the connection (read_to_end, recv in a loop until nothing comes), \
     and the other side keeps it open",
];

/// Causes of what was written never leaving.
pub const UNFLUSHED_WRITE_CAUSES: &[&str] = &[
    "what is written lies in a buffer of the program's own (a BufWriter, makefile, PrintWriter, a \
     FILE), and nobody flushes it",
];

/// What drew a late answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drawn {
    Newline,
    MoreBytes,
    End,
}

impl Drawn {
    fn failure(self, of: &str) -> Failure {
        let what = match self {
            Self::Newline => "a newline behind the message draws it",
            Self::MoreBytes => "many more bytes draw it",
            Self::End => "the end of our side draws it",
        };
        Failure::new(format!("{of}, as soon as the message has come"), what)
    }
}

/// How a server is asked whose answers may wait for company.
#[derive(Clone, Copy)]
pub struct Crowd {
    /// A plain exchange.
    pub good: Exchange,
    /// What makes it write more than usual buffers hold.
    pub more: fn() -> Vec<u8>,
}

/// The check of a server that has nothing to do.
pub const fn busy_server_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "busy-wait",
        about: "a client is connected and says nothing; the server sleeps",
        run,
        causes: BUSY_WAIT_CAUSES,
    }
}

/// The check of a server that may wait for a message's end.
pub const fn missing_delimiter_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "missing-delimiter",
        about: "a message comes without a newline, and the connection stays open",
        run,
        causes: MISSING_DELIMITER_CAUSES,
    }
}

/// The check of a server that may keep its answer.
pub const fn unflushed_write_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "unflushed-write",
        about: "an answer is awaited, and nothing more is said",
        run,
        causes: UNFLUSHED_WRITE_CAUSES,
    }
}

/// A message without a newline.
pub fn missing_delimiter(bench: &mut Bench, crowd: Crowd) -> Outcome {
    match drawn(bench, crowd)? {
        Some(drawn @ (Drawn::Newline | Drawn::End)) => {
            Err(drawn.failure("an answer").only_cause(match drawn {
                Drawn::Newline => MISSING_DELIMITER_CAUSES[0],
                _ => MISSING_DELIMITER_CAUSES[1],
            }))?
        }
        Some(Drawn::MoreBytes) => Err(plain("an answer, but not because of a newline or an end"))?,
        None => Ok(()),
    }
}

/// An answer that may lie in a buffer.
pub fn unflushed_write(bench: &mut Bench, crowd: Crowd) -> Outcome {
    match drawn(bench, crowd)? {
        Some(drawn @ Drawn::MoreBytes) => Err(drawn.failure("an answer"))?,
        Some(_) => Err(plain("an answer, which does not lie in a buffer"))?,
        None => Ok(()),
    }
}

fn plain(expected: &str) -> Failure {
    Failure::new(expected, "nothing came").in_plain(Plain::Opening)
}

/// Asks, and finds out what draws the answer if it does not come by itself.
fn drawn(bench: &mut Bench, crowd: Crowd) -> Outcome<Option<Drawn>> {
    let mut peer = bench.connect()?;
    peer.send(crowd.good.ask)?;
    let Some(silence) = peer.await_arrival()? else {
        let heard = (crowd.good.hear)(&mut peer);
        return heard.map(|()| None).map_err(|stop| stop.in_plain(Plain::Opening));
    };
    if silence.doing == Doing::Sleeps {
        for draw in [Drawn::Newline, Drawn::MoreBytes, Drawn::End] {
            match draw {
                Drawn::Newline => peer.send(b"\n")?,
                Drawn::MoreBytes => {
                    peer.try_send(&(crowd.more)())?;
                }
                Drawn::End => peer.finish()?,
            }
            if !peer.receive(1)?.bytes.is_empty() {
                return Ok(Some(draw));
            }
        }
    }
    Err(plain("an answer"))?
}

/// A client is connected, and says nothing.
pub fn busy_server(bench: &mut Bench, good: Exchange) -> Outcome {
    let peer = next_client(bench, good)?;
    sleeps(bench)?;
    peer.close()
}

/// Expects that the program sleeps now.
pub fn sleeps(bench: &mut Bench) -> Outcome {
    let mut doing = bench.settle()?;
    if doing == Doing::Unknown {
        // Awake all the time, and on a busy machine without its share of it.
        doing = bench.settle()?;
    }
    match doing {
        Doing::Spins(time) => {
            let time = time.as_secs_f64();
            let observed = format!("it spins: {time:.1} s of processor time, for nothing");
            Err(Failure::new(ASLEEP, observed).into())
        }
        Doing::Floods => {
            Err(Failure::new(ASLEEP, "it prints, and comes to no end, for nothing").into())
        }
        _ => need_to_see_sleep(),
    }
}

/// The check of a client that has nothing to do.
pub const fn busy_client_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "busy-wait",
        about: "nothing is typed, and no answer comes; the client sleeps",
        run,
        causes: BUSY_WAIT_CAUSES,
    }
}

/// The check of a client that may wait for an answer's end.
pub const fn client_missing_delimiter_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "missing-delimiter",
        about: "an answer comes without a newline, and the connection stays open",
        run,
        causes: MISSING_DELIMITER_CAUSES,
    }
}

/// The check of a client that may keep its message.
pub const fn client_unflushed_write_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "unflushed-write",
        about: "a line is typed, and nothing more",
        run,
        causes: UNFLUSHED_WRITE_CAUSES,
    }
}

/// An answer without a newline.
pub fn client_missing_delimiter(bench: &mut Bench, pack: Pack) -> Outcome {
    let mut peer = bench.accept()?;
    receive(bench, &mut peer, "first").map_err(|stop| stop.in_plain(Plain::Opening))?;
    peer.send(pack(b"FIRST"))?;
    if bench.await_output(|program| program.has_printed(b"FIRST"))? {
        return Ok(());
    }
    for draw in [Drawn::Newline, Drawn::End] {
        match draw {
            Drawn::Newline => {
                peer.try_send(b"\n")?;
            }
            _ => peer.finish()?,
        }
        if bench.await_output(|program| program.has_printed(b"FIRST"))? {
            return Err(draw
                .failure("an answer that is printed")
                .only_cause(match draw {
                    Drawn::Newline => MISSING_DELIMITER_CAUSES[0],
                    _ => MISSING_DELIMITER_CAUSES[1],
                })
                .into());
        }
    }
    Err(plain("an answer that is printed"))?
}

/// A line that may lie in a buffer.
pub fn client_unflushed_write(bench: &mut Bench) -> Outcome {
    let mut peer = bench.accept()?;
    bench.type_line("first")?;
    let arrival = peer.receive_exactly("first".len())?;
    if !matches!(arrival.then, Then::Silence(_)) || !arrival.bytes.is_empty() {
        return Ok(());
    }
    bench.close_input()?;
    ensure(peer.receive(1)?.bytes.is_empty(), || plain("a message for each line"))?;
    // It ends now, and lets go of what it has kept.
    peer.finish()?;
    let late = !peer.receive(1)?.bytes.is_empty();
    ensure(!late, || {
        let expected = "a message, as soon as its line is typed";
        Failure::new(expected, "it leaves when the program ends")
    })?;
    Err(plain("a message"))?
}

/// Nothing is typed, and then no answer comes.
pub fn busy_client(bench: &mut Bench, pack: Pack) -> Outcome {
    let mut peer = tcp_client::served(bench, pack)?;
    sleeps(bench)?;
    receive(bench, &mut peer, "third")?;
    sleeps(bench)
}
