//! The recorded runs of `book/runs` come out again as they were recorded.

use std::fs;
use std::process::Command;

use crate::{root, run, target};

#[test]
#[ignore = "takes a minute, and needs bash, strace, ss and tshark: just test-book"]
fn each_run_comes_out_as_it_was_recorded() {
    // The runs start programs that a reader has built.
    run(Command::new("cargo").arg("build").current_dir(root()), "https://rustup.rs");
    let mut scripts: Vec<_> = fs::read_dir(root().join("book/runs"))
        .expect("there are runs")
        .map(|entry| entry.expect("a run can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sh"))
        .collect();
    scripts.sort();
    assert!(!scripts.is_empty(), "there are runs");
    for script in scripts {
        let (now, _) = run(
            Command::new("bash")
                .arg(&script)
                .current_dir(root())
                .env("TARGET", target().join("debug")),
            "https://www.gnu.org/software/bash/",
        );
        let recording = script.with_extension("txt");
        let recorded = fs::read_to_string(&recording).unwrap_or_default();
        assert!(
            now == recorded,
            "{} is not what the programs do now. If it should be: bash {} > {}\n\
             --- recorded\n{recorded}\n--- now\n{now}",
            recording.display(),
            script.display(),
            recording.display()
        );
    }
}
