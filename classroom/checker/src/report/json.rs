//! The report for programs. README.md documents its form, which may gain members and lose none.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::tally::{Judged, Tally};
use crate::difference::difference;
use crate::run::{Report, Side};
use crate::verdict::Verdict;

#[derive(Serialize)]
struct Document {
    lesson: Option<u8>,
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    straight: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    masked: Option<Vec<String>>,
    checks: Vec<Check>,
}

/// What came of one check.
#[derive(Serialize)]
pub struct Check {
    id: &'static str,
    side: Option<Side>,
    status: Mark,
    message: String,
    evidence: Evidence,
}

/// A verdict in a word.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// The program withstands the failure.
    Passed,
    /// It does not.
    Failed,
    /// It does what may be meant.
    Remarked,
    /// It was not tried.
    Skipped,
}

#[derive(Serialize)]
struct Evidence {
    about: &'static str,
    events: Vec<String>,
    expected: Option<String>,
    observed: Option<String>,
    difference: Vec<String>,
    causes: Vec<String>,
    read_on: Vec<String>,
}

impl Check {
    /// Takes over what came of a check.
    pub fn of(report: &Report, tally: &Tally) -> Self {
        let (status, message) = match &report.verdict {
            Verdict::Passed => (Mark::Passed, report.check.about.into()),
            Verdict::Failed(_) => (Mark::Failed, tally.meaning(&report.check)),
            Verdict::Remarked(failure) => (Mark::Remarked, failure.observed.clone()),
            Verdict::Skipped(why) => (Mark::Skipped, why.clone()),
        };
        let evidence = Evidence::of(report, tally);
        Self { id: report.check.id, side: report.check.side, status, message, evidence }
    }
}

impl Evidence {
    fn of(report: &Report, tally: &Tally) -> Self {
        let failure = match &report.verdict {
            Verdict::Failed(failure) | Verdict::Remarked(failure) => Some(failure),
            _ => None,
        };
        let bytes = failure.and_then(|failure| failure.bytes.as_ref());
        Self {
            about: report.check.about,
            events: report.story.clone(),
            expected: failure.map(|failure| failure.expected.clone()),
            observed: failure.map(|failure| failure.observed.clone()),
            difference: bytes.map(difference).unwrap_or_default(),
            causes: tally.causes(report),
            read_on: failure.map(|_| tally.read_on(report)).unwrap_or_default(),
        }
    }
}

/// Prints what came of one check.
pub fn print_line(check: &Check) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, check)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Prints all that came.
pub fn print(judged: Judged, checks: Vec<Check>) -> anyhow::Result<()> {
    let document = match judged {
        Judged::Part(part) => Document {
            lesson: Some(part.lesson),
            role: part.role.to_string(),
            straight: None,
            masked: None,
            checks,
        },
        Judged::Pair { straight, masked } => Document {
            lesson: None,
            role: "pair".into(),
            straight: Some(straight.into()),
            masked: Some(masked.into()),
            checks,
        },
    };
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)?;
    Ok(())
}
