//! What is printed: for people, or for programs.

mod json;
mod text;

use clap::ValueEnum;
use course::Catalogue;

use crate::lessons::Part;
use crate::run::Report;
use crate::verdict::Verdict;

/// How the outcome is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, each check as soon as it is done
    Text,
    /// For programs, all at the end
    Json,
    /// For programs, each check in a line of its own as soon as it is done
    JsonLines,
}

/// How many pages are named for a program's last words.
const OTHERS: usize = 2;

/// Prints reports as they come, and counts them.
pub struct Reporter<'a> {
    part: &'a Part,
    catalogue: &'a Catalogue,
    format: Format,
    passed: usize,
    failed: usize,
    skipped: usize,
    /// Whether the plain good run went well, if there was one.
    works: Option<bool>,
    /// What is printed at the end.
    kept: Vec<json::Check>,
}

impl<'a> Reporter<'a> {
    /// Makes ready to print.
    pub fn new(part: &'a Part, catalogue: &'a Catalogue, format: Format) -> Self {
        let (passed, failed, skipped) = (0, 0, 0);
        let (works, kept) = (None, Vec::new());
        Self { part, catalogue, format, passed, failed, skipped, works, kept }
    }

    /// Prints what came of one check.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn add(&mut self, report: &Report) -> anyhow::Result<()> {
        match report.verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Failed(_) => self.failed += 1,
            Verdict::Skipped(_) => self.skipped += 1,
        }
        if report.check.id == "works" {
            self.works = Some(!matches!(report.verdict, Verdict::Failed(_)));
        }
        match self.format {
            Format::Text => text::print(report, self)?,
            Format::Json => self.kept.push(json::Check::of(report, self)),
            Format::JsonLines => json::print_line(&json::Check::of(report, self))?,
        }
        Ok(())
    }

    /// Prints what stands at the end. Returns whether no check has failed.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn finish(self) -> anyhow::Result<bool> {
        let well = self.failed == 0;
        match self.format {
            Format::Text => text::print_count(&self)?,
            Format::Json => json::print(self)?,
            Format::JsonLines => {}
        }
        Ok(well)
    }

    /// What an id means.
    fn meaning(&self, report: &Report) -> String {
        self.catalogue.meaning(report.check.id).unwrap_or(report.check.about).into()
    }

    /// Where to read on about a failed check, and about what the program's last words mean.
    fn read_on(&self, report: &Report) -> Vec<String> {
        let id = report.check.id;
        let mut places = Vec::new();
        if self.catalogue.meaning(id).is_some() {
            places.push(format!("cargo failure {id}"));
            places.push(format!("book/src/failures/{id}.md"));
        }
        places.push(self.part.folder().into());
        let others = report.words_mean.iter().filter(|other| **other != id).take(OTHERS);
        places.extend(others.map(|other| format!("book/src/failures/{other}.md")));
        places
    }

    /// The likely causes of a failure: the one that the observation suggests, or the usual ones.
    fn causes(&self, report: &Report) -> Vec<String> {
        let Verdict::Failed(failure) = &report.verdict else { return Vec::new() };
        match &failure.cause {
            Some(cause) => vec![cause.clone()],
            None => report.check.causes.iter().map(|&cause| cause.into()).collect(),
        }
    }
}
