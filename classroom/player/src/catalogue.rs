//! The catalogue of failures: an id, a line and a demo for each.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::terminal;

/// How many ids are suggested in place of one that is not there. Of more the list tells better.
const MOST_SUGGESTED: usize = 5;

/// How many columns of the list stand before an id and behind it.
const INDENT: usize = 4;

/// The failures, in the order in which the lessons meet them.
pub struct Catalogue {
    /// Each failure.
    pub failures: Vec<Failure>,
}

/// A way in which socket programs fail.
pub struct Failure {
    /// Its name, such as `leftover-bytes`.
    pub id: String,
    /// What happens, in one line.
    pub meaning: String,
    /// The lesson that shows it.
    shown: u64,
    /// The scene that brings it about.
    pub demo: PathBuf,
}

impl Catalogue {
    /// Reads `failures/catalogue.json`.
    pub fn load(root: &Path) -> anyhow::Result<Self> {
        let folder = root.join("failures");
        let file = folder.join("catalogue.json");
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let entries: Vec<Value> = serde_json::from_str(&text)
            .with_context(|| format!("{} is no list of failures", file.display()))?;
        let failures = entries
            .iter()
            .map(|entry| {
                let id = entry["id"].as_str().context("a failure has an id")?;
                Ok(Failure {
                    id: id.into(),
                    meaning: entry["meaning"].as_str().unwrap_or_default().into(),
                    shown: entry["shown"].as_u64().unwrap_or_default(),
                    demo: folder.join("demo").join(id).with_extension("play"),
                })
            })
            .collect::<anyhow::Result<_>>()?;
        Ok(Self { failures })
    }

    /// Finds a failure.
    pub fn failure(&self, id: &str) -> anyhow::Result<&Failure> {
        self.failures.iter().find(|failure| failure.id == id).with_context(|| {
            match self.like(id).as_slice() {
                names if (1..=MOST_SUGGESTED).contains(&names.len()) => {
                    format!("there is no failure `{id}`; did you mean {}?", names.join(" or "))
                }
                _ => format!("there is no failure `{id}`; `cargo failure` lists them"),
            }
        })
    }

    /// The ids in which a text stands, but for capitals, dashes and spaces.
    fn like(&self, text: &str) -> Vec<&str> {
        let text = letters(text);
        let ids = self.failures.iter().map(|failure| failure.id.as_str());
        ids.filter(|id| letters(id).contains(&text)).collect()
    }

    /// Prints the failures, under the lessons that show them.
    pub fn list(&self) -> anyhow::Result<()> {
        ensure!(!self.failures.is_empty(), "the catalogue is empty");
        let width = self.failures.iter().map(|failure| failure.id.len()).max().unwrap_or_default();
        let mut out = anstream::stdout().lock();
        let mut lesson = 0;
        for Failure { id, meaning, shown, .. } in &self.failures {
            if *shown != lesson {
                lesson = *shown;
                writeln!(out, "Lesson {lesson}")?;
            }
            let mut id = id.as_str();
            for line in terminal::lines(meaning, width + INDENT) {
                writeln!(out, "  {id:<width$}  {line}")?;
                id = "";
            }
        }
        Ok(())
    }
}

fn letters(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}
