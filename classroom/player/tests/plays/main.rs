//! Every scene of every lesson plays as it was recorded: what its sides print, and the bytes
//! between them.
#![cfg(any(target_os = "linux", windows))]

mod bytes;
mod transcripts;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// How many seconds a busy machine may take for what must come.
const PATIENCE: &str = "60";

/// A test for each lesson, and each kind of recording.
macro_rules! replay {
    ($($name:ident = $number:literal),*) => {$(
        mod $name {
            #[test]
            fn transcripts() {
                crate::plays::transcripts::replay($number);
            }

            #[test]
            fn bytes() {
                crate::plays::bytes::replay($number);
            }
        }
    )*};
}

replay!(
    lesson_1 = 1,
    lesson_2 = 2,
    lesson_3 = 3,
    lesson_4 = 4,
    lesson_5 = 5,
    lesson_6 = 6,
    lesson_7 = 7,
    lesson_8 = 8,
    lesson_9 = 9
);

#[test]
fn no_lesson_is_left_out() {
    let numbers: BTreeSet<_> = lessons().into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, (1..=9).collect(), "add a test above for a new lesson");
}

/// The folder of a lesson.
fn folder(number: u32) -> PathBuf {
    let mut lessons = lessons().into_iter();
    let lesson = lessons.find(|&(found, _)| found == number);
    lesson.unwrap_or_else(|| panic!("there is no lesson {number}")).1
}

fn lessons() -> Vec<(u32, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons");
    let folders = fs::read_dir(folder).expect("the lessons are there").flatten();
    folders
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .map(|folder| {
            let (number, _) = name(&folder).split_once('-').expect("a lesson is NN-topic");
            (number.parse().expect("a lesson is NN-topic"), folder)
        })
        .collect()
}

/// The names of a lesson's scenes, or of what was recorded of them, without their extension.
fn stems(folder: &Path, extension: &str) -> BTreeSet<String> {
    let Ok(files) = fs::read_dir(folder.join("demo")) else {
        return BTreeSet::new();
    };
    files
        .flatten()
        .map(|file| file.path())
        .filter(|file| file.extension() == Some(OsStr::new(extension)))
        .map(|file| name(&file.with_extension("")).to_string())
        .collect()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(OsStr::to_str).expect("a readable name")
}
