//! Plays the lessons and the failures: starts their programs, types into them, and shows all
//! sides.
//!
//! The player knows no lesson's code. What a scene does stands in a script beside the lesson
//! (`lessons/NN-topic/demo/NAME.play`, `failures/demo/ID.play`); README.md describes the format.

mod addresses;
mod args;
mod bends;
mod expectation;
mod find;
mod folder;
mod lane;
mod launch;
mod lists;
mod output;
mod performance;
mod script;
mod show;
mod sockets;
mod stage;
mod step;
mod terminal;
mod wires;

use clap::Parser;
use course::{Catalogue, Course, is_unread};

use crate::args::{Cli, Command, Failures, Lessons, Playing};
use crate::launch::Half;
use processes::Running;

fn main() -> anyhow::Result<()> {
    match run(Cli::parse()) {
        Err(error) if is_unread(&error) => Ok(()),
        outcome => outcome,
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let course = Course::load()?;
    match cli.command {
        Command::Lesson(Lessons {
            number: None, playing: Playing { record: false, .. }, ..
        }) => lists::lessons(&course),
        Command::Lesson(asked) => play(|running| performance::lessons(&course, &asked, running)),
        Command::Failure(Failures {
            id: None,
            script: None,
            playing: Playing { record: false, .. },
        }) => lists::failures(&Catalogue::load(&course.root)?),
        Command::Failure(asked) => play(|running| performance::failures(&course, &asked, running)),
        Command::Server(starting) => launch::launch(&course, Half::Server, &starting),
        Command::Client(starting) => launch::launch(&course, Half::Client, &starting),
    }
}

fn play(perform: impl FnOnce(&Running<String>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let running = Running::new()?;
    let outcome = perform(&running);
    // After Ctrl-C the sides end one by one. That is no failure of the play, and nothing
    // more is to be said about it.
    running.stay_if_interrupted();
    outcome
}
