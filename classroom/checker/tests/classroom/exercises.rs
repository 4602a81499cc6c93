//! The exercises as they are handed out. (That they have no warning of clippy is `just lint`'s
//! to say: it looks at skeletons and solutions, too.)

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use support::cargo::{built, cargo, cargo_build};

use crate::workspace::{Said, root};

/// An exercise, as its `Cargo.toml` describes it.
struct Exercise {
    id: String,
    package: String,
    folder: PathBuf,
    role: String,
    arguments: Vec<String>,
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").into()
}

fn exercises() -> &'static [Exercise] {
    static EXERCISES: OnceLock<Vec<Exercise>> = OnceLock::new();
    EXERCISES.get_or_init(|| {
        let output = cargo()
            .current_dir(root())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .expect("cargo runs");
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let packages = metadata["packages"].as_array().expect("packages").iter();
        let exercises = packages.filter(|package| package["metadata"]["exercise"].is_object());
        exercises
            .map(|package| {
                let about = &package["metadata"]["exercise"];
                let manifest = PathBuf::from(text(&package["manifest_path"]));
                Exercise {
                    id: text(&about["id"]),
                    package: text(&package["name"]),
                    folder: manifest.parent().expect("a folder").into(),
                    role: text(&about["role"]),
                    arguments: about["arguments"]
                        .as_array()
                        .expect("arguments")
                        .iter()
                        .map(text)
                        .collect(),
                }
            })
            .collect()
    })
}

impl Exercise {
    fn lesson(&self) -> u8 {
        let number = self.id.trim_end_matches(|c: char| c.is_ascii_lowercase());
        number.parse().expect("an id begins with a lesson's number")
    }

    /// Has its skeleton or its solution checked.
    fn check(&self, which: &str) -> (Said, Vec<Value>) {
        let program = &programs()[&format!("{}-{which}", self.package)];
        let output = Command::new(env!("CARGO_BIN_EXE_checker"))
            .current_dir(root())
            .args(["exercise", &self.id, "--format", "json", "--"])
            .arg(program)
            .args(&self.arguments)
            .output()
            .expect("the checker starts");
        let said = Said::from(output);
        let report: Value = serde_json::from_str(&said.stdout)
            .unwrap_or_else(|error| panic!("exercise {}: {error}: {said:#?}", self.id));
        assert_eq!(report["lesson"], self.lesson(), "exercise {}", self.id);
        assert_eq!(report["role"], self.role, "exercise {}", self.id);
        let checks = report["checks"].as_array().expect("checks").clone();
        (said, checks)
    }
}

/// All skeletons and solutions, built without a warning.
fn programs() -> &'static BTreeMap<String, PathBuf> {
    static PROGRAMS: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let names = exercises().iter().flat_map(|exercise| {
            ["skeleton", "solution"].map(|which| format!("{}-{which}", exercise.package))
        });
        let output = cargo_build()
            .arg("--quiet")
            .current_dir(root())
            .args(names.flat_map(|name| ["--example".into(), name]))
            .output()
            .expect("cargo runs");
        // A warning would stand here, an error all the more.
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        built(&output.stdout)
    })
}

#[test]
fn each_has_an_id_of_its_own_and_a_lesson_and_each_lesson_has_one() {
    let mut ids = BTreeSet::new();
    let mut lessons = BTreeSet::new();
    for exercise in exercises() {
        assert!(ids.insert(&exercise.id), "there are two exercises {}", exercise.id);
        lessons.insert(exercise.lesson());
        // `5b` of the package `framed-requests` lies in `05b-framed-requests`.
        let expected = format!("{:0>1$}-{2}", exercise.id, width(&exercise.id), exercise.package);
        let folder = exercise.folder.file_name().expect("a name").to_string_lossy();
        assert_eq!(folder, expected);
    }
    assert_eq!(lessons.into_iter().collect::<Vec<_>>(), (1..=9).collect::<Vec<u8>>());
    assert!(ids.len() >= 12, "a dozen or more: {ids:?}");
    let folders = fs::read_dir(root().join("exercises")).expect("the exercises").flatten();
    let folders = folders.filter(|entry| entry.path().is_dir()).count();
    assert_eq!(ids.len(), folders, "a folder of exercises/ is no exercise");
}

/// How wide an id is whose number has two digits.
fn width(id: &str) -> usize {
    if id.ends_with(|c: char| c.is_ascii_lowercase()) { 3 } else { 2 }
}

#[test]
#[ignore = "builds every exercise twice"]
fn each_skeleton_fails_and_says_what_is_to_be_written() {
    for exercise in exercises() {
        let (said, checks) = exercise.check("skeleton");
        assert_eq!(said.status, Some(1), "exercise {}: {said:#?}", exercise.id);
        let first = checks.iter().find(|check| check["status"] == "failed").expect("a failed one");
        let evidence = first["evidence"].to_string();
        let told = evidence.contains("not yet implemented: ");
        assert!(told, "exercise {}: {first:#}", exercise.id);
    }
}

#[test]
#[ignore = "builds every exercise twice"]
fn each_solution_passes() {
    for exercise in exercises() {
        let (said, checks) = exercise.check("solution");
        let others: Vec<_> = checks.iter().filter(|check| check["status"] != "passed").collect();
        assert!(others.is_empty() && !checks.is_empty(), "exercise {}: {others:#?}", exercise.id);
        assert_eq!(said.status, Some(0), "exercise {}: {said:#?}", exercise.id);
    }
}

#[test]
fn each_skeleton_and_solution_is_formatted() {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.current_dir(root()).args(["--check", "--edition", "2024"]);
    for exercise in exercises() {
        rustfmt.arg(exercise.folder.join("skeleton/main.rs"));
        rustfmt.arg(exercise.folder.join("solution/main.rs"));
    }
    let output = rustfmt.output().expect("rustfmt runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn each_has_three_hints_or_more() {
    for exercise in exercises() {
        let path = exercise.folder.join("hints.md");
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let hints: Vec<_> = text.split("\n---\n").map(str::trim).collect();
        assert!(hints.len() >= 3, "{} has {} hints", path.display(), hints.len());
        assert!(hints.iter().all(|hint| !hint.is_empty()), "{}: an empty hint", path.display());
    }
}

#[test]
fn nothing_else_lies_in_the_folders() {
    for exercise in exercises() {
        let files = files(&exercise.folder);
        // What lies in `src` is the learner's. The next test is about what is handed out.
        let files: Vec<_> = files.iter().filter(|file| !file.starts_with("src")).collect();
        let expected = ["Cargo.toml", "hints.md", "skeleton/main.rs", "solution/main.rs"];
        assert_eq!(files, expected.map(Path::new).iter().collect::<Vec<_>>(), "{}", exercise.id);
    }
}

#[test]
#[ignore = "for a fresh clone: a learner has written something"]
fn each_is_handed_out_with_its_skeleton_and_nothing_else() {
    for exercise in exercises() {
        let read = |file| fs::read_to_string(exercise.folder.join(file)).expect("a file");
        let same = read("src/main.rs") == read("skeleton/main.rs");
        assert!(same, "{}: src/main.rs is not skeleton/main.rs", exercise.id);
        let files = files(&exercise.folder.join("src"));
        assert_eq!(files, [Path::new("main.rs")], "{}", exercise.id);
    }
}

/// The files of a folder and its folders, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path().strip_prefix(folder).expect("it is in there").into());
            }
        }
    }
    files.sort();
    files
}
