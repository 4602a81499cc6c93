//! What is done to programs on Windows, tried on real ones.
#![cfg(windows)]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};
use std::{env, hint, thread};

use processes::{Running, Status, has_ended, memory, status};

/// How long to wait for what must come.
const LONG: Duration = Duration::from_secs(30);

/// The one that watches for Ctrl-C, of which a process has one.
fn running() -> &'static Running {
    static RUNNING: OnceLock<Running> = OnceLock::new();
    RUNNING.get_or_init(|| Running::new().expect("nobody else watches"))
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "not seen: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn tells_a_status_from_an_exception() {
    // The last two: an access violation, and an exception that nobody caught in .NET.
    for (code, expected) in [
        ("3", Status::Code(3)),
        ("-1", Status::Code(-1)),
        ("-1073741819", Status::Exception(0xc000_0005)),
        ("-532462766", Status::Code(-532_462_766)),
    ] {
        let mut command = Command::new("cmd");
        command.args(["/C", "exit", code]);
        let begin = |child: &mut Child| (child.id(), child.id());
        let id = running().start(&mut command, begin).expect("cmd is there");
        wait_until("it ends", || running().with(&id, has_ended) == Some(true));
        assert_eq!(running().with(&id, status), Some(Some(expected)), "{code}");
        assert_eq!(expected.is_failure(), !expected.has_crashed(), "{code}");
        running().end(&id);
    }
}

/// The shell holds little, and the program that it starts much.
#[test]
fn tells_the_memory_of_a_program_and_of_those_that_it_starts() {
    let mut command = Command::new("cmd");
    command.arg("/C").arg(env::current_exe().expect("we are one"));
    command.args(["--exact", "--ignored", "--nocapture", "holds_much"]).stdin(Stdio::piped());
    let begin = |child: &mut Child| (child.id(), (child.id(), child.stdin.take()));
    let (id, stdin) = running().start(&mut command, begin).expect("cmd is there");
    wait_until("the second one holds much", || {
        let held = memory(id).expect("it is there");
        assert!(held < 10 * MUCH as u64, "{held}");
        held >= MUCH as u64
    });
    drop(stdin);
    wait_until("it is gone", || memory(id).is_none());
    running().end(&id);
}

const MUCH: usize = 50_000_000;

#[test]
#[ignore = "the test above starts it"]
fn holds_much() {
    let bytes = hint::black_box(vec![1_u8; MUCH]);
    io::stdin().read_to_end(&mut Vec::new()).expect("it comes to its end");
    drop(bytes);
}

#[test]
fn ends_what_has_lost_its_parent() {
    let running = running();
    let mut command = Command::new("cmd");
    // The second one lives as long as its input is open.
    command.args(["/C", "start", "/b", "cmd"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let begin = |child: &mut Child| {
        let pipes = child.stdin.take().zip(child.stdout.take());
        (child.id(), (child.id(), pipes.expect("they are pipes")))
    };
    let (id, (mut stdin, stdout)) = running.start(&mut command, begin).expect("cmd is there");
    wait_until("the first one ends", || running.with(&id, has_ended) == Some(true));
    stdin.write_all(b"echo still here\r\n").expect("the second one reads");

    let (sender, seen) = mpsc::channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        while !line.trim_end().ends_with("still here") {
            line.clear();
            stdout.read_line(&mut line).expect("the second one prints");
        }
        sender.send("here").expect("the test waits");
        // It comes to its end when nobody holds the pipe any more.
        stdout.read_to_end(&mut Vec::new()).expect("it can be read");
        sender.send("gone").expect("the test waits");
    });
    assert_eq!(seen.recv_timeout(LONG), Ok("here"));
    assert!(running.end(&id).is_some());
    assert_eq!(seen.recv_timeout(LONG), Ok("gone"));
    drop(stdin);
}
