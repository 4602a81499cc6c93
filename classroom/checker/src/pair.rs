//! Judges two programs that speak a protocol of their own: does one thing at a time to the line
//! between them, or to one of them, and looks whether it makes a difference that it must not make.

mod check;
mod likeness;
mod line;
mod measure;
mod progress;
mod stage;
mod stall;
mod tcp;
mod trial;
mod udp;

use std::fs;
use std::io::{self, IsTerminal, Write};

use anyhow::Context;
use course::Catalogue;
use processes::Running;

use crate::args::{Format, Pairing, misused};
use crate::judge::with_programs;
use crate::pair::check::Check;
use crate::pair::measure::Measure;
use crate::pair::stage::{Input, Pair};
use crate::pair::trial::Trial;
use crate::report::{Judged, Reporter};
use crate::run::{Heading, Report, Side, in_order};
use crate::story::Story;
use crate::template::Template;
use crate::verdict::Verdict;

/// How many events of a check are told: the first, and the last.
const FIRST_EVENTS: usize = 8;
const LAST_EVENTS: usize = 6;

/// What comes first: without it nothing else can be said.
const WORKS: Heading = Heading {
    id: "works",
    side: None,
    about: "the two run three times, and nothing is done to them",
    causes: &[],
};

/// Judges two programs. Returns whether nothing has failed.
///
/// # Errors
///
/// The checker cannot do its work.
pub fn check(pairing: &Pairing) -> anyhow::Result<bool> {
    let all = if pairing.udp { udp::CHECKS } else { tcp::CHECKS };
    let checks = chosen(pairing, all);
    if pairing.scope.list {
        list(&checks, &Catalogue::built_in()?)?;
        return Ok(true);
    }
    let (server, client) = (
        template("server", pairing.server.as_deref()),
        template("client", pairing.client.as_deref()),
    );
    let input = match &pairing.input {
        Some(path) => {
            let bytes = fs::read(path);
            Input::Whole(bytes.with_context(|| format!("cannot read {}", path.display()))?)
        }
        None => Input::Lines(pairing.lines.clone()),
    };
    with_programs(|running| {
        let pair = Pair { server, client, input, udp: pairing.udp, running: running.clone() };
        judge(&pair, &checks, pairing.scope.format, running)
    })
}

/// The words of a command, as a shell splits them. On Windows a backslash stands between folders.
fn words(command: &str) -> Option<Vec<String>> {
    if cfg!(windows) { shlex::split(&command.replace('\\', r"\\")) } else { shlex::split(command) }
}

/// A command, with places for the address.
fn template(side: &str, command: Option<&str>) -> Template {
    let command = command.unwrap_or_default();
    let words = words(command).filter(|words| !words.is_empty()).unwrap_or_else(|| {
        misused(&format!("the {side}'s command cannot be split into words: {command}"))
    });
    let template = Template::new(&words);
    if !template.has("address") && !template.has("port") {
        misused(&format!(
            "the {side}'s command has no place for the address: put {{address}}, or {{host}} and \
             {{port}}, where the program takes it"
        ));
    }
    template
}

fn chosen(pairing: &Pairing, all: &'static [Check]) -> Vec<&'static Check> {
    let Some(id) = &pairing.scope.only else { return all.iter().collect() };
    let found: Vec<_> = all.iter().filter(|check| check.id == id).collect();
    if found.is_empty() && id != WORKS.id {
        let mut ids: Vec<_> = all.iter().map(|check| check.id).collect();
        ids.dedup();
        misused(&format!("there is no check `{id}` here; they are works, {}", ids.join(", ")));
    }
    found
}

fn list(checks: &[&Check], catalogue: &Catalogue) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let headings = [WORKS].into_iter().chain(checks.iter().map(|&check| check.into()));
    for Heading { id, side, about, .. } in headings {
        let meaning = catalogue.meaning(id).unwrap_or(about);
        writeln!(out, "{id:<21} {:<6}  {meaning}", side.map_or("", Side::name))?;
    }
    Ok(())
}

fn judge(
    pair: &Pair,
    checks: &[&'static Check],
    format: Format,
    running: &Running,
) -> anyhow::Result<bool> {
    let progress = Progress::new(checks.len());
    progress.show("the two run straight", 0);
    let story = Story::new();
    let measured = Measure::take(pair, &story);
    progress.clear();
    let (straight, masked) = match &measured {
        Ok(measure) => (measure.straight.clone(), measure.masked.clone()),
        Err(_) => Default::default(),
    };
    let judged = Judged::Pair { straight: &straight, masked: &masked };
    let mut reporter = Reporter::new(judged, format)?;
    reporter.begin()?;
    let measure = match measured {
        Ok(measure) => measure,
        Err(stop) => {
            let verdict = Verdict::of(Err(stop))?;
            let why = match verdict {
                Verdict::Remarked(_) => "there is nothing to compare with: see `works`",
                _ => "the two do not get on with each other as it is: see `works`",
            };
            reporter.add(&Report::new(WORKS, verdict, short(story.lines())))?;
            for &check in checks {
                let verdict = Verdict::Skipped(why.into());
                reporter.add(&Report::new(check, verdict, Vec::new()))?;
            }
            return reporter.finish();
        }
    };
    reporter.add(&Report::new(WORKS, Verdict::Passed, Vec::new()))?;
    let make = |number: usize| -> anyhow::Result<Report> {
        let check = checks[number];
        let trial = Trial::new(pair, &measure);
        let verdict = Verdict::of((check.run)(&trial))?;
        Ok(Report::new(check, verdict, short(trial.story())))
    };
    let mut done = 0;
    progress.show("", done);
    in_order(checks.len(), make, |report| {
        progress.clear();
        reporter.add(&report)?;
        done += 1;
        progress.show("", done);
        Ok(())
    })?;
    progress.clear();
    // Otherwise a program that is just being ended would be told of.
    running.stay_if_interrupted();
    reporter.finish()
}

/// A story that is not too long: its beginning and its end.
fn short(mut story: Vec<String>) -> Vec<String> {
    let left_out = story.len().saturating_sub(FIRST_EVENTS + LAST_EVENTS);
    if left_out > 1 {
        let end = story.split_off(story.len() - LAST_EVENTS);
        story.truncate(FIRST_EVENTS);
        story.push(format!("         … {left_out} more events"));
        story.extend(end);
    }
    story
}

/// What is left to do, on a terminal.
struct Progress {
    is_shown: bool,
    all: usize,
}

impl Progress {
    fn new(all: usize) -> Self {
        Self { is_shown: io::stderr().is_terminal(), all }
    }

    fn show(&self, what: &str, done: usize) {
        if self.is_shown && what.is_empty() {
            eprint!("\r\x1b[K{} of {} left to try", self.all - done, self.all);
        } else if self.is_shown {
            eprint!("\r\x1b[K{what} …");
        }
    }

    fn clear(&self) {
        if self.is_shown {
            eprint!("\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_backslash_keeps_its_meaning() {
        let typed = r#".\mine.exe "C:\My files\x" {address}"#;
        let expected = if cfg!(windows) {
            [r".\mine.exe", r"C:\My files\x", "{address}"]
        } else {
            [".mine.exe", r"C:\My files\x", "{address}"]
        };
        assert_eq!(words(typed).expect("words"), expected);
    }
}
