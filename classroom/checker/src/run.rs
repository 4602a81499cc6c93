//! Runs the checks, several at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use processes::Running;
use serde::Serialize;

use crate::bench::Bench;
use crate::gate::Gate;
use crate::part::{Check, Part};
use crate::template::Template;
use crate::verdict::{Plain, Verdict};
use crate::watch::{Doing, settle};

/// What came of one check.
pub struct Report {
    /// The check.
    pub check: Heading,
    /// Its verdict.
    pub verdict: Verdict,
    /// What happened, a line for each event.
    pub story: Vec<String>,
    /// The failures that the last words of a program may mean that has failed and ended.
    pub words_mean: Vec<&'static str>,
    /// Whether a program that has failed has ended by itself, and not because all was done.
    pub ended: Option<bool>,
}

impl Report {
    /// What came of a check, where nothing is known of its program's end.
    pub fn new(check: impl Into<Heading>, verdict: Verdict, story: Vec<String>) -> Self {
        Self { check: check.into(), verdict, story, words_mean: Vec::new(), ended: None }
    }
}

/// What is said of a check, whoever makes it.
#[derive(Clone, Copy)]
pub struct Heading {
    /// An id of the catalogue, or one that begins with `works`.
    pub id: &'static str,
    /// Which of two programs it is about; `None` where there is one, or where it is about both.
    pub side: Option<Side>,
    /// What is done, in one line.
    pub about: &'static str,
    /// Likely causes when it fails, the commonest first.
    pub causes: &'static [&'static str],
}

/// One of two programs that are judged together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one that is called.
    Server,
    /// The one that calls.
    Client,
}

impl Side {
    /// As reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

impl From<&Check> for Heading {
    fn from(check: &Check) -> Self {
        Self { id: check.id, side: None, about: check.about, causes: check.causes }
    }
}

/// Runs checks, each with a program of its own, and hands over what came of each, in the order
/// of the checks, as soon as it is known.
///
/// # Errors
///
/// The checker cannot do its work: the command cannot be started, for instance.
pub fn run(
    part: &Part,
    checks: &[&'static Check],
    template: &Template,
    running: &Running,
    mut hand_over: impl FnMut(Report) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // The plain good run goes ahead. What it cannot reach need not be tried again.
    let gate = Gate::default();
    if checks.first().is_none_or(|check| check.id != Plain::Opening.told_by()) {
        gate.open();
    }
    let make = |number: usize| {
        let (check, first) = (checks[number], number == 0);
        let report = if first || gate.wait() {
            run_one(part, check, template, running, &gate)
        } else {
            Ok(unreached(check))
        };
        if first {
            gate.shut();
        }
        report
    };
    let mut passed = Vec::new();
    in_order(checks.len(), make, |mut report| {
        tell_once(&mut report, part, &mut passed);
        hand_over(report)
    })
}

/// Makes so many checks, several at the same time, and hands over what came of each in their
/// order, as soon as it is known.
///
/// # Errors
///
/// The first one of `make` or of `hand_over`.
pub fn in_order(
    count: usize,
    make: impl Fn(usize) -> anyhow::Result<Report> + Sync,
    mut hand_over: impl FnMut(Report) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let (sender, reports) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..at_once().min(count) {
            let (next, make, sender) = (&next, &make, sender.clone());
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    // An error says that nobody wants to know any more.
                    if number >= count || sender.send((number, make(number))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);

        let mut early = BTreeMap::new();
        let mut due = 0;
        for (number, report) in reports {
            early.insert(number, report?);
            while let Some(report) = early.remove(&due) {
                hand_over(report)?;
                due += 1;
            }
        }
        Ok(())
    })
}

/// How many checks run at the same time. They wait more than they work.
fn at_once() -> usize {
    thread::available_parallelism().map_or(4, |cores| (2 * cores.get()).clamp(4, 16))
}

/// Skips a check that has found out nothing but what another one says, unless that has `passed`.
fn tell_once(report: &mut Report, part: &Part, passed: &mut Vec<&'static str>) {
    match &report.verdict {
        Verdict::Passed => passed.push(report.check.id),
        Verdict::Skipped(_) | Verdict::Remarked(_) => {}
        Verdict::Failed(failure) => {
            let tells = |by: &&str| {
                let there_is = part.checks.iter().any(|check| check.id == *by);
                there_is && *by != report.check.id && !passed.contains(by)
            };
            if let Some(by) = failure.plain.iter().map(|plain| plain.told_by()).find(tells) {
                let why = format!("a plain exchange goes wrong: see `{by}`");
                report.verdict = Verdict::Skipped(why);
            }
        }
    }
}

/// What is said of a check for which the program was not even started.
fn unreached(check: &'static Check) -> Report {
    let why = format!("the program could not be reached: see `{}`", Plain::Opening.told_by());
    Report::new(check, Verdict::Skipped(why), Vec::new())
}

fn run_one(
    part: &Part,
    check: &'static Check,
    template: &Template,
    running: &Running,
    gate: &Gate,
) -> anyhow::Result<Report> {
    let mut bench = Bench::new((part.role, part.transport), template, running, gate)?;
    let verdict = Verdict::of((check.run)(&mut bench))?;
    let (mut words_mean, mut ended) = (Vec::new(), None);
    if let (Verdict::Failed(_), Ok(program)) = (&verdict, bench.program()) {
        // So that what it still has to say is told as well.
        let doing = settle(&program);
        let status = if let Doing::Ended(status) = doing { Some(status) } else { None };
        ended = Some(status.is_some_and(|status| part.role.is_server() || !status.is_success()));
        if status.is_some_and(|status| !status.is_success()) {
            words_mean = program.last_words().as_deref().map(course::meant).unwrap_or_default();
        }
    }
    let story = bench.story().clone();
    drop(bench);
    Ok(Report { words_mean, ended, ..Report::new(check, verdict, story.lines()) })
}
