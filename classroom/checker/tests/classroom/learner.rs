//! A learner's way through an exercise.

use std::fs;

use crate::workspace::Workspace;

const GREETING: &str = "01-greeting";
const FILE: &str = "exercises/01-greeting/src/main.rs";
const SOLUTION: &str = "exercises/01-greeting/solution/main.rs";

#[test]
fn from_the_skeleton_to_the_solution() {
    let course = Workspace::new(&[GREETING, "02-line-messages"]);
    let solution = course.read(SOLUTION);

    let said = course.checker(&["exercise"]);
    said.is(
        1,
        &["Exercise 1, ", FILE, "not yet implemented: ", "Next: write what `todo!` stands for"],
    );
    let whole_stories = said.stdout.matches("What was done:").count();
    assert_eq!(whole_stories, 1, "one failure at a time: {}", said.stdout);
    said.is(1, &["These fail as well. Come to them when works passes: "]);
    said.is(1, &["Likely causes, the commonest first:\n    - the program came to a `todo!`"]);

    let refused = course.checker(&["solution", "1"]);
    refused.is(1, &[]);
    assert_eq!(refused.stdout, "");
    assert!(refused.stderr.contains("Exercise 1 is not done yet"), "{refused:#?}");
    assert_eq!(course.checker(&["solution", "1", "--reveal"]).stdout, solution);

    course.write(FILE, "fn main() { let answer: u8 = \"text\"; }");
    let broken = course.checker(&["exercise", "1"]);
    broken.is(1, &["It does not compile yet"]);
    assert!(broken.stderr.contains("error[E0308]"), "{broken:#?}");

    course.write(FILE, &solution.replace("hello", "good day"));
    course.checker(&["exercise", "1"]).is(1, &["Next: make works pass", "hint 1"]);

    course.write(FILE, &solution);
    assert!(!course.checker(&["progress"]).stdout.contains("done"));
    let done = course.checker(&["exercise", "1"]);
    done.is(0, &["Done.", "cargo checker exercise 2"]);
    assert!(!done.stdout.contains("FAILED"), "{done:#?}");
    assert_eq!(course.checker(&["solution", "1"]).stdout, solution);
    course.checker(&["progress"]).is(0, &["1 of 2", "done  1 ", "Next: cargo checker exercise 2"]);
    // Without an id it is the next one's turn.
    course.checker(&["exercise"]).is(1, &["Exercise 2, "]);
}

#[test]
fn behind_an_exercise_comes_the_next_one() {
    let course = Workspace::new(&[GREETING, "02-line-messages", "03-message-count"]);
    for (exercise, next) in [("02-line-messages", 3), ("03-message-count", 1)] {
        let solution = course.read(&format!("exercises/{exercise}/solution/main.rs"));
        course.write(&format!("exercises/{exercise}/src/main.rs"), &solution);
        let done = course.checker(&["exercise", &exercise[1..2]]);
        done.is(0, &["Done.", &format!("cargo checker exercise {next})")]);
    }
}

#[test]
fn the_hints_come_one_by_one() {
    let course = Workspace::new(&[GREETING]);
    let text = course.read("exercises/01-greeting/hints.md");
    let hints: Vec<_> = text.split("\n---\n").map(str::trim).collect();
    for given in 1..=hints.len() + 1 {
        let said = course.checker(&["hint", "1"]);
        let shown = hints.iter().filter(|hint| said.stdout.contains(**hint)).count();
        assert_eq!(shown, given.min(hints.len()), "{said:#?}");
        assert_eq!(said.stdout.contains("--reveal"), given >= hints.len(), "{said:#?}");
    }
}

#[test]
fn a_hint_without_an_id_is_for_the_first_that_is_not_done() {
    let course = Workspace::new(&[GREETING, "02-line-messages"]);
    course.write(".exercises/progress.json", r#"{"exercises": {"1": {"done": true}}}"#);
    course.checker(&["hint"]).is(0, &["Exercise 2, Lines and leftovers", "Hint 1 of"]);
    course.checker(&["hint"]).is(0, &["Exercise 2, Lines and leftovers", "Hint 2 of"]);
}

#[test]
fn the_skeleton_comes_back_and_nothing_written_is_lost() {
    let course = Workspace::new(&[GREETING]);
    let skeleton = course.read(FILE);
    course.checker(&["reset", "1"]).is(0, &["is the skeleton already"]);
    for (number, written) in [(1, "// the first"), (2, "// the second")] {
        course.write(FILE, written);
        let kept = format!("{FILE}.{number}");
        course.checker(&["reset", "1"]).is(0, &[&kept]);
        assert_eq!(course.read(FILE), skeleton);
        assert_eq!(course.read(&kept), written);
    }
    assert_eq!(course.read(&format!("{FILE}.1")), "// the first");
    fs::remove_file(course.path(FILE)).expect("it is there");
    course.checker(&["reset", "1"]).is(0, &["is there again"]);
    assert_eq!(course.read(FILE), skeleton);
}

#[test]
fn progress_survives_renames_and_updates_and_reset_forgets_it() {
    let course = Workspace::new(&[GREETING]);
    // As a course wrote it that had another exercise as well.
    let kept = r#"{"exercises": {"1": {"done": true, "hints": 2}, "12c": {"done": true}}}"#;
    course.write(".exercises/progress.json", kept);
    fs::rename(course.path("exercises/01-greeting"), course.path("exercises/01-welcome"))
        .expect("a folder can be renamed");
    let manifest = course.read("exercises/01-welcome/Cargo.toml").replace("A greeting", "Welcome");
    course.write("exercises/01-welcome/Cargo.toml", &manifest);
    course.checker(&["progress"]).is(0, &["1 of 1", "Welcome", "Every exercise is done."]);
    course.checker(&["hint", "1"]).is(0, &["Hint 3 of"]);
    assert!(course.read(".exercises/progress.json").contains("12c"));

    course.checker(&["reset", "1"]).is(0, &[]);
    course.checker(&["progress"]).is(0, &["0 of 1"]);
    let first = course.checker(&["hint", "1"]);
    assert!(!first.stdout.contains("Hint 2"), "{first:#?}");
}

#[test]
fn what_cannot_be_is_told() {
    let course = Workspace::new(&[GREETING]);
    let unknown = course.checker(&["exercise", "5"]);
    assert_eq!(unknown.status, Some(2), "{unknown:#?}");
    assert!(unknown.stderr.contains("there is no exercise 5; they are 1"), "{unknown:#?}");
    let strange = course.checker(&["hint", "five"]);
    assert_eq!(strange.status, Some(2), "{strange:#?}");
    assert!(strange.stderr.contains("an exercise is named like 5 or 5b"), "{strange:#?}");
    let bare = course.checker(&["exercise", "1", "python3", "mine.py"]);
    assert_eq!(bare.status, Some(2), "{bare:#?}");
    assert!(bare.stderr.contains("tip: the program to be judged stands behind `--`"), "{bare:#?}");

    course.write(".exercises/progress.json", "{");
    let damaged = course.checker(&["progress"]);
    assert_eq!(damaged.status, Some(2), "{damaged:#?}");
    assert!(damaged.stderr.contains("progress.json is damaged"), "{damaged:#?}");
    assert_eq!(course.read(".exercises/progress.json"), "{");
}

#[test]
fn a_program_in_another_language_is_checked_as_it_is() {
    let course = Workspace::new(&[GREETING]);
    course.write("mine.py", "import sys; sys.exit('no idea')");
    let said = course.checker(&["exercise", "1", "--", "python3", "mine.py", "{address}"]);
    said.is(1, &["no idea", "0 passed, "]);
    assert!(!course.path(".exercises").exists(), "no progress is kept of it");
}

#[cfg(unix)]
#[test]
fn watch_checks_at_every_save() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    /// How long to wait for what must come: cargo may have to build everything first.
    const PATIENCE: Duration = Duration::from_secs(120);

    let course = Workspace::new(&[GREETING]);
    let mut watch =
        course.command(&["watch", "1"]).stdout(Stdio::piped()).spawn().expect("the checker starts");
    let stdout = BufReader::new(watch.stdout.take().expect("a pipe"));
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|l| sender.send(l)));
    let see = |text: &str| {
        while !lines.recv_timeout(PATIENCE).expect(text).contains(text) {}
    };

    see("not yet implemented: ");
    see("Waiting for a save");
    course.write(FILE, "fn main() {");
    see("It does not compile yet");
    see("Waiting for a save");
    course.write(FILE, &course.read(SOLUTION));
    see("Done.");
    see("Waiting for a save");
    let id = watch.id().to_string();
    let interrupt = Command::new("kill").args(["-INT", &id]).status().expect("kill runs");
    assert!(interrupt.success());
    assert_eq!(watch.wait().expect("the checker ends").code(), Some(130));
}
