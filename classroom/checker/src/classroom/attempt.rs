//! `exercise`: a learner's program is built and checked, and the next step named.

use std::io::Write;

use course::{Course, Exercise, build_exercise};
use processes::Running;

use crate::args::{Attempt, Format};
use crate::classroom::progress::Progress;
use crate::exercises;
use crate::judge::{judge, judge_by};
use crate::template::Template;
use crate::verdict::Verdict;

/// What `todo!` says.
const UNWRITTEN: &str = "not yet implemented";

/// Makes the attempt. Returns whether the program passes.
///
/// # Errors
///
/// There is no such exercise, or the checker cannot do its work.
pub fn make(asked: &Attempt, course: &Course, running: &Running) -> anyhow::Result<bool> {
    let mut progress = Progress::load(&course.root)?;
    let exercise = match &asked.id {
        Some(id) => Some(course.exercise(id)?),
        None => progress.next(course),
    };
    match exercise {
        Some(exercise) if asked.command.is_empty() => {
            attempt(course, exercise, &mut progress, running)
        }
        Some(exercise) => {
            let part = exercises::part(exercise)?;
            let checks: Vec<_> = part.checks.iter().collect();
            judge(part, &checks, &Template::new(&asked.command), asked.format, running)
        }
        None => {
            writeln!(anstream::stdout(), "Every exercise is done.")?;
            Ok(true)
        }
    }
}

/// Builds the learner's program, checks it, and says what to do next. Returns whether it passes.
///
/// # Errors
///
/// The checker cannot do its work.
pub fn attempt(
    course: &Course,
    exercise: &Exercise,
    progress: &mut Progress,
    running: &Running,
) -> anyhow::Result<bool> {
    let id = &exercise.about.id;
    let file = exercise.file();
    writeln!(
        anstream::stdout(),
        "Exercise {id}, {}: {}\n",
        exercise.about.title,
        course.short(&file)
    )?;
    let Some(program) = build_exercise(course, exercise)? else {
        writeln!(
            anstream::stdout(),
            "\nIt does not compile yet. Begin with the first error above."
        )?;
        return Ok(false);
    };

    let mut command = vec![program.to_string_lossy().into_owned()];
    command.extend(exercise.about.arguments.iter().cloned());
    let outcome = check(exercise, &command, running)?;
    if outcome.failed.is_empty() {
        progress.done(id)?;
        praise(course, exercise, progress)?;
    } else {
        direct(course, exercise, &outcome)?;
    }
    Ok(outcome.failed.is_empty())
}

/// What came of the checks.
#[derive(Default)]
struct Outcome {
    /// The ids of those that failed.
    failed: Vec<&'static str>,
    /// Whether the program came to something that is not written yet.
    unwritten: bool,
}

/// Runs the checks and prints what came of them, the first failure with all that there is to
/// know.
fn check(exercise: &Exercise, command: &[String], running: &Running) -> anyhow::Result<Outcome> {
    let part = exercises::part(exercise)?;
    let mut outcome = Outcome::default();
    let checks: Vec<_> = part.checks.iter().collect();
    judge_by(part, &checks, &Template::new(command), Format::Text, running, |report| {
        let mut fails = false;
        if let Verdict::Failed(failure) = &mut report.verdict {
            fails = true;
            outcome.failed.push(report.check.id);
            if report.story.iter().any(|event| event.contains(UNWRITTEN)) {
                outcome.unwritten = true;
                failure.cause = Some("the program came to a `todo!`, which ends it".into());
            }
        }
        // Most programs fail many checks for one reason. One story at a time is enough.
        !fails || outcome.failed.len() == 1
    })?;
    Ok(outcome)
}

/// Says what to do next about a program that fails.
fn direct(course: &Course, exercise: &Exercise, outcome: &Outcome) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let (file, id) = (exercise.file(), &exercise.about.id);
    let (file, first) = (course.short(&file), outcome.failed[0]);
    let others = outcome.failed[1..].join(", ");
    if !others.is_empty() {
        writeln!(out, "These fail as well. Come to them when {first} passes: {others}")?;
    }
    if outcome.unwritten {
        write!(out, "Next: write what `todo!` stands for in {file}.")?;
    } else {
        write!(out, "Next: make {first} pass; you write in {file}.")?;
    }
    writeln!(out, " A hint: cargo checker hint {id}")?;
    Ok(())
}

fn praise(course: &Course, exercise: &Exercise, progress: &Progress) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let id = &exercise.about.id;
    writeln!(out, "\nDone. One way to write it: cargo checker solution {id}")?;
    match progress.next_after(exercise, course) {
        Some(next) => {
            writeln!(out, "Next: {} (cargo checker exercise {})", next.task, next.about.id)?;
        }
        None => writeln!(out, "That was the last one.")?,
    }
    Ok(())
}
