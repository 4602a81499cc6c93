//! Plays the lessons and the failures: starts their programs, types into them, and shows all
//! sides.
//!
//! The player knows no lesson's code. What a scene does stands in a script beside the lesson
//! (`lessons/NN-topic/demo/NAME.play`, `failures/demo/ID.play`); README.md describes the format.

mod addresses;
mod bends;
mod bytes;
mod catalogue;
mod course;
mod expectation;
mod folder;
mod lane;
mod launch;
mod lesson;
mod load;
mod output;
mod performance;
mod processes;
mod programs;
mod running;
mod script;
mod show;
mod sockets;
mod stage;
mod step;
mod terminal;
mod wires;

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::catalogue::Catalogue;
use crate::course::Course;
use crate::launch::Half;
use crate::running::Running;

/// Play the course's lessons and failures, or start their programs
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the lessons, or play one
    Lesson(Lessons),
    /// List the ways in which sockets fail, or bring one about
    Failure(Failures),
    /// Start a lesson's server; what follows is the program's, --help too
    #[command(disable_help_flag = true)]
    Server(Starting),
    /// Start a lesson's client; what follows is the program's, --help too
    #[command(disable_help_flag = true)]
    Client(Starting),
}

#[derive(Args)]
struct Lessons {
    /// Which lesson; none lists them all
    #[arg(id = "chosen", value_name = "LESSON", value_parser = number)]
    number: Option<u32>,

    /// Which of its scenes, by number or name; none plays them all
    #[arg(requires = "chosen")]
    scene: Option<String>,

    /// Show the bytes between the sides, as a third lane
    #[arg(long, requires = "chosen")]
    bytes: bool,

    /// Bend the line between the sides, by options of `cargo wire`: drip=1,only=replies
    #[arg(long, value_name = "BENDS", requires = "chosen", conflicts_with = "record")]
    through: Option<String>,

    /// For authors: play this script, with the lesson's programs, instead of its scenes
    #[arg(long, value_name = "FILE", requires = "chosen", conflicts_with = "scene", hide = true)]
    script: Option<PathBuf>,

    #[command(flatten)]
    playing: Playing,
}

#[derive(Args)]
struct Failures {
    /// Which failure, such as leftover-bytes; none lists them all
    #[arg(id = "chosen", value_name = "ID")]
    id: Option<String>,

    /// For authors: play this script, with any program of the workspace
    #[arg(long, value_name = "FILE", conflicts_with = "chosen", hide = true)]
    script: Option<PathBuf>,

    #[command(flatten)]
    playing: Playing,
}

#[derive(Args)]
struct Playing {
    /// Wait for Enter before each step
    #[arg(long, requires = "chosen")]
    step: bool,

    /// Never wait, not even at the questions, where a play on a terminal waits for Enter
    #[arg(long, requires = "chosen", conflicts_with = "step")]
    run: bool,

    /// Write the transcripts that lie beside the scenes; of all of them if none is named. With
    /// --bytes write what went over each connection instead
    #[arg(long, conflicts_with = "step")]
    record: bool,

    /// For authors: write them into this folder
    #[arg(long, value_name = "FOLDER", requires = "record", hide = true)]
    into: Option<PathBuf>,

    /// For authors: how long to wait for what must come
    #[arg(long, value_name = "SECONDS", default_value_t = 20, hide = true)]
    patience: u64,
}

#[derive(Args)]
struct Starting {
    /// Which lesson
    #[arg(value_name = "LESSON", value_parser = number)]
    number: u32,

    /// The pair, if it is not the main one (chat, shell, ...), then what the program takes
    #[arg(value_name = "PAIR AND ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "a lesson has a number; `cargo lesson` lists them".into())
}

fn main() -> anyhow::Result<()> {
    match run(Cli::parse()) {
        Err(error) if is_unread(&error) => Ok(()),
        outcome => outcome,
    }
}

/// Tells whether whoever reads what we print has seen enough, as in `cargo failure | head`. Any
/// other pipe that breaks has a context.
fn is_unread(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    error.chain().len() == 1 && cause.is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let course = Course::load()?;
    match cli.command {
        Command::Lesson(Lessons {
            number: None, playing: Playing { record: false, .. }, ..
        }) => course.list(),
        Command::Lesson(asked) => play(|running| performance::lessons(&course, &asked, running)),
        Command::Failure(Failures {
            id: None,
            script: None,
            playing: Playing { record: false, .. },
        }) => Catalogue::load(&course.root)?.list(),
        Command::Failure(asked) => play(|running| performance::failures(&course, &asked, running)),
        Command::Server(starting) => launch::launch(&course, Half::Server, &starting),
        Command::Client(starting) => launch::launch(&course, Half::Client, &starting),
    }
}

fn play(perform: impl FnOnce(&Running) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let running = Running::new()?;
    let outcome = perform(&running);
    // After Ctrl-C the sides end one by one. That is no failure of the play, and nothing
    // more is to be said about it.
    running.stay_if_interrupted();
    outcome
}
