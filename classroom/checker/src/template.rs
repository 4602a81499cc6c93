//! The learner's command, with places into which a check puts its own values.

use std::env;
use std::path::Path;

/// The words of a command, with `{address}` and its kin in them.
#[derive(Clone)]
pub struct Template(Vec<String>);

impl Template {
    /// Takes a command as it was typed.
    ///
    /// The program will work in a folder of its own; so words that name a file here are made to
    /// name it from anywhere.
    pub fn new(words: &[String]) -> Self {
        match env::current_dir() {
            Ok(here) => Self(from_anywhere(words, &here)),
            Err(_) => Self(words.into()),
        }
    }

    /// Tells whether there is a place for this, as in `{timeout}`.
    pub fn has(&self, place: &str) -> bool {
        let place = format!("{{{place}}}");
        self.0.iter().any(|word| word.contains(&place))
    }

    /// Puts values into their places.
    pub fn fill(&self, values: &[(&str, String)]) -> Vec<String> {
        let fill = |word: &String| {
            values.iter().fold(word.clone(), |word, (place, value)| {
                word.replace(&format!("{{{place}}}"), value)
            })
        };
        self.0.iter().map(fill).collect()
    }
}

/// Words of a command that name files in a folder, so that they name them from anywhere.
pub fn from_anywhere(words: &[String], folder: &Path) -> Vec<String> {
    let absolute = |(position, word): (usize, &String)| {
        let path = Path::new(word);
        // A bare first word is looked for where programs lie, not here.
        let is_command = position == 0 && path.components().count() == 1;
        let file = folder.join(path);
        let is_ours = !is_command && path.is_relative() && file.is_file();
        if is_ours { file.to_string_lossy().into_owned() } else { word.clone() }
    };
    words.iter().enumerate().map(absolute).collect()
}
