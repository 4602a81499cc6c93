//! A submission: what it is, and what came of checking it.

use std::env;
use std::fs;
use std::path::{self, Path};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use course::Id;
use processes::Status;
use serde::Deserialize;

use super::bounded::{self, Ended};
use super::desk::Desk;
use super::package;
use super::table::{Marks, Row};
use crate::report::{ERROR, Mark};
use crate::template::from_anywhere;

/// The file in which a submission says what it is.
const FILE: &str = "check.toml";

/// That file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paper {
    /// `5 server`, or `exercise 5`.
    check: String,
    /// How the program is started from the submission's folder, `{address}` in it.
    command: Vec<String>,
}

/// A line of what its checker prints, as far as the table needs it.
#[derive(Deserialize)]
struct Line {
    id: String,
    status: Mark,
}

/// Checks a submission. What is wrong with it as a whole is an outcome like others.
pub fn grade(folder: &Path, desk: &Desk) -> Row {
    let mut row = Row::new(folder);
    row.outcome =
        sort(folder, desk, &mut row.check).map_err(|error| first_line(&format!("{error:#}")));
    row
}

/// Finds out what a submission is, notes it in `check`, and has it checked.
fn sort(folder: &Path, desk: &Desk, check: &mut String) -> anyhow::Result<Marks> {
    let folder = path::absolute(folder)?;
    ensure!(folder.is_dir(), "it is no folder");
    let paper = folder.join(FILE);
    let (words, command) = if paper.is_file() {
        let paper: Paper = toml::from_str(&fs::read_to_string(paper)?)
            .map_err(|error| anyhow::Error::msg(format!("{FILE}: {}", error.message())))?;
        *check = paper.check.clone();
        (words(&paper.check)?, from_anywhere(&paper.command, &folder))
    } else if folder.join("Cargo.toml").is_file() {
        let exercise = package::exercise(&folder, desk.course)?;
        *check = format!("exercise {}", exercise.about.id);
        (words(check)?, package::build(&folder, exercise, desk)?)
    } else {
        bail!("there is neither a {FILE} nor an exercise's Cargo.toml");
    };
    judge(&words, &command, desk)
}

/// What the checker is told, for `5 server` or `exercise 5`.
fn words(check: &str) -> anyhow::Result<Vec<String>> {
    let words: Vec<_> = check.split_whitespace().collect();
    let well = match words[..] {
        ["exercise", id] => id.parse::<Id>().is_ok(),
        [lesson, role] => lesson.parse::<u8>().is_ok() && !role.starts_with('-'),
        _ => false,
    };
    ensure!(well, "{FILE}: `check` is like \"5 server\" or \"exercise 5\"");
    Ok(words.into_iter().map(String::from).collect())
}

/// Has a program judged by a checker of its own, which can be ended whatever the program does
/// to it.
fn judge(words: &[String], program: &[String], desk: &Desk) -> anyhow::Result<Marks> {
    let mut checker = Command::new(env::current_exe().context("the checker has a path")?);
    checker
        .current_dir(&desk.course.root)
        .args(words)
        .args(["--format", "json-lines", "--"])
        .args(program)
        // Its folder, and those of the checks, go with ours.
        .env("TMPDIR", desk.scrap.path())
        .env("TEMP", desk.scrap.path())
        .env("TMP", desk.scrap.path());
    let ended = bounded::run(checker, desk.limit, desk.running)?;
    match ended.status {
        Some(Status::Code(0 | 1)) => Ok(marks(&ended)),
        Some(Status::Code(_)) => {
            let said = first_line(&String::from_utf8_lossy(&ended.stderr));
            bail!("{}", said.strip_prefix(ERROR).unwrap_or(&said))
        }
        Some(Status::Signal(_) | Status::Exception(_)) => bail!("it brought its checker down"),
        None => {
            let why = format!("it was not done in {} s", desk.limit.as_secs());
            match marks(&ended) {
                Marks { passed, failed, skipped, .. }
                    if passed.is_empty() && failed.is_empty() && skipped.is_empty() =>
                {
                    bail!("{why}")
                }
                marks => Ok(Marks { unfinished: Some(why), ..marks }),
            }
        }
    }
}

/// What the checker has said of each check, as far as it came.
fn marks(ended: &Ended) -> Marks {
    let mut marks = Marks::default();
    let lines = ended.stdout.split(|&byte| byte == b'\n');
    // One that was being written when its checker was ended is none.
    for Line { id, status } in lines.filter_map(|line| serde_json::from_slice(line).ok()) {
        match status {
            // What may be meant is no failure.
            Mark::Passed | Mark::Remarked => marks.passed.push(id),
            Mark::Failed => marks.failed.push(id),
            Mark::Skipped => marks.skipped.push(id),
        }
    }
    marks
}

/// The first line of a text that has something on it, without what a terminal obeys.
fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_checker_had_found_until_it_was_ended_counts() {
        let stdout = b"{\"id\":\"works\",\"status\":\"passed\"}\n\
                       {\"id\":\"half-close\",\"status\":\"failed\"}\n\
                       {\"id\":\"silent-peer\",\"status\":\"skipped\"}\n\
                       {\"id\":\"stalled-write\",\"status\":\"remarked\"}\n\
                       {\"id\":\"peer-re";
        let ended = Ended { status: None, stdout: stdout.to_vec(), stderr: Vec::new() };
        let Marks { passed, failed, skipped, .. } = marks(&ended);
        assert_eq!(passed, ["works", "stalled-write"]);
        assert_eq!([failed, skipped], [["half-close"], ["silent-peer"]]);
    }
}
