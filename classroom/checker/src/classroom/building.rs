//! The learner's program, built.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use serde_json::Value;

use crate::classroom::course::cargo;

/// Has cargo build an exercise. Cargo shows what the compiler says. Returns where the program is;
/// none if it does not compile.
///
/// # Errors
///
/// Those of running cargo.
pub fn build(root: &Path, package: &str) -> anyhow::Result<Option<PathBuf>> {
    let output =
        command(root, package).stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    if !output.status.success() {
        return Ok(None);
    }
    executable(&output.stdout, package).map(Some)
}

/// What builds a package of the workspace that lies in `root`.
pub fn command(root: &Path, package: &str) -> Command {
    let mut command = Command::new(cargo());
    command
        .current_dir(root)
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args(["--package", package, "--bin", package])
        .stdin(Stdio::null());
    command
}

/// Finds the program in what cargo said.
///
/// # Errors
///
/// It is not there.
pub fn executable(messages: &[u8], package: &str) -> anyhow::Result<PathBuf> {
    for message in str::from_utf8(messages)?.lines() {
        let message: Value = serde_json::from_str(message)?;
        if message["target"]["name"] == package
            && let Some(path) = message["executable"].as_str()
        {
            return Ok(path.into());
        }
    }
    Err(anyhow::Error::msg(format!("cargo built no program {package}")))
}
