//! Programs that have one fault fail its check, and pass the others: no lucky pass.
//!
//! Each lesson has a table. The checker's whole output is compared with a transcript.

mod commands;
mod datagrams;
mod files;
mod first_lessons;
mod habits;

use serde_json::Value;
use support::each;

use crate::golden;
use crate::harness::{Program, checker, judge};

/// A program that has a fault.
pub struct Wrong {
    /// The lesson.
    pub lesson: u8,
    /// The role.
    pub role: &'static str,
    /// The check that it fails.
    pub id: &'static str,
    /// The program.
    pub program: Program,
    /// Its arguments.
    pub arguments: &'static [&'static str],
    /// Other checks that it fails too, for a reason that stands beside it.
    pub also: &'static [&'static str],
}

/// All of them.
pub fn wrong() -> impl Iterator<Item = &'static Wrong> {
    [first_lessons::WRONG, commands::WRONG, files::WRONG, datagrams::WRONG, habits::WRONG]
        .into_iter()
        .flatten()
}

impl Wrong {
    /// Has the program judged: it must fail its check and no other, and the checker must say what
    /// it said before. Returns what is not so.
    ///
    /// Which checks fail must be so every time. In a story, two things that happen at once may
    /// change places on a busy machine; so one of three must be told as it was recorded.
    fn complaint(&self) -> Option<String> {
        let mut difference = None;
        for _ in 0..3 {
            let judged = judge(self.lesson, self.role, self.program, self.arguments);
            let name = format!("{}-{}-{}", self.lesson, self.role, self.id);
            let mut expected = [&[self.id], self.also].concat();
            let mut failed = judged.ids("FAILED ");
            expected.sort_unstable();
            failed.sort_unstable();
            if failed != expected || judged.status != Some(1) {
                let (status, stdout, stderr) = (judged.status, &judged.stdout, &judged.stderr);
                return Some(format!(
                    "{name}: {failed:?} failed instead of {expected:?}, status {status:?}:\n\
                     {stdout}{stderr}"
                ));
            }
            difference = golden::difference(&name, &judged.stdout);
            if difference.is_none() {
                break;
            }
        }
        difference
    }
}

fn all_complain_of_nothing(programs: impl Iterator<Item = &'static Wrong> + Send) {
    let complaints: Vec<_> = each(programs, Wrong::complaint).into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_server_that_answers_zero_bytes_until_its_write_fails_does_not_pass() {
    let server = Program::Python("wrong/command_server.py").words();
    for lesson in ["4", "5", "6"] {
        let arguments = ["{host}", "{port}", lesson, "peer-closed", "9", "9"];
        let options = [lesson, "server", "--only", "peer-closed", "--"];
        let words = server.iter().map(String::as_str);
        let judged = checker(options.into_iter().chain(words).chain(arguments));
        assert_eq!(judged.ids("FAILED "), ["peer-closed"], "{}", judged.stdout);
        assert!(judged.stdout.contains("But: an answer came"), "{}", judged.stdout);
    }
}

/// A test for each lesson, in which its wrong programs fail.
macro_rules! all_fail {
    ($($name:ident = $lesson:literal),*) => {$(
        #[test]
        #[ignore = "takes a while"]
        fn $name() {
            all_complain_of_nothing(wrong().filter(|wrong| wrong.lesson == $lesson));
        }
    )*};
}

all_fail!(
    all_fail_in_lesson_1 = 1,
    all_fail_in_lesson_2 = 2,
    all_fail_in_lesson_3 = 3,
    all_fail_in_lesson_4 = 4,
    all_fail_in_lesson_5 = 5,
    all_fail_in_lesson_6 = 6,
    all_fail_in_lesson_7 = 7,
    all_fail_in_lesson_8 = 8,
    all_fail_in_lesson_9 = 9
);

const ROLES: [&str; 9] = [
    "server",
    "client",
    "reply-server",
    "get-client",
    "receiver",
    "chat-server",
    "chat-client",
    "shell-server",
    "shell-client",
];

#[test]
fn every_check_has_its_wrong_program() {
    let catalogue: Value =
        serde_json::from_str(include_str!("../../../../failures/catalogue.json"))
            .expect("the catalogue is JSON");
    let ids: Vec<_> = catalogue
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["id"].as_str().expect("an id"))
        .collect();
    let mut checks = 0;
    for lesson in 1..=9_u8 {
        for role in ROLES {
            let listed = checker([lesson.to_string().as_str(), role, "--list"]);
            if listed.status != Some(0) {
                assert!(listed.stderr.contains("its roles are"), "{}", listed.stderr);
                continue;
            }
            for id in listed.stdout.lines().filter_map(|line| line.split_whitespace().next()) {
                checks += 1;
                assert!(
                    id.starts_with("works") || ids.contains(&id),
                    "{id} is not of the catalogue"
                );
                let has =
                    |wrong: &Wrong| (wrong.lesson, wrong.role, wrong.id) == (lesson, role, id);
                assert!(wrong().any(has), "lesson {lesson}, {role}: {id} has no wrong program");
                let name = format!("{lesson}-{role}-{id}");
                assert!(golden::file(&name).is_file(), "{name} has no transcript");
            }
        }
    }
    assert_eq!(checks, wrong().count(), "a wrong program has no check");
}
