//! What the two programs do when nothing is done to them: the measure of all that follows.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::thread;
use std::time::Duration;

use anyhow::anyhow;
use bstr::ByteSlice;
use processes::{Transport, listening};
use record::{Direction, Event, What};

use crate::pair::likeness::Likeness;
use crate::pair::line::{self, Bend, told};
use crate::pair::progress;
use crate::pair::stage::{End, Pair, Performance, Stage};
use crate::peer::bytes_text;
use crate::program::tells_of_crash;
use crate::story::Story;
use crate::verdict::{Failure, Outcome, Stop};
use crate::watch::{Doing, settle};

/// How often the two are run straight, and how far apart: a clock shall have gone on.
const RUNS: u32 = 3;
const APART: Duration = Duration::from_millis(1100);

/// How many events of a straight run are shown.
const SHOWN: usize = 10;

/// How often a server speaks unasked that does so by a clock, and how long it is still before, in
/// seconds.
const UNASKED: usize = 3;
const STILL: f64 = 0.06;

/// How many different numbers of answers show that there is chance in them: one more, because a
/// question was asked twice on a busy machine, does not.
const DIFFERENT: usize = 3;

/// How much of a masked text is shown.
const MASKED: usize = 100;

/// How long a word is at least that says something.
const WORD: usize = 3;

/// What a straight run is like.
pub struct Measure {
    /// The straight run as it is shown, a line for each event.
    pub straight: Vec<String>,
    /// What differs from run to run, and is not compared.
    pub masked: Vec<String>,
    /// What the client prints, of each run.
    pub samples: Vec<Vec<u8>>,
    /// What they have in common.
    pub stdout: Likeness,
    /// What it has printed when nothing more comes of each line; `None` where nothing does.
    steps: Vec<Option<Likeness>>,
    /// How it ends; `None` where that is not always the same.
    pub end: Option<End>,
    /// What the next client of the same server prints; `None` if that has nothing in common with
    /// what the first one does, or there is none.
    pub next: Option<Likeness>,
    /// Whether the server ends, by itself and in order, with its first client.
    pub one_shot: bool,
    /// Whether the server spins when its client has gone, though nothing else was done to it.
    pub server_spins: bool,
    /// What became of the second client.
    pub second: Result<(), Box<Failure>>,
    /// The number of the connection on which most is said.
    pub connection: usize,
    /// What is said there, by turns.
    pub turns: Vec<(Direction, Vec<u8>)>,
    /// All that the client sends there.
    pub requests: Vec<u8>,
    /// Whether that is the same in each run.
    pub same_requests: bool,
    /// All that the server sends there.
    pub replies: Vec<u8>,
    /// What its answers have in common.
    pub answers: Option<Likeness>,
    /// Whether the client prints the very bytes that the server sends, and nothing else.
    pub verbatim: bool,
    /// Whether the server ends the conversation.
    pub server_ends: bool,
    /// Which side resets the connection.
    pub resets: [bool; 2],
    /// Whether the server also speaks when nobody has asked it.
    pub server_pushes: bool,
    /// How many connections a client makes.
    pub connections: usize,
    /// Whether no client prints anything to its stderr.
    complains_never: bool,
    /// What was printed or said by anybody, in small letters.
    words: String,
}

/// One straight run: a server, and two clients one after the other.
struct Run {
    first: Performance,
    second: Option<Performance>,
    /// How the server had ended when its first client was gone.
    server: Option<processes::Status>,
    server_words: String,
    server_spins: bool,
    /// Whether it answered its client only when something was typed into it.
    server_reads_keyboard: bool,
    /// How many sockets for datagrams the server had when its client was through.
    server_sockets: usize,
}

impl Measure {
    /// Runs the two straight, several times.
    ///
    /// # Errors
    ///
    /// They do not get on with each other even so, or never twice in the same way.
    pub fn take(pair: &Pair, story: &Story) -> Outcome<Self> {
        let runs: Vec<Outcome<Run>> = thread::scope(|scope| {
            let run = |number: u32| {
                let story = if number == 0 { story.clone() } else { Story::new() };
                scope.spawn(move || {
                    thread::sleep(number * APART);
                    run(pair, &story)
                })
            };
            let threads: Vec<_> = (0..RUNS).map(run).collect();
            let broken = || Err(Stop::Broken(anyhow!("a straight run has panicked")));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| broken())).collect()
        });
        let runs = runs.into_iter().collect::<Outcome<Vec<_>>>()?;
        runs.iter().try_for_each(|run| gets_on(run, pair.udp))?;
        Self::of(runs, pair.udp)
    }

    fn of(runs: Vec<Run>, udp: bool) -> Outcome<Self> {
        let firsts: Vec<_> = runs.iter().map(|run| &run.first).collect();
        let samples: Vec<_> = firsts.iter().map(|first| first.stdout.clone()).collect();
        let Some(stdout) = Likeness::of(&samples) else {
            let [one, two, ..] = &samples[..] else { return Err(Stop::Broken(anyhow!("no run"))) };
            let expected = "a client that prints nearly the same each time, when nothing is wrong";
            let observed = "no two straight runs are alike, so nothing can be compared with them";
            let failure = Failure::new(expected, observed).bytes(one.clone(), two.clone());
            return Err(Stop::Remarked(Box::new(failure)));
        };
        let lines: BTreeSet<_> = runs.iter().flat_map(Run::line_counts).collect();
        if lines.len() > 1 && firsts.iter().all(|first| unasked(&first.events) >= UNASKED) {
            let expected = "a server of which the client prints as much each time";
            let counts: Vec<_> = lines.iter().map(ToString::to_string).collect();
            let observed = format!(
                "the server speaks by a clock of its own, and the client printed {} lines in \
                 straight runs: that cannot be compared",
                counts.join(" or ")
            );
            return Err(Stop::Remarked(Box::new(Failure::new(expected, observed))));
        }
        let answered: BTreeSet<_> = runs.iter().flat_map(Run::answered).collect();
        if udp && answered.len() >= DIFFERENT {
            let expected = "two programs of which as much is answered each time";
            let counts: Vec<_> = answered.iter().map(ToString::to_string).collect();
            let observed = format!(
                "in straight runs {} datagrams were answered: what the two lose by chance cannot be \
                 told from what is lost on the way",
                counts.join(" or ")
            );
            return Err(Stop::Remarked(Box::new(Failure::new(expected, observed))));
        }
        let first = firsts[0];
        let connection = main_connection(&first.events);
        let streams = |direction| -> Vec<Vec<u8>> {
            let of = |run: &&Performance| line::streams(&run.events, direction);
            firsts.iter().map(|run| of(run).remove(&connection).unwrap_or_default()).collect()
        };
        let (requests, replies) = (streams(Direction::Request), streams(Direction::Reply));
        let ends: Vec<_> = firsts.iter().map(|run| kind(run.end)).collect();
        let same_end = ends.iter().all(|end| *end == ends[0]);
        let one_shot = runs.iter().all(|run| run.server.is_some_and(processes::Status::is_success));
        let seconds: Vec<_> = runs.iter().filter_map(|run| run.second.as_ref()).collect();
        let both = seconds.iter().map(|run| run.stdout.clone()).chain(samples.iter().cloned());
        let next = (!seconds.is_empty()).then(|| Likeness::of(&both.collect::<Vec<_>>())).flatten();
        let steps = (0..first.steps.len())
            .map(|number| {
                let outputs: Option<Vec<_>> = firsts
                    .iter()
                    .map(|run| Some(run.stdout[..*run.steps.get(number)?].to_vec()))
                    .collect();
                let before = number.checked_sub(1).map_or(0, |before| first.steps[before]);
                let grows = first.steps[number] > before;
                outputs.filter(|_| grows).and_then(|outputs| Likeness::of(&outputs))
            })
            .collect();
        let mut words = String::new();
        for run in firsts.iter().copied().chain(seconds.iter().copied()) {
            for text in [&run.stdout, &run.stderr] {
                let _ = writeln!(words, "{}", text.to_str_lossy().to_lowercase());
            }
            for direction in [Direction::Request, Direction::Reply] {
                for bytes in line::streams(&run.events, direction).values() {
                    let _ = writeln!(words, "{}", bytes.to_str_lossy().to_lowercase());
                }
            }
        }
        let resets = [Direction::Request, Direction::Reply].map(|wanted| {
            firsts.iter().all(|run| {
                let reset = |what: &What| matches!(what, What::Reset { direction, .. } if *direction == wanted);
                run.events.iter().any(|event| reset(&event.what))
            })
        });
        let masked = if stdout.is_exact() {
            Vec::new()
        } else {
            let text = stdout.to_string();
            let more = if text.chars().count() > MASKED { " …" } else { "" };
            let text: String = text.chars().take(MASKED).collect();
            vec![format!("what the client prints, where … stands: {text}{more}")]
        };
        Ok(Self {
            straight: shown(&first.events),
            masked,
            stdout,
            steps,
            end: same_end.then_some(first.end),
            second: second(&runs, next.as_ref()),
            next,
            one_shot,
            server_spins: runs.iter().all(|run| run.server_spins),
            connection,
            turns: line::turns(&first.events, connection),
            same_requests: requests.iter().all(|stream| *stream == requests[0]),
            requests: requests[0].clone(),
            answers: Likeness::of(&replies),
            verbatim: samples == replies,
            replies: replies[0].clone(),
            server_ends: firsts.iter().all(|run| server_ends_first(&run.events)),
            resets,
            server_pushes: firsts.iter().all(|first| unasked(&first.events) > 0),
            connections: line::streams(&first.events, Direction::Request).len(),
            complains_never: firsts.iter().all(|first| first.stderr.trim_ascii().is_empty()),
            words,
            samples,
        })
    }

    /// Tells whether what a client prints is what it prints on a straight line.
    pub fn is_alike(&self, stdout: &[u8]) -> bool {
        // What comes of several connections, or unasked, may be in another order each time.
        let mixes = self.connections > 1 || self.server_pushes;
        let in_any_order = |sample: &[u8]| mixes && shapes(sample) == shapes(stdout);
        let alike = |sample: &Vec<u8>| progress::alike(sample, stdout) || in_any_order(sample);
        self.stdout.fits(stdout) || self.samples.iter().any(alike)
    }

    /// Tells whether the client has printed by now what it prints at this step.
    pub fn is_at_step(&self, number: usize, stdout: &[u8]) -> bool {
        matches!(self.steps.get(number), Some(Some(likeness)) if likeness.fits(stdout))
    }

    /// Tells whether a client says something that nobody says in a straight run.
    pub fn says_something_new(&self, performance: &Performance) -> bool {
        // Who never complains otherwise does so now, in whatever words.
        let complains = self.complains_never && !performance.stderr.trim_ascii().is_empty();
        let mut texts = [&performance.stdout, &performance.stderr].into_iter();
        complains || texts.any(|text| self.has_news(text))
    }

    /// Tells whether there is a word in a text that is none of a straight run's, nor a piece of
    /// one.
    fn has_news(&self, text: &[u8]) -> bool {
        let text = text.to_str_lossy().to_lowercase();
        let mut words = text.split(|c: char| !c.is_alphabetic());
        words.any(|word| word.chars().count() >= WORD && !self.words.contains(word))
    }

    /// A text without those lines that say something about the time.
    pub fn without_remarks(&self, text: &[u8]) -> Vec<u8> {
        const WORDS: [&str; 6] =
            ["timeout", "timed out", "time out", "waiting", "no answer", "slow"];
        let is_remark = |line: &&[u8]| {
            let line = line.to_str_lossy().to_lowercase();
            WORDS.iter().any(|word| line.contains(word) && !self.words.contains(word))
        };
        text.lines_with_terminator().filter(|line| !is_remark(line)).flatten().copied().collect()
    }

    /// How many bytes of a direction there are.
    pub fn length(&self, direction: Direction) -> usize {
        match direction {
            Direction::Request => self.requests.len(),
            Direction::Reply => self.replies.len(),
        }
    }

    /// Where the middle of the longest turn of a direction is, counted from the beginning of the
    /// stream. It is no end of a line.
    pub fn middle(&self, wanted: Direction) -> usize {
        self.middle_of(wanted, |turn, best| turn > best)
    }

    /// Where the middle of the last turn of a direction is that has one, counted likewise.
    pub fn last_middle(&self, wanted: Direction) -> usize {
        self.middle_of(wanted, |turn, _| turn > 1)
    }

    /// Where the last turn of a direction begins that has a middle, counted likewise.
    pub fn last_turn(&self, wanted: Direction) -> usize {
        self.turn_of(wanted, |turn, _| turn > 1).0
    }

    fn middle_of(&self, wanted: Direction, is_better: impl Fn(usize, usize) -> bool) -> usize {
        let (begin, length) = self.turn_of(wanted, is_better);
        let stream = match wanted {
            Direction::Request => &self.requests,
            Direction::Reply => &self.replies,
        };
        let middle = begin + (length / 2).max(1);
        let back = stream[..middle.min(stream.len())].iter().rev();
        let ends = back.take_while(|&&byte| byte == b'\n' || byte == b'\r').count();
        if middle > ends + begin { middle - ends } else { middle }
    }

    /// Where the best turn of a direction begins, and how long it is.
    fn turn_of(
        &self,
        wanted: Direction,
        is_better: impl Fn(usize, usize) -> bool,
    ) -> (usize, usize) {
        let mut begin = 0;
        let mut best = (0, 0);
        for (_, turn) in self.turns.iter().filter(|(direction, _)| *direction == wanted) {
            if is_better(turn.len(), best.1) {
                best = (begin, turn.len());
            }
            begin += turn.len();
        }
        best
    }

    /// How many bytes of a direction there are until its first turn is over.
    pub fn first_turn(&self, wanted: Direction) -> usize {
        let mut turns = self.turns.iter().filter(|(direction, _)| *direction == wanted);
        turns.next().map_or(0, |(_, turn)| turn.len())
    }

    /// How much the server has said, on a straight line, when it has answered so much of the
    /// requests.
    pub fn answered_by(&self, asked: usize) -> usize {
        let (mut requests, mut replies) = (0, 0);
        for (direction, turn) in &self.turns {
            match direction {
                Direction::Request if requests + turn.len() > asked => break,
                Direction::Request => requests += turn.len(),
                Direction::Reply => replies += turn.len(),
            }
        }
        replies
    }

    /// What the server has said when it has answered the client's first turn.
    pub fn first_answer(&self) -> usize {
        let mut asked = false;
        let mut length = 0;
        for (direction, turn) in &self.turns {
            match direction {
                Direction::Request if asked => break,
                Direction::Request => asked = true,
                Direction::Reply => length += turn.len(),
            }
        }
        length
    }
}

/// The lines of a text in an order that is always the same, without their numbers.
fn shapes(text: &[u8]) -> Vec<Vec<u8>> {
    let shape = |line: &[u8]| line.iter().copied().filter(|byte| !byte.is_ascii_digit()).collect();
    let mut shapes: Vec<_> = text.lines().map(shape).collect();
    shapes.sort();
    shapes
}

fn run(pair: &Pair, story: &Story) -> Outcome<Run> {
    let mut stage = Stage::open(pair, story)?;
    let line = stage.line(&Bend::Straight)?;
    let first = stage.perform(&line, &pair.input, &|_, _| false)?;
    let server_reads_keyboard = waits_unanswered(&first) && stage.type_into_server(&line);
    let server = stage.server()?;
    let server_sockets = listening(server.id(), Transport::Udp).len();
    let server_spins = matches!(settle(server), Doing::Spins(_));
    let (status, server_words) = (server.status(), server.and_last_words());
    let second = match status {
        Some(_) => None,
        None => Some(stage.perform(&stage.line(&Bend::Straight)?, &pair.input, &|_, _| false)?),
    };
    Ok(Run {
        first,
        second,
        server: status,
        server_words,
        server_spins,
        server_reads_keyboard,
        server_sockets,
    })
}

/// Tells whether a client waits to whom nothing was said.
fn waits_unanswered(first: &Performance) -> bool {
    let mut replies = line::streams(&first.events, Direction::Reply).into_values();
    matches!(first.end, End::Stays(Doing::Sleeps | Doing::Unknown))
        && replies.all(|reply| reply.is_empty())
}

/// What must be if anything is to be compared.
fn gets_on(run: &Run, udp: bool) -> Outcome {
    let first = &run.first;
    let expected = "two programs that get on with each other when nothing is wrong";
    let said = |wanted| line::streams(&first.events, wanted).values().any(|all| !all.is_empty());
    let words = last_words(first);
    let fail = |observed: String, cause: &str| -> Outcome {
        Err(Failure::new(expected, observed).only_cause(cause).into())
    };
    if run.server_reads_keyboard {
        return fail(
            "the server said nothing until a line was typed into it".into(),
            "the server takes what it says from its own keyboard, and `pair` types into the client \
             only: let the server make an answer by itself, and judge it then",
        );
    }
    if !said(Direction::Request) && !said(Direction::Reply) {
        let how = match first.end {
            End::Ended(status) => format!("ended with {status}"),
            End::Stays(_) => "still runs".into(),
        };
        let called = |event: &Event| matches!(event.what, What::Opened { .. });
        if first.events.iter().any(called) {
            return fail(
                format!("the client connects, and neither says anything; the client {how}{words}"),
                "each waits for the other to begin, or for something else: type what the client \
                 wants to be told, with --type",
            );
        }
        return fail(
            format!("nothing was said between them; the client {how}{words}"),
            "the client calls an address of its own, not the one that it is given; or it ends \
             before it calls: see its last words",
        );
    }
    match first.end {
        End::Ended(status) if status.has_crashed() => {
            fail(format!("the client was brought down{words}"), "see its last words")
        }
        End::Stays(Doing::Floods) => fail(
            "the client prints, and comes to no end".into(),
            "the end of its input is not looked at: what reads a line tells that there is none, and \
             the loop goes on",
        ),
        End::Ended(status) if !status.is_success() && tells_of_crash(&first.stderr) => fail(
            format!("the client ended with {status}{words}"),
            "an error that nothing in the client catches: see its last words",
        ),
        _ if udp && !said(Direction::Reply) && run.server_sockets > 1 => fail(
            "the client sent something, and no answer comes from the address it was sent to; the \
             server has more than one socket"
                .into(),
            "the server answers from another port than it was asked at, as TFTP's do: the line \
             brings back only what comes from where the question went, and cannot follow it",
        ),
        End::Ended(status) if !status.is_success() && !said(Direction::Reply) => fail(
            format!(
                "the client sent something, the server answers nothing, and the client ended with \
                 {status}{words}"
            ),
            "the server does not understand the request, or an error of its own keeps it from \
             answering",
        ),
        _ if udp && waits_unanswered(first) => fail(
            "the client sent something, the server answers nothing, and both wait".into(),
            "the server does not understand the request, or its answer comes from another port \
             than it was asked at, which the line does not bring back",
        ),
        _ if waits_unanswered(first) => fail(
            "the client sent something, the server answers nothing, and both wait".into(),
            "one side waits for a newline, or for the end, that the other never sends \
             (missing-delimiter); or the answer lies in a buffer and never leaves (unflushed-write)",
        ),
        _ => Ok(()),
    }
}

/// What became of the second client, if that is a failure.
fn second(runs: &[Run], next: Option<&Likeness>) -> Result<(), Box<Failure>> {
    let expected = "a server that serves the next client as it served the first";
    let ends = |performance: Option<&Performance>| performance.map(|one| kind(one.end));
    let ends_otherwise = runs
        .iter()
        .all(|run| ends(run.second.as_ref()).is_some_and(|end| end != kind(run.first.end)));
    for run in runs {
        match (&run.second, run.server) {
            (None, Some(status)) if !status.is_success() => {
                let words = &run.server_words;
                let observed = format!("it ended with {status} when its first was gone{words}");
                return Err(Failure::new(expected, observed).into());
            }
            (Some(second), _)
                if second.is_unlike(&run.first) && (next.is_none() || ends_otherwise) =>
            {
                let observed = "the next client is not served as the first was";
                let (first, second) = (run.first.stdout.clone(), second.stdout.clone());
                return Err(Failure::new(expected, observed).bytes(first, second).into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// The connection on which most is said.
fn main_connection(events: &[Event]) -> usize {
    let mut lengths = line::streams(events, Direction::Request);
    for (number, bytes) in line::streams(events, Direction::Reply) {
        lengths.entry(number).or_default().extend(bytes);
    }
    let longest = lengths.iter().max_by_key(|(number, all)| (all.len(), usize::MAX - **number));
    longest.map_or(1, |(number, _)| *number)
}

/// Tells whether the server has ended the conversation before the client did.
pub fn server_ends_first(events: &[Event]) -> bool {
    let end = events.iter().find_map(|event| match event.what {
        What::End { direction, .. } => Some(direction),
        _ => None,
    });
    end == Some(Direction::Reply)
}

/// An end, as far as two of them can be compared.
pub fn kind(end: End) -> End {
    match end {
        End::Stays(Doing::Unknown) => End::Stays(Doing::Sleeps),
        End::Stays(Doing::Spins(_)) => End::Stays(Doing::Spins(Duration::ZERO)),
        end => end,
    }
}

/// What a client said last, as it is added to a sentence.
pub fn last_words(performance: &Performance) -> String {
    let stderr = performance.stderr.to_str_lossy();
    let stdout = performance.stdout.to_str_lossy();
    let last =
        |text: &str| text.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned);
    match last(&stderr).or_else(|| last(&stdout)) {
        Some(words) => format!(". Its last words: {}", words.trim()),
        None => String::new(),
    }
}

/// A straight run, as it is shown.
fn shown(events: &[Event]) -> Vec<String> {
    let line =
        |event: &Event| told(&event.what).map(|text| format!("{:.3} s  {text}", event.seconds));
    let mut lines: Vec<_> = events.iter().filter_map(line).collect();
    let left_out = lines.len().saturating_sub(SHOWN);
    if left_out > 0 {
        let end = lines.split_off(lines.len() - SHOWN / 3);
        lines.truncate(SHOWN - SHOWN / 3);
        lines.push(format!("         … {left_out} more"));
        lines.extend(end);
    }
    for direction in [Direction::Request, Direction::Reply] {
        let all: usize = line::streams(events, direction).values().map(Vec::len).sum();
        lines.push(format!("in all     {direction}  {}", bytes_text(all)));
    }
    lines
}

/// How often the server says something when nobody has asked, and it has been still for a while.
fn unasked(events: &[Event]) -> usize {
    let said: Vec<_> = events
        .iter()
        .filter_map(|event| match event.what {
            What::Bytes { direction, .. } => Some((direction, event.seconds)),
            _ => None,
        })
        .collect();
    let is_unasked = |pair: &&[(Direction, f64)]| {
        let [before, now] = pair else { return false };
        before.0 == Direction::Reply && now.0 == Direction::Reply && now.1 - before.1 > STILL
    };
    said.windows(2).filter(is_unasked).count()
}

impl Run {
    fn clients(&self) -> impl Iterator<Item = &Performance> {
        [Some(&self.first), self.second.as_ref()].into_iter().flatten()
    }

    /// How many lines each client has printed.
    fn line_counts(&self) -> Vec<usize> {
        self.clients().map(|client| client.stdout.lines().count()).collect()
    }

    /// How many datagrams were answered, of each client.
    fn answered(&self) -> Vec<usize> {
        let is_reply =
            |event: &&Event| matches!(event.what, What::Bytes { direction: Direction::Reply, .. });
        self.clients().map(|client| client.events.iter().filter(is_reply).count()).collect()
    }
}

impl Performance {
    fn is_unlike(&self, other: &Self) -> bool {
        self.stdout != other.stdout || kind(self.end) != kind(other.end)
    }
}
