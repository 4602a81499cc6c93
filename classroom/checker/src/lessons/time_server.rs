//! Lesson 9: the time, in the format that a datagram asks for.

use std::thread;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::bench::Bench;
use crate::datagrams::{Caller, Host, LONG};
use crate::lessons::udp_client::{self, Client};
use crate::lessons::udp_server::{self, Exchange, next_client};
use crate::lessons::{lasting, tcp_client, waiting};
use crate::part::{Check, Part};
use crate::peer::named;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};

/// The server's checks.
pub const SERVER: Part = Part {
    lesson: 9,
    role: Role::Server,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "two clients ask in turns, and each is told the time in its format",
            run: works,
            causes: &[
                "the request's format is not used, or something is added to the answer",
                "the time is taken once, when the server starts",
            ],
        },
        waiting::busy_server_check(|bench| udp_server::busy_wait(bench, NOW)),
        lasting::interrupted_call_check(|bench| udp_server::interrupted_call(bench, NOW)),
        Check {
            id: "stale-bytes",
            about: "a short datagram comes after a long one, and nothing hangs on it",
            run: stale_bytes,
            causes: tcp_client::STALE_BYTES_CAUSES,
        },
        Check {
            id: "empty-datagram",
            about: "a datagram of zero bytes asks for the usual format",
            run: empty_datagram,
            causes: &[
                "zero bytes are taken for an end, as with TCP; here they are a message like any \
                 other, and anybody can send it",
                "an empty request is passed to strftime as it is, or another format is used for it",
            ],
        },
        Check {
            id: "bad-format",
            about: "formats come that no strftime need serve, and are answered all the same",
            run: bad_format,
            causes: &[
                "the error about the client's format is not caught, and ends the server",
                "the error is caught, and no answer sent",
            ],
        },
        Check {
            id: "oversized-datagram",
            about: "a format asks for more than a datagram carries",
            run: |bench| oversized_datagram(bench).map_err(|stop| unless_stale(bench, stop)),
            causes: &[
                "the answer is sent however long it is: more than 65,507 bytes cannot be sent, and \
                 the error ends the server",
                "the error is caught, and nothing is sent instead: the client waits in vain",
            ],
        },
        Check {
            id: "truncated-datagram",
            about: "a long format is used whole",
            run: |bench| truncated_datagram(bench).map_err(|stop| unless_stale(bench, stop)),
            causes: udp_server::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "invalid-utf8",
            about: "a format that is not text is answered too",
            run: |bench| udp_server::invalid_utf8(bench, NOW, b"caf\xe9 %Y \xff\xfe"),
            causes: udp_server::INVALID_UTF8_CAUSES,
        },
    ],
};

/// The client's checks.
pub const CLIENT: Part = Part {
    lesson: 9,
    role: Role::Client,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "each format typed is sent, and its answer printed, until the input ends",
            run: |bench| udp_client::works(bench, ASK),
            causes: udp_client::WORKS_CAUSES,
        },
        Check {
            id: "works-empty-line",
            about: "an empty line is sent as an empty datagram",
            run: empty_line,
            causes: &[
                "an empty line is passed over, as with TCP; here it asks for the usual format",
            ],
        },
        waiting::busy_client_check(|bench| udp_client::busy_wait(bench, ASK)),
        lasting::client_interrupted_call_check(|bench| udp_client::interrupted_call(bench, ASK)),
        tcp_client::stale_bytes_check(|bench| udp_client::stale_bytes(bench, ASK)),
        Check {
            id: "lost-datagram",
            about: "no answer comes, and the client gives up and says so",
            run: |bench| udp_client::lost_datagram(bench, ASK),
            causes: udp_client::LOST_DATAGRAM_CAUSES,
        },
        Check {
            id: "stray-datagram",
            about: "a stranger answers before the server does",
            run: |bench| udp_client::stray_datagram(bench, ASK),
            causes: udp_client::STRAY_DATAGRAM_CAUSES,
        },
        Check {
            id: "truncated-datagram",
            about: "a long answer comes, and is printed whole",
            run: |bench| udp_client::truncated_datagram(bench, ASK),
            causes: udp_client::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "invalid-utf8",
            about: "an answer is not text, and the next format is sent all the same",
            run: |bench| udp_client::invalid_utf8(bench, ASK),
            causes: udp_client::INVALID_UTF8_CAUSES,
        },
    ],
};

// ---- the server

/// The format that an empty request asks for, and one that has no other meaning anywhere.
const USUAL: &str = "%Y-%m-%d %X";
const PLAIN: &str = "%Y-%m-%d %H:%M:%S";

const NOW: Exchange = Exchange {
    ask: PLAIN.as_bytes(),
    hear: |_, caller| hear_time(caller).map(drop),
    hear_any: |_, caller| hear_any(caller).map(drop),
};

/// A long format, and then short ones.
fn stale_bytes(bench: &mut Bench) -> Outcome {
    let mut caller = next_client(bench, NOW)?;
    for format in ["a very long format: abcdefghijklmnopqrstuvwxyz", "short", "x"] {
        caller.send(format)?;
        let what = "the format itself, which asks for nothing, and no more than that";
        caller.expect(format, what)?;
    }
    Ok(())
}

/// Blames a server for what comes behind a long format only if it is not the end of that one which
/// hangs on a short one.
fn unless_stale(bench: &mut Bench, stop: Stop) -> Stop {
    let is_later = |failure: &Failure| failure.plain.contains(&Plain::NextClient);
    if !matches!(&stop, Stop::Failed(failure) if is_later(failure)) {
        return stop;
    }
    bench.kill();
    bench.story().tell("a long format and then short ones, to compare");
    match stale_bytes(bench) {
        Err(Stop::Failed(_)) => stop.in_plain(Plain::Stale),
        Err(broken @ Stop::Broken(_)) => broken,
        _ => stop,
    }
}

fn hear_any(caller: &mut Caller) -> Outcome<Vec<u8>> {
    caller.expect_datagram("an answer, with the time or with what is wrong")
}

/// Expects the time, in whichever zone the server is.
fn hear_time(caller: &mut Caller) -> Outcome<DateTime> {
    let what = "the time, as in 2025-12-31 23:59:59";
    let answer = caller.expect_datagram(what)?;
    let now = Timestamp::now();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let Ok(told) = DateTime::strptime(PLAIN, &text) else {
        let bytes = now.to_string().replace('T', " ");
        let wanted = bytes.get(..19).unwrap_or_default();
        return Err(Failure::new(what, format!("the answer is {}", named(&answer)))
            .bytes(wanted, answer)
            .into());
    };
    ensure(is_now(told, now), || {
        let expected = "the time of now, in whichever zone";
        Failure::new(expected, format!("the answer is {text}, and in Greenwich it is {now:.0}"))
    })?;
    Ok(told)
}

/// Tells whether it is so late now, in some zone: they differ by quarters of an hour.
fn is_now(told: DateTime, now: Timestamp) -> bool {
    const QUARTER: i64 = 15 * 60;
    const WIDEST: SignedDuration = SignedDuration::from_hours(15);
    /// The answer may have waited for us.
    const SLACK: i64 = 20;

    let Ok(told) = Offset::UTC.to_timestamp(told) else { return false };
    let ahead = told.duration_since(now);
    let beside = (ahead.as_secs() + SLACK).rem_euclid(QUARTER);
    ahead.abs() < WIDEST && beside <= SLACK + 1
}

fn works(bench: &mut Bench) -> Outcome {
    udp_server::works(bench, NOW)?;
    let mut caller = next_client(bench, NOW)?;
    caller.send("the year %Y!")?;
    let answer = hear_any(&mut caller)?;
    let year = answer.strip_prefix(b"the year ").and_then(|rest| rest.strip_suffix(b"!"));
    let is_year = year.is_some_and(|year| year.len() == 4 && year.iter().all(u8::is_ascii_digit));
    ensure(is_year, || {
        let expected = "the year within the words of the format \"the year %Y!\"";
        Failure::new(expected, format!("the answer is {}", named(&answer)))
    })?;

    caller.send(PLAIN)?;
    let before = hear_time(&mut caller)?;
    // More than the second in which it tells the same.
    thread::sleep(Duration::from_millis(1100));
    caller.send(PLAIN)?;
    let after = hear_time(&mut caller)?;
    ensure(after > before, || {
        let expected = "a later time, when more than a second has passed";
        Failure::new(expected, format!("it was {before}, and now it is {after}"))
            .only_cause("the time is taken once, when the server starts")
    })
}

fn empty_datagram(bench: &mut Bench) -> Outcome {
    let mut caller = next_client(bench, NOW)?;
    caller.send("")?;
    bench.story().tell(format!("an empty request asks for {USUAL}"));
    hear_time(&mut caller)?;
    next_client(bench, NOW).map(drop)
}

fn bad_format(bench: &mut Bench) -> Outcome {
    for format in ["%!", "%", "%Q %!", "%H\0"] {
        let mut caller = next_client(bench, NOW)?;
        caller.send(format)?;
        hear_any(&mut caller)?;
    }
    next_client(bench, NOW).map(drop)
}

fn oversized_datagram(bench: &mut Bench) -> Outcome {
    // Twice what one datagram carries.
    let count = if cfg!(target_vendor = "apple") { 4_000 } else { 30_000 };
    let mut caller = next_client(bench, NOW)?;
    caller.send("%Y".repeat(count))?;
    hear_any(&mut caller)?;
    next_client(bench, NOW).map(drop)
}

fn truncated_datagram(bench: &mut Bench) -> Outcome {
    let words: String = (0..LONG / 6 - 1).map(|number| format!("{number:05}.")).collect();
    let mut caller = next_client(bench, NOW)?;
    caller.send(&words)?;
    caller.expect(&words, "the words of the format, for nothing else is in it")?;
    next_client(bench, NOW).map(drop)
}

// ---- the client

const ASK: Client =
    Client { before: &[], typed: true, wrapped: false, first: None, repeats: true, short: true };

fn empty_line(bench: &mut Bench) -> Outcome {
    let mut host = Host::new(bench)?;
    // Then the client is known to call, and only the empty line is in question.
    ASK.receive(bench, &mut host, "%H:%M")?;
    host.answer("a quarter past ten")?;
    bench.type_line("")?;
    host.expect("", "an empty datagram: an empty line asks for the usual format")?;
    host.answer("2025-12-31 23:59:59")?;
    ASK.leave(bench)?;
    bench.expect_printed("a quarter past ten")?;
    bench.expect_printed("2025-12-31 23:59:59")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_now_in_every_zone_and_another_time_in_none() {
        let now: Timestamp = "2025-12-31T23:59:59Z".parse().expect("a time");
        let at = |text: &str| is_now(text.parse().expect("a time"), now);
        for told in ["2025-12-31T23:59:59", "2026-01-01T05:44:58", "2025-12-31T12:29:57"] {
            assert!(at(told), "{told}");
        }
        for told in ["2025-12-31T23:57:59", "2026-01-01T00:03:00", "2025-12-30T23:59:59"] {
            assert!(!at(told), "{told}");
        }
    }
}
