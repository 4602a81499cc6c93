//! The lists of lessons and failures.

use std::io::Write;

use anyhow::ensure;
use course::{Catalogue, Course, Failure, Lesson};

use crate::terminal;

/// How many columns of the list of lessons belong to the number of one.
const NUMBER: usize = 3;

/// How many columns of the list of failures stand before an id and behind it.
const INDENT: usize = 4;

/// Prints the lessons with their programs.
pub fn lessons(course: &Course) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    for lesson in &course.lessons {
        let Lesson { number, title, description, .. } = lesson;
        let mut number = number.to_string();
        for text in [format!("{title}: {description}"), lesson.program_names().join(", ")] {
            for line in terminal::lines(&text, NUMBER) {
                writeln!(out, "{number:<NUMBER$}{line}")?;
                number.clear();
            }
        }
    }
    Ok(())
}

/// Prints the failures, under the lessons that show them.
pub fn failures(catalogue: &Catalogue) -> anyhow::Result<()> {
    let failures = &catalogue.failures;
    ensure!(!failures.is_empty(), "the catalogue is empty");
    let width = failures.iter().map(|failure| failure.id.len()).max().unwrap_or_default();
    let mut out = anstream::stdout().lock();
    let mut lesson = 0;
    for Failure { id, meaning, shown, .. } in failures {
        if *shown != lesson {
            lesson = *shown;
            writeln!(out, "Lesson {lesson}")?;
        }
        let mut id = id.as_str();
        for line in terminal::lines(meaning, width + INDENT) {
            writeln!(out, "  {id:<width$}  {line}")?;
            id = "";
        }
    }
    Ok(())
}
