//! The course's folder and its exercises, as the workspace itself describes them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::classroom::exercise::Exercise;
use crate::classroom::id::Id;
use crate::classroom::progress::Progress;

/// The course.
pub struct Course {
    /// Its folder.
    pub root: PathBuf,
    /// The exercises, in their order.
    pub exercises: Vec<Exercise>,
}

impl Course {
    /// Asks cargo what the workspace holds in which we are.
    ///
    /// # Errors
    ///
    /// There is none, or something in it is not as it should be.
    pub fn load() -> anyhow::Result<Self> {
        let output = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run cargo")?;
        ensure!(
            output.status.success(),
            "`cargo metadata` failed; are you in the course's folder?"
        );

        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let root = metadata["workspace_root"].as_str().context("a workspace has a root")?;
        let packages = metadata["packages"].as_array().context("a workspace has packages")?;
        let mut exercises = Vec::new();
        for package in packages {
            exercises.extend(Exercise::from_package(package)?);
        }
        exercises.sort_by(|a, b| a.about.id.cmp(&b.about.id));
        Ok(Self { root: root.into(), exercises })
    }

    /// Finds an exercise.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    pub fn exercise(&self, id: &Id) -> anyhow::Result<&Exercise> {
        let found = self.exercises.iter().find(|exercise| exercise.about.id == *id);
        found.with_context(|| {
            let ids: Vec<_> = self.exercises.iter().map(|e| e.about.id.to_string()).collect();
            format!("there is no exercise {id}; they are {}", ids.join(", "))
        })
    }

    /// The first exercise that is not done.
    pub fn next(&self, progress: &Progress) -> Option<&Exercise> {
        self.exercises.iter().find(|exercise| !progress.is_done(&exercise.about.id))
    }

    /// The next exercise that is not done, behind this one if there is one.
    pub fn next_after(&self, exercise: &Exercise, progress: &Progress) -> Option<&Exercise> {
        let to_do = |other: &&Exercise| !progress.is_done(&other.about.id);
        let mut behind =
            self.exercises.iter().skip_while(|other| other.about.id != exercise.about.id);
        behind.find(to_do).or_else(|| self.next(progress))
    }

    /// A file as a learner calls it, who works in the course's folder.
    pub fn short<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

/// The cargo that runs us, so that a nested build finds the same toolchain.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
