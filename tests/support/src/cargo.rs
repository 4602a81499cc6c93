//! Having cargo build what a test needs.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The cargo that runs the tests, so that a build of theirs finds the same toolchain.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
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
    let messages = str::from_utf8(stdout).expect("cargo writes UTF-8").lines();
    let messages =
        messages.map(|line| serde_json::from_str(line).expect("each line of cargo's is JSON"));
    messages
        .filter_map(|message: Value| {
            let name = message["target"]["name"].as_str()?.to_owned();
            Some((name, message["executable"].as_str()?.into()))
        })
        .collect()
}
