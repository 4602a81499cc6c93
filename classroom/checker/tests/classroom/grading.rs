//! Many submissions at once, among them some that would stop the others if they could.

use std::fs;

use crate::workspace::{Said, Workspace};

const GREETING: &str = "01-greeting";

/// Kills its checker. Only one of a submission's programs does: when the checker is gone, the
/// parent of the others is the one that grades.
const KILL: &str = "try: os.mkdir(os.environ['TMPDIR'] + '/once')
except FileExistsError: time.sleep(1000)
os.kill(os.getppid(), signal.SIGKILL)
";

/// Begins a server's program with its listening socket.
const SERVER: &str = "import os, signal, socket, sys, time
listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
";

/// The rest of one that does all that lesson 1 asks for.
const RIGHT: &str = "connection, _ = listener.accept()
connection.sendall(connection.recv(1024).upper())
";

fn hand_in(course: &Workspace, name: &str, check: &str, program: &str) {
    let command = r#"["python3", "mine.py", "{host}", "{port}"]"#;
    let paper = format!("check = \"{check}\"\ncommand = {command}\n");
    course.write(&format!("in/{name}/check.toml"), &paper);
    course.write(&format!("in/{name}/mine.py"), &format!("{SERVER}{program}"));
}

/// Grades all that was handed in, in the order of the names. Returns the lines of the CSV, too.
fn grade(course: &Workspace, options: &[&str]) -> (Said, Vec<String>) {
    let mut names: Vec<_> = fs::read_dir(course.path("in"))
        .expect("something was handed in")
        .map(|entry| format!("in/{}", entry.expect("a name").file_name().to_string_lossy()))
        .collect();
    names.sort();
    let mut arguments = vec!["grade", "--csv", "marks.csv"];
    arguments.extend(options);
    arguments.extend(names.iter().map(String::as_str));
    let said = course.checker(&arguments);
    let csv = course.read("marks.csv").lines().map(String::from).collect();
    (said, csv)
}

#[test]
#[ignore = "waits for submissions that hang"]
fn nobody_stops_the_others() {
    let course = Workspace::new(&[GREETING]);
    hand_in(&course, "1-hangs", "1 server", "time.sleep(1000)");
    hand_in(&course, "2-spins", "1 server", "while True: pass");
    hand_in(&course, "3-floods", "1 server", "while True: print('x' * 10000)");
    hand_in(&course, "4-forks", "1 server", "while os.fork() == 0: time.sleep(1000)");
    hand_in(&course, "5-kills", "1 server", KILL);
    hand_in(&course, "6-right", "1 server", RIGHT);
    let (said, csv) = grade(&course, &[]);
    assert_eq!(said.status, Some(1), "{said:#?}");
    let others = "works-long-message invalid-utf8";
    let expected = [
        "submission,check,outcome,passed,failed,skipped,why not checked",
        &format!("1-hangs,1 server,failed,,works,{others},"),
        &format!("2-spins,1 server,failed,,works,{others},"),
        &format!("3-floods,1 server,failed,,works,{others},"),
        &format!("4-forks,1 server,failed,,works,{others},"),
        "5-kills,1 server,not checked,,,,it brought its checker down",
        &format!("6-right,1 server,passed,works {others},,,"),
    ];
    assert_eq!(csv, expected, "{said:#?}");
    said.is(1, &["1 of 6 submissions pass"]);
}

/// They leave their process group and their parent, and forget whose check they are; the second
/// one brings its checker down as well.
#[cfg(target_os = "linux")]
#[test]
fn those_that_fork_away_are_ended_too() {
    let course = Workspace::new(&[GREETING]);
    let name = format!("far-away-{}", std::process::id());
    let fork = format!(
        "if os.fork() == 0:
  os.setsid()
  if os.fork() == 0: os.execve('/bin/sh', ['sh', '-c', 'sleep 1000; true', '{name}'], {{}})
  os._exit(0)
os.wait()
"
    );
    hand_in(&course, "1-right", "1 server", &format!("{fork}{RIGHT}"));
    hand_in(&course, "2-kills", "1 server", &format!("{fork}{KILL}"));
    let (said, csv) = grade(&course, &[]);
    said.is(1, &["1 of 2 submissions pass"]);
    assert!(csv[1].starts_with("1-right,1 server,passed,works "), "{csv:#?}");
    assert!(csv[2].starts_with("2-kills,1 server,not checked,"), "{csv:#?}");
    let processes = fs::read_dir("/proc").expect("Linux lists its processes").flatten();
    for process in processes {
        let command = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).into_owned();
        assert!(!command.split('\0').any(|word| word == name), "left behind: {command:?}");
    }
}

#[test]
fn a_submission_has_so_much_time_and_no_more() {
    let course = Workspace::new(&[GREETING]);
    hand_in(&course, "hangs", "1 server", "time.sleep(1000)");
    let (said, csv) = grade(&course, &["--limit", "1"]);
    assert_eq!(csv[1], "hangs,1 server,not checked,,,,it was not done in 1 s", "{said:#?}");
}

#[test]
fn exercises_are_graded_by_what_was_written() {
    let course = Workspace::new(&[GREETING]);
    course.copy_exercise(GREETING, "in/1-skeleton");
    course.copy_exercise(GREETING, "in/2-solution");
    let solution = course.read("exercises/01-greeting/solution/main.rs");
    course.write("in/2-solution/src/main.rs", &solution);
    course.copy_exercise(GREETING, "in/3-broken");
    course.write("in/3-broken/src/main.rs", "fn main() { 1 }");
    course.copy_exercise(GREETING, "in/4-builder");
    course.write("in/4-builder/src/main.rs", &solution);
    course.write("in/4-builder/build.rs", "fn main() { panic!(\"this must not run\") }");
    let (said, csv) = grade(&course, &[]);
    assert!(csv[1].starts_with("1-skeleton,exercise 1,failed,,works "), "{said:#?}");
    assert!(csv[2].starts_with("2-solution,exercise 1,passed,works "), "{said:#?}");
    let broken = "3-broken,exercise 1,not checked,,,,it does not compile: error[E0308]: ";
    assert!(csv[3].starts_with(broken), "{csv:#?}");
    assert!(csv[4].starts_with("4-builder,exercise 1,passed,works "), "{said:#?}");
    said.is(1, &["2 of 4 submissions pass"]);
    let untouched = course.read("exercises/01-greeting/src/main.rs");
    assert_eq!(untouched, course.read("exercises/01-greeting/skeleton/main.rs"));
}

#[test]
fn what_cannot_be_checked_says_why() {
    let course = Workspace::new(&[GREETING]);
    course.write("in/1-empty/notes.txt", "");
    hand_in(&course, "2-far", "12 server", "");
    hand_in(&course, "3-odd", "--help", "");
    hand_in(&course, "4-typo", "1 server", "");
    course.write("in/4-typo/check.toml", "check = \"1 server\"\ncomand = []\n");
    hand_in(&course, "5-missing", "1 server", "");
    let missing = "check = \"1 server\"\ncommand = [\"no-such-program\", \"{address}\"]\n";
    course.write("in/5-missing/check.toml", missing);
    let (said, csv) = grade(&course, &[]);
    assert_eq!(said.status, Some(1), "{said:#?}");
    let whys = [
        "there is neither a check.toml nor an exercise's Cargo.toml",
        "12 is not in 1..=9",
        "`check` is like",
        "unknown field `comand`",
        "cannot start `no-such-program`",
    ];
    for (line, why) in csv[1..].iter().zip(whys) {
        assert!(line.contains(",not checked,") && line.contains(why), "{why:?}: {line}");
    }
    assert_eq!(csv.len(), 6, "{csv:#?}");
}
