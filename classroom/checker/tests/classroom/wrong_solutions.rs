//! Solutions with one mistake each: every check of every exercise has one that fails it, and
//! passes the others. No lucky pass.

mod mistake;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::cargo::cargo;
use support::each;

use self::mistake::{Mistake, mistakes};
use crate::workspace::{Said, Workspace, root};

/// A test for each exercise, in which the solutions with a mistake fail.
macro_rules! all_fail {
    ($($name:ident = $folder:literal),* $(,)?) => {
        const FOLDERS: &[&str] = &[$($folder),*];

        $(
            #[test]
            #[ignore = "builds a program for each check"]
            fn $name() {
                all_fail($folder);
            }
        )*
    };
}

all_fail!(
    all_of_greeting_fail = "01-greeting",
    all_of_line_messages_fail = "02-line-messages",
    all_of_message_count_fail = "03-message-count",
    all_of_switchboard_fail = "03b-switchboard",
    all_of_blank_line_fail = "04-blank-line",
    all_of_network_order_fail = "05-network-order",
    all_of_framed_requests_fail = "05b-framed-requests",
    all_of_exit_status_fail = "06-exit-status",
    all_of_both_sizes_fail = "06b-both-sizes",
    all_of_resume_fail = "07-resume",
    all_of_chat_room_fail = "08-chat-room",
    all_of_retries_fail = "08b-retries",
    all_of_clock_offset_fail = "09-clock-offset",
);

/// An exercise, as its `Cargo.toml` describes it.
struct Exercise {
    id: String,
    package: String,
    arguments: Vec<String>,
    solution: String,
    mistakes: Vec<Mistake>,
}

impl Exercise {
    fn read(folder: &str) -> Self {
        let read = |file| {
            let path = root().join("exercises").join(folder).join(file);
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let manifest: toml::Table = read("Cargo.toml").parse().expect("it is TOML");
        let package = &manifest["package"];
        let about = &package["metadata"]["exercise"];
        let text = |value: &toml::Value| value.as_str().expect("a text").to_owned();
        Self {
            id: text(&about["id"]),
            package: text(&package["name"]),
            arguments: about["arguments"].as_array().expect("a list").iter().map(text).collect(),
            solution: read("solution/main.rs"),
            mistakes: mistakes(folder),
        }
    }

    /// The name of its program that has a mistake, or none.
    fn program(&self, mistake: Option<&Mistake>) -> String {
        format!("{}-{}", self.package, mistake.map_or("right", |mistake| &mistake.id))
    }

    /// The ids of the checks that pass or fail with a program.
    fn judge(&self, program: &str, status: &str) -> BTreeSet<String> {
        let output = Command::new(env!("CARGO_BIN_EXE_checker"))
            .current_dir(root())
            .args(["exercise", &self.id, "--format", "json", "--"])
            .arg(target().join("debug").join(program))
            .args(&self.arguments)
            .output()
            .expect("the checker starts");
        let said = Said::from(output);
        let report: Value = serde_json::from_str(&said.stdout)
            .unwrap_or_else(|error| panic!("exercise {}: {error}: {said:#?}", self.id));
        let checks = report["checks"].as_array().expect("checks").iter();
        checks
            .filter(|check| check["status"] == status)
            .map(|check| check["id"].as_str().expect("an id").to_owned())
            .collect()
    }

    /// Has the program judged that has this mistake, or none. Returns what is not as it should be.
    fn complaint(&self, mistake: Option<&Mistake>) -> Option<String> {
        let program = self.program(mistake);
        if let Some(mistake) = mistake {
            let failed = self.judge(&program, "failed");
            let expected = mistake.fails();
            return (failed != expected)
                .then(|| format!("{program}: {failed:?} failed instead of {expected:?}"));
        }
        let passed = self.judge(&program, "passed");
        let ids: BTreeSet<_> = self.mistakes.iter().map(|mistake| mistake.id.clone()).collect();
        (passed != ids)
            .then(|| format!("the solution passes {passed:?}, and there are mistakes for {ids:?}"))
    }
}

/// Builds the solution of an exercise as it is, and with each of its mistakes, and has them all
/// judged.
fn all_fail(folder: &str) {
    let exercise = Exercise::read(folder);
    build(folder, &exercise);
    let mistakes = [None].into_iter().chain(exercise.mistakes.iter().map(Some));
    let complaints = each(mistakes, |mistake| exercise.complaint(mistake));
    let complaints: Vec<_> = complaints.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{folder}:\n{}", complaints.join("\n"));
}

/// Builds the programs of an exercise.
fn build(folder: &str, exercise: &Exercise) {
    let package = &exercise.package;
    let course = Workspace::new(&[folder]);
    // There are many, and nobody looks into them: small ones do.
    let profile = format!("[profile.dev.package.{package}]\nstrip = true\nincremental = false\n");
    course.write("Cargo.toml", &format!("{}\n{profile}", course.read("Cargo.toml")));
    let write = |mistake: Option<&Mistake>, source: &str| {
        let name = exercise.program(mistake);
        course.write(&format!("exercises/{folder}/src/bin/{name}.rs"), source);
    };
    write(None, &exercise.solution);
    for mistake in &exercise.mistakes {
        write(Some(mistake), &mistake.made_in(&exercise.solution));
    }

    let output = cargo()
        .current_dir(course.path(""))
        .env("CARGO_TARGET_DIR", target())
        .args(["build", "--quiet", "--package", package, "--bins"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Where these tests were built, so that everything but the exercises is there already.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a folder")
}

#[test]
fn each_exercise_has_its_mistakes() {
    let names = |path: PathBuf, wanted: fn(&PathBuf) -> bool| -> BTreeSet<String> {
        let paths =
            fs::read_dir(path).expect("a folder").map(|entry| entry.expect("a name").path());
        let paths = paths.filter(wanted);
        paths.map(|path| path.file_stem().expect("a name").display().to_string()).collect()
    };
    let expected: BTreeSet<_> = FOLDERS.iter().map(|&folder| folder.to_owned()).collect();
    assert_eq!(names(root().join("exercises"), |path| path.is_dir()), expected);
    assert_eq!(names(mistake::folder(), |path| path.is_file()), expected);
}

#[test]
fn each_mistake_fits_the_solution() {
    for folder in FOLDERS {
        let exercise = Exercise::read(folder);
        let mut ids = BTreeSet::new();
        for mistake in &exercise.mistakes {
            assert!(ids.insert(&mistake.id), "{folder}: two mistakes for {}", mistake.id);
            assert_ne!(mistake.made_in(&exercise.solution), exercise.solution, "{folder}");
        }
    }
}
