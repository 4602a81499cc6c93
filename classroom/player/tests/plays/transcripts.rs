//! What the sides print.

use std::fs;

use assert_cmd::Command;
use assert_cmd::assert::OutputAssertExt;
use predicates::str::diff;

use super::{PATIENCE, folder, stems};

/// Plays each scene of a lesson and compares it with its transcript.
pub fn replay(number: u32) {
    let folder = folder(number);
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
