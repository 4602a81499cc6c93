//! What is judged, and how its checks have turned out so far.

use course::Catalogue;

use crate::part::Part;
use crate::run::{Heading, Report};
use crate::verdict::Verdict;

/// How many pages are named for a program's last words.
const OTHERS: usize = 2;

/// What is judged.
#[derive(Clone, Copy)]
pub enum Judged<'a> {
    /// A program that speaks a lesson's protocol.
    Part(&'a Part),
    /// Two programs that speak one of their own, and how they get on with each other when
    /// nothing is wrong: a line for each event.
    Pair {
        /// What happened when nothing was done to them.
        straight: &'a [String],
        /// What differed between straight runs, and was not compared.
        masked: &'a [String],
    },
}

/// The verdicts so far, with what it takes to explain one.
pub struct Tally<'a> {
    /// What is judged.
    pub judged: Judged<'a>,
    catalogue: Catalogue,
    /// How many checks have passed.
    pub passed: usize,
    /// How many have failed.
    pub failed: usize,
    /// How many were not made.
    pub skipped: usize,
    /// In how many the program did what may be meant.
    pub remarked: usize,
    /// Whether the plain good run went well, if there was one.
    pub works: Option<bool>,
    /// Those that have passed.
    pub well: Vec<Heading>,
}

impl<'a> Tally<'a> {
    /// Begins to count.
    pub fn new(judged: Judged<'a>, catalogue: Catalogue) -> Self {
        let (passed, failed, skipped, remarked) = (0, 0, 0, 0);
        let (works, well) = (None, Vec::new());
        Self { judged, catalogue, passed, failed, skipped, remarked, works, well }
    }

    /// Counts what came of one check.
    pub fn add(&mut self, report: &Report) {
        match report.verdict {
            Verdict::Passed => {
                self.passed += 1;
                self.well.push(report.check);
            }
            Verdict::Failed(_) => self.failed += 1,
            Verdict::Skipped(_) => self.skipped += 1,
            Verdict::Remarked(_) => self.remarked += 1,
        }
        if report.check.id == "works" {
            self.works = Some(!matches!(report.verdict, Verdict::Failed(_)));
        }
    }

    /// What an id means.
    pub fn meaning(&self, check: &Heading) -> String {
        self.catalogue.meaning(check.id).unwrap_or(check.about).into()
    }

    /// Where to read on about a failed check, and about what the program's last words mean.
    pub fn read_on(&self, report: &Report) -> Vec<String> {
        let id = report.check.id;
        let mut places = Vec::new();
        if self.catalogue.meaning(id).is_some() {
            places.push(format!("cargo failure {id}"));
            places.push(format!("book/src/failures/{id}.md"));
        }
        if let Judged::Part(part) = self.judged {
            places.push(part.folder().into());
        }
        let others = report.words_mean.iter().filter(|other| **other != id).take(OTHERS);
        places.extend(others.map(|other| format!("book/src/failures/{other}.md")));
        places
    }

    /// The likely causes of a failure: the one that the observation suggests, or the usual ones.
    pub fn causes(&self, report: &Report) -> Vec<String> {
        let (Verdict::Failed(failure) | Verdict::Remarked(failure)) = &report.verdict else {
            return Vec::new();
        };
        match &failure.cause {
            Some(cause) => vec![cause.clone()],
            None => {
                let usual = report.check.causes.iter();
                usual.filter(|cause| agrees(cause, report.ended)).map(|&c| c.into()).collect()
            }
        }
    }
}

/// Tells whether what was seen of a program's end denies a cause: that an error has ended it, or
/// that it was caught.
fn agrees(cause: &str, ended: Option<bool>) -> bool {
    const ENDS: [&str; 3] =
        ["error ends the program", "error ends the server", "is not caught, and ends the server"];
    const GOES_ON: &str = "the error is caught, and";
    match ended {
        Some(true) => !cause.contains(GOES_ON),
        Some(false) => !ENDS.iter().any(|ends| cause.contains(ends)),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_agrees_with_how_the_program_ended() {
        let ends = "the bytes are decoded strictly, and the error ends the program";
        let caught = "the error is caught, and no answer sent";
        for (cause, of_one_that_ended, of_one_that_runs) in
            [(ends, true, false), (caught, false, true), ("the limit is too small", true, true)]
        {
            assert_eq!(agrees(cause, Some(true)), of_one_that_ended, "{cause}");
            assert_eq!(agrees(cause, Some(false)), of_one_that_runs, "{cause}");
            assert!(agrees(cause, None), "{cause}");
        }
    }
}
