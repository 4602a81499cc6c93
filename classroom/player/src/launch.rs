//! Starts one program of a lesson in place of the player: `just server 4`, `just client 8 chat`.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, ensure};
use course::{Course, Programs};

use crate::args::Starting;
use crate::find;

/// The two halves of a pair.
#[derive(Clone, Copy)]
pub enum Half {
    /// The one that listens.
    Server,
    /// The one that calls.
    Client,
}

impl Half {
    fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// Builds a lesson's program and becomes it.
pub fn launch(course: &Course, half: Half, starting: &Starting) -> anyhow::Result<()> {
    let lesson = find::lesson(course, starting.number)?;
    let programs = lesson.program_names();
    let suffix = format!("-{}", half.name());
    let ending = |suffix: &str| programs.iter().find(|program| program.ends_with(suffix));

    let mut arguments = starting.arguments.as_slice();
    let mut program = None;
    if let Some((first, rest)) = arguments.split_first() {
        program = ending(&format!("-{}{suffix}", first.to_string_lossy()));
        if program.is_some() {
            arguments = rest;
        }
    }
    let takes_words = lesson.commands.as_deref() == Some(half.name());
    let halves = programs.iter().filter(|program| program.ends_with(&suffix));
    if let (None, false, Some(first), 2..) =
        (&program, takes_words, arguments.first(), halves.count())
    {
        // Neither an address, an option nor a command: it was meant to be a pair.
        let first = first.to_string_lossy();
        ensure!(
            first.starts_with('-') || first.contains(':'),
            "lesson {} has no pair `{first}`; its programs are {}",
            lesson.number,
            programs.join(", ")
        );
    }
    let program = program
        .or_else(|| ending(&suffix))
        .with_context(|| format!("lesson {} has no such program", lesson.number))?;

    let built = Programs::build(course, &BTreeSet::from([program.clone()]))?;
    let mut command = Command::new(built.path(program)?);
    run(command.args(arguments)).with_context(|| format!("cannot start {program}"))
}

/// Becomes the program: it keeps our terminal, our process id and our place in the shell.
#[cfg(unix)]
fn run(command: &mut Command) -> std::io::Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

/// Where a program cannot become another, runs it and passes on its status.
#[cfg(not(unix))]
fn run(command: &mut Command) -> std::io::Result<()> {
    // Ctrl-C is for the program, which shares our console; we stay to pass on its status.
    ctrlc::set_handler(|| {}).map_err(std::io::Error::other)?;
    std::process::exit(command.status()?.code().unwrap_or(1))
}
