//! Exercise 9: a client that finds out how far another clock is ahead.

use std::str;
use std::thread;
use std::time::{Duration, SystemTime};

use processes::Status;

use crate::bench::Bench;
use crate::datagrams::{Host, Reception};
use crate::part::{Check, Part};
use crate::program::Stream;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 9,
    role: Role::Client,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "the server's clock is 100 seconds ahead",
            run: works,
            causes: &[
                "the sign is wrong: plus means that the server's clock is ahead",
                "the decimals of the answer are lost, or the line has another form",
                "fewer than five samples are taken, or more",
            ],
        },
        Check {
            id: "works-behind",
            about: "the server's clock is an hour and a half second behind",
            run: |bench| measured(bench, -3600.5, &[Does::Answer; SAMPLES]).map(drop),
            causes: &["the offset is taken as a number that cannot be below zero"],
        },
        Check {
            id: "works-half-way",
            about: "each answer takes 0.3 s, half of it there and half of it back",
            run: |bench| measured(bench, 5.0, &[Does::AnswerMidway; SAMPLES]).map(drop),
            causes: &[
                "the server's time is compared with that of sending, or of receiving, and not with \
                 what lies half-way between them",
            ],
        },
        Check {
            id: "works-shortest-way",
            about: "four answers are held up on their way back, the third is not",
            run: |bench| {
                let mut plan = [Does::AnswerLate; SAMPLES];
                plan[2] = Does::Answer;
                measured(bench, -7.25, &plan).map(drop)
            },
            causes: &[
                "the offsets are averaged, or the last or the first is taken: the one with the \
                 shortest way there and back has the smallest error",
            ],
        },
        Check {
            id: "lost-datagram",
            about: "the first and the fourth request are not answered",
            run: |bench| {
                let mut plan = [Does::Answer; SAMPLES];
                (plan[0], plan[3]) = (Does::Nothing, Does::Nothing);
                measured(bench, 12.5, &plan).map(drop)
            },
            causes: &[
                "the client waits for its answer without a limit of time",
                "one missing answer ends the client, though others come",
            ],
        },
        Check {
            id: "works-no-answer",
            about: "nothing is answered, and the client says so, with status 1",
            run: no_answer,
            causes: &["an offset is printed though there is none"],
        },
        Check {
            id: "bad-format",
            about: "one answer says that the format cannot be served; the client ends with status 1",
            run: |bench| refused(bench, "bad-format: unknown directive %f"),
            causes: &["an answer that is no number counts as 0, or as a missing one"],
        },
        Check {
            id: "works-no-time",
            about: "one answer is \"nan\", which is no time; the client ends with status 1",
            run: |bench| refused(bench, "nan"),
            causes: &["a text may be a number of the machine and yet no time: inf and nan are"],
        },
        Check {
            id: "stray-datagram",
            about: "a stranger answers before the server does",
            run: |bench| measured(bench, 1.0, &[Does::AnswerBehindStranger; SAMPLES]).map(drop),
            causes: &["the socket is not connected: it hears whoever sends to it"],
        },
    ],
};

const SAMPLES: usize = 5;

/// How long an answer is held up, and how far off an offset may be: less than half of that.
const HELD: Duration = Duration::from_millis(300);
const TOLERANCE: f64 = 0.1;

/// What the server does with a request.
#[derive(Clone, Copy)]
enum Does {
    Answer,
    /// Looks at its clock, and then takes its time.
    AnswerLate,
    /// Takes its time, looks at its clock in the middle of it.
    AnswerMidway,
    AnswerBehindStranger,
    Nothing,
}

/// The server's time.
fn time(offset: f64) -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs_f64();
    format!("{:.6}", now + offset)
}

/// Waits for one request, and does something about it.
fn play(host: &mut Host, offset: f64, does: Does) -> Outcome {
    let came = host.expect_datagram("a request for the time")?;
    ensure(came == b"%s.%f", || {
        Failure::new("the request %s.%f", "another one came").bytes(*b"%s.%f", came.as_slice())
    })?;
    match does {
        Does::Nothing => return Ok(()),
        Does::AnswerMidway => thread::sleep(HELD / 2),
        Does::AnswerBehindStranger => host.stray("1000000000.000000")?,
        Does::Answer | Does::AnswerLate => {}
    }
    let time = time(offset);
    match does {
        Does::AnswerMidway => thread::sleep(HELD / 2),
        Does::AnswerLate => thread::sleep(HELD),
        _ => {}
    }
    host.answer(time)
}

fn works(bench: &mut Bench) -> Outcome {
    let mut host = measured(bench, 100.0, &[Does::Answer; SAMPLES])?;
    let reception = host.receive()?;
    ensure(!matches!(reception, Reception::Datagram(_)), || {
        Failure::new("five requests, and no more", "a sixth one came")
    })
}

/// Plays a server whose clock is this far ahead, and expects that the client finds that out.
fn measured(bench: &mut Bench, offset: f64, plan: &[Does]) -> Outcome<Host> {
    let mut host = Host::new(bench)?;
    for &does in plan {
        play(&mut host, offset, does)?;
    }
    bench.expect_good_end("it has all its samples")?;

    let output = bench.program()?.output(Stream::Stdout);
    let line = output.trim_ascii();
    ensure(offset_in(line).is_some_and(|found| (found - offset).abs() < TOLERANCE), || {
        let expected =
            format!("the line \"offset {offset:+.3} s\", or one that is hardly different");
        Failure::new(expected, format!("it printed \"{}\"", line.escape_ascii()))
    })?;
    Ok(host)
}

/// The number in a line such as `offset +1.234 s`.
fn offset_in(line: &[u8]) -> Option<f64> {
    let number = str::from_utf8(line).ok()?.strip_prefix("offset ")?.strip_suffix(" s")?;
    let decimals = number.split_once('.')?.1;
    (number.starts_with(['+', '-']) && decimals.len() == 3).then(|| number.parse().ok()).flatten()
}

fn no_answer(bench: &mut Bench) -> Outcome {
    let mut host = Host::new(bench)?;
    for _ in 0..SAMPLES {
        play(&mut host, 0.0, Does::Nothing)?;
    }
    failed(bench, "nothing was answered")
}

/// Answers the first request like this, and the others with the time.
fn refused(bench: &mut Bench, answer: &str) -> Outcome {
    let mut host = Host::new(bench)?;
    host.expect_datagram("a request for the time")?;
    host.answer(answer)?;
    // It may ask again before it gives up; all that counts is how it ends.
    while let Reception::Datagram(_) = host.receive()? {
        host.answer(time(0.0))?;
    }
    failed(bench, "the answer is no time")
}

fn failed(bench: &mut Bench, why: &str) -> Outcome {
    let status = bench.expect_program_end(why)?;
    ensure(status == Status::Code(1), || {
        let expected = format!("an end with status 1, for {why}");
        Failure::new(expected, format!("it ended with {status}"))
    })
}
