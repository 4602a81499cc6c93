//! The report for people.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Reporter;
use crate::difference::difference;
use crate::run::Report;
use crate::verdict::{Failure, Verdict};

/// How wide an id is shown, so that what follows stands in a column.
const ID: usize = 21;

/// Prints what came of one check: a line, or for a failed one all there is to know.
pub fn print(report: &Report, reporter: &Reporter) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let id = report.check.id;
    match &report.verdict {
        Verdict::Passed => {
            headline(&mut out, AnsiColor::Green, "passed", id, report.check.about)?;
        }
        Verdict::Skipped(why) => headline(&mut out, AnsiColor::Yellow, "skipped", id, why)?,
        Verdict::Failed(failure) => {
            headline(&mut out, AnsiColor::Red, "FAILED", id, &reporter.meaning(report))?;
            explain(&mut out, report, failure, reporter)?;
        }
    }
    out.flush()
}

/// Prints how many checks passed, failed and were skipped.
pub fn print_count(reporter: &Reporter) -> io::Result<()> {
    let Reporter { passed, failed, skipped, works, part, .. } = reporter;
    let mut out = anstream::stdout().lock();
    if *works == Some(false) && *failed > 1 {
        writeln!(
            out,
            "\nBegin with `works`: as long as it fails, others may fail for the same reason. (Does \
             the program speak the protocol of lesson {}?)\n",
            part.lesson
        )?;
    }
    writeln!(out, "{passed} passed, {failed} failed, {skipped} skipped")?;
    out.flush()
}

fn headline(
    out: &mut impl Write,
    colour: AnsiColor,
    verdict: &str,
    id: &str,
    text: &str,
) -> io::Result<()> {
    let style = Style::new().fg_color(Some(colour.into())).bold();
    writeln!(out, "{style}{verdict:<8}{style:#} {id:<ID$} {text}")
}

fn explain(
    out: &mut impl Write,
    report: &Report,
    failure: &Failure,
    reporter: &Reporter,
) -> io::Result<()> {
    writeln!(out, "\n  What was done: {}.", report.check.about)?;
    for line in &report.story {
        writeln!(out, "    {line}")?;
    }
    writeln!(out, "\n  Expected: {}.\n  But: {}.", failure.expected, failure.observed)?;
    for line in failure.bytes.iter().flat_map(difference) {
        writeln!(out, "    {}", line.trim_end())?;
    }
    let causes = reporter.causes(report);
    if !causes.is_empty() {
        writeln!(out, "\n  Likely causes, the commonest first:")?;
    }
    for cause in causes {
        writeln!(out, "    - {cause}")?;
    }
    writeln!(out, "\n  Read on: {}\n", reporter.read_on(report).join(", "))
}
