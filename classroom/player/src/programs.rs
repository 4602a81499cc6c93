//! The built programs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use regex_lite::Regex;
use serde_json::Value;

use crate::course::cargo;

/// Where each program lies that was asked for.
pub struct Programs(BTreeMap<String, PathBuf>);

impl Programs {
    /// Has cargo build exactly these programs. Its progress shows on stderr.
    ///
    /// They are chosen from the whole workspace, so that dependencies get the same features
    /// as under `cargo test`, and nothing is built twice.
    pub fn build(root: &Path, names: &BTreeSet<String>) -> anyhow::Result<Self> {
        if names.is_empty() {
            // Cargo takes that for everything.
            return Ok(Self(BTreeMap::new()));
        }
        let output = Command::new(cargo())
            .current_dir(root)
            .args(["build", "--workspace", "--message-format=json-render-diagnostics"])
            .args(names.iter().flat_map(|name| ["--bin", name]))
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run cargo")?;
        ensure!(output.status.success(), "the programs could not be built");

        let mut paths = BTreeMap::new();
        for message in String::from_utf8(output.stdout)?.lines() {
            let message: Value = serde_json::from_str(message)?;
            if let Some(path) = message["executable"].as_str()
                && let Some(name) = message["target"]["name"].as_str()
            {
                paths.insert(name.into(), path.into());
            }
        }
        Ok(Self(paths))
    }

    /// Where a program lies.
    pub fn path(&self, name: &str) -> anyhow::Result<&Path> {
        let path = self.0.get(name).with_context(|| format!("cargo built no program {name}"))?;
        Ok(path)
    }

    /// The port of a program's default address, read from its help. Not every program has one.
    pub fn default_port(&self, name: &str) -> anyhow::Result<Option<u16>> {
        let help = Command::new(self.path(name)?)
            .arg("--help")
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot ask {name} for its help"))?;
        let help = String::from_utf8_lossy(&help.stdout);
        let default = Regex::new(r"\[default: [^\]\s]+:(\d+)\]")?;
        Ok(default.captures(&help).and_then(|found| found[1].parse().ok()))
    }
}
