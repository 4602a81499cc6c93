//! The book as it is built, and everything in it that a reader runs. These tests take some
//! minutes, and need programs that the others do not: `just test-book` runs them.

mod html;
mod own_workspace;
// They were recorded with the tools of Linux.
#[cfg(target_os = "linux")]
mod runs;
mod spelling;

use std::path::{Path, PathBuf};
use std::process::Command;

use book_preprocessor::{Book, Course};

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the project's folder is there")
}

fn course() -> Course {
    Course::read(&root()).expect("the course can be read")
}

fn book() -> Book {
    Book::read(&root().join("book/src")).expect("the book can be read")
}

/// Runs a command to its end, and returns its stdout and its stderr. If it cannot be started,
/// `get` says how to get it; if it fails, the test does.
#[track_caller]
fn run(command: &mut Command, get: &str) -> (String, String) {
    let output =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; get it: {get}"));
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {}\n{stdout}\n{stderr}", output.status);
    (stdout, stderr)
}
