//! The checks of clients that ask in datagrams: lessons 8 and 9. Each is given how its client is
//! brought to ask, and how a server of its lesson answers.

use std::thread;
use std::time::{Duration, Instant};

use processes::Status;

use crate::bench::Bench;
use crate::datagrams::{Host, LONG, Reception};
use crate::lessons::tcp_client::nothing_stale;
use crate::lessons::{lasting, waiting};
use crate::program::Stream;
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::{LOOK, Watch};

/// Causes of plain good runs going wrong.
pub const WORKS_CAUSES: &[&str] = &[
    "the line is not sent as it was typed: its newline goes along, or something is added",
    "the answer is not received before the next line is read, or not printed",
];

/// Causes of a lost datagram holding a client.
pub const LOST_DATAGRAM_CAUSES: &[&str] = &[
    "the client waits for its answer without a time limit",
    "the time limit is noticed, and passed over in silence",
    "the client sends again and again, and never gives up",
];

/// Causes of somebody else's answer being taken for the server's.
pub const STRAY_DATAGRAM_CAUSES: &[&str] =
    &["nobody looks from whom a datagram comes: the socket takes what anybody sends to it"];

/// Causes of a long answer being cut.
pub const TRUNCATED_DATAGRAM_CAUSES: &[&str] =
    &["the buffer of the read is too small: what a datagram has more than it is lost, and most \
     systems do not say so"];

/// Causes of an answer ending the client that is not text.
pub const INVALID_UTF8_CAUSES: &[&str] =
    &["the answer is decoded strictly, and the error ends the program"];

/// What `{timeout}` is when no answer comes; and how long a client may take to give up, all its
/// tries together, also when it was not told.
const TIMEOUT: Duration = Duration::from_millis(500);
const GIVE_UP: Duration = Duration::from_secs(15);

/// What `{timeout}` is when a client is watched that waits for its answer.
const LONG_TIMEOUT: Duration = Duration::from_secs(10);

/// A client, and the server that it talks to.
#[derive(Clone, Copy)]
pub struct Client {
    /// What is typed before the first line that is sent.
    pub before: &'static [&'static str],
    /// Whether it sends what is typed. If not, it asks once, whatever it likes, and ends.
    pub typed: bool,
    /// Whether what it sends may be something more than what was typed.
    pub wrapped: bool,
    /// What comes in front of the datagram that holds the answer: the shell's stderr.
    pub first: Option<&'static [u8]>,
    /// Whether the same may be asked twice.
    pub repeats: bool,
    /// Whether it gives up in [`GIVE_UP`] even if it was not told a time.
    pub short: bool,
}

impl Client {
    fn start(self, bench: &mut Bench) -> Outcome<Host> {
        let host = Host::new(bench)?;
        for line in self.before {
            bench.type_line(line)?;
        }
        Ok(host)
    }

    /// Types a line, and expects it as a datagram.
    pub fn receive(self, bench: &mut Bench, host: &mut Host, line: &str) -> Outcome {
        if !self.typed {
            return host.expect_datagram("a datagram of the client").map(drop);
        }
        bench.type_line(line)?;
        let what = format!("a datagram with the message \"{line}\", as it was typed");
        if !self.wrapped {
            return host.expect(line, &what);
        }
        let came = host.expect_datagram(&what)?;
        let holds = came.windows(line.len()).any(|window| window == line.as_bytes());
        ensure(holds, || Failure::new(what, "another one came").bytes(line, came.as_slice()))
    }

    /// Answers as the lesson's server does.
    pub fn answer(self, host: &mut Host, answer: &[u8]) -> Outcome {
        if let Some(first) = self.first {
            host.answer(first)?;
        }
        host.answer(answer)
    }

    fn stray(self, host: &mut Host, answer: &[u8]) -> Outcome {
        if let Some(first) = self.first {
            host.stray(first)?;
        }
        host.stray(answer)
    }

    fn exchange(self, bench: &mut Bench, host: &mut Host, line: &str, answer: &[u8]) -> Outcome {
        self.receive(bench, host, line)?;
        self.answer(host, answer)
    }

    /// Ends the input, and expects that the program ends well.
    pub fn leave(self, bench: &mut Bench) -> Outcome {
        bench.close_input()?;
        let why = if self.typed { "there is no more input" } else { "the answer has come" };
        bench.expect_success(why)
    }
}

/// It asks, prints what is answered, and ends.
pub fn works(bench: &mut Bench, client: Client) -> Outcome {
    let mut host = client.start(bench)?;
    let lines = [("hello", "good day"), ("%H:%M", "a quarter past ten"), ("3", "THREE")];
    let lines = &lines[..if client.typed { 3 } else { 1 }];
    for (line, answer) in lines {
        client.exchange(bench, &mut host, line, answer.as_bytes())?;
    }
    client.leave(bench)?;
    lines.iter().try_for_each(|(_, answer)| bench.expect_answer(answer))
}

/// An answer comes from somebody else before the server's.
pub fn stray_datagram(bench: &mut Bench, client: Client) -> Outcome {
    let mut host = client.start(bench)?;
    client.receive(bench, &mut host, "hello")?;
    client.stray(&mut host, b"a lie of a stranger")?;
    client.answer(&mut host, b"the true answer")?;
    client.leave(bench)?;
    ensure(!bench.program()?.has_printed(b"a lie of a stranger"), || {
        let expected = "a client that takes only what comes from the address that it has asked";
        Failure::new(expected, "it printed what a stranger has sent")
    })?;
    bench.expect_printed("the true answer")
}

/// A long answer comes.
pub fn truncated_datagram(bench: &mut Bench, client: Client) -> Outcome {
    let answer: String = (0..LONG / 6).map(|number| format!("{number:05}.")).collect();
    let mut host = client.start(bench)?;
    client.exchange(bench, &mut host, "hello", answer.as_bytes())?;
    client.leave(bench)?;
    bench.expect_printed(&answer)
}

/// An answer comes that is not text.
pub fn invalid_utf8(bench: &mut Bench, client: Client) -> Outcome {
    let mut host = client.start(bench)?;
    client.exchange(bench, &mut host, "hello", b"caf\xe9 au lait \xff\xfe!")?;
    if client.typed {
        client.exchange(bench, &mut host, "again", b"the next answer")?;
    }
    client.leave(bench)?;
    // What stands there in place of the broken characters is left open.
    bench.expect_printed("caf")?;
    if client.typed { bench.expect_printed("the next answer") } else { Ok(()) }
}

/// A short answer comes after a long one.
pub fn stale_bytes(bench: &mut Bench, client: Client) -> Outcome {
    let mut host = client.start(bench)?;
    let long = "a long answer: abcdefghijklmnopqrstuvwxyz";
    if client.typed {
        client.exchange(bench, &mut host, "long", long.as_bytes())?;
        bench.settle()?;
    }
    let before = bench.program()?.output(Stream::Stdout).len();
    client.exchange(bench, &mut host, "short", b"short")?;
    bench.settle()?;
    let printed = bench.program()?.output(Stream::Stdout).split_off(before);
    nothing_stale(&printed, "short", long)
}

/// Nothing is typed, and no answer comes.
pub fn busy_wait(bench: &mut Bench, client: Client) -> Outcome {
    bench.set_timeout(LONG_TIMEOUT);
    let mut host = client.start(bench)?;
    if client.typed {
        waiting::sleeps(bench)?;
    }
    client.receive(bench, &mut host, "hello")?;
    waiting::sleeps(bench)
}

/// A signal comes while an answer is waited for, and it is printed all the same.
pub fn interrupted_call(bench: &mut Bench, client: Client) -> Outcome {
    if !bench.has("timeout") {
        let why = "the command has no {timeout}: the client may give up meanwhile";
        return Err(Stop::Skipped(why.into()));
    }
    bench.set_timeout(LONG_TIMEOUT);
    let mut host = client.start(bench)?;
    client.receive(bench, &mut host, "hello")?;
    let before = bench.program()?.all_output().len();
    lasting::interrupted_call(bench, |_| client.answer(&mut host, b"the answer"))?;
    client.leave(bench)?;
    let mute = bench.program()?.all_output().len() == before;
    bench.expect_printed("the answer").map_err(|stop| {
        // One that says nothing at all may print no answer whatever.
        if mute { stop.in_plain(Plain::Opening) } else { stop }
    })
}

/// No answer comes, however often it asks; and then one comes late.
pub fn lost_datagram(bench: &mut Bench, client: Client) -> Outcome {
    let told = bench.has("timeout");
    if !told && !client.short {
        let why = "the command has no {timeout}, the seconds after which the client gives up";
        return Err(Stop::Skipped(why.into()));
    }
    bench.set_timeout(TIMEOUT);
    let mut host = client.start(bench)?;
    client.receive(bench, &mut host, "hello")?;
    bench.story().tell("no answer is sent");
    if client.typed {
        gives_up_for_the_next(bench, client, &mut host, told)?;
        return late_answer(bench, client);
    }
    let status = ends(bench, told)?;
    says_so(bench, status.is_success())
}

/// A client that reads lines may end, or go on with the next.
fn gives_up_for_the_next(
    bench: &mut Bench,
    client: Client,
    host: &mut Host,
    told: bool,
) -> Outcome {
    for line in client.before.iter().chain(&["the next"]) {
        bench.type_line(line)?;
    }
    host.wait_for(Some(GIVE_UP));
    let began = Instant::now();
    loop {
        // One that asks again and again must come to an end, too.
        ensure(began.elapsed() < GIVE_UP, || {
            let observed = format!("it still sends the same after {} s", GIVE_UP.as_secs());
            Failure::new("a client that gives up when no answer comes", observed)
                .only_cause("the client sends again and again, and never gives up")
        })?;
        match host.receive()? {
            // A client that stays with its friend takes a name for a message.
            Reception::Datagram(bytes)
                if client.before.iter().any(|line| holds(&bytes, line.as_bytes())) => {}
            Reception::Datagram(bytes) if holds(&bytes, b"the next") => {
                return says_so(bench, true);
            }
            Reception::Datagram(bytes) if holds(&bytes, b"hello") => {
                ensure(client.repeats, || {
                    let expected = "a client that sends its message once: what is done twice may \
                                    do harm, and nobody knows which of the two was lost";
                    Failure::new(expected, "it sent the same again").only_cause(
                        "no answer came in time, and what was sent is sent again; it may have \
                         arrived, and only its answer be lost",
                    )
                })?;
            }
            Reception::Datagram(bytes) => {
                return Err(Failure::new(
                    "the next message, or the same again",
                    "another one came",
                )
                .bytes(*b"the next", bytes)
                .into());
            }
            Reception::Refused | Reception::Silence(_) => {
                let status = ends(bench, told)?;
                return says_so(bench, status.is_success());
            }
        }
    }
}

/// The answer to one question comes so late, or once more for another try, that it might be taken
/// for the answer to the next.
fn late_answer(bench: &mut Bench, client: Client) -> Outcome {
    const FIRST: &[u8] = b"the first answer";
    const SECOND: &[u8] = b"the second answer";

    bench.kill();
    let mut host = client.start(bench)?;
    client.receive(bench, &mut host, "hello")?;
    host.wait_for(Some(4 * TIMEOUT));
    if let Reception::Datagram(_) = host.receive()? {
        bench.story().tell("each of the two tries is answered");
        client.answer(&mut host, FIRST)?;
        client.answer(&mut host, FIRST)?;
    } else {
        bench.story().tell("the answer comes when the client has given up");
        client.answer(&mut host, FIRST)?;
    }
    host.wait_for(None);
    bench.settle()?;
    if bench.program()?.status().is_some() {
        return Ok(());
    }
    let before = bench.program()?.output(Stream::Stdout).len();
    for line in client.before {
        bench.type_line(line)?;
    }
    bench.type_line("the next")?;
    loop {
        let came = host.expect_datagram("a datagram with the next message")?;
        if holds(&came, b"the next") {
            break;
        }
        // A client that stays with its friend takes the name for a message, and waits.
        if client.before.iter().any(|line| holds(&came, line.as_bytes())) {
            client.answer(&mut host, &came)?;
        }
    }
    client.answer(&mut host, SECOND)?;
    bench.await_output(|program| program.output(Stream::Stdout).len() > before)?;
    bench.settle()?;
    let printed = bench.program()?.output(Stream::Stdout).split_off(before);
    ensure(holds(&printed, SECOND) && !holds(&printed, FIRST), || {
        let expected = "the answer to the next message, and not one to an earlier one";
        let observed = if holds(&printed, FIRST) {
            "a late answer to the message before is printed for it"
        } else {
            "the answer is not printed"
        };
        Failure::new(expected, observed).bytes(SECOND, printed).only_cause(
            "after a time limit the socket goes on being used, and the answer that comes late is \
             the first thing that the next read finds",
        )
    })
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// Expects that the program gives up, and ends.
fn ends(bench: &mut Bench, told: bool) -> Outcome<Status> {
    let program = bench.program()?;
    let mut watch = Watch::within(&program, GIVE_UP);
    loop {
        if let Some(status) = program.status() {
            bench.story().tell(format!("the program ended with {status}"));
            return Ok(status);
        }
        if let Some(silence) = watch.look() {
            let failure = Failure::new(
                "a client that gives up when no answer comes",
                format!("it does not give up: {silence}"),
            );
            return Err(if told {
                failure
            } else {
                failure.only_cause(
                    "the client waits for its answer without a time limit, or longer than \
                     anybody likes to wait; if the command takes the limit in seconds, put \
                     {timeout} there",
                )
            }
            .into());
        }
        thread::sleep(LOOK / 4);
    }
}

/// Expects that the program did not pass over the loss in silence.
fn says_so(bench: &mut Bench, seems_well: bool) -> Outcome {
    bench.settle()?;
    let silent = bench.program()?.all_output().trim_ascii().is_empty();
    ensure(!(seems_well && silent), || {
        let expected = "a client that says that no answer came";
        Failure::new(expected, "it printed nothing, and went on or ended as if all were well")
    })
}
