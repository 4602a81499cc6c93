//! The words of systems and languages, and the failures that they may mean.

use std::sync::LazyLock;

use serde::Deserialize;

/// How long a phrase is at least that is looked for: a shorter one stands in many texts.
const LONG: usize = 8;

/// `failures/words.json`, as far as it is needed here.
#[derive(Deserialize)]
struct Words {
    errnos: Vec<Errno>,
    phrases: Vec<Phrase>,
}

#[derive(Deserialize)]
struct Errno {
    name: String,
    says: String,
    macos: Macos,
    windows: Option<Windows>,
    ids: Vec<Meant>,
}

#[derive(Deserialize)]
struct Macos {
    says: Option<String>,
}

#[derive(Deserialize)]
struct Windows {
    name: String,
    says: String,
}

#[derive(Deserialize)]
struct Phrase {
    says: String,
    ids: Vec<Meant>,
}

#[derive(Deserialize)]
struct Meant {
    id: String,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let text = include_str!("../../../failures/words.json");
    serde_json::from_str(text).expect("the words are ours, and a test reads them")
});

/// The failures that a text may mean, by the words in it; the likelier first.
pub fn meant(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    let has = |words: &str| words.len() >= LONG && text.contains(&words.to_lowercase());
    let is_name = |name: &str| {
        let name = name.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
    };
    let errnos = WORDS.errnos.iter().filter(|errno| {
        let windows = errno.windows.as_ref();
        is_name(&errno.name)
            || has(&errno.says)
            || errno.macos.says.as_deref().is_some_and(has)
            || windows.is_some_and(|windows| is_name(&windows.name) || has(&windows.says))
    });
    let phrases = WORDS.phrases.iter().filter(|phrase| has(&phrase.says));
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
        assert_eq!(meant("all is well"), [""; 0]);
    }
}
