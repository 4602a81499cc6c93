//! The catalogue of failures: what each id means, and where to read on.

use anyhow::Context;
use serde::Deserialize;

/// The failures, in the order in which the lessons meet them.
pub struct Catalogue(Vec<Entry>);

/// A way in which socket programs fail.
#[derive(Deserialize)]
pub struct Entry {
    /// Its name, such as `leftover-bytes`.
    pub id: String,
    /// What happens, in one line.
    pub meaning: String,
}

impl Catalogue {
    /// Reads the catalogue, which is part of this program.
    ///
    /// # Errors
    ///
    /// Its form is not what we expect.
    pub fn load() -> anyhow::Result<Self> {
        let text = include_str!("../../../failures/catalogue.json");
        Ok(Self(serde_json::from_str(text).context("the catalogue of failures is malformed")?))
    }

    /// What an id means. The plain good runs (`works`, …) are in no catalogue.
    pub fn meaning(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|entry| entry.id == id).map(|entry| entry.meaning.as_str())
    }
}
