//! What the tests share: the programs to be judged, and the checker that judges them.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{LazyLock, OnceLock};

use support::cargo::{built, cargo_build};

use crate::right_programs::RIGHT;
use crate::wrong_programs::wrong;

/// How a program under test is named in the tables.
#[derive(Clone, Copy)]
pub enum Program {
    /// A program of the workspace.
    Rust(&'static str),
    /// A script of `tests/python`.
    Python(&'static str),
}

impl Program {
    /// The words that start it.
    pub fn words(self) -> Vec<String> {
        match self {
            Self::Rust(name) => vec![path(name)],
            Self::Python(script) => {
                let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python");
                vec!["python3".into(), scripts.join(script).to_string_lossy().into_owned()]
            }
        }
    }
}

/// Where a program lies. The first call has cargo build all of them that the tables name.
fn path(name: &str) -> String {
    static PATHS: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let paths = PATHS.get_or_init(|| {
        let programs = RIGHT.iter().map(|right| right.program);
        let mut names: Vec<_> = programs
            .chain(wrong().map(|wrong| wrong.program))
            .filter_map(|program| match program {
                Program::Rust(name) => Some(name),
                Program::Python(_) => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        build(&names)
    });
    paths[name].to_string_lossy().into_owned()
}

/// Has cargo build programs.
fn build(names: &[&str]) -> BTreeMap<String, PathBuf> {
    let output = cargo_build()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(names.iter().flat_map(|name| ["--bin", name]))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    built(&output.stdout)
}

/// Where programs are looked for: first beside the Python that `python3` starts. A manager of
/// versions that stands in between takes longer than most of the programs under test.
static PYTHON_FIRST: LazyLock<OsString> = LazyLock::new(|| {
    let path = env::var_os("PATH").unwrap_or_default();
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let python = asked.ok().and_then(|asked| String::from_utf8(asked.stdout).ok());
    let beside = python.as_deref().and_then(|python| Path::new(python.trim()).parent());
    let folders = beside.map(Path::to_path_buf).into_iter().chain(env::split_paths(&path));
    env::join_paths(folders).unwrap_or(path)
});

/// What the checker said, and how it ended.
pub struct Judged {
    /// Its exit status.
    pub status: Option<i32>,
    /// Its stdout.
    pub stdout: String,
    /// Its stderr.
    pub stderr: String,
}

/// Runs the checker.
pub fn checker(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Judged {
    let output = Command::new(env!("CARGO_BIN_EXE_checker"))
        .env("PATH", &*PYTHON_FIRST)
        .args(arguments)
        .output()
        .expect("the checker starts");
    output.into()
}

/// Has a program judged. `arguments` are the program's, `{address}` among them.
pub fn judge(lesson: u8, role: &str, program: Program, arguments: &[&str]) -> Judged {
    let (lesson, mut words) = (lesson.to_string(), program.words());
    words.extend(arguments.iter().map(|&argument| argument.into()));
    let options = [lesson.as_str(), role, "--"];
    checker(options.into_iter().chain(words.iter().map(String::as_str)))
}

impl From<Output> for Judged {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the checker prints UTF-8");
        Self {
            status: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Judged {
    /// The ids of the checks that failed, or passed, or were skipped.
    pub fn ids(&self, verdict: &str) -> Vec<&str> {
        let verdicts = self.stdout.lines().filter_map(|line| line.strip_prefix(verdict));
        verdicts.filter_map(|rest| rest.split_whitespace().next()).collect()
    }

    /// Asserts that every check passed, but for some that were skipped.
    pub fn passes(&self, skipped: &[&str]) {
        assert_eq!(self.status, Some(0), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.ids("FAILED "), [""; 0], "{}", self.stdout);
        // Elsewhere more is skipped: not every system lets a program be paused or signalled.
        if cfg!(target_os = "linux") {
            assert_eq!(self.ids("skipped "), skipped, "{}", self.stdout);
        }
        assert!(!self.ids("passed ").is_empty(), "{}", self.stdout);
    }
}
