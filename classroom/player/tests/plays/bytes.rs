//! What goes over the connections.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

use super::{PATIENCE, folder, stems};
use crate::recorded::is_left_out;

/// Plays a lesson over wires, and compares what went over them with what was recorded.
///
/// When a scene ends, its last bytes may still be on their way on a busy machine; so one of three
/// plays must give what was recorded.
pub fn replay(number: u32) {
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
    let demo = folder(number).join("demo");
    let scenes = stems(&folder(number), "play");
    assert!(!scenes.is_empty(), "lesson {number} has no scene");
    let mut text = String::new();
    for scene in scenes {
        let name = format!("{scene}.bytes");
        let recorded = demo.join(&name);
        let file = demo.join(format!("{scene}.play"));
        if is_left_out(&file) {
            continue;
        }
        let script = fs::read_to_string(file).expect("a script");
        let varies = script.lines().any(|line| line.starts_with("vary "));
        let read = |file: &Path| {
            let bytes = fs::read_to_string(file).unwrap_or_default();
            if varies { directions(&bytes) } else { bytes }
        };
        let (then, now) = (read(&recorded), read(&now.join(&name)));
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
