//! What the sides print.

use assert_cmd::Command;

use super::{PATIENCE, folder, stems};
use crate::recorded::is_as_recorded;

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
        let script = folder.join("demo").join(format!("{scene}.play"));
        let number = number.to_string();
        let player = Command::new(env!("CARGO_BIN_EXE_player"))
            .args(["lesson", &number, &scene, "--patience", PATIENCE])
            .assert()
            .append_context("scene", format!("{scene} of lesson {number}"))
            .append_context("to record it anew", format!("cargo lesson {number} {scene} --record"));
        is_as_recorded(player, &script);
    }
}
