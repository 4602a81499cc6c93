//! What a submission is checked with, whatever it is.

use std::time::Duration;

use course::Course;
use processes::Running;
use tempfile::TempDir;

/// The desk on which a submission lies.
pub struct Desk<'a> {
    /// The course, with its exercises.
    pub course: &'a Course,
    /// What holds the programs, so that they can be ended.
    pub running: &'a Running,
    /// How long each step may take.
    pub limit: Duration,
    /// Where the programs put what they leave behind.
    pub scrap: TempDir,
}
