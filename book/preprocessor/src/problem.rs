//! A mistake in a page, and where it is.

use std::fmt;

/// A mistake in a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The page, as a path below `book/src`.
    pub page: String,
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong, and what to do about it.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "book/src/{}:{}: {}", self.page, self.line, self.text)
    }
}
