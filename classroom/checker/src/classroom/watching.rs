//! `watch`: an exercise is checked at every save.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use course::{Course, Exercise, Id};
use processes::Running;

use crate::classroom::attempt::attempt;
use crate::classroom::progress::Progress;

/// How often to look whether a file was saved. Looking works on every system and every drive,
/// and whatever way an editor saves.
const LOOK: Duration = Duration::from_millis(200);

/// Checks an exercise now and at every save. Without an id it goes on to the next exercise when
/// one is done, and returns when all are.
///
/// # Errors
///
/// There is no such exercise, or the checker cannot do its work.
pub fn watch(course: &Course, id: Option<Id>, running: &Running) -> anyhow::Result<bool> {
    loop {
        let mut progress = Progress::load(&course.root)?;
        let exercise = match &id {
            Some(id) => course.exercise(id)?,
            None => match progress.next(course) {
                Some(exercise) => exercise,
                None => {
                    writeln!(anstream::stdout(), "Every exercise is done.")?;
                    return Ok(true);
                }
            },
        };
        // Looked at before the check: what is saved during it counts as well.
        let before = saved(exercise);
        let done = attempt(course, exercise, &mut progress, running)?;
        if done && id.is_none() {
            writeln!(anstream::stdout())?;
            continue;
        }
        writeln!(anstream::stdout(), "\nWaiting for a save. Ctrl-C ends this.")?;
        while saved(exercise) == before {
            thread::sleep(LOOK);
        }
        writeln!(anstream::stdout())?;
    }
}

/// When each of the learner's files was saved.
fn saved(exercise: &Exercise) -> BTreeMap<PathBuf, SystemTime> {
    // An editor may replace a file at this very moment: one that is not there is there soon.
    let entries = fs::read_dir(exercise.folder.join("src")).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.modified().ok()?)))
        .collect()
}
