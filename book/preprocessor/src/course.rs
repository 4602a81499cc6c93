//! What the project says of itself, as the pages name it.

use std::fs;
use std::path::{Path, PathBuf};

use course::{Catalogue, Exercise, Failure, Lesson, Program};

/// The course: its lessons, the catalogue of failures, and the exercises.
pub struct Course {
    /// The project's folder.
    pub root: PathBuf,
    /// The lessons, in their order.
    pub lessons: Vec<Lesson>,
    /// The catalogue, in its order.
    pub failures: Vec<Failure>,
    /// The exercises, in the order in which they are done.
    pub exercises: Vec<Exercise>,
    /// The names of all packages.
    pub packages: Vec<String>,
    /// The programs of all packages.
    pub programs: Vec<Program>,
}

impl Course {
    /// Reads all that the course says of itself.
    ///
    /// # Errors
    ///
    /// A manifest or the catalogue is missing or not readable.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let course::Course { root, lessons, exercises, packages, programs } =
            course::Course::load_from(root)?;
        let failures = Catalogue::load(&root)?.failures;
        Ok(Self { root, lessons, failures, exercises, packages, programs })
    }

    /// The lesson with this number.
    ///
    /// # Errors
    ///
    /// There is no such lesson.
    pub fn lesson(&self, number: u8) -> Result<&Lesson, String> {
        self.lessons
            .iter()
            .find(|lesson| lesson.number == number)
            .ok_or_else(|| format!("there is no lesson {number}"))
    }

    /// The failure with this id.
    ///
    /// # Errors
    ///
    /// There is no such failure.
    pub fn failure(&self, id: &str) -> Result<&Failure, String> {
        self.failures
            .iter()
            .find(|failure| failure.id == id)
            .ok_or_else(|| format!("the catalogue has no {id:?}; `cargo failure` lists the ids"))
    }

    /// The text of a file, by its path from the project's root.
    ///
    /// # Errors
    ///
    /// There is no such file.
    pub fn file(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.root.join(path)).map_err(|error| format!("{path}: {error}"))
    }

    /// The path of a scene's file, by its extension (`transcript`, `bytes`), if there is one.
    ///
    /// # Errors
    ///
    /// The lesson has no such scene.
    pub fn scene(&self, lesson: u8, scene: u8, extension: &str) -> Result<Option<String>, String> {
        let lesson = self.lesson(lesson)?;
        let demo = format!("lessons/{}/demo", lesson.folder);
        let prefix = format!("{scene}-");
        let scenes = lesson.scenes().map_err(|error| error.to_string())?;
        let stems = scenes.iter().filter_map(|scene| scene.file_stem()?.to_str());
        let stem = stems.into_iter().find(|stem| stem.starts_with(&prefix));
        let stem =
            stem.ok_or_else(|| format!("lesson {} has no scene {scene} in {demo}", lesson.number))?;
        let path = format!("{demo}/{stem}.{extension}");
        Ok(self.root.join(&path).is_file().then_some(path))
    }
}
