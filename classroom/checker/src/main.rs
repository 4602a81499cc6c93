//! Judges a program by its behaviour on the wire: plays the other side over a real socket, finds
//! out which failure of the catalogue it has, and says so.

mod args;
mod beginning;
mod bench;
mod classroom;
mod datagrams;
mod difference;
mod exercises;
mod gate;
mod judge;
mod lessons;
mod pair;
mod part;
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

use std::io::Write;
use std::process::ExitCode;

use course::{Catalogue, is_unread};

use crate::args::{Activity, Cli, Judging, Scope, misused};
use crate::judge::{judge, with_programs};
use crate::lessons::PARTS;
use crate::part::{Check, Part};
use crate::report::ERROR;
use crate::template::Template;

/// The status that says that the checker was asked for something impossible.
const MISUSED: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::read();
    let outcome = match (cli.activity, cli.check) {
        (Some(Activity::Pair(pairing)), _) => pair::check(&pairing),
        (Some(Activity::Classroom(classroom)), _) => classroom::enter(classroom),
        (None, Some(judging)) => check(&judging, &cli.scope),
        (None, None) => misused("say which lesson, or what to do"),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Nothing is said to nobody; but that all has passed is not said either.
        Err(error) if is_unread(&error) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{ERROR}{error:?}");
            ExitCode::from(MISUSED)
        }
    }
}

/// Checks the program. Returns whether nothing has failed.
fn check(judging: &Judging, scope: &Scope) -> anyhow::Result<bool> {
    let part = part(judging);
    let checks = chosen(scope, part);
    if scope.list {
        list(&checks, &Catalogue::built_in()?)?;
        return Ok(true);
    }

    let template = Template::new(&judging.command);
    if !template.has("address") && !template.has("port") {
        misused(
            "the command has no place for the address: put {address}, or {host} and {port}, \
             where the program takes it",
        );
    }
    with_programs(|running| judge(part, &checks, &template, scope.format, running))
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

fn chosen(scope: &Scope, part: &Part) -> Vec<&'static Check> {
    let checks = part.checks.iter();
    match &scope.only {
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
