//! What a check finds out.

/// What the steps of a check return. `?` ends the check: as failed, as skipped, or because the
/// checker itself cannot go on.
pub type Outcome<T = ()> = Result<T, Stop>;

/// Why a check is over before its end.
#[derive(Debug)]
pub enum Stop {
    /// The program has the failure.
    Failed(Box<Failure>),
    /// The program does what may be meant, and whoever did not mean it wants to know.
    Remarked(Box<Failure>),
    /// The check cannot be made, and why.
    Skipped(String),
    /// The checker cannot do its work: nothing is said about the program.
    Broken(anyhow::Error),
}

/// What is wrong with a program.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What should have happened.
    pub expected: String,
    /// What happened instead.
    pub observed: String,
    /// The bytes that were expected and those that came, if it is about bytes.
    pub bytes: Option<Bytes>,
    /// A likely cause in the learner's terms that this very observation suggests. It takes the
    /// place of those that stand beside the check.
    pub cause: Option<String>,
    /// It happened in a plain exchange, and not in what the check is about.
    pub plain: Vec<Plain>,
}

/// What may go wrong in a check that is not about it. Another one is, and then this one has found
/// nothing out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// With the first client, or server, of the check: `works` is about it.
    Opening,
    /// With one that comes later, after another has gone: `works-next-client` is about it.
    NextClient,
    /// The program never sleeps, also while nothing happens.
    Idle,
    /// The program keeps connections that are over.
    Kept,
    /// The first of two clients is not answered any more when another one has come.
    Crossed,
    /// The program takes the first piece of a message for all of it.
    Pieces,
    /// One client's reset is too much for the program.
    Reset,
    /// Writing to a client that is gone is too much for it.
    Gone,
    /// The program takes a refusal for a success.
    Refused,
    /// The program miscounts what comes in pieces.
    Counted,
    /// The program answers with nothing where a datagram would have to be too long.
    Oversized,
    /// The program takes more of its buffer than has come.
    Stale,
}

impl Plain {
    /// The check that is about it.
    pub fn told_by(self) -> &'static str {
        match self {
            Self::Opening => "works",
            Self::NextClient => "works-next-client",
            Self::Idle => "busy-wait",
            Self::Kept => "leaked-descriptor",
            Self::Crossed => "crossed-answers",
            Self::Pieces => "short-read",
            Self::Reset => "peer-reset",
            Self::Gone => "write-after-close",
            Self::Refused => "works-refusal",
            Self::Counted => "wrong-count",
            Self::Oversized => "oversized-datagram",
            Self::Stale => "stale-bytes",
        }
    }
}

/// Bytes that should be the same.
#[derive(Clone, Debug)]
pub struct Bytes {
    /// Those that were expected.
    pub wanted: Vec<u8>,
    /// Those that came.
    pub came: Vec<u8>,
}

/// What is printed about a check.
pub enum Verdict {
    /// The program withstands the failure.
    Passed,
    /// It does not.
    Failed(Box<Failure>),
    /// It does what may be meant.
    Remarked(Box<Failure>),
    /// It was not tried, and why.
    Skipped(String),
}

impl Verdict {
    /// The verdict on a check that is over.
    ///
    /// # Errors
    ///
    /// The checker could not do its work.
    pub fn of(outcome: Outcome) -> anyhow::Result<Self> {
        Ok(match outcome {
            Ok(()) => Self::Passed,
            Err(Stop::Failed(failure)) => Self::Failed(failure),
            Err(Stop::Remarked(failure)) => Self::Remarked(failure),
            Err(Stop::Skipped(why)) => Self::Skipped(why),
            Err(Stop::Broken(error)) => return Err(error),
        })
    }
}

impl Failure {
    /// A failure. Both texts are short sentences without a full stop.
    pub fn new(expected: impl Into<String>, observed: impl Into<String>) -> Self {
        let (expected, observed) = (expected.into(), observed.into());
        Self { expected, observed, bytes: None, cause: None, plain: Vec::new() }
    }

    /// Adds the bytes that were expected and those that came. Where they differ is shown.
    pub fn bytes(mut self, wanted: impl Into<Vec<u8>>, came: impl Into<Vec<u8>>) -> Self {
        self.bytes = Some(Bytes { wanted: wanted.into(), came: came.into() });
        self
    }

    /// Says that it happened in a plain exchange.
    pub fn in_plain(mut self, plain: Plain) -> Self {
        self.plain.push(plain);
        self
    }

    /// Says that it is what its check is about.
    pub fn of_its_own(mut self) -> Self {
        self.plain.clear();
        self
    }

    /// Tells whether what was observed has words in it that mean this failure.
    pub fn means(&self, id: &str) -> bool {
        course::meant(&self.observed).contains(&id)
    }

    /// Names the one likely cause of what was observed. Those beside the check are not it.
    pub fn only_cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl Stop {
    /// Says that it happened in a plain exchange, if the check is over because it failed.
    pub fn in_plain(self, plain: Plain) -> Self {
        match self {
            Self::Failed(failure) => failure.in_plain(plain).into(),
            stop => stop,
        }
    }

    /// Names the one likely cause, if the check is over because it failed.
    pub fn only_cause(self, cause: impl Into<String>) -> Self {
        match self {
            Self::Failed(failure) => failure.only_cause(cause).into(),
            stop => stop,
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl From<Box<Failure>> for Stop {
    fn from(failure: Box<Failure>) -> Self {
        Self::Failed(failure)
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.into())
    }
}

/// Ends a check as failed unless a condition holds.
pub fn ensure(condition: bool, failure: impl FnOnce() -> Failure) -> Outcome {
    if condition { Ok(()) } else { Err(failure().into()) }
}
