//! The catalogue of failures: what each id means, and which lessons show and cure it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

/// The folder of the failures, below the course's.
const FOLDER: &str = "failures";
const FILE: &str = "catalogue.json";

/// The failures, in the order in which the lessons meet them.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Catalogue {
    /// Each failure.
    pub failures: Vec<Failure>,
}

/// A way in which socket programs fail.
#[derive(Deserialize)]
pub struct Failure {
    /// Its name, such as `leftover-bytes`.
    pub id: String,
    /// What happens, in one line.
    pub meaning: String,
    /// The lesson that shows it.
    pub shown: u8,
    /// The lesson that cures it.
    pub cured: u8,
}

impl Catalogue {
    /// Reads `failures/catalogue.json` of the course that lies in `root`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a failure of it is not complete.
    pub fn load(root: &Path) -> anyhow::Result<Self> {
        let file = root.join(FOLDER).join(FILE);
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("{} is no list of failures", file.display()))
    }

    /// The catalogue as it was when this was built: for a program that runs elsewhere, too.
    ///
    /// # Errors
    ///
    /// A failure of it is not complete.
    pub fn built_in() -> anyhow::Result<Self> {
        Self::parse(include_str!("../../../failures/catalogue.json"))
            .context("the catalogue of failures is malformed")
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(serde_json::from_str(text)?)
    }

    /// Finds a failure.
    pub fn failure(&self, id: &str) -> Option<&Failure> {
        self.failures.iter().find(|failure| failure.id == id)
    }

    /// What an id means. The plain good runs (`works`, …) are in no catalogue.
    pub fn meaning(&self, id: &str) -> Option<&str> {
        self.failure(id).map(|failure| failure.meaning.as_str())
    }
}

impl Failure {
    /// The scene that brings it about, in the course that lies in `root`.
    pub fn demo(&self, root: &Path) -> PathBuf {
        root.join(FOLDER).join("demo").join(&self.id).with_extension("play")
    }
}

#[cfg(test)]
mod tests {
    use super::Catalogue;

    #[test]
    fn a_failure_without_a_lesson_is_found() {
        let text = "[\n{\"id\": \"peer-reset\", \"meaning\": \"m\", \"shown\": 1}]";
        let said = Catalogue::parse(text).err().expect("something is missing").to_string();
        assert!(said.contains("`cured`") && said.contains("line 2"), "{said}");
    }
}
