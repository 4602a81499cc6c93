//! All lessons, as the workspace itself describes them.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::lesson::{Lesson, programs};
use crate::terminal;

/// How many columns of the list belong to the number of a lesson.
const INDENT: usize = 3;

/// The workspace and its lessons, in their order.
pub struct Course {
    /// The folder of the workspace.
    pub root: PathBuf,
    /// The lessons, by number.
    pub lessons: Vec<Lesson>,
    /// Every program of the workspace: a failure may need any of them.
    pub programs: Vec<String>,
}

impl Course {
    /// Asks cargo what the workspace holds.
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
        let mut lessons: Vec<_> = packages.iter().filter_map(Lesson::from_package).collect();
        lessons.sort_by_key(|lesson| lesson.number);
        let programs = packages.iter().flat_map(programs).collect();
        Ok(Self { root: root.into(), lessons, programs })
    }

    /// Finds a lesson.
    pub fn lesson(&self, number: u32) -> anyhow::Result<&Lesson> {
        self.lessons
            .iter()
            .find(|lesson| lesson.number == number)
            .with_context(|| format!("there is no lesson {number}; `cargo lesson` lists them"))
    }

    /// Prints the lessons with their programs.
    pub fn list(&self) -> anyhow::Result<()> {
        let mut out = anstream::stdout().lock();
        for Lesson { number, title, description, programs, .. } in &self.lessons {
            let mut number = number.to_string();
            for text in [format!("{title}: {description}"), programs.join(", ")] {
                for line in terminal::lines(&text, INDENT) {
                    writeln!(out, "{number:<INDENT$}{line}")?;
                    number.clear();
                }
            }
        }
        Ok(())
    }
}

/// The cargo that runs us, so that a nested build finds the same toolchain.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
