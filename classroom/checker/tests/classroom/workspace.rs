//! A small course with copies of some exercises, in which a test may write what it likes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use regex_lite::Regex;

/// The course's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A course of its own.
pub struct Workspace {
    root: PathBuf,
    /// The lock goes with the file, also when a test is killed.
    _turn: File,
}

impl Workspace {
    /// Makes a course with these exercises, each as it is handed out.
    pub fn new(exercises: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let workspace = Self { root: folder.join("course"), _turn: turn(folder) };
        if workspace.root.exists() {
            fs::remove_dir_all(&workspace.root).expect("the last test's course goes");
        }
        for exercise in exercises {
            workspace.copy_exercise(exercise, &format!("exercises/{exercise}"));
        }
        let manifest = read(&root().join("Cargo.toml"));
        let replaced = |manifest: &str, pattern: &str, by: &str| {
            Regex::new(pattern).expect("a pattern").replace_all(manifest, by).into_owned()
        };
        let manifest =
            replaced(&manifest, r"(?m)^members = \[[^\]]*\]", "members = [\"exercises/*\"]");
        let manifest = replaced(&manifest, r"(?m)^default-members = \[[^\]]*\]", "");
        // A path may hold what must not stand between double quotes.
        let lessons = format!("path = '{}/$1'", root().display());
        let manifest = replaced(&manifest, r#"path = "([^"]*)""#, &lessons);
        workspace.write("Cargo.toml", &manifest);
        workspace.write("Cargo.lock", &read(&root().join("Cargo.lock")));
        workspace
    }

    /// Copies an exercise, as it is handed out, to a folder of this course.
    pub fn copy_exercise(&self, exercise: &str, to: &str) {
        let from = root().join("exercises").join(exercise);
        for file in ["Cargo.toml", "hints.md", "skeleton/main.rs", "solution/main.rs"] {
            self.write(&format!("{to}/{file}"), &read(&from.join(file)));
        }
        self.write(&format!("{to}/src/main.rs"), &read(&from.join("skeleton/main.rs")));
    }

    /// Where a file of it lies.
    pub fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// Writes a file.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    /// Reads a file.
    pub fn read(&self, file: &str) -> String {
        read(&self.path(file))
    }

    /// The checker, in the course's folder. It builds where these tests were built, so that
    /// everything but the exercises is there already.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_checker"));
        command.args(arguments).current_dir(&self.root).env("CARGO_TARGET_DIR", target);
        command
    }

    /// Runs the checker.
    pub fn checker(&self, arguments: &[&str]) -> Said {
        self.command(arguments).output().expect("the checker starts").into()
    }
}

/// Waits until no other test has a course. Builds of one exercise in several workspaces put their
/// programs in the same place. A lock on a file also holds between processes, of which some
/// runners of tests start one for each test.
fn turn(folder: &Path) -> File {
    let file = File::create(folder.join("course.lock")).expect("the lock can be made");
    file.lock().expect("the lock can be taken");
    file
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the checker said, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Its exit status.
    pub status: Option<i32>,
    /// Its stdout.
    pub stdout: String,
    /// Its stderr.
    pub stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the checker prints UTF-8");
        Self {
            status: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Said {
    /// Asserts how the checker ended, and what it said on stdout among other things.
    pub fn is(&self, status: i32, said: &[&str]) {
        assert_eq!(self.status, Some(status), "{self:#?}");
        for text in said {
            assert!(self.stdout.contains(text), "expected {text:?} in {self:#?}");
        }
    }
}
