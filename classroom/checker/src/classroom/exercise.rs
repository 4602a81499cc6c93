//! An exercise, as its package describes it.

use std::path::PathBuf;

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

use crate::classroom::id::Id;
use crate::exercises;
use crate::lessons::Part;

/// An exercise. README.md says what lies in its folder.
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
    check: String,
    /// What the program is started with, `{address}` among it.
    pub arguments: Vec<String>,
}

impl Exercise {
    /// Reads a package, as cargo describes it. None, if it is no exercise.
    ///
    /// # Errors
    ///
    /// An exercise whose description is not complete.
    pub fn from_package(package: &Value) -> anyhow::Result<Option<Self>> {
        let about = &package["metadata"]["exercise"];
        if about.is_null() {
            return Ok(None);
        }
        let text = |member| package[member].as_str().map(String::from);
        let manifest = text("manifest_path").map(PathBuf::from).context("a package has a path")?;
        let about = About::deserialize(about)
            .with_context(|| format!("{} does not describe its exercise", manifest.display()))?;
        Ok(Some(Self {
            package: text("name").context("a package has a name")?,
            task: text("description").unwrap_or_default(),
            folder: manifest.with_file_name(""),
            about,
        }))
    }

    /// Its checks.
    ///
    /// # Errors
    ///
    /// There are none of that name.
    pub fn part(&self) -> anyhow::Result<&'static Part> {
        let name = &self.about.check;
        exercises::find(name).with_context(|| format!("there are no checks called `{name}`"))
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
