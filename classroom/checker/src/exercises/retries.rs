//! Exercise 8b: a client that asks again until an answer comes.

use std::time::{Duration, Instant};

use processes::Status;

use crate::bench::Bench;
use crate::datagrams::{Host, Reception};
use crate::part::{Check, Part};
use crate::program::Stream;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 8,
    role: Role::Client,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "three lines are typed, numbered from 1, and their answers printed",
            run: works,
            causes: &[
                "the number is not in front of the line, with a blank between them",
                "the number is printed, or the answer is not",
            ],
        },
        Check {
            id: "lost-datagram",
            about: "a request is not answered three times; its fourth try is",
            run: lost,
            causes: &[
                "the client waits for its answer without a limit of time",
                "each try gets a number of its own: it must be the same request",
                "the client gives up after fewer than five tries",
            ],
        },
        Check {
            id: "works-giving-up",
            about: "no try is answered; after the fifth the client gives up, with status 1",
            run: giving_up,
            causes: &["the client tries again for ever, or ends as after a success"],
        },
        Check {
            id: "works-late-answer",
            about: "the answer to the first request comes a second time, before that to the second",
            run: late_answer,
            causes: &[
                "whatever comes is taken for the answer: the number in front is not looked at",
            ],
        },
        Check {
            id: "works-similar-number",
            about: "answers with the numbers 12 and 01 come before that to request 1",
            run: similar_number,
            causes: &[
                "the number is compared without the blank behind it, so that 12 begins with 1",
            ],
        },
        Check {
            id: "works-nonsense",
            about: "an empty datagram and one without a number come before the answer",
            run: nonsense,
            causes: &["what has no number in front is an error that ends the client"],
        },
        Check {
            id: "works-steady-nonsense",
            about: "late answers come every tenth of a second; the request is sent again all the same",
            run: steady_nonsense,
            causes: &["the half second begins anew with each datagram that is passed over"],
        },
        Check {
            id: "stray-datagram",
            about: "a stranger answers before the server does",
            run: stray,
            causes: &["the socket is not connected: it hears whoever sends to it"],
        },
    ],
};

fn hear(bench: &mut Bench, host: &mut Host, line: &str, number: u32) -> Outcome {
    bench.type_line(line)?;
    host.expect(format!("{number} {line}"), "the number, a blank, and the line that was typed")
}

/// Expects the end of the client, with status 0, after it has printed these lines.
fn printed(bench: &mut Bench, answers: &[&str]) -> Outcome {
    bench.close_input()?;
    bench.expect_good_end("there is no more input")?;
    let wanted: String = answers.iter().map(|answer| format!("{answer}\n")).collect();
    let came = bench.program()?.output(Stream::Stdout);
    ensure(came.trim_ascii() == wanted.trim_ascii().as_bytes(), || {
        let expected = "the answers on stdout, each on a line, and nothing else";
        Failure::new(expected, "something else was printed").bytes(wanted, came)
    })
}

fn works(bench: &mut Bench) -> Outcome {
    let mut host = Host::new(bench)?;
    for (number, line, answer) in
        [(1, "one", "ONE"), (2, "two more", "TWO MORE"), (3, "3", "THREE")]
    {
        hear(bench, &mut host, line, number)?;
        host.answer(format!("{number} {answer}"))?;
    }
    printed(bench, &["ONE", "TWO MORE", "THREE"])
}

/// Expects the same request again.
fn again(host: &mut Host, request: &str) -> Outcome {
    let came = host.expect_datagram("the same request again, for it was not answered")?;
    ensure(came == request.as_bytes(), || {
        let expected = "the same request again, for it was not answered";
        Failure::new(expected, "another one came").bytes(request, came)
    })
}

fn lost(bench: &mut Bench) -> Outcome {
    let mut host = Host::new(bench)?;
    hear(bench, &mut host, "one", 1)?;
    for _ in 0..3 {
        again(&mut host, "1 one")?;
    }
    host.answer("1 ONE")?;
    hear(bench, &mut host, "two", 2)?;
    again(&mut host, "2 two")?;
    host.answer("2 TWO")?;
    printed(bench, &["ONE", "TWO"])
}

fn giving_up(bench: &mut Bench) -> Outcome {
    let mut host = Host::new(bench)?;
    hear(bench, &mut host, "one", 1)?;
    for _ in 0..4 {
        again(&mut host, "1 one")?;
    }
    let reception = host.receive()?;
    ensure(!matches!(reception, Reception::Datagram(_)), || {
        Failure::new("five tries, and no more", "a sixth one came")
    })?;
    let status = bench.expect_program_end("five tries were not answered")?;
    ensure(status == Status::Code(1), || {
        let expected = "an end with status 1, for five tries were not answered";
        Failure::new(expected, format!("it ended with {status}"))
    })
}

fn late_answer(bench: &mut Bench) -> Outcome {
    let mut host = Host::new(bench)?;
    hear(bench, &mut host, "one", 1)?;
    host.answer("1 ONE")?;
    hear(bench, &mut host, "two", 2)?;
    host.answer("1 ONE")?;
    host.answer("2 TWO")?;
    hear(bench, &mut host, "three", 3)?;
    host.answer("1 ONE")?;
    host.answer("2 TWO")?;
    host.answer("3 THREE")?;
    printed(bench, &["ONE", "TWO", "THREE"])
}

fn similar_number(bench: &mut Bench) -> Outcome {
    answered_first(bench, &["12 late", "01 late", "1"])
}

fn nonsense(bench: &mut Bench) -> Outcome {
    answered_first(bench, &["", "what?", " 1 blank"])
}

/// Answers with other things first.
fn answered_first(bench: &mut Bench, others: &[&str]) -> Outcome {
    let mut host = Host::new(bench)?;
    hear(bench, &mut host, "one", 1)?;
    for other in others {
        host.answer(other)?;
    }
    host.answer("1 ONE")?;
    printed(bench, &["ONE"])
}

fn steady_nonsense(bench: &mut Bench) -> Outcome {
    const PAUSE: Duration = Duration::from_millis(100);
    const LONG_ENOUGH: Duration = Duration::from_secs(3);

    let mut host = Host::new(bench)?;
    hear(bench, &mut host, "one", 1)?;
    host.wait_for(Some(PAUSE));
    let began = Instant::now();
    while !matches!(host.receive()?, Reception::Datagram(_)) {
        host.answer("0 late")?;
        ensure(began.elapsed() < LONG_ENOUGH, || {
            let expected = "the same request again after half a second";
            Failure::new(expected, format!("none came for {} s", LONG_ENOUGH.as_secs()))
        })?;
    }
    host.answer("1 ONE")?;
    printed(bench, &["ONE"])
}

fn stray(bench: &mut Bench) -> Outcome {
    let mut host = Host::new(bench)?;
    hear(bench, &mut host, "one", 1)?;
    host.stray("1 from a stranger")?;
    bench.settle()?;
    host.answer("1 ONE")?;
    printed(bench, &["ONE"])
}
