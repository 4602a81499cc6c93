//! The words that systems and languages have for a failure, as a reader meets them.
//!
//! `failures/words.json` has them: the numbers of errors on each system, and what programs in
//! several languages print. The numbers of Linux are held against the system by a test; those of
//! macOS are in its [errno.h], those of Windows in Microsoft's list of [error codes].
//!
//! [errno.h]: https://github.com/apple-oss-distributions/xnu/blob/main/bsd/sys/errno.h
//! [error codes]: https://learn.microsoft.com/en-us/windows/win32/winsock/windows-sockets-error-codes-2

use std::sync::LazyLock;

use serde::Deserialize;

/// How long a phrase is at least that is looked for: a shorter one stands in many texts.
const LONG: usize = 8;

/// All of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What systems tell by number.
    pub errnos: Vec<Errno>,
    /// What programs print, or their authors write.
    pub phrases: Vec<Phrase>,
}

/// An error that the system tells by a number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Errno {
    /// As in C: `ECONNRESET`.
    pub name: String,
    /// What Linux says.
    pub says: String,
    /// The number on Linux.
    pub linux: i32,
    /// On macOS.
    pub macos: Macos,
    /// On Windows, if it is known there.
    pub windows: Option<Windows>,
    /// What it may mean.
    pub ids: Vec<Meant>,
}

/// An error on macOS.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Macos {
    /// The number there.
    pub number: i32,
    /// What it says, where that is not what Linux says.
    pub says: Option<String>,
}

/// An error on Windows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// The number there.
    pub number: i32,
    /// As in C there: `WSAECONNRESET`.
    pub name: String,
    /// What is said.
    pub says: String,
}

/// What a program prints, or a call that one writes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    /// Which language or system has it.
    #[serde(rename = "in")]
    pub language: String,
    /// The words.
    pub says: String,
    /// Where it comes up.
    pub when: Option<String>,
    /// What it may mean.
    pub ids: Vec<Meant>,
}

/// A failure that may be meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meant {
    /// Its id in the catalogue.
    pub id: String,
    /// When it is this one.
    pub when: Option<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let text = include_str!("../../../failures/words.json");
    serde_json::from_str(text).expect("the words are ours, and a test reads them")
});

impl Words {
    /// All of them.
    pub fn all() -> &'static Self {
        &WORDS
    }

    /// What they may mean.
    pub fn meant(&self) -> impl Iterator<Item = &Meant> {
        let of_errnos = self.errnos.iter().flat_map(|errno| &errno.ids);
        of_errnos.chain(self.phrases.iter().flat_map(|phrase| &phrase.ids))
    }
}

/// The failures that a text may mean, by the words in it; the likelier first.
pub fn meant(text: &str) -> Vec<&'static str> {
    let words = Words::all();
    let text = text.to_lowercase();
    let has = |words: &str| words.len() >= LONG && text.contains(&words.to_lowercase());
    let is_name = |name: &str| {
        let name = name.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
    };
    // Windows speaks the language of whoever uses it: `… (os error 10054)`.
    let has_number = |number: i32| text.contains(&format!("error {number}"));
    let errnos = words.errnos.iter().filter(|errno| {
        let windows = errno.windows.as_ref();
        is_name(&errno.name)
            || has(&errno.says)
            || errno.macos.says.as_deref().is_some_and(has)
            || windows.is_some_and(|windows| {
                is_name(&windows.name) || has(&windows.says) || has_number(windows.number)
            })
    });
    let phrases = words.phrases.iter().filter(|phrase| has(&phrase.says));
    let mut ids = Vec::new();
    for meant in errnos.flat_map(|errno| &errno.ids).chain(phrases.flat_map(|phrase| &phrase.ids)) {
        if !ids.contains(&meant.id.as_str()) {
            ids.push(&meant.id);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_languages_mean_the_same() {
        for text in [
            "OSError: [Errno 9] Bad file descriptor",
            "java.net.SocketException: Socket closed",
            "accept tcp 127.0.0.1:1: use of closed network connection",
            "[WinError 10038] An operation was attempted on something that is not a socket",
        ] {
            assert!(meant(text).contains(&"wrong-socket"), "{text}");
        }
        let german = "Eine vorhandene Verbindung wurde geschlossen. (os error 10054)";
        assert!(meant(german).contains(&"peer-reset"));
        assert_eq!(meant("all is well at 127.0.0.1:10054"), [""; 0]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_numbers_and_the_words_are_those_of_this_system() {
        for errno in &Words::all().errnos {
            let said = std::io::Error::from_raw_os_error(errno.linux).to_string();
            let ours = format!("{} (os error {})", errno.says, errno.linux);
            assert_eq!(said, ours, "{}", errno.name);
        }
    }
}
