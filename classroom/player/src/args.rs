//! What the player is asked for on its command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Play the course's lessons and failures, or start their programs
#[derive(Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
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
pub struct Lessons {
    /// Which lesson; none lists them all
    #[arg(id = "chosen", value_name = "LESSON", value_parser = number)]
    pub number: Option<u32>,

    /// Which of its scenes, by number or name; none plays them all
    #[arg(requires = "chosen")]
    pub scene: Option<String>,

    /// Show the bytes between the sides, as a third lane
    #[arg(long, requires = "chosen")]
    pub bytes: bool,

    /// Bend the line between the sides, by options of `cargo wire`: drip=1,only=replies
    #[arg(long, value_name = "BENDS", requires = "chosen", conflicts_with = "record")]
    pub through: Option<String>,

    /// For authors: play this script, with the lesson's programs, instead of its scenes
    #[arg(long, value_name = "FILE", requires = "chosen", conflicts_with = "scene", hide = true)]
    pub script: Option<PathBuf>,

    #[command(flatten)]
    pub playing: Playing,
}

#[derive(Args)]
pub struct Failures {
    /// Which failure, such as leftover-bytes; none lists them all
    #[arg(id = "chosen", value_name = "ID")]
    pub id: Option<String>,

    /// For authors: play this script, with any program of the workspace
    #[arg(long, value_name = "FILE", conflicts_with = "chosen", hide = true)]
    pub script: Option<PathBuf>,

    #[command(flatten)]
    pub playing: Playing,
}

#[derive(Args)]
pub struct Playing {
    /// Wait for Enter before each step
    #[arg(long, requires = "chosen")]
    pub step: bool,

    /// Never wait, not even at the questions, where a play on a terminal waits for Enter
    #[arg(long, requires = "chosen", conflicts_with = "step")]
    pub run: bool,

    /// Write the transcripts that lie beside the scenes; of all of them if none is named. With
    /// --bytes write what went over each connection instead
    #[arg(long, conflicts_with = "step")]
    pub record: bool,

    /// For authors: write them into this folder
    #[arg(long, value_name = "FOLDER", requires = "record", hide = true)]
    pub into: Option<PathBuf>,

    /// For authors: how long to wait for what must come
    #[arg(long, value_name = "SECONDS", default_value_t = 20, hide = true)]
    pub patience: u64,
}

#[derive(Args)]
pub struct Starting {
    /// Which lesson
    #[arg(value_name = "LESSON", value_parser = number)]
    pub number: u32,

    /// The pair, if it is not the main one (chat, shell, ...), then what the program takes
    #[arg(value_name = "PAIR AND ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "a lesson has a number; `cargo lesson` lists them".into())
}
