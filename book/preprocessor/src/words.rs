//! The words that systems and languages have for a failure, as the pages show them.

use ::course::{Errno, Meant};

use crate::course::Course;
use crate::html::{code, inert};
use crate::tables::link;

/// Where they stand, from the project's root.
const FILE: &str = "failures/words.json";

/// All of them.
pub struct Words(&'static ::course::Words);

impl Words {
    /// All of them.
    ///
    /// # Errors
    ///
    /// They name a failure that the catalogue does not have.
    pub fn read(course: &Course) -> Result<Self, String> {
        let words = ::course::Words::all();
        for meant in words.meant() {
            course.failure(&meant.id).map_err(|error| format!("{FILE}: {error}"))?;
        }
        Ok(Self(words))
    }

    /// A table of all errors with numbers.
    pub fn errnos(&self, up: &str) -> String {
        let mut rows = vec![
            "| name | what is said | Linux | macOS | Windows | page |".to_owned(),
            "|---|---|---:|---:|---:|---|".to_owned(),
        ];
        for errno in &self.0.errnos {
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
        for phrase in self.0.phrases.iter().filter(|phrase| phrase.language == language) {
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
        for errno in &self.0.errnos {
            for meant in errno.ids.iter().filter(|meant| meant.id == id) {
                lines.push(format!("- {}", sentence(errno, meant.when.as_deref())));
            }
        }
        for phrase in &self.0.phrases {
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

/// What each system tells of an error.
fn sentence(errno: &Errno, when: Option<&str>) -> String {
    let mut parts = vec![format!("{} on Linux", errno.linux)];
    parts.push(match &errno.macos.says {
        None => format!("{} on macOS", errno.macos.number),
        Some(says) => format!("{} on macOS ({})", errno.macos.number, inert(says)),
    });
    if let Some(windows) = &errno.windows {
        let (number, name, says) = (windows.number, &windows.name, &windows.says);
        parts.push(format!("{number}, {}, on Windows ({})", code(name), inert(says)));
    }
    let when = when.map_or(String::new(), |when| format!("; {}", inert(when)));
    let (name, says) = (code(&errno.name), inert(&errno.says));
    format!("{name}, {says}: {}{when}", parts.join(", "))
}

/// Links to the pages, each with when it is the right one.
fn pages(ids: &[Meant], up: &str) -> String {
    let page = |meant: &Meant| match &meant.when {
        Some(when) => format!("{}: {}", link(&meant.id, up), inert(when)),
        None => link(&meant.id, up),
    };
    ids.iter().map(page).collect::<Vec<_>>().join("<br>")
}
