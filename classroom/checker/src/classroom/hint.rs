//! `hint`: one hint more each time.

use std::fs;
use std::io::Write;

use anyhow::Context;

use crate::classroom::course::Course;
use crate::classroom::exercise::Exercise;
use crate::classroom::progress::Progress;

/// The line between two hints.
const LINE: &str = "---";

/// Prints the hints that were given before, and one more.
///
/// # Errors
///
/// Those of reading the hints and keeping their number.
pub fn give(course: &Course, exercise: &Exercise) -> anyhow::Result<bool> {
    let path = exercise.hints();
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read the hints in {}", path.display()))?;
    let hints = split(&text);
    let id = &exercise.about.id;
    let given = Progress::load(course)?.one_more_hint(id, hints.len())?;

    let mut out = anstream::stdout().lock();
    for (number, hint) in (1..=given).zip(&hints) {
        writeln!(out, "Hint {number} of {}\n\n{hint}\n", hints.len())?;
    }
    if given == hints.len() {
        writeln!(out, "There are no more. The solution: cargo checker solution {id} --reveal")?;
    }
    Ok(true)
}

/// The hints of a file.
fn split(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().collect();
    let hints = lines.split(|line| line.trim_end() == LINE);
    hints.map(|lines| lines.join("\n").trim().into()).collect()
}
