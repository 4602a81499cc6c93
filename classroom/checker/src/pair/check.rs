//! How a check of two programs is written down.

use crate::pair::trial::Trial;
use crate::run::{Heading, Side};
use crate::verdict::Outcome;

/// One thing that is tried with two programs.
pub struct Check {
    /// An id of the catalogue, or one that begins with `works`.
    pub id: &'static str,
    /// Which of the two it is about.
    pub side: Option<Side>,
    /// What is done, in one line.
    pub about: &'static str,
    /// Does it.
    pub run: fn(&Trial) -> Outcome,
    /// Likely causes when it fails, the commonest first.
    pub causes: &'static [&'static str],
}

impl From<&Check> for Heading {
    fn from(check: &Check) -> Self {
        Self { id: check.id, side: check.side, about: check.about, causes: check.causes }
    }
}
