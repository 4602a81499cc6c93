//! What a learner has done, kept in a file from one day to the next.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use course::{Course, Exercise, Id};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

/// Where it is kept, below the course's folder. Git does not see it.
const FOLDER: &str = ".exercises";
const FILE: &str = "progress.json";

/// The progress of one learner.
pub struct Progress {
    folder: PathBuf,
    kept: Kept,
}

/// The file. An exercise is known by its id, so that its title, its folder and its package may
/// change; what belongs to an id that the course does not have (any more) is kept as well.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    exercises: BTreeMap<Id, Entry>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Entry {
    done: bool,
    hints: usize,
}

impl Progress {
    /// Reads the progress in the course that lies in `root`. It is empty at first.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is damaged.
    pub fn load(root: &Path) -> anyhow::Result<Self> {
        let folder = root.join(FOLDER);
        let path = folder.join(FILE);
        let kept = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| {
                format!("{} is damaged; mend it, or delete it to begin anew", path.display())
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => Kept::default(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        Ok(Self { folder, kept })
    }

    /// Tells whether an exercise has passed its check.
    pub fn is_done(&self, id: &Id) -> bool {
        self.kept.exercises.get(id).is_some_and(|entry| entry.done)
    }

    /// The first exercise that is not done.
    pub fn next<'a>(&self, course: &'a Course) -> Option<&'a Exercise> {
        course.exercises.iter().find(|exercise| !self.is_done(&exercise.about.id))
    }

    /// The next exercise that is not done, behind this one if there is one.
    pub fn next_after<'a>(&self, exercise: &Exercise, course: &'a Course) -> Option<&'a Exercise> {
        let to_do = |other: &&Exercise| !self.is_done(&other.about.id);
        let mut behind =
            course.exercises.iter().skip_while(|other| other.about.id != exercise.about.id);
        behind.find(to_do).or_else(|| self.next(course))
    }

    /// Takes note that an exercise has passed its check.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn done(&mut self, id: &Id) -> anyhow::Result<()> {
        self.entry(id).done = true;
        self.save()
    }

    /// Takes note of one more hint. Returns how many were given, this one included; never more
    /// than `there_are`.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn one_more_hint(&mut self, id: &Id, there_are: usize) -> anyhow::Result<usize> {
        let entry = self.entry(id);
        entry.hints = there_are.min(entry.hints + 1);
        let given = entry.hints;
        self.save()?;
        Ok(given)
    }

    /// Forgets an exercise.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn forget(&mut self, id: &Id) -> anyhow::Result<()> {
        self.kept.exercises.remove(id);
        self.save()
    }

    fn entry(&mut self, id: &Id) -> &mut Entry {
        self.kept.exercises.entry(id.clone()).or_default()
    }

    fn save(&self) -> anyhow::Result<()> {
        fs::create_dir_all(&self.folder)
            .and_then(|()| write(&self.folder, &serde_json::to_vec_pretty(&self.kept)?))
            .with_context(|| format!("cannot keep the progress in {}", self.folder.display()))
    }
}

/// The file appears as a whole or not at all, also if the power fails.
fn write(folder: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(FILE))?;
    Ok(())
}
