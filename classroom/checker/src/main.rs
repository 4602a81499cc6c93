//! Judges a program by its behaviour on the wire: plays the other side over a real socket, finds
//! out which failure of the catalogue it has, and says so.

mod bench;
mod classroom;
mod datagrams;
mod difference;
mod exercises;
mod gate;
mod lessons;
mod peer;
mod pipe;
mod program;
mod report;
mod role;
mod run;
mod story;
mod subject;
mod template;
mod verdict;
mod watch;

use std::env;
use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser};
use course::{Catalogue, is_unread};
use processes::Running;

use crate::classroom::Classroom;
use crate::lessons::{Check, PARTS, Part};
use crate::report::{Format, Reporter};
use crate::role::Role;
use crate::template::Template;

/// The status that says that the checker was asked for something impossible.
const MISUSED: u8 = 2;

/// Play the other side of a program, and say which failure it has
#[derive(Parser)]
#[command(
    version,
    bin_name = "cargo checker",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
struct Cli {
    #[command(subcommand)]
    classroom: Option<Classroom>,

    #[command(flatten)]
    check: Option<Judging>,
}

#[derive(Args)]
struct Judging {
    /// Which lesson's protocol the program speaks
    #[arg(value_parser = clap::value_parser!(u8).range(1..=9))]
    lesson: u8,

    /// What the program is
    role: Role,

    /// Try only what has this id
    #[arg(long, value_name = "ID")]
    only: Option<String>,

    /// List the checks
    #[arg(long)]
    list: bool,

    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// How the program is started. {address}, or {host} and {port}, is where it listens or whom
    /// it calls; {timeout} the seconds after which a server lets a silent client go; {limit}
    /// those after which it ends a command that does not end
    #[arg(last = true, required_unless_present = "list")]
    command: Vec<String>,
}

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| with_tip(error).exit());
    let outcome = match (cli.classroom, cli.check) {
        (Some(classroom), _) => classroom.enter(),
        (None, Some(judging)) => check(&judging),
        (None, None) => misused("say which lesson, or what to do"),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Nothing is said to nobody; but that all has passed is not said either.
        Err(error) if is_unread(&error) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("Error: {error:?}");
            ExitCode::from(MISUSED)
        }
    }
}

/// Tells what is missing where a program was named without the `--` in front of it.
fn with_tip(mut error: clap::Error) -> clap::Error {
    let is_word = |value: &ContextValue| !value.to_string().starts_with('-');
    if error.kind() == ErrorKind::UnknownArgument
        && error.get(ContextKind::InvalidArg).is_some_and(is_word)
        && !env::args().any(|argument| argument == "--")
    {
        let tip =
            "the program to be judged stands behind `--`: server -- python3 mine.py {address}";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// Checks the program. Returns whether nothing has failed.
fn check(judging: &Judging) -> anyhow::Result<bool> {
    let part = part(judging);
    let checks = chosen(judging, part);
    let catalogue = Catalogue::built_in()?;
    if judging.list {
        list(&checks, &catalogue)?;
        return Ok(true);
    }

    let template = Template::new(&judging.command);
    if !template.has("address") && !template.has("port") {
        misused(
            "the command has no place for the address: put {address}, or {host} and {port}, \
             where the program takes it",
        );
    }
    let running = Running::new()?;
    let mut reporter = Reporter::new(part, &catalogue, judging.format);
    let outcome = run::run(part, &checks, &template, &running, |report| reporter.add(&report));
    // After Ctrl-C the programs end one by one. That is no failure of theirs.
    running.stay_if_interrupted();
    running.end_all();
    outcome?;
    reporter.finish()
}

fn part(judging: &Judging) -> &'static Part {
    let mut parts = PARTS.iter().filter(|part| part.lesson == judging.lesson);
    let found = parts.clone().find(|part| part.role == judging.role);
    found.unwrap_or_else(|| {
        let roles: Vec<_> = parts.by_ref().map(|part| part.role.to_string()).collect();
        misused(&format!(
            "lesson {} has no {}; its roles are {}",
            judging.lesson,
            judging.role,
            roles.join(", ")
        ))
    })
}

fn chosen(judging: &Judging, part: &Part) -> Vec<&'static Check> {
    let checks = part.checks.iter();
    match &judging.only {
        None => checks.collect(),
        Some(id) => match checks.clone().find(|check| check.id == id) {
            Some(check) => vec![check],
            None => misused(&format!(
                "there is no check `{id}` here; they are {}",
                checks.map(|check| check.id).collect::<Vec<_>>().join(", ")
            )),
        },
    }
}

fn list(checks: &[&Check], catalogue: &Catalogue) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    for check in checks {
        let meaning = catalogue.meaning(check.id).unwrap_or(check.about);
        writeln!(out, "{:<21} {meaning}", check.id)?;
    }
    Ok(())
}

/// Ends the checker as a wrong argument does.
fn misused(what: &str) -> ! {
    Cli::command().error(ErrorKind::ValueValidation, what).exit()
}
