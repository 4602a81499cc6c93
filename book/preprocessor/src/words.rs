//! The words that systems and languages have for a failure, as a reader meets them.
//!
//! `failures/words.json` has them: the numbers of errors on each system, and what programs in
//! several languages print. The numbers of Linux are held against the system by a test; those of
//! macOS are in its [errno.h], those of Windows in Microsoft's list of [error codes].
//!
//! [errno.h]: https://github.com/apple-oss-distributions/xnu/blob/main/bsd/sys/errno.h
//! [error codes]: https://learn.microsoft.com/en-us/windows/win32/winsock/windows-sockets-error-codes-2

use std::fs;

use anyhow::Context;
use serde::Deserialize;

use crate::course::Course;
use crate::html::{code, inert};
use crate::tables::link;

/// Where they stand, from the project's root.
const FILE: &str = "failures/words.json";

/// All of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    errnos: Vec<Errno>,
    phrases: Vec<Phrase>,
}

/// An error that the system tells by a number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Errno {
    /// As in C: `ECONNRESET`.
    name: String,
    /// What Linux says.
    says: String,
    /// The number on Linux.
    linux: i32,
    macos: Macos,
    windows: Option<Windows>,
    ids: Vec<Meant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Macos {
    number: i32,
    /// What it says, where that is not what Linux says.
    says: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Windows {
    number: i32,
    /// As in C there: `WSAECONNRESET`.
    name: String,
    says: String,
}

/// What a program prints, or a call that one writes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrase {
    /// Which language or system has it.
    #[serde(rename = "in")]
    language: String,
    says: String,
    when: Option<String>,
    ids: Vec<Meant>,
}

/// A failure that may be meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meant {
    id: String,
    /// When it is this one.
    when: Option<String>,
}

impl Words {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// The file is missing or damaged, or names a failure that the catalogue does not have.
    pub fn read(course: &Course) -> Result<Self, String> {
        let read = || -> anyhow::Result<Self> {
            let text = fs::read_to_string(course.root.join(FILE)).context("cannot read it")?;
            Ok(serde_json::from_str(&text)?)
        };
        let words = read().map_err(|error| format!("{FILE}: {error:#}"))?;
        for meant in words.meant() {
            course.failure(&meant.id).map_err(|error| format!("{FILE}: {error}"))?;
        }
        Ok(words)
    }

    fn meant(&self) -> impl Iterator<Item = &Meant> {
        let of_errnos = self.errnos.iter().flat_map(|errno| &errno.ids);
        of_errnos.chain(self.phrases.iter().flat_map(|phrase| &phrase.ids))
    }

    /// A table of all errors with numbers.
    pub fn errnos(&self, up: &str) -> String {
        let mut rows = vec![
            "| name | what is said | Linux | macOS | Windows | page |".to_owned(),
            "|---|---|---:|---:|---:|---|".to_owned(),
        ];
        for errno in &self.errnos {
            let windows = errno.windows.as_ref();
            rows.push(format!(
                "| {} | {} | {} | {} | {} | {} |",
                code(&errno.name),
                inert(&errno.says),
                errno.linux,
                errno.macos.number,
                windows.map_or("–".into(), |windows| windows.number.to_string()),
                pages(&errno.ids, up),
            ));
        }
        rows.join("\n")
    }

    /// A table of what one language says.
    pub fn of_language(&self, language: &str, up: &str) -> Result<String, String> {
        let mut rows = vec!["| what you see | page |".to_owned(), "|---|---|".to_owned()];
        for phrase in self.phrases.iter().filter(|phrase| phrase.language == language) {
            let when = phrase.when.as_deref().map_or(String::new(), |when| format!(": {when}"));
            let seen = format!("{}{}", code(&phrase.says), inert(&when));
            rows.push(format!("| {seen} | {} |", pages(&phrase.ids, up)));
        }
        match rows.len() {
            2 => Err(format!("{FILE} has neither a failure nor a language called {language:?}")),
            _ => Ok(rows.join("\n")),
        }
    }

    /// A list of the words for one failure.
    pub fn of_failure(&self, id: &str) -> Result<String, String> {
        let mut lines = Vec::new();
        for errno in &self.errnos {
            for meant in errno.ids.iter().filter(|meant| meant.id == id) {
                lines.push(format!("- {}", errno.sentence(meant.when.as_deref())));
            }
        }
        for phrase in &self.phrases {
            if phrase.ids.iter().any(|meant| meant.id == id) {
                let when = phrase.when.as_deref().map_or(String::new(), |when| format!(": {when}"));
                let language = inert(&phrase.language);
                lines.push(format!("- {language}: {}{}", code(&phrase.says), inert(&when)));
            }
        }
        match lines.is_empty() {
            true => Err(format!("{FILE} has no words for {id}")),
            false => Ok(lines.join("\n")),
        }
    }
}

impl Errno {
    fn sentence(&self, when: Option<&str>) -> String {
        let mut parts = vec![format!("{} on Linux", self.linux)];
        parts.push(match &self.macos.says {
            None => format!("{} on macOS", self.macos.number),
            Some(says) => format!("{} on macOS ({})", self.macos.number, inert(says)),
        });
        if let Some(Windows { number, name, says }) = &self.windows {
            parts.push(format!("{number}, {}, on Windows ({})", code(name), inert(says)));
        }
        let when = when.map_or(String::new(), |when| format!("; {}", inert(when)));
        let (name, says) = (code(&self.name), inert(&self.says));
        format!("{name}, {says}: {}{when}", parts.join(", "))
    }
}

/// Links to the pages, each with when it is the right one.
fn pages(ids: &[Meant], up: &str) -> String {
    let page = |meant: &Meant| match &meant.when {
        Some(when) => format!("{}: {}", link(&meant.id, up), inert(when)),
        None => link(&meant.id, up),
    };
    ids.iter().map(page).collect::<Vec<_>>().join("<br>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_numbers_and_the_words_are_those_of_this_system() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let text = fs::read_to_string(root.join(FILE)).unwrap();
        let words: Words = serde_json::from_str(&text).unwrap();
        for errno in words.errnos {
            let said = std::io::Error::from_raw_os_error(errno.linux).to_string();
            let ours = format!("{} (os error {})", errno.says, errno.linux);
            assert_eq!(said, ours, "{}", errno.name);
        }
    }
}
