//! The report for people.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::tally::{Judged, Tally};
use crate::difference::difference;
use crate::run::{Heading, Report, Side};
use crate::verdict::{Failure, Verdict};

/// How wide an id is shown, so that what follows stands in a column.
const ID: usize = 21;

/// How wide a side is shown, and how many letters of ids stand in a line.
const SIDE: usize = 6;
const WIDTH: usize = 80;

/// Prints what came of one check: a line, or for a failed one all there is to know.
pub fn print(report: &Report, tally: &Tally) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let check = &report.check;
    match &report.verdict {
        // There are so many checks of two programs that what has passed is told at the end.
        Verdict::Passed if matches!(tally.judged, Judged::Pair { .. }) => {}
        Verdict::Passed => headline(&mut out, AnsiColor::Green, "passed", check, check.about)?,
        Verdict::Skipped(why) => headline(&mut out, AnsiColor::Yellow, "skipped", check, why)?,
        Verdict::Remarked(failure) => {
            headline(&mut out, AnsiColor::Cyan, "remarked", check, &failure.observed)?;
        }
        Verdict::Failed(failure) => {
            headline(&mut out, AnsiColor::Red, "FAILED", check, &tally.meaning(check))?;
            explain(&mut out, report, failure, tally)?;
        }
    }
    out.flush()
}

/// Prints how two programs get on with each other when nothing is wrong.
pub fn print_straight(straight: &[String], masked: &[String]) -> io::Result<()> {
    if straight.is_empty() {
        return Ok(());
    }
    let mut out = anstream::stdout().lock();
    writeln!(out, "When nothing is done to them:")?;
    for line in straight {
        writeln!(out, "    {line}")?;
    }
    for line in masked {
        writeln!(out, "  Not compared, for it differs: {line}")?;
    }
    writeln!(out)?;
    out.flush()
}

/// Prints how many checks passed, failed and were skipped.
pub fn print_count(tally: &Tally) -> io::Result<()> {
    let Tally { passed, failed, skipped, remarked, works, judged, .. } = tally;
    let mut out = anstream::stdout().lock();
    if let (Judged::Part(part), Some(false), 2..) = (judged, works, failed) {
        writeln!(
            out,
            "\nBegin with `works`: as long as it fails, others may fail for the same reason. (Does \
             the program speak the protocol of lesson {}?)\n",
            part.lesson
        )?;
    }
    if let Judged::Pair { .. } = judged {
        print_passed(&mut out, &tally.well)?;
    }
    write!(out, "{passed} passed, {failed} failed, {skipped} skipped")?;
    match judged {
        Judged::Part(_) => writeln!(out)?,
        Judged::Pair { .. } => writeln!(out, ", {remarked} remarked")?,
    }
    out.flush()
}

/// Prints the ids of what has passed, by sides.
fn print_passed(out: &mut impl Write, well: &[Heading]) -> io::Result<()> {
    for side in [None, Some(Side::Server), Some(Side::Client)] {
        let mut ids: Vec<_> =
            well.iter().filter(|check| check.side == side).map(|check| check.id).collect();
        ids.dedup();
        let mut line = String::new();
        for (number, id) in ids.iter().enumerate() {
            let comma = if number + 1 < ids.len() { "," } else { "" };
            if line.len() + id.len() > WIDTH {
                passed_line(out, side, &line)?;
                line.clear();
            }
            line += &format!(" {id}{comma}");
        }
        if !line.is_empty() {
            passed_line(out, side, &line)?;
        }
    }
    Ok(())
}

fn passed_line(out: &mut impl Write, side: Option<Side>, ids: &str) -> io::Result<()> {
    let style = Style::new().fg_color(Some(AnsiColor::Green.into())).bold();
    writeln!(out, "{style}passed  {style:#} {:<SIDE$}{ids}", side.map_or("both", Side::name))
}

fn headline(
    out: &mut impl Write,
    colour: AnsiColor,
    verdict: &str,
    check: &Heading,
    text: &str,
) -> io::Result<()> {
    let style = Style::new().fg_color(Some(colour.into())).bold();
    let side = check.side.map(|side| format!("{:<SIDE$} ", side.name())).unwrap_or_default();
    writeln!(out, "{style}{verdict:<8}{style:#} {side}{:<ID$} {text}", check.id)
}

fn explain(
    out: &mut impl Write,
    report: &Report,
    failure: &Failure,
    tally: &Tally,
) -> io::Result<()> {
    writeln!(out, "\n  What was done: {}.", report.check.about)?;
    for line in &report.story {
        writeln!(out, "    {line}")?;
    }
    // What a program said last may end with a full stop of its own.
    let observed = failure.observed.trim_end_matches('.');
    writeln!(out, "\n  Expected: {}.\n  But: {observed}.", failure.expected)?;
    for line in failure.bytes.iter().flat_map(difference) {
        writeln!(out, "    {}", line.trim_end())?;
    }
    let causes = tally.causes(report);
    if !causes.is_empty() {
        writeln!(out, "\n  Likely causes, the commonest first:")?;
    }
    for cause in causes {
        writeln!(out, "    - {cause}")?;
    }
    match tally.read_on(report) {
        places if places.is_empty() => writeln!(out),
        places => writeln!(out, "\n  Read on: {}\n", places.join(", ")),
    }
}
