//! Judges a program, and prints what comes of it.

use course::Catalogue;
use processes::Running;

use crate::args::Format;
use crate::part::{Check, Part};
use crate::report::{Judged, Reporter};
use crate::run;
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
    let catalogue = Catalogue::built_in()?;
    let mut reporter = Reporter::new(Judged::Part(part), &catalogue, format);
    run::run(part, checks, template, running, |report| reporter.add(&report))?;
    reporter.finish()
}
