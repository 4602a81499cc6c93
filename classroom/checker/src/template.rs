//! The learner's command, with places into which a check puts its own values.

use std::env;
use std::path::Path;

/// The words of a command, with `{address}` and its kin in them.
#[derive(Clone)]
pub struct Template(Vec<String>);

impl Template {
    /// Takes a command as it was typed.
    ///
    /// The program will work in a folder of its own; so words that name a file or a folder
    /// here are made to name it from anywhere.
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

/// Words of a command that name files or folders in a folder, so that they name them from
/// anywhere.
pub fn from_anywhere(words: &[String], folder: &Path) -> Vec<String> {
    let absolute = |(position, word): (usize, &String)| {
        let path = Path::new(word);
        let is_bare = path.components().count() == 1;
        // A bare first word is looked for where programs lie; and here as well, but by cmd alone.
        let is_command = position == 0 && is_bare && !cfg!(windows);
        // Another, as in `main.py server`, is not a folder just because one has that name. But
        // an option's is, as in `java -cp out`, and what an interpreter runs.
        let before = position.checked_sub(1).map_or("", |position| &words[position]);
        let is_path = !is_bare
            || (before.starts_with('-') && before != "-m")
            || (position == 1 && Path::new(before).components().count() == 1);
        let file = folder.join(path);
        let is_program = position == 0 && is_program(&file);
        let is_there = file.is_file() || is_program || (is_path && file.is_dir());
        // An empty word names nothing, and is no path to this very folder.
        let is_ours = !word.is_empty() && !is_command && path.is_relative() && is_there;
        if is_ours { file.to_string_lossy().into_owned() } else { word.clone() }
    };
    words.iter().enumerate().map(absolute).collect()
}

/// Tells whether Windows would find a program under this name, which needs not be named whole.
fn is_program(path: &Path) -> bool {
    cfg!(windows) && path.with_added_extension("exe").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(windows)]
    #[test]
    fn a_program_is_found_where_cmd_finds_it() {
        let here = tempfile::tempdir().expect("a folder");
        std::fs::write(here.path().join("mine.exe"), "").expect("a file in it");
        for (command, found) in [
            ("mine 127.0.0.1:1", true),
            ("mine.exe 127.0.0.1:1", true),
            (".\\mine 127.0.0.1:1", true),
            ("./mine 127.0.0.1:1", true),
            ("yours 127.0.0.1:1", false),
            ("python mine", false),
        ] {
            let words: Vec<_> = command.split(' ').map(String::from).collect();
            let filled = from_anywhere(&words, here.path());
            assert_eq!(filled != words, found, "{command}: {filled:?}");
        }
    }

    #[test]
    fn a_folder_is_one_only_where_a_path_may_stand() {
        let here = tempfile::tempdir().expect("a folder");
        for name in ["out", "server"] {
            std::fs::create_dir(here.path().join(name)).expect("a folder in it");
        }
        for (command, found) in [
            ("java -cp out Main", vec![2]),
            ("python3 out", vec![1]),
            ("python3 -m out", vec![]),
            ("./mine server", vec![]),
            ("python3 main.py server", vec![]),
            ("java -cp ./out server", vec![2]),
            ("mine --save ", vec![]),
        ] {
            let words: Vec<_> = command.split(' ').map(String::from).collect();
            let filled = from_anywhere(&words, here.path());
            let changed = |&position: &usize| filled[position] != words[position];
            assert_eq!((0..words.len()).filter(changed).collect::<Vec<_>>(), found, "{command}");
        }
    }
}
