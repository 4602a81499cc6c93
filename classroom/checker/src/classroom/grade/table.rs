//! The table: who passed what.

use std::io::{self, Write};
use std::path::Path;

/// A line of the table.
pub struct Row {
    /// The name of the submission's folder.
    submission: String,
    /// What it was checked for, as far as that is known.
    pub check: String,
    /// What came of it, or why it could not be checked.
    pub outcome: Result<Marks, String>,
}

/// The ids of the checks, by what came of them.
#[derive(Default)]
pub struct Marks {
    /// Those that passed.
    pub passed: Vec<String>,
    /// Those that failed.
    pub failed: Vec<String>,
    /// Those that could not be made.
    pub skipped: Vec<String>,
    /// Why there are no more of them, if the checker had to be ended.
    pub unfinished: Option<String>,
}

impl Row {
    /// Begins the line of a submission.
    pub fn new(folder: &Path) -> Self {
        let name =
            folder.file_name().map_or_else(|| folder.to_string_lossy(), |n| n.to_string_lossy());
        let submission = name.chars().filter(|c| !c.is_control()).collect();
        Self { submission, check: String::new(), outcome: Err(String::new()) }
    }

    /// Tells whether nothing has failed.
    pub fn passes(&self) -> bool {
        let all_well = |marks: &Marks| marks.failed.is_empty() && marks.unfinished.is_none();
        self.outcome.as_ref().is_ok_and(all_well)
    }

    fn word(&self) -> &'static str {
        match &self.outcome {
            Ok(_) if self.passes() => "passed",
            Ok(Marks { failed, unfinished: Some(_), .. }) if failed.is_empty() => "unfinished",
            Ok(_) => "failed",
            Err(_) => "not checked",
        }
    }

    /// How many checks passed, failed and were skipped, as texts; empty if there were none.
    fn counts(&self) -> [String; 3] {
        match &self.outcome {
            Ok(marks) => {
                [&marks.passed, &marks.failed, &marks.skipped].map(|ids| ids.len().to_string())
            }
            Err(_) => Default::default(),
        }
    }

    fn remark(&self) -> String {
        match &self.outcome {
            Ok(Marks { failed, unfinished: Some(why), .. }) => {
                format!("{} ({why})", failed.join(" ")).trim_start().into()
            }
            Ok(marks) => marks.failed.join(" "),
            Err(why) => why.clone(),
        }
    }
}

/// Prints the head of the table.
///
/// # Errors
///
/// Those of stdout.
pub fn print_head() -> io::Result<()> {
    line(
        "submission",
        "check",
        "outcome",
        &["passed", "failed", "skipped"].map(String::from),
        "what failed",
    )
}

/// Prints a line of the table.
///
/// # Errors
///
/// Those of stdout.
pub fn print(row: &Row) -> io::Result<()> {
    line(&row.submission, &row.check, row.word(), &row.counts(), &row.remark())
}

fn line(
    submission: &str,
    check: &str,
    outcome: &str,
    [passed, failed, skipped]: &[String; 3],
    remark: &str,
) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let line = format!(
        "{submission:<24} {check:<16} {outcome:<11} {passed:>6} {failed:>6} {skipped:>7}  {remark}"
    );
    writeln!(out, "{}", line.trim_end())?;
    out.flush()
}

/// Prints how many submissions pass.
///
/// # Errors
///
/// Those of stdout.
pub fn print_count(rows: &[Row]) -> io::Result<()> {
    let passing = rows.iter().filter(|row| row.passes()).count();
    writeln!(anstream::stdout(), "{passing} of {} submissions pass", rows.len())
}

/// Writes the table as CSV, with the ids of all checks.
///
/// # Errors
///
/// Those of writing it.
pub fn write(rows: &[Row], to: impl Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record([
        "submission",
        "check",
        "outcome",
        "passed",
        "failed",
        "skipped",
        "why not checked",
    ])?;
    for row in rows {
        let none = Marks::default();
        let (marks, why) = match &row.outcome {
            Ok(marks) => (marks, marks.unfinished.as_deref().unwrap_or_default()),
            Err(why) => (&none, why.as_str()),
        };
        let [passed, failed, skipped] =
            [&marks.passed, &marks.failed, &marks.skipped].map(|ids| ids.join(" "));
        csv.write_record([
            &row.submission,
            &row.check,
            row.word(),
            &passed,
            &failed,
            &skipped,
            why,
        ])?;
    }
    Ok(csv.flush()?)
}
