//! What can go wrong with any protocol over UDP.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use bstr::ByteSlice;
use processes::{Port, Transport};
use record::{Direction, What};
use wire::datagrams::Bends;

use crate::pair::check::Check;
use crate::pair::line::Bend;
use crate::pair::stage::{End, Performance, Stage};
use crate::pair::tcp::WORKS_NEXT_CLIENT;
use crate::pair::trial::Trial;
use crate::peer::bytes_text;
use crate::run::Side;
use crate::verdict::{Failure, Outcome, Stop, ensure};
use crate::watch::{Doing, need_to_see_sleep, settle};

/// How much later than the second try an answer to the first one comes.
const LATE: Duration = Duration::from_millis(300);

/// The sizes of buffers that people use.
const BUFFERS: [usize; 9] = [64, 100, 128, 256, 512, 1024, 2048, 4096, 8192];

/// How many bytes of an answer may be no text that is printed: a number, a length.
const HEADER: usize = 8;

/// The most that a datagram holds over IPv4 (RFC 768, RFC 791).
const LARGEST: usize = 65_507;

/// All of them, in the order in which they are shown.
pub const CHECKS: &[Check] = &[
    WORKS_NEXT_CLIENT,
    Check {
        id: "lost-datagram",
        side: Some(Side::Client),
        about: "the first request is lost, and in another run the first answer",
        run: lost,
        causes: &["nothing ends the wait for an answer: no timeout is set"],
    },
    Check {
        id: "lost-datagram",
        side: Some(Side::Client),
        about: "the first answer is late: it comes when the client has asked again, or given up",
        run: late,
        causes: &[
            "whatever comes next is taken for the answer: nothing in it tells which question it \
             answers",
        ],
    },
    Check {
        id: "lost-datagram",
        side: Some(Side::Client),
        about: "every answer comes twice, and in another run every request",
        run: doubled,
        causes: &[
            "whatever comes next is taken for the answer: nothing in it tells which question it \
             answers",
        ],
    },
    Check {
        id: "stray-datagram",
        side: Some(Side::Client),
        about: "before each answer a datagram comes from another address",
        run: stray,
        causes: &["nobody looks where a datagram comes from"],
    },
    Check {
        id: "empty-datagram",
        side: Some(Side::Server),
        about: "a stranger sends a datagram of zero bytes",
        run: |trial| strangers(trial, &[&[]]),
        causes: &["a datagram of zero bytes is taken for an end"],
    },
    Check {
        id: "empty-datagram",
        side: Some(Side::Client),
        about: "the first answer is a datagram of zero bytes",
        run: |trial| cut(trial, |_| 0),
        causes: &["a datagram of zero bytes is taken for nothing, and the next one never comes"],
    },
    Check {
        id: "truncated-datagram",
        side: Some(Side::Server),
        about: "strangers send half a request, and the largest datagram that there is",
        run: server_truncated,
        causes: &["what a datagram lacks, or has too much, raises an error that ends the server"],
    },
    Check {
        id: "truncated-datagram",
        side: Some(Side::Client),
        about: "whole answers are printed; half of one ends in words",
        run: client_truncated,
        causes: &["the buffer is smaller than the datagram: what does not fit is lost"],
    },
    Check {
        id: "port-unreachable",
        side: Some(Side::Server),
        about: "clients ask, and are gone before their answers come",
        run: gone,
        causes: &["the error of a send, or of a receive after it, ends the server"],
    },
    Check {
        id: "port-unreachable",
        side: Some(Side::Client),
        about: "nobody waits at the server's address",
        run: nobody,
        causes: &["nothing ends the wait for an answer: no timeout is set"],
    },
    Check {
        id: "busy-wait",
        side: Some(Side::Server),
        about: "nothing happens",
        run: server_busy_wait,
        causes: &["a socket that does not block is asked again and again"],
    },
    Check {
        id: "busy-wait",
        side: Some(Side::Client),
        about: "an answer lets wait, and nothing happens",
        run: client_busy_wait,
        causes: &["a socket that does not block is asked again and again"],
    },
];

/// What befalls the first datagram of one direction.
fn first(only: Direction, bends: Bends) -> Bend {
    Bend::Datagrams(Bends { only: Some(only), first: true, ..bends })
}

/// What befalls every datagram of one direction.
fn each(only: Direction, bends: Bends) -> Bend {
    Bend::Datagrams(Bends { only: Some(only), ..bends })
}

fn drop_first(direction: Direction) -> Bend {
    first(direction, Bends { drop: 1.0, ..Bends::default() })
}

fn answers(performance: &Performance) -> Vec<Vec<u8>> {
    datagrams(performance, Direction::Reply).into_iter().map(|(_, bytes)| bytes).collect()
}

/// The datagrams of one direction, and when they came.
fn datagrams(performance: &Performance, wanted: Direction) -> Vec<(f64, Vec<u8>)> {
    let of = |event: &record::Event| match &event.what {
        What::Bytes { direction, parts, .. } if *direction == wanted => {
            Some((event.seconds, parts.iter().flat_map(|part| part.bytes.clone()).collect()))
        }
        _ => None,
    };
    performance.events.iter().filter_map(of).collect()
}

fn has_answers(trial: &Trial, count: usize) -> Outcome {
    let there = trial.measure.turns.iter().filter(|(way, _)| *way == Direction::Reply).count();
    match count {
        _ if there >= count => Ok(()),
        _ if there == 0 => Err(Stop::Skipped("the server answers nothing".into())),
        _ => Err(Stop::Skipped("there is one answer only; type two lines or more".into())),
    }
}

// ---- the client's answers

fn lost(trial: &Trial) -> Outcome {
    has_answers(trial, 1)?;
    for direction in [Direction::Request, Direction::Reply] {
        let performance = trial.bent_patiently(&drop_first(direction))?;
        if matches!(performance.end, End::Stays(Doing::Spins(_))) {
            let why = "the client spins while it waits for an answer: see `busy-wait`";
            return Err(Stop::Skipped(why.into()));
        }
        if trial.as_ever(&performance).is_err() {
            let ended = matches!(performance.end, End::Ended(_));
            let outcome = trial.ends_in_words(&performance);
            outcome.map_err(|failure| if ended { passed_over(*failure) } else { *failure })?;
        }
    }
    Ok(())
}

/// The failure of a client that ends without a word though its wait was in vain.
fn passed_over(failure: Failure) -> Failure {
    failure.only_cause(
        "the time that has run out, or the error of a send or receive, is passed over: the client \
         goes on as if an answer had come",
    )
}

fn late(trial: &Trial) -> Outcome {
    has_answers(trial, 2)?;
    let lost = trial.bent(&drop_first(Direction::Reply))?;
    let asked: Vec<_> =
        datagrams(&lost, Direction::Request).into_iter().map(|(time, _)| time).collect();
    // Who does not ask again is not there any more when it comes, or waits for ever.
    let [one, two, ..] = asked[..] else { return Ok(()) };
    let delay = Some(Duration::from_secs_f64(two - one) + LATE);
    let bend = first(Direction::Reply, Bends { delay, ..Bends::default() });
    in_order(trial, &bend)
}

fn doubled(trial: &Trial) -> Outcome {
    has_answers(trial, 2)?;
    for direction in [Direction::Reply, Direction::Request] {
        in_order(trial, &each(direction, Bends { duplicate: 1.0, ..Bends::default() }))?;
    }
    Ok(())
}

/// Expects that each answer is printed once, in the order of the questions, and the last one
/// for sure.
fn in_order(trial: &Trial, bend: &Bend) -> Outcome {
    let straight = &trial.measure.samples[0];
    let lines: Vec<_> = straight.lines().collect();
    trial.makes_no_difference(Side::Client, &trial.pair.input, bend, |performance| {
        let Err(failure) = trial.as_ever(performance) else { return Ok(()) };
        if !trial.measure.stdout.is_exact() {
            // What differs from run to run cannot be put in order.
            return if matches!(performance.end, End::Ended(_)) { Ok(()) } else { Err(failure) };
        }
        let mut rest = &lines[..];
        for line in performance.stdout.lines().filter(|line| lines.contains(line)) {
            match rest.iter().position(|known| *known == line) {
                Some(at) => rest = &rest[at + 1..],
                None => return Err(failure),
            }
        }
        if rest.is_empty() { Ok(()) } else { Err(failure) }
    })
}

fn stray(trial: &Trial) -> Outcome {
    has_answers(trial, 1)?;
    let bend = each(Direction::Reply, Bends { stray: true, ..Bends::default() });
    let right = |performance: &Performance| trial.as_ever(performance);
    let outcome = trial.makes_no_difference(Side::Client, &trial.pair.input, &bend, right);
    match outcome {
        // One that says so, and ends, was not taken in.
        Err(Stop::Failed(failure)) => {
            let performance = trial.bent(&bend)?;
            let fails = matches!(performance.end, End::Ended(status) if !status.is_success());
            if fails { Ok(()) } else { Err(Stop::Failed(failure)) }
        }
        outcome => outcome,
    }
}

/// The first answer is cut. Only a wait without end, and being brought down, is a failure: what
/// is missing cannot be known.
fn cut(trial: &Trial, length: impl Fn(usize) -> usize) -> Outcome {
    has_answers(trial, 1)?;
    let whole = trial.measure.first_turn(Direction::Reply);
    let cut = Some(length(whole));
    let performance = trial.bent(&first(Direction::Reply, Bends { cut, ..Bends::default() }))?;
    let unharmed = match performance.end {
        End::Stays(Doing::Spins(_) | Doing::Floods) => false,
        End::Ended(status) => !status.has_crashed(),
        End::Stays(_) => trial.measure.end.is_none_or(|end| matches!(end, End::Stays(_))),
    };
    if unharmed { Ok(()) } else { Ok(trial.ends_in_words(&performance)?) }
}

fn client_truncated(trial: &Trial) -> Outcome {
    let straight = trial.bent(&Bend::Straight)?;
    for answer in answers(&straight) {
        let cut = BUFFERS.into_iter().find(|&size| {
            let ends_there = |from: usize| {
                straight.stdout.contains_str(&answer[from..size])
                    && !straight.stdout.contains_str(&answer[from..size + 1])
            };
            size < answer.len() && (0..=HEADER).any(ends_there)
        });
        if let Some(size) = cut {
            let expected = format!("a client that prints all {}", bytes_text(answer.len()));
            let failure = Failure::new(expected, format!("it prints the first {size} of them"));
            return Err(failure.bytes(answer, straight.stdout).into());
        }
    }
    cut(trial, |whole| whole / 2)
}

fn client_busy_wait(trial: &Trial) -> Outcome {
    need_to_see_sleep()?;
    let bend = each(Direction::Reply, Bends { drop: 1.0, ..Bends::default() });
    let performance = trial.bent(&bend)?;
    ensure(!matches!(performance.end, End::Stays(Doing::Spins(_))), || {
        Failure::new("a client that sleeps while it waits for an answer", "it spins")
    })
}

fn nobody(trial: &Trial) -> Outcome {
    has_answers(trial, 1)?;
    let mut stage = trial.stage()?;
    stage.wait_patiently();
    let nowhere = Port::find(Transport::Udp)?;
    let address = (Ipv4Addr::LOCALHOST, nowhere.number()).into();
    let performance = stage.perform_at(address, &trial.pair.input)?;
    match (trial.ends_in_words(&performance), performance.end) {
        (Err(_), End::Stays(Doing::Sleeps | Doing::Unknown)) if lost(trial).is_err() => {
            let why = "the client waits for an answer without a limit: see `lost-datagram`";
            Err(Stop::Skipped(why.into()))
        }
        (Err(failure), End::Ended(_)) => Err(passed_over(*failure).into()),
        (outcome, _) => Ok(outcome?),
    }
}

// ---- the server

fn socket() -> Outcome<UdpSocket> {
    Ok(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?)
}

fn strangers(trial: &Trial, datagrams: &[&[u8]]) -> Outcome {
    let stage = trial.stage()?;
    let stranger = socket()?;
    for datagram in datagrams {
        stage.story().tell(format!("a stranger sends {}", bytes_text(datagram.len())));
        stranger.send_to(datagram, stage.server_address())?;
        settle(stage.server()?);
    }
    trial.serves_the_next(&stage)
}

fn server_truncated(trial: &Trial) -> Outcome {
    let request = &trial.measure.requests[..trial.measure.first_turn(Direction::Request)];
    let large: Vec<_> = request.iter().copied().cycle().take(LARGEST).collect();
    let half = &request[..request.len() / 2];
    let both = [half, &large];
    strangers(trial, if large.is_empty() { &[] } else { &both })
}

fn gone(trial: &Trial) -> Outcome {
    let stage: Stage = trial.stage()?;
    let request = &trial.measure.requests[..trial.measure.first_turn(Direction::Request)];
    for _ in 0..2 {
        let stranger = socket()?;
        stage.story().tell("a stranger asks as the client does first, and is gone");
        stranger.send_to(request, stage.server_address())?;
        drop(stranger);
        settle(stage.server()?);
    }
    trial.serves_the_next(&stage)
}

fn server_busy_wait(trial: &Trial) -> Outcome {
    need_to_see_sleep()?;
    let stage = trial.stage()?;
    ensure(!matches!(settle(stage.server()?), Doing::Spins(_)), || {
        Failure::new("a server that sleeps while nothing happens", "it spins")
    })
}
