//! A submission that is an exercise's package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use course::{Course, Exercise, Id, build_command, executable, first_error};
use processes::Status;
use toml::{Table, Value};

use super::bounded;
use super::desk::Desk;

/// Where submissions are built, below the course's folder.
const BENCH: &str = ".exercises/grading";

/// Finds out which exercise a package is.
///
/// # Errors
///
/// It is none.
pub fn exercise<'a>(folder: &Path, course: &'a Course) -> anyhow::Result<&'a Exercise> {
    let manifest: Table = toml::from_str(&fs::read_to_string(folder.join("Cargo.toml"))?)
        .map_err(|error| anyhow::Error::msg(format!("Cargo.toml: {}", error.message())))?;
    let package = manifest.get("package").and_then(|package| package.get("metadata"));
    let id = package.and_then(|metadata| metadata.get("exercise")?.get("id")?.as_str());
    let id: Id = id.context("its Cargo.toml names no exercise")?.parse()?;
    course.exercise(&id)
}

/// Builds what was written for an exercise, with the course's own `Cargo.toml` and nothing else of
/// the submission: so it has the exercise's dependencies, and cargo runs no code of it. Returns
/// the command that starts it.
///
/// # Errors
///
/// It does not compile in time.
pub fn build(folder: &Path, exercise: &Exercise, desk: &Desk) -> anyhow::Result<Vec<String>> {
    let bench = desk.course.root.join(BENCH);
    lay_out(&bench, &folder.join("src"), exercise, desk.course)
        .with_context(|| format!("cannot prepare {}", bench.display()))?;
    let mut cargo = build_command(&bench, exercise);
    cargo.arg("--message-format=json");
    let built = bounded::run(cargo, desk.limit, desk.running)?;
    match built.status {
        Some(Status::Code(0)) => {}
        None => bail!("it did not compile in {} s", desk.limit.as_secs()),
        Some(_) => {
            // What is not the compiler's error, cargo tells itself.
            let said = String::from_utf8_lossy(&built.stderr);
            let error = first_error(&built.stdout).or_else(|| said.lines().next().map(Into::into));
            bail!("it does not compile: {}", error.unwrap_or_else(|| "see `cargo build`".into()));
        }
    }
    let program = executable(&built.stdout, exercise)?;
    let mut command = vec![program.to_string_lossy().into_owned()];
    command.extend(exercise.about.arguments.iter().cloned());
    Ok(command)
}

/// Makes a workspace of one package: the exercise, with the submission's `src`.
fn lay_out(bench: &Path, src: &Path, exercise: &Exercise, course: &Course) -> anyhow::Result<()> {
    let package = bench.join("submission");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    fs::create_dir_all(package.join("src"))?;
    fs::write(bench.join("Cargo.toml"), workspace(&course.root)?)?;
    fs::copy(course.root.join("Cargo.lock"), bench.join("Cargo.lock"))?;
    fs::copy(exercise.folder.join("Cargo.toml"), package.join("Cargo.toml"))?;
    ensure!(src.is_dir(), "the submission has no src");
    for entry in fs::read_dir(src)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "rs") && file.is_file() {
            // Read and written, so that cargo sees that it is new.
            let name: PathBuf = file.file_name().map(Into::into).unwrap_or_default();
            fs::write(package.join("src").join(name), fs::read(&file)?)?;
        }
    }
    Ok(())
}

/// The course's workspace, with that package as its only member.
fn workspace(root: &Path) -> anyhow::Result<String> {
    let mut manifest: Table = toml::from_str(&fs::read_to_string(root.join("Cargo.toml"))?)?;
    let workspace = manifest
        .get_mut("workspace")
        .and_then(Value::as_table_mut)
        .context("the course is a workspace")?;
    workspace.insert("members".into(), vec!["submission"].into());
    workspace.remove("default-members");
    let dependencies = workspace.get_mut("dependencies").and_then(Value::as_table_mut);
    for (_, dependency) in dependencies.into_iter().flatten() {
        if let Some(Value::String(path)) = dependency.get_mut("path") {
            *path = root.join(&path).to_string_lossy().into_owned();
        }
    }
    Ok(toml::to_string(&manifest)?)
}
