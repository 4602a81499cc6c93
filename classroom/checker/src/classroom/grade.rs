//! `grade`: many submissions are checked, one after another, and a table made of what came of them.

mod bounded;
mod desk;
mod package;
mod submission;
mod table;

use std::fs::File;
use std::time::Duration;

use anyhow::Context;
use course::Course;
use processes::Running;
use tempfile::TempDir;

use self::desk::Desk;
use crate::args::Grade;

/// Checks the submissions, and prints a line for each as soon as it is known. Returns whether
/// all pass.
///
/// # Errors
///
/// The checker cannot do its work, or the table cannot be written.
pub fn check(asked: &Grade, course: &Course, running: &Running) -> anyhow::Result<bool> {
    // Opened at once: it would be a pity to find out at the end that it cannot be written.
    let csv = match &asked.csv {
        Some(path) => {
            Some(File::create(path).with_context(|| format!("cannot write {}", path.display()))?)
        }
        None => None,
    };
    let limit = Duration::from_secs(asked.limit);
    let mut rows = Vec::new();
    table::print_head()?;
    for folder in &asked.folders {
        let scrap = TempDir::with_prefix("grade-").context("cannot make a folder")?;
        running.add_folder(scrap.path());
        let desk = Desk { course, running, limit, scrap };
        let row = submission::grade(folder, &desk);
        // Also what has moved away from it, and would disturb the next.
        running.end_all();
        running.remove_folder(desk.scrap.path());
        table::print(&row)?;
        rows.push(row);
    }
    if let Some(csv) = csv {
        table::write(&rows, csv).context("cannot write the table")?;
    }
    table::print_count(&rows)?;
    Ok(rows.iter().all(table::Row::passes))
}
