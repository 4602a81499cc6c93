//! What goes over the connections of every scene is what was recorded of it.
//!
//! What the system says in an error differs elsewhere; the recordings are Linux's.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// How many seconds a busy machine may take for what must come.
const PATIENCE: &str = "60";

#[test]
fn lesson_1() {
    replay(1);
}

#[test]
fn lesson_2() {
    replay(2);
}

#[test]
fn lesson_3() {
    replay(3);
}

#[test]
fn lesson_4() {
    replay(4);
}

#[test]
fn lesson_5() {
    replay(5);
}

#[test]
fn lesson_6() {
    replay(6);
}

#[test]
fn lesson_7() {
    replay(7);
}

#[test]
fn lesson_8() {
    replay(8);
}

#[test]
fn lesson_9() {
    replay(9);
}

/// Plays a lesson over wires, and compares what went over them with what was recorded.
///
/// When a scene ends, its last bytes may still be on their way on a busy machine; so one of three
/// plays must give what was recorded.
fn replay(number: u32) {
    let mut complaint = String::new();
    for _ in 0..3 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Command::new(env!("CARGO_BIN_EXE_player"))
            .args(["lesson", &number.to_string(), "--bytes", "--record", "--into"])
            .arg(folder.path())
            .args(["--patience", PATIENCE])
            .assert()
            .success();
        complaint = differences(number, folder.path());
        if complaint.is_empty() {
            return;
        }
    }
    panic!("{complaint}\nto record it anew: cargo lesson {number} --bytes --record");
}

/// What the scenes of a lesson have sent that is not what was recorded.
fn differences(number: u32, now: &Path) -> String {
    let plays = plays(number);
    assert!(!plays.is_empty(), "lesson {number} has no scene");
    let mut text = String::new();
    for play in plays {
        let recorded = play.with_extension("bytes");
        let name = recorded.file_name().expect("a file's name");
        let script = fs::read_to_string(&play).expect("a script");
        let varies = script.lines().any(|line| line.starts_with("vary "));
        let read = |file: &Path| {
            let bytes = fs::read_to_string(file).unwrap_or_default();
            if varies { directions(&bytes) } else { bytes }
        };
        let (then, now) = (read(&recorded), read(&now.join(name)));
        if then != now {
            text += &format!("{}\nrecorded:\n{then}\nnow:\n{now}\n", recorded.display());
        }
    }
    text
}

/// Who sends to whom, and in which connection: all that stays where a clock is read, or a
/// transfer cut off.
fn directions(bytes: &str) -> String {
    let lines = bytes.lines().filter(|line| !line.starts_with(' '));
    let without_counts = lines.map(|line| line.rsplit_once("  ").map_or(line, |(line, _)| line));
    without_counts.flat_map(|line| [line, "\n"]).collect()
}

/// The scripts of a lesson.
fn plays(number: u32) -> Vec<PathBuf> {
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons");
    let prefix = format!("{number:02}-");
    let files = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let is_lesson = |folder: &PathBuf| {
        folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
    };
    let folder = files(&lessons).into_iter().find(is_lesson).expect("the lesson is there");
    let mut plays = files(&folder.join("demo"));
    plays.retain(|file| file.extension().is_some_and(|extension| extension == "play"));
    plays.sort();
    plays
}
