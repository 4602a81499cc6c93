//! How the checker is used: its arguments, its list, its two formats.

use std::process::Command;

use serde_json::Value;

use crate::harness::{Judged, Program, checker};

fn misused(arguments: &[&str], said: &str) {
    let judged = checker(arguments);
    assert_eq!(judged.status, Some(2), "{arguments:?}: {}", judged.stderr);
    assert!(judged.stderr.contains(said), "expected {said:?} in {}", judged.stderr);
    assert_eq!(judged.stdout, "");
}

#[test]
fn wrong_arguments_are_told() {
    misused(&[], "Usage: cargo checker");
    misused(&["10", "server", "--list"], "10");
    misused(&["1", "chat-server", "--list"], "its roles are server, client");
    misused(&["1", "server"], "required");
    misused(&["1", "server", "--", "python3", "mine.py"], "put {address}");
    misused(&["1", "server", "--only", "half-close", "--list"], "there is no check `half-close`");
    misused(&["1", "server", "--", "no-such-program", "{address}"], "cannot start");
}

/// The book takes the roles from there.
#[test]
fn the_readme_has_the_roles_of_each_lesson() {
    let rows = include_str!("../../README.md").lines().filter_map(|line| {
        let (lesson, roles) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
        Some((lesson.parse::<u8>().ok()?, roles.replace('`', "")))
    });
    let mut count = 0;
    for (lesson, roles) in rows {
        // A role that this lesson does not have.
        let other = if lesson == 7 { "chat-server" } else { "receiver" };
        let said = format!("its roles are {roles}\n");
        misused(&[&lesson.to_string(), other, "--list"], &said);
        count += 1;
    }
    assert_eq!(count, 9);
}

#[test]
fn nothing_is_said_when_nobody_reads_on() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_checker"));
    let output = command.args(["3", "server", "--list"]).stdout(writer).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(1), "it has not said that all is well");
}

#[test]
fn the_list_says_what_each_id_means() {
    let listed = checker(["3", "server", "--list"]);
    assert_eq!(listed.status, Some(0));
    let meaning =
        "half-close            the peer has finished sending and still waits for the answer";
    assert!(listed.stdout.lines().any(|line| line == meaning), "{}", listed.stdout);
}

#[test]
fn json_has_the_documented_form() {
    let mut words =
        vec!["3".into(), "server".into(), "--format".into(), "json".into(), "--".into()];
    words.extend(Program::Python("wrong/small_letters.py").words());
    words.extend(["{host}".into(), "{port}".into()]);
    let judged = checker(&words);
    assert_eq!(judged.status, Some(1), "{}", judged.stderr);
    let document: Value = serde_json::from_str(&judged.stdout).expect("JSON");
    assert_eq!(document["lesson"], 3);
    assert_eq!(document["role"], "server");
    let checks = document["checks"].as_array().expect("a list");
    let check = |id: &str| checks.iter().find(|check| check["id"] == id).expect("the check");
    assert_eq!(check("works")["status"], "failed");
    assert_eq!(check("silent-peer")["status"], "skipped");
    assert_eq!(check("half-close")["status"], "skipped");
    assert_eq!(check("half-close")["message"], "a plain exchange goes wrong: see `works`");
    let evidence = &check("works")["evidence"];
    for list in ["events", "difference", "causes", "read_on"] {
        assert!(!evidence[list].as_array().expect(list).is_empty(), "{list}: {evidence}");
    }
    assert!(evidence["expected"].is_string() && evidence["observed"].is_string(), "{evidence}");
}

#[test]
fn one_check_can_be_chosen() {
    let mut words = vec!["2".into(), "server".into(), "--only".into(), "works".into(), "--".into()];
    words.extend(Program::Python("connection_loop_server_asyncio.py").words());
    words.extend(["{host}".into(), "{port}".into()]);
    let judged = checker(&words);
    assert_eq!(judged.status, Some(0), "{}", judged.stderr);
    assert_eq!(judged.ids("passed "), ["works"]);
    assert!(judged.stdout.ends_with("\n1 passed, 0 failed, 0 skipped\n"), "{}", judged.stdout);
}

#[test]
fn a_program_beside_us_is_found_though_it_works_elsewhere() {
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python");
    let script = "connection_loop_server_asyncio.py";
    let output = Command::new(env!("CARGO_BIN_EXE_checker"))
        .args(["2", "server", "--only", "works", "--", "python3", script, "{host}", "{port}"])
        .current_dir(scripts)
        .output()
        .expect("the checker starts");
    Judged::from(output).passes(&[]);
}

#[test]
fn a_folder_beside_us_is_found_too() {
    let here = tempfile::tempdir().expect("a folder");
    let package = here.path().join("package");
    std::fs::create_dir(&package).expect("a folder in it");
    let script =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/connection_loop_server_asyncio.py");
    std::fs::copy(script, package.join("__main__.py")).expect("the script is there");
    let output = Command::new(env!("CARGO_BIN_EXE_checker"))
        .args(["2", "server", "--only", "works", "--", "python3", "package", "{host}", "{port}"])
        .current_dir(&here)
        .output()
        .expect("the checker starts");
    Judged::from(output).passes(&[]);
}
