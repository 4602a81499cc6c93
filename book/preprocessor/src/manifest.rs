//! The manifests of a reader's own workspace.

use toml::{Table, Value};

use crate::course::{Course, Lesson};

/// The manifest of the workspace itself. Its packages are found as they are made.
pub const WORKSPACE: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"lessons/*\"]\n";

/// The manifest of a lesson, made from the real one: without what only the course needs.
///
/// # Errors
///
/// A dependency is not among the workspace's.
pub fn manifest(course: &Course, lesson: &Lesson) -> Result<String, String> {
    let package = lesson.package();
    let mut text =
        format!("[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    for program in &lesson.programs {
        let path = program.path.split_once("/src/").map_or("", |(_, file)| file);
        text.push_str(&format!("\n[[bin]]\nname = \"{}\"\npath = \"src/{path}\"\n", program.name));
    }
    if let Some(dependencies) = lesson.manifest.get("dependencies").and_then(Value::as_table) {
        text.push_str("\n[dependencies]\n");
        text.push_str(&lines(course, dependencies)?);
    }
    for (target, table) in
        lesson.manifest.get("target").and_then(Value::as_table).into_iter().flatten()
    {
        if let Some(dependencies) = table.get("dependencies").and_then(Value::as_table) {
            text.push_str(&format!("\n[target.'{target}'.dependencies]\n"));
            text.push_str(&lines(course, dependencies)?);
        }
    }
    Ok(text)
}

fn lines(course: &Course, dependencies: &Table) -> Result<String, String> {
    let mut text = String::new();
    for (name, value) in dependencies {
        let known = course.workspace["workspace"]["dependencies"].get(name);
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
