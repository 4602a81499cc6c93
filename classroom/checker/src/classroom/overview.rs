//! `progress`: what is done, by topic.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use course::{Course, Exercise};

use crate::classroom::progress::Progress;

/// How wide the bars are.
const BAR: usize = 30;

/// Prints a bar for all exercises, then one for each topic with its exercises.
///
/// # Errors
///
/// Those of reading the progress.
pub fn show(course: &Course) -> anyhow::Result<bool> {
    let progress = Progress::load(&course.root)?;
    let all: Vec<_> = course.exercises.iter().collect();
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", bar("all", &all, &progress))?;
    for topic in topics(&all) {
        let of_topic: Vec<_> = all.iter().copied().filter(|e| e.about.topic == topic).collect();
        writeln!(out, "\n{}", bar(topic, &of_topic, &progress))?;
        for exercise in of_topic {
            writeln!(out, "{}", line(exercise, &progress))?;
        }
    }
    match progress.next(course) {
        Some(next) => writeln!(out, "\nNext: cargo checker exercise {}", next.about.id)?,
        None => writeln!(out, "\nEvery exercise is done.")?,
    }
    Ok(true)
}

/// The topics, in the order in which they come first.
fn topics<'a>(exercises: &[&'a Exercise]) -> Vec<&'a str> {
    let mut topics: Vec<&str> = Vec::new();
    for exercise in exercises {
        if !topics.contains(&exercise.about.topic.as_str()) {
            topics.push(&exercise.about.topic);
        }
    }
    topics
}

/// `frames       [##########--------------------] 1 of 3`
fn bar(name: &str, exercises: &[&Exercise], progress: &Progress) -> String {
    let done = exercises.iter().filter(|exercise| progress.is_done(&exercise.about.id)).count();
    let full = BAR * done / exercises.len().max(1);
    let (full, empty) = ("#".repeat(full), "-".repeat(BAR - full));
    let green = Style::new().fg_color(Some(AnsiColor::Green.into()));
    format!("{name:<12} [{green}{full}{green:#}{empty}] {done} of {}", exercises.len())
}

fn line(exercise: &Exercise, progress: &Progress) -> String {
    let about = &exercise.about;
    let done = if progress.is_done(&about.id) { "done" } else { "" };
    format!(
        "  {done:<4}  {:<3} {} ({}, {} minutes)",
        about.id, about.title, about.role, about.minutes
    )
}
