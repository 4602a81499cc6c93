//! The book says which checks the Python halves fail. Here they are judged again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex_lite::Regex;

use crate::harness::checker;

/// Judges a Python half of the course, and expects it to fail those checks that a page names
/// behind `marker`, up to the end of that block, and no others.
#[track_caller]
fn fails_as_told(practice: &str, marker: &str, part: [&str; 2], script: &str, more: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = root.join("book/src/lessons").join(practice).join("practice.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let (_, told) = page.split_once(marker).expect("the page speaks of it");
    let (told, _) = told.split_once("{{#end}}").expect("the block has an end");

    let script = root.join("tests/python").join(script);
    let script = script.to_str().expect("its path is text");
    let arguments = [&part[..], &["--", "python3", script, "{address}"], more].concat();
    let judged = checker(&arguments);

    // Other words in backticks are names of Python's.
    let word = Regex::new("`([a-z0-9-]+)`").expect("the pattern is right");
    let known: BTreeSet<_> = ["passed ", "FAILED ", "skipped "]
        .iter()
        .flat_map(|&verdict| judged.ids(verdict))
        .collect();
    let told: BTreeSet<_> = word
        .captures_iter(told)
        .filter_map(|found| Some(found.get(1)?.as_str()))
        .filter(|word| known.contains(word))
        .collect();
    let failed: BTreeSet<_> = judged.ids("FAILED ").into_iter().collect();
    assert_eq!(failed, told, "{}{}", judged.stdout, judged.stderr);
}

#[test]
fn the_file_server_fails_what_the_book_says() {
    fails_as_told(
        "07-file-transfer",
        "Which checks will it fail?",
        ["7", "server"],
        "file_transfer_server.py",
        &["{dir}"],
    );
}

#[test]
fn the_udp_client_fails_what_the_book_says() {
    fails_as_told("08-udp", "It fails three checks.", ["8", "client"], "udp_client.py", &[]);
}

#[test]
fn the_time_server_fails_what_the_book_says() {
    fails_as_told("09-time-server", "passes all but", ["9", "server"], "time_server.py", &[]);
}
