//! How a play is held against its recording.
//!
//! The recordings are Linux's. Elsewhere the system has other words for its errors, and what needs
//! a system like Unix is not played.

use std::fs;
use std::path::Path;

use assert_cmd::assert::Assert;
use predicates::Predicate;
use predicates::str::{contains, diff};
use regex_lite::Regex;

/// Asserts that a play has printed its transcript, below the heading that stands above all plays;
/// or, where it cannot be played, why, and where the transcript lies.
pub fn is_as_recorded(played: Assert, script: &Path) {
    let transcript = fs::read_to_string(script.with_extension("transcript"))
        .expect("a transcript, which --record writes");
    let played = played.success();
    if is_left_out(script) {
        played.stdout(contains("What it shows on Linux: "));
        return;
    }
    let stdout = String::from_utf8_lossy(&played.get_output().stdout).into_owned();
    let heading = stdout.lines().next().unwrap_or_default();
    let recorded = format!("{heading}\n\n{transcript}");
    if cfg!(target_os = "linux") {
        played.stdout(diff(recorded));
    } else {
        let words = Regex::new(r"[^:\n]*\(os error \d+\)").expect("a pattern");
        let settle = |text: &str| words.replace_all(text, "(os error)").into_owned();
        assert!(diff(settle(&recorded)).eval(&settle(&stdout)), "{stdout}");
    }
}

/// Tells whether a play is not played on this system.
pub fn is_left_out(script: &Path) -> bool {
    let script = fs::read_to_string(script).expect("a script");
    let needs = |system: &str| script.lines().any(|line| line.starts_with(system));
    cfg!(not(unix)) && needs("unix ") || cfg!(not(target_os = "linux")) && needs("linux ")
}
