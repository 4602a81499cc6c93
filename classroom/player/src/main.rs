//! Plays the lessons: starts their programs, types into them, and shows all sides.
//!
//! The player knows no lesson's code. What a scene does stands in a script beside the lesson
//! (`lessons/NN-topic/demo/NAME.play`); README.md describes the format.

mod addresses;
mod course;
mod expectation;
mod folder;
mod launch;
mod lesson;
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

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::course::Course;
use crate::launch::Half;
use crate::running::Running;

/// Play the course's lessons, or start their programs
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the lessons, or play one
    Lesson(Playing),
    /// Start a lesson's server; what follows is the program's, --help too
    #[command(disable_help_flag = true)]
    Server(Starting),
    /// Start a lesson's client; what follows is the program's, --help too
    #[command(disable_help_flag = true)]
    Client(Starting),
}

#[derive(Args)]
struct Playing {
    /// Which lesson; none lists them all
    #[arg(value_name = "LESSON", value_parser = number)]
    number: Option<u32>,

    /// Which of its scenes, by number or name; none plays them all
    #[arg(requires = "number")]
    scene: Option<String>,

    /// Wait for Enter before each step
    #[arg(long, requires = "number")]
    step: bool,

    /// Write the transcripts that lie beside the scenes; of all lessons if none is named
    #[arg(long, conflicts_with = "step")]
    record: bool,

    /// For authors: play this script, with the lesson's programs, instead of its scenes
    #[arg(long, value_name = "FILE", requires = "number", conflicts_with = "scene", hide = true)]
    script: Option<PathBuf>,

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
    let cli = Cli::parse();
    let course = Course::load()?;
    match cli.command {
        Command::Lesson(playing) if playing.number.is_none() && !playing.record => course.list(),
        Command::Lesson(playing) => {
            let running = Running::new()?;
            let outcome = performance::perform(&course, &playing, &running);
            // After Ctrl-C the sides end one by one. That is no failure of the play, and
            // nothing more is to be said about it.
            running.stay_if_interrupted();
            outcome
        }
        Command::Server(starting) => launch::launch(&course, Half::Server, &starting),
        Command::Client(starting) => launch::launch(&course, Half::Client, &starting),
    }
}
