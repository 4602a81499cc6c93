//! `hint`: one hint more each time.

use std::fs;
use std::io::Write;

use anyhow::Context;
use course::{Course, Id};

use crate::classroom::progress::Progress;

/// The line between two hints.
const LINE: &str = "---";

/// Prints the hints that were given before, and one more. Without an id they are those of the
/// first exercise that is not done.
///
/// # Errors
///
/// There is no such exercise, or those of reading the hints and keeping their number.
pub fn give(course: &Course, id: Option<&Id>) -> anyhow::Result<bool> {
    let mut progress = Progress::load(&course.root)?;
    let exercise = match id {
        Some(id) => course.exercise(id)?,
        None => match progress.next(course) {
            Some(exercise) => exercise,
            None => {
                writeln!(anstream::stdout(), "Every exercise is done.")?;
                return Ok(true);
            }
        },
    };
    let path = exercise.hints();
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read the hints in {}", path.display()))?;
    let hints = split(&text);
    let about = &exercise.about;
    let given = progress.one_more_hint(&about.id, hints.len())?;

    let mut out = anstream::stdout().lock();
    if id.is_none() {
        writeln!(out, "Exercise {}, {}\n", about.id, about.title)?;
    }
    for (number, hint) in (1..=given).zip(&hints) {
        writeln!(out, "Hint {number} of {}\n\n{hint}\n", hints.len())?;
    }
    if given == hints.len() {
        writeln!(
            out,
            "There are no more. The solution: cargo checker solution {} --reveal",
            about.id
        )?;
    }
    Ok(true)
}

/// The hints of a file.
fn split(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().collect();
    let hints = lines.split(|line| line.trim_end() == LINE);
    hints.map(|lines| lines.join("\n").trim().into()).collect()
}
