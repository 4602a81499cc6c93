//! How the bytes of a stream are bent on their way.

use std::time::Duration;

/// How one direction is bent. The default is not at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bends {
    /// How many bytes are delivered at a time, each time when the receiver has taken the last.
    pub drip: Option<usize>,
    /// How long bytes are held back, to be delivered together with what follows them.
    pub gather: Option<Duration>,
    /// How late everything is delivered.
    pub delay: Option<Duration>,
    /// How many bytes are delivered in a second, at most.
    pub rate: Option<usize>,
    /// What happens after how many bytes.
    pub limit: Option<Limit>,
    /// Whether what is delivered at a time are whole characters of UTF-8, and none is cut.
    pub whole_characters: bool,
    /// How many bytes are cut so; those that follow pass as they come.
    pub drip_first: Option<usize>,
    /// After how many bytes nothing is delivered for a while.
    pub pause: Option<Pause>,
}

/// A count of bytes, and how long it takes until the next one is delivered, or the end.
#[derive(Clone, Copy, Debug)]
pub struct Pause {
    /// How many bytes are delivered before it.
    pub after: u64,
    /// How long it is.
    pub time: Duration,
}

/// A count of bytes, and what happens after it.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// How many bytes are still delivered.
    pub after: usize,
    /// What happens then.
    pub then: Then,
}

/// What can happen to a direction in the middle of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It ends, as if the sender had closed it.
    Close,
    /// The whole connection is reset.
    Reset,
    /// Nothing is delivered any more, not even the end.
    Silence,
    /// Both directions are closed, as when a program ends.
    Leave,
}

impl Limit {
    /// What is printed where it is reached.
    pub fn text(&self) -> String {
        let after = self.after;
        match self.then {
            Then::Close => format!("cut here (--cut {after})"),
            Then::Reset => format!("reset here (--reset {after})"),
            Then::Silence => format!("silent from here (--stall {after})"),
            Then::Leave => format!("closed after {after} bytes"),
        }
    }
}
