//! The manifests of a reader's own workspace.

use course::Lesson;
use toml::{Table, Value};

use crate::course::Course;

/// The manifest of the workspace itself. Its packages are found as they are made.
pub const WORKSPACE: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"lessons/*\"]\n";

/// A program, as a manifest names it.
pub struct Binary {
    /// The name of the program.
    pub name: String,
    /// Its main file, from the folder of the manifest.
    pub path: String,
}

/// The programs of a lesson, in the order of its manifest, in which a reader comes to them.
///
/// # Errors
///
/// The manifest cannot be read.
pub fn binaries(course: &Course, lesson: &Lesson) -> Result<Vec<Binary>, String> {
    let manifest = table(course, &path(lesson))?;
    let binaries = manifest.get("bin").and_then(Value::as_array).into_iter().flatten();
    let text = |binary: &Value, key| Some(binary.get(key)?.as_str()?.to_owned());
    let binaries = binaries
        .map(|binary| Some(Binary { name: text(binary, "name")?, path: text(binary, "path")? }));
    let binaries: Option<_> = binaries.collect();
    binaries.ok_or_else(|| format!("{}: a [[bin]] lacks its name or path", path(lesson)))
}

fn path(lesson: &Lesson) -> String {
    format!("lessons/{}/Cargo.toml", lesson.folder)
}

fn table(course: &Course, path: &str) -> Result<Table, String> {
    course.file(path)?.parse().map_err(|error| format!("{path}: {error}"))
}

/// The manifest of a lesson, made from the real one: without what only the course needs.
///
/// # Errors
///
/// A dependency is not among the workspace's.
pub fn manifest(course: &Course, lesson: &Lesson) -> Result<String, String> {
    let (package, manifest) = (&lesson.package, table(course, &path(lesson))?);
    let workspace = table(course, "Cargo.toml")?;
    let mut text =
        format!("[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    for Binary { name, path } in binaries(course, lesson)? {
        text.push_str(&format!("\n[[bin]]\nname = \"{name}\"\npath = \"{path}\"\n"));
    }
    if let Some(dependencies) = manifest.get("dependencies").and_then(Value::as_table) {
        text.push_str("\n[dependencies]\n");
        text.push_str(&lines(&workspace, dependencies)?);
    }
    for (target, table) in manifest.get("target").and_then(Value::as_table).into_iter().flatten() {
        if let Some(dependencies) = table.get("dependencies").and_then(Value::as_table) {
            text.push_str(&format!("\n[target.'{target}'.dependencies]\n"));
            text.push_str(&lines(&workspace, dependencies)?);
        }
    }
    Ok(text)
}

fn lines(workspace: &Table, dependencies: &Table) -> Result<String, String> {
    let mut text = String::new();
    for (name, value) in dependencies {
        let known = workspace["workspace"]["dependencies"].get(name);
        let (Some(true), Some(known)) = (value.get("workspace").and_then(Value::as_bool), known)
        else {
            return Err(format!("{name} is not among the workspace's dependencies"));
        };
        text.push_str(&format!("{name} = {}\n", resolved(known, value.get("features"))));
    }
    Ok(text)
}

/// A dependency as it is written where no workspace helps.
fn resolved(known: &Value, more_features: Option<&Value>) -> String {
    let Some(table) = known.as_table() else {
        return known.to_string();
    };
    let mut parts = Vec::new();
    let mut features = Vec::new();
    for (key, value) in table {
        match (key.as_str(), value.as_str()) {
            ("features", _) => features.extend(value.as_array().into_iter().flatten()),
            ("path", Some(path)) => {
                let folder = path.rsplit('/').next().unwrap_or(path);
                parts.push(format!("path = \"../{folder}\""));
            }
            _ => parts.push(format!("{key} = {value}")),
        }
    }
    features.extend(more_features.and_then(Value::as_array).into_iter().flatten());
    if !features.is_empty() {
        let features: Vec<_> = features.iter().map(ToString::to_string).collect();
        parts.push(format!("features = [{}]", features.join(", ")));
    }
    format!("{{ {} }}", parts.join(", "))
}
