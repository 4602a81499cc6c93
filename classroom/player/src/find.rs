//! Finds what was asked for, or says what there is instead.

use anyhow::Context;
use course::{Catalogue, Course, Failure, Lesson};

/// How many ids are suggested in place of one that is not there. Of more the list tells better.
const MOST_SUGGESTED: usize = 5;

/// Finds a lesson.
pub fn lesson(course: &Course, number: u32) -> anyhow::Result<&Lesson> {
    course
        .lesson(number)
        .with_context(|| format!("there is no lesson {number}; `cargo lesson` lists them"))
}

/// Finds a failure.
pub fn failure<'a>(catalogue: &'a Catalogue, id: &str) -> anyhow::Result<&'a Failure> {
    catalogue.failure(id).with_context(|| match like(catalogue, id).as_slice() {
        names if (1..=MOST_SUGGESTED).contains(&names.len()) => {
            format!("there is no failure `{id}`; did you mean {}?", names.join(" or "))
        }
        _ => format!("there is no failure `{id}`; `cargo failure` lists them"),
    })
}

/// The ids in which a text stands, but for capitals, dashes and spaces.
fn like<'a>(catalogue: &'a Catalogue, text: &str) -> Vec<&'a str> {
    let text = letters(text);
    let ids = catalogue.failures.iter().map(|failure| failure.id.as_str());
    ids.filter(|id| letters(id).contains(&text)).collect()
}

fn letters(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}
