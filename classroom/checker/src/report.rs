//! What is printed: for people, or for programs.

mod json;
mod tally;
mod text;

use course::Catalogue;

use self::tally::Tally;
use crate::args::Format;
use crate::run::Report;

pub use json::Mark;
pub use tally::Judged;

/// What stands before the reason why the checker could not do its work.
pub const ERROR: &str = "Error: ";

/// Prints reports as they come, and counts them.
pub struct Reporter<'a> {
    tally: Tally<'a>,
    format: Format,
    /// What is printed at the end, for programs.
    kept: Vec<json::Check>,
}

impl<'a> Reporter<'a> {
    /// Makes ready to print.
    ///
    /// # Errors
    ///
    /// The catalogue is malformed.
    pub fn new(judged: Judged<'a>, format: Format) -> anyhow::Result<Self> {
        let tally = Tally::new(judged, Catalogue::built_in()?);
        Ok(Self { tally, format, kept: Vec::new() })
    }

    /// Prints what stands at the beginning.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn begin(&self) -> anyhow::Result<()> {
        if let (Format::Text, Judged::Pair { straight, masked }) = (self.format, self.tally.judged)
        {
            text::print_straight(straight, masked)?;
        }
        Ok(())
    }

    /// Prints what came of one check.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn add(&mut self, report: &Report) -> anyhow::Result<()> {
        self.tally.add(report);
        match self.format {
            Format::Text => text::print(report, &self.tally)?,
            Format::Json => self.kept.push(json::Check::of(report, &self.tally)),
            Format::JsonLines => json::print_line(&json::Check::of(report, &self.tally))?,
        }
        Ok(())
    }

    /// Prints what stands at the end. Returns whether no check has failed.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn finish(self) -> anyhow::Result<bool> {
        match self.format {
            Format::Text => text::print_count(&self.tally)?,
            Format::Json => json::print(self.tally.judged, self.kept)?,
            Format::JsonLines => {}
        }
        Ok(self.tally.failed == 0)
    }
}
