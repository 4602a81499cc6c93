//! A package of the workspace, as `cargo metadata` describes it.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// A package.
#[derive(Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// What it is about, in one line.
    pub description: Option<String>,
    /// Its `Cargo.toml`.
    pub manifest_path: PathBuf,
    /// `[package.metadata]` of it.
    #[serde(default)]
    pub metadata: Value,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Package {
    /// Where it lies.
    pub fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    /// The names of its programs. Cargo sorts them by the alphabet.
    pub fn programs(&self) -> impl Iterator<Item = &str> {
        let programs = self.targets.iter().filter(|target| target.kind.iter().any(|k| k == "bin"));
        programs.map(|target| target.name.as_str())
    }
}

#[cfg(test)]
pub mod tests {
    /// What `cargo metadata` would say of a package in a folder of `/course`.
    pub fn package(folder: &str, metadata: &str, programs: &[&str]) -> String {
        let targets: Vec<_> = programs
            .iter()
            .map(|name| format!(r#"{{"name": "{name}", "kind": ["bin"]}}"#))
            .collect();
        let targets = targets.join(",");
        format!(
            r#"{{"name": "{folder}", "manifest_path": "/course/{folder}/Cargo.toml",
                "metadata": {metadata}, "targets": [{targets}]}}"#
        )
    }
}
