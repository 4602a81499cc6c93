//! What is done to programs, tried on real ones.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use processes::{Activity, Running, Status, has_ended, memory, status};

/// How long to wait for what must come.
const LONG: Duration = Duration::from_secs(30);
const MOMENT: Duration = Duration::from_millis(2);

/// The one that watches for Ctrl-C, of which a process has one.
fn running() -> &'static Running {
    static RUNNING: OnceLock<Running> = OnceLock::new();
    RUNNING.get_or_init(|| Running::new().expect("nobody else watches"))
}

/// A shell that runs a script. It is ended when the test is over, also when that fails.
struct Shell {
    id: u32,
    stdout: Option<BufReader<ChildStdout>>,
}

impl Shell {
    fn start(script: &str) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::piped());
        let begin = |child: &mut Child| {
            let stdout = child.stdout.take().expect("it is a pipe");
            (child.id(), Self { id: child.id(), stdout: Some(BufReader::new(stdout)) })
        };
        running().start(&mut command, begin).expect("a shell is everywhere")
    }

    /// The next line that it prints: the number of a process.
    fn number(&mut self) -> u32 {
        let mut line = String::new();
        self.stdout.as_mut().expect("it is there").read_line(&mut line).expect("it prints");
        line.trim().parse().expect("a number")
    }

    /// Waits for the end of what is printed, which comes when nobody holds the pipe any more.
    fn reach_end(&mut self) {
        let mut stdout = self.stdout.take().expect("nobody else reads");
        let (sender, ended) = mpsc::channel();
        thread::spawn(move || sender.send(stdout.read_to_end(&mut Vec::new())));
        ended.recv_timeout(LONG).expect("the pipe is let go").expect("it can be read");
    }

    fn with<T>(&self, act: impl FnOnce(&mut Child) -> T) -> T {
        running().with(&self.id, act).expect("it has not been waited for")
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        running().end(&self.id);
    }
}

fn wait_until(what: &str, mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !reached() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(MOMENT);
    }
}

fn is_one_paused(process: u32) -> bool {
    Activity::of(process).is_some_and(|now| now.paused)
}

#[test]
fn ends_what_has_left_the_group_and_what_has_lost_its_parent() {
    let mut shell = Shell::start("setsid sleep 1000 & echo $!; (sleep 1001 & echo $!); wait");
    let numbers = [shell.number(), shell.number()];
    assert!(running().end(&shell.id).is_some());
    for number in numbers {
        // One that has ended but was not waited for does nothing either, and is paused at once.
        wait_until("it ends", || Activity::of(number).is_none_or(|now| now.paused));
    }
    shell.reach_end();
    assert!(running().end(&shell.id).is_none(), "it is ended once");
}

#[test]
fn ends_one_program_and_leaves_the_others() {
    let (one, other) = (Shell::start("sleep 1000; :"), Shell::start("sleep 1000; :"));
    drop(one);
    assert!(!other.with(has_ended));
}

#[test]
fn pauses_a_program_with_all_that_it_has_started() {
    let mut shell = Shell::start("sh -c 'setsid sleep 1000 & echo $!; wait' & wait");
    let grandchild = shell.number();
    running().pause(&shell.id).expect("it can be paused");
    assert!(is_one_paused(shell.id));
    assert!(is_one_paused(grandchild));
    running().resume(&shell.id).expect("it can go on");
    wait_until("it goes on", || !is_one_paused(grandchild) && !is_one_paused(shell.id));
}

/// A shell waits for a command that it starts, and cannot stop meanwhile.
#[test]
fn a_program_that_starts_commands_again_and_again_can_be_paused() {
    let shell = Shell::start("while :; do /bin/true; done");
    for _ in 0..50 {
        running().pause(&shell.id).expect("it can be paused");
        let all = Activity::of_all(shell.id).expect("it is there");
        assert!(all.paused);
        running().resume(&shell.id).expect("it can go on");
    }
}

#[test]
fn a_program_that_has_ended_is_paused_and_one_that_is_gone_cannot_be() {
    let shell = Shell::start("exit 3");
    wait_until("it ends", || shell.with(has_ended));
    assert_eq!(shell.with(status), Some(Status::Code(3)));
    running().pause(&shell.id).expect("it does nothing already");
    running().end(&shell.id);
    let error = running().pause(&shell.id).expect_err("it is gone");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn tells_by_which_signal_a_program_has_ended() {
    let shell = Shell::start("kill -TERM $$");
    wait_until("it ends", || shell.with(has_ended));
    assert_eq!(shell.with(status), Some(Status::Signal(15)));
}

#[test]
fn tells_who_sleeps_from_who_spins() {
    let sleeper = Shell::start("sleep 1000; :");
    let spinner = Shell::start("while :; do :; done");
    wait_until("it sleeps", || Activity::of_all(sleeper.id).is_some_and(|now| now.asleep));
    wait_until("it spins", || {
        let now = Activity::of(spinner.id).expect("it is there");
        assert!(!now.asleep);
        now.processor_time >= Duration::from_millis(100)
    });
}

#[test]
fn tells_memory_in_bytes() {
    // The shell keeps what it has read.
    let script = "text=$(head -c 20000000 /dev/zero | tr '\\0' x); echo $$; sleep 1000; :";
    let mut shell = Shell::start(script);
    assert_eq!(shell.number(), shell.id);
    let held = memory(shell.id).expect("it is there");
    assert!((20_000_000..400_000_000).contains(&held), "{held}");
}
