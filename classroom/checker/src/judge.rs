//! Judges a program, and prints what comes of it.

use processes::Running;

use crate::args::Format;
use crate::part::{Check, Part};
use crate::report::{Judged, Reporter};
use crate::run::{Report, run};
use crate::template::Template;

/// Does something that starts programs, all of which end with it.
///
/// # Errors
///
/// Those of `act`, and of the system.
pub fn with_programs(act: impl FnOnce(&Running) -> anyhow::Result<bool>) -> anyhow::Result<bool> {
    let running = Running::new()?;
    let outcome = act(&running);
    // After Ctrl-C the programs end one by one. That is no failure of theirs.
    running.stay_if_interrupted();
    running.end_all();
    outcome
}

/// Runs checks with a program, and prints each as soon as it is over. Returns whether none failed.
///
/// # Errors
///
/// The checker cannot do its work.
pub fn judge(
    part: &Part,
    checks: &[&'static Check],
    template: &Template,
    format: Format,
    running: &Running,
) -> anyhow::Result<bool> {
    judge_by(part, checks, template, format, running, |_| true)?.finish()
}

/// Runs checks with a program, and prints each that `show` wants shown, as soon as it is over.
/// `show` may change what is said of it. Nothing is printed at the end.
///
/// # Errors
///
/// The checker cannot do its work.
pub fn judge_by<'a>(
    part: &'a Part,
    checks: &[&'static Check],
    template: &Template,
    format: Format,
    running: &Running,
    mut show: impl FnMut(&mut Report) -> bool,
) -> anyhow::Result<Reporter<'a>> {
    let mut reporter = Reporter::new(Judged::Part(part), format)?;
    run(part, checks, template, running, |mut report| {
        if show(&mut report) { reporter.add(&report) } else { Ok(()) }
    })?;
    Ok(reporter)
}
