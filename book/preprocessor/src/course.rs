//! What the project says of itself, as the pages name it.

use std::fs;
use std::path::Path;

use course::{Catalogue, Failure, Lesson};

/// The course: what its workspace holds, and the catalogue of failures.
pub struct Course {
    /// The lessons, the exercises and the programs, and where they lie.
    pub workspace: course::Course,
    /// The failures.
    pub catalogue: Catalogue,
}

impl Course {
    /// Reads all that the course says of itself.
    ///
    /// # Errors
    ///
    /// A manifest or the catalogue is missing or not readable.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let workspace = course::Course::load_from(root)?;
        let catalogue = Catalogue::load(&workspace.root)?;
        Ok(Self { workspace, catalogue })
    }

    /// The lesson with this number.
    ///
    /// # Errors
    ///
    /// There is no such lesson.
    pub fn lesson(&self, number: u8) -> Result<&Lesson, String> {
        let lesson = self.workspace.lesson(number.into());
        lesson.ok_or_else(|| format!("there is no lesson {number}"))
    }

    /// The failure with this id.
    ///
    /// # Errors
    ///
    /// There is no such failure.
    pub fn failure(&self, id: &str) -> Result<&Failure, String> {
        let failure = self.catalogue.failure(id);
        failure.ok_or_else(|| format!("the catalogue has no {id:?}; `cargo failure` lists the ids"))
    }

    /// The text of a file, by its path from the project's root.
    ///
    /// # Errors
    ///
    /// There is no such file.
    pub fn file(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.workspace.root.join(path))
            .map_err(|error| format!("{path}: {error}"))
    }

    /// The path of a scene's file, by its extension (`transcript`, `bytes`), if there is one.
    ///
    /// # Errors
    ///
    /// The lesson has no such scene.
    pub fn scene(&self, lesson: u8, scene: u8, extension: &str) -> Result<Option<String>, String> {
        let lesson = self.lesson(lesson)?;
        let scenes = lesson.scenes().map_err(|error| error.to_string())?;
        let index = lesson.find_scene(&scenes, &scene.to_string());
        let file = scenes[index.map_err(|error| error.to_string())?].with_extension(extension);
        Ok(file.is_file().then(|| self.workspace.short(&file).to_string()))
    }
}
