//! The names of the exercises: a lesson's number, and a letter for each further one.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

/// `5`, or `5b` for lesson 5's second exercise. In the order in which they are done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id {
    /// The lesson.
    pub lesson: u8,
    letter: Option<char>,
}

impl FromStr for Id {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let number = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let mut letters = text[number.len()..].chars();
        let letter = letters.next();
        ensure!(letters.next().is_none(), "an exercise is named like 5 or 5b");
        let lesson = number.parse().context("an exercise is named like 5 or 5b")?;
        Ok(Self { lesson, letter })
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = self.letter.map(String::from).unwrap_or_default();
        // As one text, so that it can be padded.
        f.pad(&format!("{}{letter}", self.lesson))
    }
}

impl TryFrom<String> for Id {
    type Error = anyhow::Error;

    fn try_from(text: String) -> anyhow::Result<Self> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}
