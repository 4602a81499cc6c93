//! All that the workspace holds.

use std::path::{Display, Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::cargo::cargo;
use crate::exercise::Exercise;
use crate::id::Id;
use crate::lesson::Lesson;
use crate::package::Package;
use crate::program::{Program, share_addresses};

/// The course.
pub struct Course {
    /// The folder of its workspace.
    pub root: PathBuf,
    /// The lessons, by number.
    pub lessons: Vec<Lesson>,
    /// The exercises, in the order in which they are done.
    pub exercises: Vec<Exercise>,
    /// The names of all packages of the workspace.
    pub packages: Vec<String>,
    /// Every program of the workspace: a failure may need any of them.
    pub programs: Vec<Program>,
}

/// What `cargo metadata` prints, as far as we need it.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    packages: Vec<Package>,
}

impl Course {
    /// Asks cargo what the workspace holds in which we are.
    ///
    /// # Errors
    ///
    /// There is none, or a package of it does not describe itself as it should.
    pub fn load() -> anyhow::Result<Self> {
        Self::ask(&mut metadata())
    }

    /// Asks cargo what the workspace holds that lies in `root`.
    ///
    /// # Errors
    ///
    /// There is none, or a package of it does not describe itself as it should.
    pub fn load_from(root: &Path) -> anyhow::Result<Self> {
        Self::ask(metadata().arg("--manifest-path").arg(root.join("Cargo.toml")))
    }

    fn ask(command: &mut Command) -> anyhow::Result<Self> {
        let output = command.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
        ensure!(
            output.status.success(),
            "`cargo metadata` failed; are you in the course's folder?"
        );
        Self::from_metadata(&output.stdout)
    }

    /// Reads what `cargo metadata` prints.
    fn from_metadata(text: &[u8]) -> anyhow::Result<Self> {
        let Metadata { workspace_root: root, packages } = serde_json::from_slice(text)?;
        let (mut lessons, mut exercises, mut programs) = (Vec::new(), Vec::new(), Vec::new());
        for package in &packages {
            lessons.extend(Lesson::from_package(package, &root)?);
            exercises.extend(Exercise::from_package(package)?);
            programs.extend(Program::of_package(package)?);
        }
        share_addresses(&mut programs);
        lessons.sort_by_key(|lesson| lesson.number);
        exercises.sort_by(|a, b| a.about.id.cmp(&b.about.id));
        let packages = packages.into_iter().map(|package| package.name).collect();
        Ok(Self { root, lessons, exercises, packages, programs })
    }

    /// Finds a lesson.
    pub fn lesson(&self, number: u32) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| u32::from(lesson.number) == number)
    }

    /// Finds an exercise.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    pub fn exercise(&self, id: &Id) -> anyhow::Result<&Exercise> {
        let found = self.exercises.iter().find(|exercise| exercise.about.id == *id);
        found.with_context(|| {
            let ids: Vec<_> = self.exercises.iter().map(|e| e.about.id.to_string()).collect();
            format!("there is no exercise {id}; they are {}", ids.join(", "))
        })
    }

    /// A file as a learner calls it, who works in the course's folder.
    pub fn short<'a>(&self, path: &'a Path) -> Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

fn metadata() -> Command {
    let mut command = Command::new(cargo());
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    command
}

#[cfg(test)]
mod tests {
    use super::Course;
    use crate::package::tests::package;

    fn course(packages: &[String]) -> anyhow::Result<Course> {
        let packages = packages.join(",");
        let text = format!(r#"{{"workspace_root": "/course", "packages": [{packages}]}}"#);
        Course::from_metadata(text.as_bytes())
    }

    fn lesson(folder: &str, programs: &[&str], addresses: &str) -> String {
        let metadata =
            format!(r#"{{"lesson": {{"title": "Echo"}}, "addresses": {{{addresses}}}}}"#);
        package(&format!("lessons/{folder}"), &metadata, programs)
    }

    fn complaint(packages: &[String]) -> String {
        let error = course(packages).err().expect("something is wrong");
        format!("{error:#}")
    }

    #[test]
    fn lessons_come_by_number_and_the_main_pair_first() {
        let course = course(&[
            lesson("10-late", &[], ""),
            lesson("02-loop", &["loop-burst-server", "loop-client", "loop-server"], ""),
        ]);
        let course = course.expect("it is described");
        let numbers: Vec<_> = course.lessons.iter().map(|lesson| lesson.number).collect();
        assert_eq!(numbers, [2, 10]);
        let programs: Vec<_> = course.lessons[0].programs.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(programs, ["loop-server", "loop-client", "loop-burst-server"]);
    }

    #[test]
    fn a_program_has_its_own_address_that_of_its_package_or_none() {
        let addresses =
            r#""default": "127.0.0.1:9000", "udp-chat": "127.0.0.1:8081", "udp-pack": """#;
        let course = course(&[
            lesson("08-udp", &["udp-chat", "udp-pack", "udp-server"], addresses),
            package("failures", "null", &["faulty-udp-chat", "raw-server"]),
        ]);
        let course = course.expect("it is described");
        let found: Vec<_> = course
            .programs
            .iter()
            .map(|program| (program.name.as_str(), program.address.map(|address| address.port())))
            .collect();
        assert_eq!(
            found,
            [
                ("udp-chat", Some(8081)),
                ("udp-pack", None),
                ("udp-server", Some(9000)),
                ("faulty-udp-chat", Some(8081)),
                ("raw-server", None),
            ]
        );
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        let said = complaint(&[lesson("01-echo", &["echo"], r#""default": "8080""#)]);
        assert!(said.contains("/course/lessons/01-echo/Cargo.toml"), "{said}");
        assert!(said.contains("`8080`"), "{said}");
    }

    #[test]
    fn an_address_of_a_program_that_is_not_there_is_named() {
        let said = complaint(&[lesson("01-echo", &["echo"], r#""ecco": "127.0.0.1:8080""#)]);
        assert!(said.contains("/course/lessons/01-echo/Cargo.toml"), "{said}");
        assert!(said.contains("`ecco`"), "{said}");
    }

    #[test]
    fn a_lesson_that_says_nothing_of_itself_is_named() {
        let said = complaint(&[package("lessons/01-echo", "null", &[])]);
        assert!(said.contains("/course/lessons/01-echo/Cargo.toml"), "{said}");
        assert!(said.contains("package.metadata.lesson"), "{said}");
    }

    #[test]
    fn a_lesson_without_a_title_is_named() {
        let said = complaint(&[package("lessons/01-echo", r#"{"lesson": {"framed": true}}"#, &[])]);
        assert!(said.contains("/course/lessons/01-echo/Cargo.toml"), "{said}");
        assert!(said.contains("`title`"), "{said}");
    }

    #[test]
    fn an_exercise_without_minutes_is_named() {
        let metadata = r#"{"exercise": {"id": "1", "title": "t", "topic": "t", "role": "server",
            "check": "c", "arguments": []}}"#;
        let said = complaint(&[package("exercises/01-own", metadata, &["own"])]);
        assert!(said.contains("/course/exercises/01-own/Cargo.toml"), "{said}");
        assert!(said.contains("`minutes`"), "{said}");
    }
}
