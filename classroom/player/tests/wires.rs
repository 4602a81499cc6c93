//! Lessons played over a wire: the bytes beside the two sides, and what a bent line changes.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::{Assert, OutputAssertExt};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

/// How many seconds a busy machine may take for what must come.
const PATIENCE: &str = "60";

/// The scenes of lessons 5 to 7, whose answers have frames.
const FRAMED: &[(&str, &str)] = &[
    ("05-struct-header", "2-the-long-answer"),
    ("06-dict-header", "1-the-header"),
    ("07-file-transfer", "1-up-and-down"),
    ("07-file-transfer", "2-several-at-once"),
    ("07-file-transfer", "3-a-refused-name"),
    ("07-file-transfer", "4-cut-off"),
];

#[test]
fn framed_answers_come_whole_over_a_dripping_line() {
    for scene in FRAMED {
        let bends = if scene.0.starts_with("07") { "drip=1" } else { "drip=1,only=replies" };
        plays_to_the_same_end(scene, bends);
    }
}

#[test]
fn framed_answers_come_whole_over_a_gathering_line() {
    for scene in FRAMED {
        let bends = if scene.0.starts_with("07") { "gather=20" } else { "gather=20,only=replies" };
        plays_to_the_same_end(scene, bends);
    }
}

#[test]
fn large_files_come_whole_over_a_line_that_delivers_odd_pieces() {
    plays_to_the_same_end(&("07-file-transfer", "2-several-at-once"), "drip=49999");
    plays_to_the_same_end(&("07-file-transfer", "4-cut-off"), "drip=49999");
}

#[test]
fn a_scene_that_sends_much_says_that_it_is_bent_less() {
    let less = "With drip=1 that would take\n    too long, so here it is bent by drip=1000.\n";
    lesson(&["7", "2", "--through", "drip=1"])
        .success()
        .stdout(contains(less).and(contains(" --drip 1000\n")));
    // Its answers are short.
    lesson(&["7", "2", "--through", "drip=1,only=replies"])
        .success()
        .stdout(contains(less).not().and(contains(" --drip 1 --only replies\n")));
}

#[test]
fn lesson_4_over_a_dripping_line_ends_elsewhere_and_says_why() {
    lesson(&["4", "1", "--through", "drip=1,only=replies"])
        .success()
        .stdout(contains("wire   $ wire 127.0.0.1:9090 127.0.0.1:8080 --drip 1 --only replies"))
        .stdout(contains("But client printed another line: h\n"))
        .stdout(contains("This failure is short-read."));
}

/// What goes over the wire for one command of lesson 5, between what causes it and what it
/// brings about.
const FRAME: &str = r#"
client > echo hi
wire   | 1  client → server  7 bytes
wire   |      65 63 68 6f 20 68 69                              echo hi           request
server | received 7 bytes: "echo hi"
wire   | 1  client ← server  7 bytes
wire   |      03 00 00 00                                       ....              length 3
wire   |      68 69 0a                                          hi.               body, 3 of 3 bytes
client | hi
"#;

#[test]
fn the_bytes_of_a_frame_stand_between_their_cause_and_their_effect() {
    lesson(&["5", "2", "--bytes"]).success().stdout(contains(FRAME));
}

#[test]
fn every_lesson_plays_with_its_bytes() {
    for number in 1..=9 {
        lesson(&[&number.to_string(), "1", "--bytes"])
            .success()
            .stdout(contains("clients call it, at port 9090, and it calls the server.\n"))
            .stdout(contains("$ wire 127.0.0.1:9090 127.0.0.1:"));
    }
}

#[test]
fn bent_requests_without_a_frame_are_remarked_on() {
    let remark = "The requests of this lesson have no frame";
    lesson(&["5", "2", "--through", "delay=1"]).success().stdout(contains(remark));
    let replies = lesson(&["5", "2", "--through", "delay=1,only=replies"]).success();
    replies.stdout(contains(remark).not());
}

#[test]
fn a_bend_that_is_none_is_refused_before_anything_is_played() {
    let streams = "there are only, cut, delay, drip, gather, reset, stall, rate";
    let datagrams = "there are only, cut, delay, drop, duplicate, reorder, stray, seed";
    for (number, bends, complaint) in [
        ("4", "", "--through needs a bend, as in --through delay=100"),
        ("4", " , ", "--through needs a bend, as in --through delay=100"),
        ("4", "bow=3", streams),
        ("4", "help", streams),
        ("5", "lesson=6", streams),
        ("5", "drip=1,save=capture.pcapng", streams),
        ("5", "drop=0.5", streams),
        ("8", "drip=1", datagrams),
        // What the wire has to judge, in its words.
        ("4", "drip", "--through drip: a value is required for '--drip <N>'"),
        ("4", "drip=0", "--through drip=0: invalid value '0' for '--drip <N>'"),
        ("4", "drip=", "--through drip=: invalid value '' for '--drip <N>'"),
        ("4", "drip=-1", "--through drip=-1: invalid value '-1' for '--drip <N>'"),
        ("4", "drip=1,gather=5", "--through drip=1,gather=5: "),
        ("8", "drop=2", "--through drop=2: invalid value '2' for '--drop <P>'"),
    ] {
        let refused = lesson(&[number, "1", "--through", bends]).code(1).stdout("");
        // Before it, cargo may say what it builds.
        let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        let last = said.lines().last().unwrap_or_default();
        assert!(last.starts_with("Error: ") && last.contains(complaint), "{bends}: {said}");
        for stranger in ["--quiet", "--show", "Usage", "usage: wire", "--help", "tip:"] {
            assert!(!said.contains(stranger), "{bends}: {said}");
        }
    }
}

#[test]
fn spaces_and_empty_parts_do_not_count() {
    lesson(&["4", "1", "--through", " delay = 1,, only=replies,"])
        .success()
        .stdout(contains(" --delay 1 --only replies\n"));
}

/// Plays a scene over a bent line. What its sides print is what its transcript has.
fn plays_to_the_same_end((folder, scene): &(&str, &str), bends: &str) {
    let number = folder[1..2].to_string();
    let transcript = format!("../../lessons/{folder}/demo/{scene}.transcript");
    let transcript = Path::new(env!("CARGO_MANIFEST_DIR")).join(transcript);
    let transcript = fs::read_to_string(transcript).expect("the scene has a transcript");

    let played = lesson(&[&number, scene, "--through", bends]).success();
    let output = String::from_utf8_lossy(&played.get_output().stdout).into_owned();
    assert_eq!(printed(&output), printed(&transcript), "{scene} over {bends}");
    assert!(
        output.contains(&format!(
            "--{}",
            bends.replacen('=', " ", 1).replace(',', " --").replace("only=", "only ")
        )),
        "{output}"
    );
}

/// What the sides print, without the addresses: clients come to the server from the wire's.
fn printed(play: &str) -> Vec<String> {
    let lines = play.lines().filter(|line| line.contains(" | "));
    lines.map(|line| line.replace(|c: char| c.is_ascii_digit(), "#")).collect()
}

fn lesson(arguments: &[&str]) -> Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_player"));
    command
        .arg("lesson")
        .args(arguments)
        .args(["--patience", PATIENCE])
        .output()
        .expect("the player starts")
        .assert()
}
