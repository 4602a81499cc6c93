//! The programs, built by cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::cargo::cargo;
use crate::course::Course;
use crate::exercise::Exercise;

/// Where each program lies that was asked for.
pub struct Programs(BTreeMap<String, Built>);

struct Built {
    path: PathBuf,
    address: Option<SocketAddr>,
}

impl Programs {
    /// Has cargo build exactly these programs. Its progress shows on stderr.
    ///
    /// They are chosen from the whole workspace, so that dependencies get the same features
    /// as under `cargo test`, and nothing is built twice.
    ///
    /// # Errors
    ///
    /// Those of running cargo, and a program that does not compile or is not there.
    pub fn build(course: &Course, names: &BTreeSet<String>) -> anyhow::Result<Self> {
        if names.is_empty() {
            // Cargo takes that for everything.
            return Ok(Self(BTreeMap::new()));
        }
        let output = Command::new(cargo())
            .current_dir(&course.root)
            .args(["build", "--workspace", "--message-format=json-render-diagnostics"])
            .args(names.iter().flat_map(|name| ["--bin", name]))
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run cargo")?;
        ensure!(output.status.success(), "the programs could not be built");

        let mut paths = executables(&output.stdout)?;
        let programs = course.programs.iter().filter_map(|program| {
            let path = paths.remove(&program.name)?;
            Some((program.name.clone(), Built { path, address: program.address }))
        });
        Ok(Self(programs.collect()))
    }

    /// Where a program lies.
    ///
    /// # Errors
    ///
    /// It is not among those that were built.
    pub fn path(&self, name: &str) -> anyhow::Result<&Path> {
        let built = self.0.get(name).with_context(|| format!("cargo built no program {name}"))?;
        Ok(&built.path)
    }

    /// Where a program listens or whom it calls unless told otherwise. Not every program has an
    /// address.
    pub fn address(&self, name: &str) -> Option<SocketAddr> {
        self.0.get(name)?.address
    }
}

/// Has cargo build an exercise. Cargo shows what the compiler says. Returns where the program is;
/// none if it does not compile.
///
/// # Errors
///
/// Those of running cargo.
pub fn build_exercise(course: &Course, exercise: &Exercise) -> anyhow::Result<Option<PathBuf>> {
    let output = build_command(&course.root, exercise)
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    if !output.status.success() {
        return Ok(None);
    }
    executable(&output.stdout, exercise).map(Some)
}

/// What builds an exercise in the workspace that lies in `root`. With a `--message-format` of JSON
/// it says on stdout where the program is, for [`executable`], or why there is none, for
/// [`first_error`].
pub fn build_command(root: &Path, exercise: &Exercise) -> Command {
    let package = &exercise.package;
    let mut command = Command::new(cargo());
    command
        .current_dir(root)
        .args(["build", "--quiet", "--package", package, "--bin", package])
        .stdin(Stdio::null());
    command
}

/// Finds an exercise's program in what cargo said.
///
/// # Errors
///
/// It is not there.
pub fn executable(messages: &[u8], exercise: &Exercise) -> anyhow::Result<PathBuf> {
    let package = &exercise.package;
    let path = executables(messages)?.remove(package);
    path.with_context(|| format!("cargo built no program {package}"))
}

/// Finds the first error of the compiler in what cargo said.
pub fn first_error(messages: &[u8]) -> Option<String> {
    let messages = messages.split(|&byte| byte == b'\n');
    let found = messages
        .filter_map(|message| serde_json::from_slice::<Message>(message).ok()?.message)
        .find(|diagnostic| diagnostic.level == "error")?;
    let code = found.code.map(|code| format!("[{}]", code.code)).unwrap_or_default();
    Some(format!("error{code}: {}", found.message))
}

/// A message of `cargo build`, as far as we need it.
#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
    message: Option<Diagnostic>,
}

/// What the compiler says.
#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    code: Option<Code>,
    message: String,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Where each program lies, by its name, as cargo has said with a `--message-format` of JSON.
///
/// # Errors
///
/// What cargo does not say.
pub fn executables(messages: &[u8]) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut paths = BTreeMap::new();
    for message in str::from_utf8(messages)?.lines() {
        if let Message { target: Some(target), executable: Some(path), .. } =
            serde_json::from_str(message)?
        {
            paths.insert(target.name, path);
        }
    }
    Ok(paths)
}
