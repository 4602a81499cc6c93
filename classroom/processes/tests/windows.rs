//! What is done to programs on Windows, tried on real ones.
#![cfg(windows)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use processes::{Running, has_ended};

/// How long to wait for what must come.
const LONG: Duration = Duration::from_secs(30);

#[test]
fn ends_what_has_lost_its_parent() {
    let running = Running::new().expect("nobody else watches");
    let mut command = Command::new("cmd");
    // The second one lives as long as its input is open.
    command.args(["/C", "start", "/b", "cmd"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let begin = |child: &mut Child| {
        let pipes = child.stdin.take().zip(child.stdout.take());
        (child.id(), (child.id(), pipes.expect("they are pipes")))
    };
    let (id, (mut stdin, stdout)) = running.start(&mut command, begin).expect("cmd is there");
    let deadline = Instant::now() + LONG;
    while running.with(&id, has_ended) == Some(false) {
        assert!(Instant::now() < deadline, "the first one does not end");
        thread::sleep(Duration::from_millis(2));
    }
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
