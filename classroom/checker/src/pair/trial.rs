//! One thing that is done to the line or to a side, and what the two make of it.

use std::cell::RefCell;
use std::time::Duration;

use processes::Status;
use record::{Direction, What};
use wire::streams::{Bends, Limit, Then};

use crate::pair::likeness::Likeness;
use crate::pair::line::{self, Bend};
use crate::pair::measure::{Measure, kind, last_words};
use crate::pair::stage::{End, Input, Pair, Performance, Stage};
use crate::pair::stall::Watcher;
use crate::peer::quoted;
use crate::run::Side;
use crate::story::Story;
use crate::verdict::{Failure, Outcome, Stop};
use crate::watch::{Doing, settle};

/// What a client does on a straight line, as reports call it.
const AS_EVER: &str = "a client that prints and ends as it does on a straight line";

/// What a client does when its server has gone.
const IN_WORDS: &str = "a client that ends by itself, and says that something is missing";

/// What a check works with.
pub struct Trial<'a> {
    /// The two programs.
    pub pair: &'a Pair,
    /// What they do when nothing is done to them.
    pub measure: &'a Measure,
    /// What happened last.
    story: RefCell<Story>,
    /// What is to be told instead.
    told: RefCell<Option<Vec<String>>>,
}

impl<'a> Trial<'a> {
    /// Makes ready.
    pub fn new(pair: &'a Pair, measure: &'a Measure) -> Self {
        Self { pair, measure, story: RefCell::new(Story::new()), told: RefCell::new(None) }
    }

    /// What happened: what was said to be told, or what was done in the last stage.
    pub fn story(&self) -> Vec<String> {
        self.told.take().unwrap_or_else(|| self.story.borrow().lines())
    }

    /// A failure with the story that belongs to it, though other things were tried since.
    pub fn fails(&self, failure: impl Into<Stop>, story: Vec<String>) -> Outcome {
        self.told.replace(Some(story));
        Err(failure.into())
    }

    /// Opens a stage, whose story is told from now on.
    pub fn stage(&self) -> Outcome<Stage<'a>> {
        let story = Story::new();
        self.story.replace(story.clone());
        Stage::open(self.pair, &story)
    }

    /// Has a client play on this stage.
    pub fn play(&self, stage: &Stage, bend: &Bend, input: &Input) -> Outcome<Performance> {
        let measure = self.measure;
        let known = |step: usize, stdout: &[u8]| measure.is_at_step(step, stdout);
        stage.perform(&stage.line(bend)?, input, &known)
    }

    /// Has a client play on a stage of its own, its line being bent.
    pub fn bent(&self, bend: &Bend) -> Outcome<Performance> {
        self.play(&self.stage()?, bend, &self.pair.input)
    }

    /// The same, and the client may take its time until it gives up.
    pub fn bent_patiently(&self, bend: &Bend) -> Outcome<Performance> {
        let mut stage = self.stage()?;
        stage.wait_patiently();
        self.play(&stage, bend, &self.pair.input)
    }

    /// How many of the messages of a direction have waited for an acknowledgement on a straight
    /// line. `None` where the system does not tell.
    pub fn stalls(&self, input: &Input, direction: Direction) -> Outcome<Option<usize>> {
        let stage = self.stage()?;
        let line = stage.line(&Bend::Straight)?;
        let watcher = Watcher::of(&line, stage.server_address());
        let performance = stage.perform(&line, input, &|_, _| false)?;
        Ok(watcher.stalls(&performance.events, direction))
    }

    /// How a stream is bent: only the connection on which most is said.
    pub fn bend(&self, direction: Direction, bends: Bends) -> Bend {
        let connection = self.measure.connection;
        let ways = match direction {
            Direction::Request => [bends, Bends::default()],
            Direction::Reply => [Bends::default(), bends],
        };
        Bend::Stream { connection, ways: ways.into() }
    }

    /// Ends or resets a direction after so many bytes.
    pub fn broken(&self, direction: Direction, after: usize, then: Then) -> Bend {
        let limit = Some(Limit { after, then });
        self.bend(direction, Bends { limit, ..Bends::default() })
    }

    /// Tells whether a client did what it does on a straight line, and if not, what else.
    pub fn as_ever(&self, performance: &Performance) -> Result<(), Box<Failure>> {
        let measure = self.measure;
        let end = kind(performance.end);
        if !measure.is_alike(&performance.stdout) {
            let observed = match performance.stdout.trim_ascii() {
                [] => format!("it printed nothing, and {}", ended(performance.end)),
                _ => format!("it printed something else, and {}", ended(performance.end)),
            };
            let observed = observed + &last_words(performance);
            let wanted = measure.stdout.beside(&performance.stdout);
            let wanted = wanted.unwrap_or_else(|| measure.samples[0].clone());
            let failure = Failure::new(AS_EVER, observed);
            return Err(failure.bytes(wanted, performance.stdout.clone()).into());
        }
        match measure.end.map(kind) {
            Some(wanted) if wanted != end => {
                let observed = format!(
                    "it {}; on a straight line it {}{}",
                    ended(end),
                    ended(wanted),
                    last_words(performance)
                );
                Err(Failure::new(AS_EVER, observed).into())
            }
            _ => Ok(()),
        }
    }

    /// Expects that what is done makes no difference, as `is_right` sees it. Who fails is tried
    /// again, and what it does on a straight line as well: what differs there is no failure.
    ///
    /// # Errors
    ///
    /// The check is over: it makes a difference.
    pub fn makes_no_difference(
        &self,
        side: Side,
        input: &Input,
        bend: &Bend,
        is_right: impl Fn(&Performance) -> Result<(), Box<Failure>>,
    ) -> Outcome {
        let play = |bend: &Bend| -> Outcome<Performance> { self.play(&self.stage()?, bend, input) };
        let first = play(bend)?;
        if is_right(&first).is_ok() {
            return Ok(());
        }
        let control = play(&Bend::Straight)?;
        // A clock may have come to its next minute, and what comes by chance may be another thing.
        // What is typed at once can come together on a straight line, too.
        let now = match input {
            Input::Together(_) => self.bent(&Bend::Straight)?.stdout,
            _ => control.stdout.clone(),
        };
        let samples: Vec<_> = self.measure.samples.iter().chain([&now]).cloned().collect();
        if Likeness::of(&samples).is_some_and(|wider| wider.fits(&first.stdout)) {
            return Ok(());
        }
        // What was typed at once and reached this side as ever is no excuse for it.
        let excused = !matches!(input, Input::Together(_)) || !self.is_heard_as_ever(&first, side);
        if excused && is_right(&control).is_err() {
            let why = "what the client prints is another thing each time it is tried like this, \
                       also on a straight line";
            return Err(Stop::Skipped(why.into()));
        }
        Ok(is_right(&play(bend)?)?)
    }

    /// Tells whether a side was sent what it is sent on a straight line.
    fn is_heard_as_ever(&self, performance: &Performance, side: Side) -> bool {
        let measure = self.measure;
        let mut heard = line::streams(&performance.events, side.hears());
        let heard = heard.remove(&measure.connection).unwrap_or_default();
        match side {
            Side::Server => measure.same_requests && heard == measure.requests,
            Side::Client => measure.answers.as_ref().is_some_and(|answers| answers.fits(&heard)),
        }
    }

    /// Expects of a client whose answer breaks off that it ends by itself, and not as if all
    /// were well.
    ///
    /// # Errors
    ///
    /// The check is over: it does not.
    pub fn ends_in_words(&self, performance: &Performance) -> Result<(), Box<Failure>> {
        let reconnected =
            line::streams(&performance.events, Direction::Request).len() > self.measure.connections;
        if reconnected {
            return Ok(());
        }
        let fail = |observed: String| Err(Failure::new(IN_WORDS, observed).into());
        match performance.end {
            End::Stays(Doing::Spins(_)) => fail("it spins".into()),
            End::Stays(Doing::Floods) => fail("it prints, and comes to no end".into()),
            End::Stays(_) if self.measure.says_something_new(performance) => Ok(()),
            End::Stays(_) => fail("it does not end: it waits, as if there were hope".into()),
            End::Ended(status) if status.has_crashed() => {
                fail(format!("it was brought down, and {}", ended(performance.end)))
            }
            End::Ended(status) if !status.is_success() => Ok(()),
            End::Ended(_) if self.measure.says_something_new(performance) => Ok(()),
            End::Ended(_) => {
                let printed = match performance.stdout.trim_ascii() {
                    [] => String::from("printed nothing"),
                    _ => format!("printed {}", quoted(&performance.stdout)),
                };
                fail(format!("it {printed}, and ended as if all were well"))
            }
        }
    }

    /// Tells whether the client shows bytes as they come, and knows of no message: then nobody
    /// can tell it that one breaks off.
    pub fn shows_what_comes(&self) -> Outcome<bool> {
        if !self.measure.verbatim {
            return Ok(false);
        }
        let middle = self.measure.middle(Direction::Reply);
        let held = self.bent(&self.broken(Direction::Reply, middle, Then::Silence))?;
        let sent = line::streams(&held.events, Direction::Reply);
        let sent = sent.get(&self.measure.connection).map_or(&[][..], Vec::as_slice);
        Ok(!held.stdout.is_empty() && sent.starts_with(&held.stdout))
    }

    /// Tells whether the client knows by the end of the connection that the answer is whole.
    pub fn waits_for_end(&self) -> Outcome<bool> {
        if !self.measure.server_ends {
            return Ok(false);
        }
        let all = self.measure.length(Direction::Reply);
        let held = self.bent(&self.broken(Direction::Reply, all, Then::Silence))?;
        Ok(self.as_ever(&held).is_err())
    }

    /// Expects that a server serves a client as it served the first, in spite of what was done.
    ///
    /// # Errors
    ///
    /// The check is over: it does not.
    pub fn serves_the_next(&self, stage: &Stage) -> Outcome {
        if self.measure.second.is_err() {
            let why = "a second client is not served at all: see `works-next-client`";
            return Err(Stop::Skipped(why.into()));
        }
        let expected = "a server that serves the next client as it served the first";
        let server = stage.server()?;
        let ended = |status: Status| {
            let words = server.and_last_words();
            Failure::new(expected, format!("the server has ended with {status}{words}"))
        };
        match settle(server) {
            // One that always spins, `busy-wait` is about.
            Doing::Spins(_) if !self.measure.server_spins => {
                return Err(Failure::new(expected, "the server spins").into());
            }
            Doing::Floods => {
                let observed = "the server prints, and comes to no end";
                return Err(Failure::new(expected, observed).into());
            }
            Doing::Ended(status) if !self.measure.one_shot => return Err(ended(status).into()),
            _ if self.measure.one_shot => return Ok(()),
            _ => {}
        }
        let play = || self.play(stage, &Bend::Straight, &self.pair.input);
        let mut next = play()?;
        // One that fails may have a fault of its own, that shows now and then.
        if !self.is_served(&next)? && server.status().is_none() {
            next = play()?;
        }
        if let Some(status) = server.status() {
            return Err(ended(status).into());
        }
        if self.is_served(&next)? {
            return Ok(());
        }
        let observed = match next.stdout.trim_ascii() {
            [] => format!("the next client printed nothing, and {}", self::ended(next.end)),
            _ => format!("the next client printed something else, and {}", self::ended(next.end)),
        };
        let failure = Failure::new(expected, observed + &last_words(&next));
        Err(failure.bytes(self.measure.samples[0].clone(), next.stdout).into())
    }

    /// Tells whether a client that comes after others is served as one is, or nothing can be said
    /// about that.
    ///
    /// # Errors
    ///
    /// A straight run is not possible any more.
    pub fn is_served(&self, next: &Performance) -> Outcome<bool> {
        let Some(likeness) = &self.measure.next else { return Ok(true) };
        if likeness.fits(&next.stdout) || self.as_ever(next).is_ok() {
            return Ok(true);
        }
        // A clock may have come to its next minute meanwhile.
        let stage = Stage::open(self.pair, &Story::new())?;
        let play = || self.play(&stage, &Bend::Straight, &self.pair.input);
        let now = [play()?.stdout, play()?.stdout];
        let samples: Vec<_> = self.measure.samples.iter().chain(&now).cloned().collect();
        Ok(Likeness::of(&samples).is_some_and(|wider| wider.fits(&next.stdout)))
    }

    /// When the server ended the connection itself, by the line's clock.
    pub fn server_ended(performance: &Performance) -> Option<Duration> {
        performance.events.iter().find_map(|event| match &event.what {
            What::End { direction: Direction::Reply, .. }
            | What::Reset { direction: Direction::Reply, .. } => {
                Some(Duration::from_secs_f64(event.seconds))
            }
            _ => None,
        })
    }

    /// When the byte at which something was done came to the line, in seconds of its clock.
    pub fn reached(performance: &Performance, wanted: Direction, after: usize) -> Option<Duration> {
        let mut count = 0;
        performance.events.iter().find_map(|event| match &event.what {
            What::Bytes { direction, length, .. } if *direction == wanted => {
                count += length;
                (count >= after).then(|| Duration::from_secs_f64(event.seconds))
            }
            _ => None,
        })
    }
}

impl Side {
    /// What this side receives.
    pub fn hears(self) -> Direction {
        match self {
            Self::Server => Direction::Request,
            Self::Client => Direction::Reply,
        }
    }
}

/// How a client ended, as a sentence goes on.
fn ended(end: End) -> String {
    match end {
        End::Ended(status) => format!("ended with {status}"),
        End::Stays(Doing::Spins(_)) => "spins".into(),
        End::Stays(Doing::Floods) => "prints without end".into(),
        End::Stays(_) => "waits".into(),
    }
}
