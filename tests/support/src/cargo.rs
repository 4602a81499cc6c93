//! Having cargo build what a test needs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// The cargo that runs the tests, so that a build of theirs finds the same toolchain.
pub fn cargo() -> Command {
    Command::new(course::cargo())
}

/// A build that tells [`built`] where the programs lie. They are to be chosen from the whole
/// workspace, so that nothing is built twice.
pub fn cargo_build() -> Command {
    let mut cargo = cargo();
    cargo.args(["build", "--workspace", "--message-format=json-render-diagnostics"]);
    cargo
}

/// Where each program lies, as a build says on its stdout.
pub fn built(stdout: &[u8]) -> BTreeMap<String, PathBuf> {
    course::executables(stdout).expect("cargo's messages")
}
