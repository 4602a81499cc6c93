//! Runs the checks, several at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::bench::Bench;
use crate::lessons::{Check, Part};
use crate::running::Running;
use crate::template::Template;
use crate::verdict::{Stop, Verdict};
use crate::watch::settle;

/// What came of one check.
pub struct Report {
    /// The check.
    pub check: &'static Check,
    /// Its verdict.
    pub verdict: Verdict,
    /// What happened, a line for each event.
    pub story: Vec<String>,
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
    let next = AtomicUsize::new(0);
    let (sender, reports) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..at_once().min(checks.len()) {
            let (next, sender) = (&next, sender.clone());
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(check) = checks.get(number) else { return };
                    // An error says that nobody wants to know any more.
                    if sender.send((number, run_one(part, check, template, running))).is_err() {
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

fn run_one(
    part: &Part,
    check: &'static Check,
    template: &Template,
    running: &Running,
) -> anyhow::Result<Report> {
    let mut bench = Bench::new(part, template, running)?;
    let verdict = match (check.run)(&mut bench) {
        Ok(()) => Verdict::Passed,
        Err(Stop::Failed(failure)) => Verdict::Failed(failure),
        Err(Stop::Skipped(why)) => Verdict::Skipped(why),
        Err(Stop::Broken(error)) => return Err(error),
    };
    if let (Verdict::Failed(_), Ok(program)) = (&verdict, bench.program()) {
        // So that what it still has to say is told as well.
        settle(&program);
    }
    let story = bench.story().clone();
    drop(bench);
    Ok(Report { check, verdict, story: story.lines() })
}
