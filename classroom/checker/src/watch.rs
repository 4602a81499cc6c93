//! Waiting for a program no longer than there is hope.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use processes::{Activity, Status};

use crate::program::Program;
use crate::verdict::{Outcome, Stop};

/// How often to look at what a program does while we wait for it.
pub const LOOK: Duration = Duration::from_millis(40);

/// How much of the time between two looks counts. If it was longer, we had no processor, or the
/// machine stood still, and the program with us.
const STEP: Duration = Duration::from_millis(250);

/// How long a program must sleep until nothing is hoped for any more. A machine that is busy
/// with other things does not spoil this: a program that waits for the processor is not asleep.
const QUIET: Duration = Duration::from_millis(1200);

/// How long to wait where the system does not tell what a program does.
const BLIND: Duration = Duration::from_secs(4);

/// How much processor time a program may use up without ever being seen asleep, and how much in
/// all, before it is said to spin. One that prints for ever sleeps now and then.
const AWAKE: Duration = Duration::from_secs(1);
const SPENT: Duration = Duration::from_secs(2);

/// How long to wait for a program that ended, whose children may still hold its connections.
const AFTER_END: Duration = Duration::from_millis(500);

/// How long to wait at most.
const BOUND: Duration = Duration::from_secs(30);

/// How long a program may sleep that nobody answers: it may try again after a while.
const RETRY_QUIET: Duration = Duration::from_secs(6);

/// How long a program may sleep before it listens or connects, for others may hold it up; how
/// much processor time it and what it has started may use up without sleeping; and how long it may
/// take, for it may be built first, by one short-lived compiler after another.
const START_QUIET: Duration = Duration::from_secs(3);
const START_SPENT: Duration = Duration::from_secs(10);
const START_BOUND: Duration = Duration::from_secs(120);

/// Watches a program while something is awaited that it should do.
pub struct Watch<'a> {
    program: &'a Program,
    began: Instant,
    effort: Option<Effort>,
    /// The time that has passed and counts.
    passed: Duration,
    /// Since when it has been seen asleep, each time it was looked at.
    asleep_since: Option<Duration>,
    ended_since: Option<Duration>,
    looked: Instant,
    rule: Rule,
}

/// When to give up.
struct Rule {
    /// After so much sleep, if that matters.
    quiet: Option<Duration>,
    /// When the program spins: when it has used up so much processor time without ever being seen
    /// asleep, and so much in all.
    spin: Option<(Duration, Duration)>,
    /// After so long in any case.
    bound: Duration,
}

/// The processor time that a program uses up.
struct Effort {
    at_first: Duration,
    when_asleep: Duration,
}

impl Effort {
    fn new(now: &Activity) -> Self {
        Self { at_first: now.processor_time, when_asleep: now.processor_time }
    }

    /// Tells whether the program spins, by its rule, and how much it has used up since the beginning.
    fn spins(
        &mut self,
        now: &Activity,
        (most_awake, most): (Duration, Duration),
    ) -> Option<Duration> {
        if now.asleep {
            self.when_asleep = now.processor_time;
            return None;
        }
        let awake = now.processor_time.saturating_sub(self.when_asleep);
        let spent = now.processor_time.saturating_sub(self.at_first);
        (awake >= most_awake || spent >= most).then_some(spent)
    }
}

/// A wait that ended without what was awaited.
#[derive(Clone, Debug)]
pub struct Silence {
    /// How long the wait was.
    pub waited: Duration,
    /// What the program was doing.
    pub doing: Doing,
}

/// What a program does that keeps silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It sleeps: it waits for something itself. Where the system does not tell, it is taken for
    /// that when it has kept silent for long.
    Sleeps,
    /// It works at full speed and gets nowhere. It has used this much processor time meanwhile.
    Spins(Duration),
    /// It prints and prints.
    Floods,
    /// It does something else.
    Unknown,
    /// It has ended.
    Ended(Status),
}

impl<'a> Watch<'a> {
    /// Begins to wait, until the program has ended, sleeps for good, or spins; for 30 seconds at
    /// most.
    pub fn new(program: &'a Program) -> Self {
        Self::with(program, Rule { quiet: Some(QUIET), spin: Some((AWAKE, SPENT)), bound: BOUND })
    }

    /// Begins to wait for a program that has just been started. It may have much to do.
    pub fn start(program: &'a Program) -> Self {
        Self::with(
            program,
            Rule {
                quiet: Some(START_QUIET),
                spin: Some((START_SPENT, START_BOUND)),
                bound: START_BOUND,
            },
        )
    }

    /// Begins to wait for a program that may try something again, a few times.
    pub fn retries(program: &'a Program) -> Self {
        Self::with(
            program,
            Rule { quiet: Some(RETRY_QUIET), spin: Some((AWAKE, SPENT)), bound: BOUND },
        )
    }

    /// Begins to wait for `bound`, whatever the program does, unless it ends.
    pub fn within(program: &'a Program, bound: Duration) -> Self {
        Self::with(program, Rule { quiet: None, spin: None, bound })
    }

    fn with(program: &'a Program, rule: Rule) -> Self {
        let now = Instant::now();
        Self {
            program,
            began: now,
            effort: program.activity().as_ref().map(Effort::new),
            passed: Duration::ZERO,
            asleep_since: None,
            ended_since: None,
            looked: now,
            rule,
        }
    }

    /// Tells whether there is hope still. To be called again and again while waiting.
    pub fn look(&mut self) -> Option<Silence> {
        let step = self.looked.elapsed();
        if step < LOOK {
            return None;
        }
        self.looked = Instant::now();
        self.passed += step.min(STEP);
        self.judge().map(|doing| Silence { waited: self.began.elapsed(), doing })
    }

    fn judge(&mut self) -> Option<Doing> {
        let passed = self.passed;
        if let Some(status) = self.program.status() {
            let since = *self.ended_since.get_or_insert(passed);
            return (passed - since >= AFTER_END).then_some(Doing::Ended(status));
        }
        if self.rule.quiet.is_some() && self.program.floods() {
            return Some(Doing::Floods);
        }
        let over = passed >= self.rule.bound;
        let (Some(effort), Some(now)) = (&mut self.effort, self.program.activity()) else {
            let blind = self.rule.quiet.is_some_and(|quiet| passed >= quiet.max(BLIND));
            return (over || blind).then_some(Doing::Sleeps);
        };
        let spins = effort.spins(&now, self.rule.spin.unwrap_or((AWAKE, SPENT)));
        if !now.asleep {
            self.asleep_since = None;
            return match spins {
                Some(time) if over || self.rule.spin.is_some() => Some(Doing::Spins(time)),
                _ => over.then_some(Doing::Unknown),
            };
        }
        let since = *self.asleep_since.get_or_insert(passed);
        let quiet = self.rule.quiet.is_some_and(|quiet| passed - since >= quiet);
        (over || quiet).then_some(Doing::Sleeps)
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        write!(f, "waited {}", seconds(self.waited))?;
        match self.doing {
            Doing::Sleeps if cfg!(target_os = "linux") => {
                f.write_str("; the program sleeps, as if it waited for something")
            }
            Doing::Sleeps => f.write_str("; the program still runs"),
            Doing::Spins(time) => {
                write!(f, "; the program spins: {} of processor time meanwhile", seconds(time))
            }
            Doing::Floods => f.write_str("; the program prints, and comes to no end"),
            Doing::Ended(status) => write!(f, "; the program had ended with {status}"),
            Doing::Unknown => f.write_str("; the program still runs"),
        }
    }
}

/// Whoever needs to know whether a program sleeps finds out only where the system tells.
///
/// # Errors
///
/// The check is over: it does not tell.
pub fn need_to_see_sleep() -> Outcome {
    if cfg!(target_os = "linux") {
        return Ok(());
    }
    Err(Stop::Skipped("this system does not tell whether a program sleeps".into()))
}

/// Waits until a program has ended, or sleeps with nothing more happening for a moment, or
/// spins; for 30 seconds at most. One that wakes up by itself again and again, and goes back to
/// sleep at once, sleeps.
pub fn settle(program: &Program) -> Doing {
    /// How long nothing must happen.
    const STILL: Duration = Duration::from_millis(120);
    const BOUND: Duration = Duration::from_secs(30);
    /// How often it must be found asleep, with no work done since the last look; each time that
    /// it is not makes up for several.
    const LOOKS: u32 = 50;
    const SETBACK: u32 = 4;

    let began = Instant::now();
    let mut effort = program.activity().as_ref().map(Effort::new);
    let mut still_since = began;
    let mut pauses = None;
    let mut looks: u32 = 0;
    let mut worked = Duration::ZERO;
    loop {
        if let Some(status) = program.status() {
            return Doing::Ended(status);
        }
        if program.floods() {
            return Doing::Floods;
        }
        let over = began.elapsed() >= BOUND;
        match (&mut effort, program.activity()) {
            (Some(effort), Some(now)) => {
                if let Some(time) = effort.spins(&now, (AWAKE, SPENT)) {
                    return Doing::Spins(time);
                }
                let seen = now.asleep.then_some(now.pauses);
                if seen.is_none() || seen != pauses {
                    pauses = seen;
                    still_since = Instant::now();
                }
                let idle = now.asleep && now.processor_time == worked;
                worked = now.processor_time;
                looks = if idle { looks + 1 } else { looks.saturating_sub(SETBACK) };
                let still = still_since.elapsed() >= STILL || looks >= LOOKS;
                if now.asleep && (over || still) {
                    return Doing::Sleeps;
                }
            }
            // The system does not tell; a longer moment must do.
            _ if began.elapsed() >= 3 * STILL => return Doing::Sleeps,
            _ => {}
        }
        if over {
            return Doing::Unknown;
        }
        thread::sleep(LOOK / 2);
    }
}
