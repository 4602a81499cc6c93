//! An exercise, as its package describes it.

use std::path::PathBuf;

use anyhow::Context;
use serde::Deserialize;

use crate::id::Id;
use crate::package::Package;

/// An exercise. The checker's README.md says what lies in its folder.
pub struct Exercise {
    /// The package, and the program that it makes.
    pub package: String,
    /// The task, in one line.
    pub task: String,
    /// Where it lies.
    pub folder: PathBuf,
    /// What else its `Cargo.toml` says.
    pub about: About,
}

/// `[package.metadata.exercise]` of an exercise's `Cargo.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Its name on the command line and in the progress.
    pub id: Id,
    /// Its name for people.
    pub title: String,
    /// What it is about, in one word. The progress is shown by topic.
    pub topic: String,
    /// About how long it takes.
    pub minutes: u32,
    /// Who the learner's program is: `server` or `client`.
    pub role: String,
    /// The name of its checks.
    pub check: String,
    /// What the program is started with, `{address}` among it.
    pub arguments: Vec<String>,
}

impl Exercise {
    /// Reads a package; one that is no exercise gives nothing.
    ///
    /// # Errors
    ///
    /// An exercise whose description is not complete.
    pub(crate) fn from_package(package: &Package) -> anyhow::Result<Option<Self>> {
        let Some(about) = package.metadata.get("exercise") else { return Ok(None) };
        let about = About::deserialize(about).with_context(|| {
            format!("{} does not describe its exercise", package.manifest_path.display())
        })?;
        Ok(Some(Self {
            package: package.name.clone(),
            task: package.description.clone().unwrap_or_default(),
            folder: package.folder().into(),
            about,
        }))
    }

    /// The file in which the learner writes.
    pub fn file(&self) -> PathBuf {
        self.folder.join("src/main.rs")
    }

    /// That file as it was when the course was handed out.
    pub fn skeleton(&self) -> PathBuf {
        self.folder.join("skeleton/main.rs")
    }

    /// That file as it can be in the end.
    pub fn solution(&self) -> PathBuf {
        self.folder.join("solution/main.rs")
    }

    /// The hints, with a line `---` between them.
    pub fn hints(&self) -> PathBuf {
        self.folder.join("hints.md")
    }
}
