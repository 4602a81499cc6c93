//! `solution`: one way to write it, for those who have written it.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use course::Exercise;

use crate::classroom::progress::Progress;

/// Prints the solution of an exercise that is done, or that is to be revealed all the same.
/// Returns whether it was.
///
/// # Errors
///
/// Those of reading the solution and the progress.
pub fn show(root: &Path, exercise: &Exercise, reveal: bool) -> anyhow::Result<bool> {
    let id = &exercise.about.id;
    if !reveal && !Progress::load(root)?.is_done(id) {
        writeln!(
            anstream::stderr(),
            "Exercise {id} is not done yet: `cargo checker exercise {id}` checks it, `cargo checker \
             hint {id}` helps, `cargo checker solution {id} --reveal` shows the solution all the same."
        )?;
        return Ok(false);
    }
    let path = exercise.solution();
    let solution = fs::read_to_string(&path)
        .with_context(|| format!("cannot read the solution in {}", path.display()))?;
    write!(anstream::stdout(), "{solution}")?;
    Ok(true)
}
