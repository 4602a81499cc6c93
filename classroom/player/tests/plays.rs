//! Every scene of every lesson plays as it was recorded.
//!
//! What the system says in an error differs elsewhere; the transcripts are Linux's.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::OutputAssertExt;
use predicates::str::diff;

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

#[test]
fn no_lesson_is_left_out() {
    let numbers: BTreeSet<_> = lessons().into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, (1..=9).collect(), "add a test above for a new lesson");
}

/// Plays each scene of a lesson and compares it with its transcript.
fn replay(number: u32) {
    let (_, folder) = lessons()
        .into_iter()
        .find(|&(found, _)| found == number)
        .unwrap_or_else(|| panic!("there is no lesson {number}"));
    let scenes = stems(&folder, "play");
    assert!(!scenes.is_empty(), "lesson {number} has no scene");
    assert_eq!(
        scenes,
        stems(&folder, "transcript"),
        "each scene needs its transcript, each transcript its scene; \
         `cargo lesson {number} --record` writes transcripts"
    );
    for scene in scenes {
        let transcript = folder.join("demo").join(format!("{scene}.transcript"));
        let transcript = fs::read_to_string(transcript).expect("a readable transcript");
        let number = number.to_string();
        let player = Command::new(env!("CARGO_BIN_EXE_player"))
            .args(["lesson", &number, &scene, "--patience", PATIENCE])
            .output()
            .expect("the player starts");
        let stdout = String::from_utf8_lossy(&player.stdout).into_owned();
        let heading = stdout.lines().next().unwrap_or_default();
        player
            .assert()
            .append_context("scene", format!("{scene} of lesson {number}"))
            .append_context("to record it anew", format!("cargo lesson {number} {scene} --record"))
            .success()
            .stdout(diff(format!("{heading}\n\n{transcript}")));
    }
}

fn lessons() -> Vec<(u32, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons");
    let folders = fs::read_dir(folder).expect("the lessons are there").flatten();
    folders
        .map(|entry| {
            let folder = entry.path();
            let (number, _) = name(&folder).split_once('-').expect("a lesson is NN-topic");
            (number.parse().expect("a lesson is NN-topic"), folder)
        })
        .collect()
}

/// The names of a lesson's scenes, or transcripts, without their extension.
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
