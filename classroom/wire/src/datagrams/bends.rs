//! What may befall the datagrams.

use std::time::Duration;

use record::Direction;

/// What befalls datagrams on their way. A share is between 0 and 1.
#[derive(Clone, Debug, Default)]
pub struct Bends {
    /// The share that is not delivered.
    pub drop: f64,
    /// The share that is delivered twice.
    pub duplicate: f64,
    /// The share that is overtaken by the next one.
    pub reorder: f64,
    /// What is longer than so many bytes is cut.
    pub cut: Option<usize>,
    /// How much later each is delivered.
    pub delay: Option<Duration>,
    /// Whether somebody else answers first.
    pub stray: bool,
    /// Where chance begins: the same seed and datagrams meet the same fates.
    pub seed: u64,
    /// The only direction that is bent; `None` stands for both.
    pub only: Option<Direction>,
    /// Whether only the first datagram of each client is bent, in each direction.
    pub first: bool,
}

impl Bends {
    /// What befalls those of one direction: perhaps nothing.
    pub(super) fn of(&self, direction: Direction) -> Self {
        match self.only {
            Some(only) if only != direction => Self::default(),
            _ => self.clone(),
        }
    }
}
