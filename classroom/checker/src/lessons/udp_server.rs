//! The checks of servers that answer datagrams: lessons 8 and 9. Each is given a request of its
//! lesson and how to judge the answer.

use crate::bench::Bench;
use crate::datagrams::{Caller, LONG};
use crate::lessons::{lasting, tcp_client, waiting};
use crate::program::Stream;
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};

/// Causes of an empty datagram going wrong.
pub const EMPTY_DATAGRAM_CAUSES: &[&str] = &[
    "zero bytes are taken for an end, as with TCP; here they are a message like any other, and \
     anybody can send it",
    "an empty message is passed over, so that whoever sent it waits in vain",
];

/// Causes of a long datagram being cut.
pub const TRUNCATED_DATAGRAM_CAUSES: &[&str] =
    &["the buffer of the read is too small: what a datagram has more than it is lost, and most \
     systems do not say so"];

/// Causes of a server that cannot take any bytes.
pub const INVALID_UTF8_CAUSES: &[&str] = &[
    "the bytes are decoded strictly, to be printed or used, and the error ends the program",
    "the error is caught, and the message then left without an answer",
];

/// A request that the server must answer.
#[derive(Clone, Copy)]
pub struct Exchange {
    /// What the client sends.
    pub ask: &'static [u8],
    /// Expects the answer.
    pub hear: fn(&mut Bench, &mut Caller) -> Outcome,
    /// Expects an answer to any bytes whatever.
    pub hear_any: fn(&mut Bench, &mut Caller) -> Outcome,
}

impl Exchange {
    /// Asks, and expects the answer.
    pub fn play(self, bench: &mut Bench, caller: &mut Caller) -> Outcome {
        caller.send(self.ask)?;
        (self.hear)(bench, caller)
    }

    /// Asks anything, and expects any answer.
    pub fn play_any(self, bench: &mut Bench, caller: &mut Caller, ask: &[u8]) -> Outcome {
        caller.send(ask)?;
        (self.hear_any)(bench, caller)
    }
}

/// A client that comes now is served. Most checks begin and end with it: whatever happened
/// before, the server must go on.
pub fn next_client(bench: &mut Bench, good: Exchange) -> Outcome<Caller> {
    let mut caller = Caller::new(bench)?;
    good.play(bench, &mut caller).map_err(|stop| {
        let first = caller.is_first();
        stop.in_plain(if first { Plain::Opening } else { Plain::NextClient })
    })?;
    Ok(caller)
}

/// Blames a server for what came before a client that it does not serve only if it serves another
/// client without that.
pub fn unless_first_only(bench: &mut Bench, good: Exchange, stop: Stop) -> Stop {
    if !matches!(stop, Stop::Failed(_)) {
        return stop;
    }
    bench.kill();
    bench.story().tell("two clients and nothing between them, to compare");
    match two_clients(bench, good) {
        Err(Stop::Failed(_)) => stop.in_plain(Plain::Opening),
        Err(broken @ Stop::Broken(_)) => broken,
        _ => stop,
    }
}

/// Two clients come, one after the other: a server may have ears for the first one only.
pub fn two_clients(bench: &mut Bench, good: Exchange) -> Outcome<[Caller; 2]> {
    let first = next_client(bench, good)?;
    let second = next_client(bench, good).map_err(|stop| stop.in_plain(Plain::Opening))?;
    Ok([first, second])
}

/// Two clients send in turns.
pub fn works(bench: &mut Bench, good: Exchange) -> Outcome {
    let [mut first, mut second] = two_clients(bench, good)?;
    good.play(bench, &mut first)?;
    // One that ends after so many has ended by then.
    bench.settle()?;
    good.play(bench, &mut second)
}

/// A long datagram comes, and then a short one. What the server prints of it may show more.
pub fn stale_bytes(bench: &mut Bench, good: Exchange, long: &[u8], short: &[u8]) -> Outcome {
    let mut caller = next_client(bench, good)?;
    good.play_any(bench, &mut caller, long)?;
    bench.settle()?;
    let before = bench.program()?.output(Stream::Stdout).len();
    good.play_any(bench, &mut caller, short)?;
    bench.settle()?;
    let printed = bench.program()?.output(Stream::Stdout).split_off(before);
    let text = String::from_utf8_lossy(long).into_owned();
    tcp_client::nothing_stale(&printed, &String::from_utf8_lossy(short), &text)
}

/// Nothing comes.
pub fn busy_wait(bench: &mut Bench, good: Exchange) -> Outcome {
    next_client(bench, good)?;
    waiting::sleeps(bench)
}

/// A signal comes while nothing does, and the next datagram is answered.
pub fn interrupted_call(bench: &mut Bench, good: Exchange) -> Outcome {
    let mut caller = next_client(bench, good)?;
    lasting::interrupted_call(bench, |bench| good.play(bench, &mut caller))
}

/// A datagram of zero bytes comes.
pub fn empty_datagram(bench: &mut Bench, good: Exchange) -> Outcome {
    any_datagram(bench, good, b"")
}

/// A datagram comes that is not text.
pub fn invalid_utf8(bench: &mut Bench, good: Exchange, bytes: &[u8]) -> Outcome {
    any_datagram(bench, good, bytes)
}

fn any_datagram(bench: &mut Bench, good: Exchange, bytes: &[u8]) -> Outcome {
    let mut caller = next_client(bench, good)?;
    good.play_any(bench, &mut caller, bytes)?;
    next_client(bench, good).map(drop).map_err(|stop| unless_first_only(bench, good, stop))
}

/// A long datagram comes to a server whose answer does not show how much of it was taken. What
/// it prints may.
pub fn truncated_datagram(bench: &mut Bench, good: Exchange) -> Outcome {
    /// More than anybody shows of a message who shows only its beginning.
    const GLIMPSE: usize = 400;

    let message: String = (0..LONG / 6).map(|number| format!("{number:05}.")).collect();
    let mut caller = next_client(bench, good)?;
    good.play_any(bench, &mut caller, message.as_bytes())?;
    next_client(bench, good).map_err(|stop| unless_first_only(bench, good, stop))?;
    bench.settle()?;

    let shown = longest_start(&bench.program()?.output(Stream::Stdout), message.as_bytes())
        .max(longest_start(&bench.program()?.output(Stream::Stderr), message.as_bytes()));
    if shown < GLIMPSE {
        let why = "the program does not print what it receives, so nobody sees how much it takes";
        return Err(Stop::Skipped(why.into()));
    }
    ensure(shown == message.len(), || {
        let expected = format!("a server that takes a message of {} bytes", message.len());
        Failure::new(expected, format!("it shows the first {shown} bytes, and no more"))
    })
}

/// How many bytes of a message stand in a text, from the message's beginning.
fn longest_start(text: &[u8], message: &[u8]) -> usize {
    let starts = text.windows(16).enumerate().filter(|(_, window)| message.starts_with(window));
    starts
        .map(|(at, _)| {
            text[at..].iter().zip(message).take_while(|(one, other)| one == other).count()
        })
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_start_of_a_message_is_found_wherever_it_stands() {
        let message = b"00000.00001.00002.00003.00004.";
        assert_eq!(longest_start(b"got 00000.00001.00002.00003.00004.!", message), 30);
        assert_eq!(longest_start(b"00000.00001.000\n00000.00001.00002.000", message), 21);
        assert_eq!(longest_start(b"00000.00001.0000", message), 16);
        assert_eq!(longest_start(b"00001.00002.00003.00004.", message), 0);
        assert_eq!(longest_start(b"", message), 0);
    }
}
