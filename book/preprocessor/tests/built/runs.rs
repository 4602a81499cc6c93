//! The recorded runs of `book/runs` come out again as they were recorded, on Linux.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use support::cargo::cargo;

use super::{root, run};

#[test]
#[ignore = "takes a minute, and needs bash, GNU sed, strace, ss and tshark: just test-book"]
fn each_run_comes_out_as_it_was_recorded() {
    // The runs start programs that a reader has built.
    run(cargo().arg("build").current_dir(root()), "https://rustup.rs");
    let mut scripts: Vec<_> = fs::read_dir(root().join("book/runs"))
        .expect("there are runs")
        .map(|entry| entry.expect("a run can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sh"))
        .collect();
    scripts.sort();
    assert!(!scripts.is_empty(), "there are runs");
    let differences: Vec<_> = scripts.iter().filter_map(|script| difference(script)).collect();
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

/// How what a script prints differs from its recording, if it does.
fn difference(script: &Path) -> Option<String> {
    let (now, _) = run(
        Command::new("bash").arg(script).current_dir(root()).env("TARGET", target().join("debug")),
        "https://www.gnu.org/software/bash/",
    );
    let recording = script.with_extension("txt");
    let recorded = fs::read_to_string(&recording).unwrap_or_default();
    let source = fs::read_to_string(script).expect("a script is text");
    let needs = source.lines().find_map(|line| line.strip_prefix("# Needs ")).unwrap_or_default();
    (now != recorded).then(|| {
        format!(
            "{} is not what the programs do now. It was recorded with {needs}\n\
             If it should be as it is now: bash {} > {}\n\
             --- recorded\n{recorded}\n--- now\n{now}",
            recording.display(),
            script.display(),
            recording.display()
        )
    })
}

/// Where cargo puts what it builds.
fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}
