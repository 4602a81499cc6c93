//! The player: its scripts, its failures, and that it leaves nothing behind.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::assert::{Assert, OutputAssertExt};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// How long to wait for what must come. It is reached only when something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A script in a folder of its own, with the temporary folder of the player that plays it.
struct Play {
    folder: TempDir,
}

impl Play {
    fn new(script: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        fs::write(folder.path().join("scene.play"), script).expect("a script can be written");
        fs::create_dir(folder.path().join("tmp")).expect("a folder can be made");
        Self { folder }
    }

    /// The command that plays the script with the programs of a lesson.
    fn command(&self, lesson: u32) -> Command {
        let mut command = player();
        command
            .args(["lesson", &lesson.to_string(), "--script"])
            .arg(self.folder.path().join("scene.play"))
            .env("TMPDIR", self.folder.path().join("tmp"));
        command
    }

    fn run(&self, lesson: u32) -> Assert {
        finish(&mut self.command(lesson)).assert()
    }

    /// Plays the script with any program of the workspace, and with little patience.
    fn run_as_failure(&self) -> Assert {
        let mut command = player();
        command
            .args(["failure", "--patience", "2", "--script"])
            .arg(self.folder.path().join("scene.play"))
            .env("TMPDIR", self.folder.path().join("tmp"));
        finish(&mut command).assert()
    }

    /// Plays with little patience: for what never comes.
    fn run_impatiently(&self, lesson: u32) -> Assert {
        finish(self.command(lesson).args(["--patience", "1"])).assert()
    }

    /// How many processes work in the scene's folder.
    fn processes(&self) -> usize {
        let processes = fs::read_dir("/proc").expect("/proc is there").flatten();
        processes
            .filter_map(|process| fs::read_link(process.path().join("cwd")).ok())
            .filter(|folder| folder.starts_with(self.folder.path()))
            .count()
    }

    /// The files in the folder of the scene that is being played.
    fn scene_files(&self) -> Vec<String> {
        let names = |folder: &Path| fs::read_dir(folder).expect("a folder").flatten();
        let scenes = names(&self.folder.path().join("tmp"));
        let files = scenes.flat_map(|scene| names(&scene.path()));
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect()
    }

    fn assert_nothing_is_left(&self) {
        assert_eq!(self.processes(), 0, "processes are left behind");
        let files: Vec<_> =
            fs::read_dir(self.folder.path().join("tmp")).expect("the folder is there").collect();
        assert!(files.is_empty(), "files are left behind: {files:?}");
    }
}

/// A player that is running, with its input open. It is killed if the test fails.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the player starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        Self { child, input, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim_end().to_string()
    }

    /// Reads up to a line.
    fn read_to(&mut self, wanted: &str) {
        loop {
            let mut line = String::new();
            let count = self.output.read_line(&mut line).expect("a line");
            assert!(count > 0, "`{wanted}` never came");
            if line.trim_end() == wanted {
                return;
            }
        }
    }

    /// Reads up to a text that need not end a line.
    fn read_up_to(&mut self, wanted: &str) -> String {
        let mut read = Vec::new();
        while !read.ends_with(wanted.as_bytes()) {
            let mut byte = [0];
            let came = self.output.read_exact(&mut byte);
            assert!(came.is_ok(), "`{wanted}` never came: {}", String::from_utf8_lossy(&read));
            read.extend(byte);
        }
        String::from_utf8_lossy(&read).into_owned()
    }

    fn state(&self) -> char {
        state(&self.child.id().to_string())
    }
}

/// The state of a process, as /proc names it: R runs, S sleeps, Z has ended.
fn state(id: &str) -> char {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).expect("it is still there");
    let (_, fields) = stat.rsplit_once(") ").expect("the name is in parentheses");
    fields.chars().next().expect("the state follows")
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, which is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn player() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_player"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

fn run(arguments: &[&str]) -> Output {
    finish(player().args(arguments))
}

fn finish(command: &mut Command) -> Output {
    command.output().expect("the player starts")
}

fn wait_until(what: &str, mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !reached() {
        assert!(Instant::now() < deadline, "{what}: never");
        std::thread::yield_now();
    }
}

const ECHO: &str = "\
title Echo
start server  simple-echo-server {free}
see   server  listening on {server}
start client  simple-echo-client {server}
";

#[test]
fn the_lessons_are_listed_with_their_programs() {
    run(&["lesson"])
        .assert()
        .success()
        .stdout(contains("1  Simple echo: One client, one message, one answer"))
        .stdout(contains("simple-echo-server, simple-echo-client"))
        .stdout(contains("time-server, time-client"));
}

#[test]
fn nothing_is_said_when_nobody_reads_on() {
    // One ends with its first line, the other in the middle of a play.
    for (arguments, last_read) in [(&["failure"][..], "Lesson 1"), (&["lesson", "1"], "1. One")] {
        let mut child = player()
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the player starts");
        let lines = BufReader::new(child.stdout.take().expect("stdout is a pipe")).lines();
        let mut read = lines.map_while(Result::ok).skip_while(|line| !line.starts_with(last_read));
        assert!(read.next().is_some(), "{last_read:?} never came");
        drop(read);
        let output = child.wait_with_output().expect("it ends");
        output.assert().success().stderr(contains("Error").not());
    }
}

#[test]
fn a_lesson_or_scene_that_is_not_there_is_an_error() {
    run(&["lesson", "77"]).assert().code(1).stderr(contains("there is no lesson 77"));
    run(&["lesson", "1", "nonsense"])
        .assert()
        .code(1)
        .stderr(contains("lesson 1 has no scene `nonsense`; its scenes are 1-echo,"));
}

#[test]
fn a_scene_is_chosen_by_number_or_name() {
    let by_number = run(&["lesson", "1", "1", "--patience", "60"])
        .assert()
        .success()
        .get_output()
        .stdout
        .clone();
    let by_name = run(&["lesson", "1", "1-echo", "--patience", "60"])
        .assert()
        .success()
        .get_output()
        .stdout
        .clone();
    assert_eq!(by_number, by_name);
}

#[test]
fn bad_scripts_are_named_with_line_and_remedy() {
    let start = "title T\nstart server simple-echo-server {free}\n";
    for (script, place, remedy) in [
        ("say hello\n", ":1:", "a scene begins with `title`"),
        ("", "scene.play:", "a scene begins with `title`"),
        ("title T\nshout hello\n", ":2: shout hello", "there is no verb `shout`; there are title"),
        ("title T\nsay\n", ":2:", "say A few words"),
        ("title T\n\nsee server hello\n", ":3:", "no side `server` has been started"),
        ("title T\nstart server bash\n", ":2:", "it has simple-echo-server, simple-echo-client"),
        ("title T\nstart server\n", ":2:", "`start` needs a program"),
        ("title T\nstart any simple-echo-server\n", ":2:", "`any` means something else"),
        ("title T\nstart A simple-echo-server\n", ":2:", "a side is named by small letters"),
        ("title T\nstart a simple-echo-server {b}\n", ":2:", "`{b}` stands for nothing here"),
        ("title T\nstart a simple-echo-client 'x\n", ":2:", "a quote is open"),
        (&format!("{start}ends server\n"), ":3:", "ends client 0"),
        (&format!("{start}kill server now\n"), ":3:", "a side and nothing more: kill server"),
        (&format!("{start}memory server 5 MB\n"), ":3:", "memory server over 200 MB"),
        (&format!("{start}unread server 5\n"), ":3:", "unread client 10 bytes"),
        (&format!("{start}see server {{free}}\n"), ":3:", "`{free}` stands for nothing here"),
        ("title T\nvary TIME [0-9]+\n", ":2:", "vary TIME = "),
        ("title T\nlarge 5 bytes\n", ":2:", "large requests 20000000 bytes"),
        ("title T\nvary TIME = [0-9\n", ":2:", "`[0-9` is no pattern"),
        ("title T\nfile ../x some text\n", ":2:", "lies in the scene's folder"),
        ("title T\nfile /x some text\n", ":2:", "lies in the scene's folder"),
        ("title T\nfile x\n", ":2:", "file NAME  some text"),
        ("title T\nfiles out\n", ":2:", "files FOLDER  notes.txt 12 bytes"),
    ] {
        Play::new(script).run(1).code(1).stdout("").stderr(contains(place).and(contains(remedy)));
    }
}

#[test]
fn a_side_that_waits_and_one_that_spins_are_told_apart() {
    let waiting = "title T\nstart server connection-loop-server {free}\n\
                   see server listening on {server}\nwaits server\n";
    let spinning = "title T\n\
                    start server faulty-connection-loop-server {free} --fault peer-closed\n\
                    see server listening on {server}\n\
                    start client connection-loop-client {server}\n\
                    see server client {client}\nclose client\nends client 0\nspins server\n";
    Play::new(waiting).run_as_failure().success().stdout(contains("server ! waits\n"));
    Play::new(spinning).run_as_failure().success().stdout(contains("server ! spins: "));
    for (script, wrong) in [(waiting, "spins"), (spinning, "waits")] {
        let play = Play::new(&format!("{script}{wrong} server\n"));
        play.run_as_failure().code(1).stderr(contains(format!("not seen: server {wrong}")));
        play.assert_nothing_is_left();
    }
}

#[test]
fn the_memory_of_a_side_is_told() {
    let start = "title T\nstart server connection-loop-server {free}\n\
                 see server listening on {server}\n";
    let holds = |megabytes| {
        let line = format!("memory server over {megabytes} MB\n");
        Play::new(&format!("{start}{line}")).run_as_failure()
    };
    holds(1).success().stdout(contains("server ! holds more than 1 MB of memory\n"));
    holds(500).code(1).stderr(contains("not seen: server holds more than 500 MB of memory"));
}

#[test]
fn the_port_of_a_side_can_be_called_at_another_address() {
    Play::new(
        "title T\nstart server connection-loop-server {free}\n\
         see server listening on {server}\n\
         start client connection-loop-client 127.0.0.2:{port-of-server}\n\
         see client Error: cannot connect to 127.0.0.2:{port-of-server}; {any}\n\
         skip client\nends client 1\n",
    )
    .run(3)
    .success()
    .stdout(contains("client $ connection-loop-client 127.0.0.2:8080\n"));
}

#[test]
fn everything_a_script_can_say() {
    let play = Play::new(
        r#"
# A comment, and a blank line before it.
title  Everything
vary   WORD = br[a-z]+n
unix   It pauses.
say    Some words.
say    Some more.
ask    A question?

file   notes.txt  some text
file   out/big.bin  1000 bytes
folder  empty
start  one   connection-loop-server {free} --reply
see    one   listening on {one}
start  two   connection-loop-server {free}
see    two   listening on {two}
start  client  connection-loop-client {one}
connected client
see    one   client {client}
type   client  {"a": {}} in {any}
see    one   received 18 bytes: {any}
pause  client
type   one   brown
unread client  5 bytes
resume client
see    client  WORD
type   client  bye
see    one   received 3 bytes: "bye"
type   one
skip   one
see    client  Error: {any}(peer-closed)
ends   client  1
kill   one
start  one   connection-loop-server {one}
see    one   listening on {one}
kill   two
start  three  connection-loop-client {two}
skip   three
see    three  Caused by:
skip   three
ends   three  1
file   copy.bin  1000 bytes
same   out/big.bin  copy.bin
files  out   big.bin 1000 bytes
files  empty  empty
files  received  absent
start  four  connection-loop-client '{dir}/a b:1'
see    four  error: invalid value '{dir}/a b:1' for '[ADDRESS]': {any}
skip   four
ends   four  2
"#,
    );
    let expected = r#"Lesson 3 · Connection loop with SO_REUSEADDR

1. Everything

    Some words.
    Some more.

  ? A question?

files  ! notes.txt, 10 bytes
files  ! out/big.bin, 1000 bytes
files  ! empty/
one    $ connection-loop-server 127.0.0.1:8080 --reply
one    | listening on 127.0.0.1:8080
two    $ connection-loop-server 127.0.0.1:8081
two    | listening on 127.0.0.1:8081
client $ connection-loop-client 127.0.0.1:8080
client ! connected
one    | client 127.0.0.1:50001
client > {"a": {}} in {any}
one    | received 18 bytes: "{\"a\": {}} in {any}"
client ! paused
one    > brown
client ! 5 bytes lie unread
client ! goes on
client | WORD
client > bye
one    | received 3 bytes: "bye"
one    > (Enter)
client | Error: the server closed the connection without an answer (peer-closed)
client ! ended with status 1
one    ! killed
one    $ connection-loop-server 127.0.0.1:8080
one    | listening on 127.0.0.1:8080
two    ! killed
three  $ connection-loop-client 127.0.0.1:8081
three  … 2 lines
three  | Caused by:
three  … 1 line
three  ! ended with status 1
files  ! copy.bin, 1000 bytes
files  | out/big.bin and copy.bin are the same, byte for byte
files  | out: big.bin 1000 bytes
files  | empty: empty
files  | received: absent
four   $ connection-loop-client './a b:1'
four   | error: invalid value './a b:1' for '[ADDRESS]': no host is called ./a b; usage: IP:PORT, as in 127.0.0.1:8080 or [::1]:8080
four   … 2 lines
four   ! ended with status 2
"#;
    play.run(3).success().stdout(predicates::str::diff(expected));
    play.assert_nothing_is_left();
}

#[test]
fn the_same_play_prints_the_same_and_no_colour_into_a_file() {
    let first = run(&["lesson", "1"]).assert().success().get_output().stdout.clone();
    let second = run(&["lesson", "1"]).assert().success().get_output().stdout.clone();
    assert_eq!(first, second);
    assert!(!first.contains(&0x1b), "colour in a file");
}

#[test]
fn colour_is_shown_where_it_is_wanted_and_never_against_no_color() {
    let coloured = player().args(["lesson", "1"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    coloured.assert().success().stdout(contains("\x1b["));
    let plain = player()
        .args(["lesson", "1"])
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    plain.assert().success().stdout(contains("\x1b[").not());
}

#[test]
fn a_wrong_expectation_fails_the_play() {
    let play = Play::new(&format!("{ECHO}see server client {{client}}\nsee server nonsense\n"));
    play.run(1)
        .code(1)
        .stderr(contains("scene.play:6: see server nonsense"))
        .stderr(contains("server printed another line: received 5 bytes: \"hello\""))
        .stderr(contains("The last lines of each side:"))
        .stderr(contains("server | listening on 127.0.0.1:8080"));
    play.assert_nothing_is_left();
}

#[test]
fn a_line_that_nobody_expected_fails_the_play_at_the_end_of_its_side() {
    let play = Play::new(&format!("{ECHO}ends client 0\n"));
    play.run(1)
        .code(1)
        .stderr(contains("scene.play:5: ends client 0"))
        .stderr(contains("client printed a line that nobody expected: HELLO"));
    play.assert_nothing_is_left();
}

#[test]
fn a_line_that_nobody_expected_fails_the_play_at_the_end_of_the_scene() {
    let play = Play::new(&format!("{ECHO}see client HELLO\nends client 0\n"));
    play.run(1)
        .code(1)
        .stderr(contains("scene.play: at the end"))
        .stderr(contains("server printed a line that nobody expected: client 127.0.0.1:"));
    play.assert_nothing_is_left();
}

#[test]
fn a_side_that_ends_early_fails_the_play() {
    let play = Play::new(&format!("{ECHO}see client HELLO\nsee client more\n"));
    play.run(1)
        .code(1)
        .stderr(contains("scene.play:6: see client more"))
        .stderr(contains("client printed nothing more: it ended with status 0"));
    play.assert_nothing_is_left();
}

#[test]
fn another_status_than_the_expected_one_fails_the_play() {
    let play = Play::new(&format!("{ECHO}see client HELLO\nends client 3\n"));
    play.run(1)
        .code(1)
        .stderr(contains("client was to end with status 3, but it ended with status 0"));
    play.assert_nothing_is_left();
}

#[test]
fn a_side_that_is_gone_cannot_be_paused() {
    for verb in ["pause", "resume"] {
        let script = format!("{ECHO}see client HELLO\nends client 0\nunix It pauses.\n");
        let play = Play::new(&format!("{script}{verb} client\n"));
        play.run(1).code(1).stderr(contains("client is not running"));
        play.assert_nothing_is_left();
    }
}

#[test]
fn a_silent_side_fails_the_play_in_time() {
    let play = Play::new("title T\nstart server simple-echo-server {free}\nends server 0\n");
    play.run_impatiently(1).code(1).stderr(contains("for 1 seconds not seen: server ended"));
    play.assert_nothing_is_left();

    let play = Play::new(
        "title T\nstart server simple-echo-server {free}\nsee server {any}\nsee server more\n",
    );
    play.run_impatiently(1)
        .code(1)
        .stderr(contains("scene.play:4: see server more"))
        .stderr(contains("server has printed no such line for 1 seconds"))
        .stderr(contains("server | listening on"));
    play.assert_nothing_is_left();
}

#[test]
fn a_signal_ends_the_player_and_all_that_it_started() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let script =
            "unix It pauses.\nsee server client {client}\npause client\nsee server never\n";
        let play =
            Play::new(&format!("{}{script}", ECHO.replace("simple-echo", "connection-loop")));
        let mut player = Running::start(play.command(3));
        player.read_to("client ! paused");
        assert_eq!(play.processes(), 2);
        kill_process(Pid::from_child(&player.child), signal).unwrap();
        assert_eq!(player.child.wait().unwrap().code(), Some(130));
        play.assert_nothing_is_left();
    }
}

#[test]
fn commands_that_a_server_started_are_ended_with_it() {
    let script = "\
title A command
start server  sticky-packets-server {free}
see   server  listening on {server}
start client  sticky-packets-client {server}
see   server  client {client}
type  client  sleep 3600
see   server  {any}sleep 3600{any}
kill  server
see   client  never
";
    let play = Play::new(script);
    play.run(4).code(1);
    play.assert_nothing_is_left();

    let play = Play::new(&script.replace("kill  server\n", ""));
    let mut player = Running::start(play.command(4));
    player.read_to("client > sleep 3600");
    // The server, the client, a shell or the command itself.
    wait_until("the command runs", || play.processes() > 2);
    kill_process(Pid::from_child(&player.child), Signal::INT).unwrap();
    assert_eq!(player.child.wait().unwrap().code(), Some(130));
    play.assert_nothing_is_left();
}

#[test]
fn step_waits_for_enter_before_each_step() {
    let play = Play::new("title T\nsay one\nsay more\nask two\nsay three\n");
    let mut command = play.command(1);
    command.arg("--step");
    let mut player = Running::start(command);
    player.read_to("1. T");
    for expected in [&["", "    one", "    more"][..], &["", "  ? two"]] {
        // One that does not wait prints on, and ends.
        wait_until("the player waits", || player.state() != 'R');
        assert_eq!(player.state(), 'S');
        player.input.as_mut().unwrap().write_all(b"\n").unwrap();
        for line in expected {
            assert_eq!(player.line(), *line);
        }
    }
    // The end of the input is not waited for.
    assert!(player.child.try_wait().unwrap().is_none());
    player.input = None;
    let mut rest = String::new();
    player.output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "\n    three\n");
    assert!(player.child.wait().unwrap().success());
}

#[test]
fn on_a_terminal_the_answer_to_a_question_waits_for_enter() {
    let play = Play::new("title T\nask one\nfile a x\nask two\nfile b x\nask three\nfile c x\n");
    let script = play.folder.path().join("scene.play");
    let player = env!("CARGO_BIN_EXE_player");
    let mut command = Command::new("script");
    command.env("TMPDIR", play.folder.path().join("tmp")).env("NO_COLOR", "1");
    // Its process id is told, and stays that of the player.
    let shell = format!("echo $$; exec {player} lesson 1 --script {}", script.display());
    command.args(["-qec", &shell, "/dev/null"]);
    let mut terminal = Running::start(command);
    let id = terminal.line();
    let prompt = "[Enter: the answer, Ctrl-D: play on]";

    let shown = terminal.read_up_to(prompt);
    assert!(shown.contains("? one") && !shown.contains("files"), "{shown}");
    wait_until("the player waits", || state(&id) == 'S');
    assert_eq!(play.scene_files(), Vec::<String>::new(), "it does not wait");
    terminal.input.as_mut().unwrap().write_all(b"\n").unwrap();

    let shown = terminal.read_up_to(prompt);
    assert!(shown.contains("? two") && shown.contains("files ! a"), "{shown}");
    wait_until("the player waits", || state(&id) == 'S');
    assert_eq!(play.scene_files(), ["a"], "it does not wait");
    // Ctrl-D: no question is waited at any more.
    terminal.input.as_mut().unwrap().write_all(b"\x04").unwrap();

    let mut rest = String::new();
    terminal.output.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("files ! b") && rest.contains("files ! c"), "{rest}");
    assert!(rest.contains("? three") && !rest.contains(prompt), "{rest}");
    assert!(terminal.child.wait().unwrap().success());

    let script = script.to_str().unwrap();
    let shown = in_terminal(60, &["lesson", "1", "--script", script, "--run"]).join("\n");
    assert!(shown.contains("? one\n\nfiles ! a") && !shown.contains(prompt), "{shown}");
}

/// Runs the player in a terminal of so many columns, without colours.
fn in_terminal(columns: usize, arguments: &[&str]) -> Vec<String> {
    let player = env!("CARGO_BIN_EXE_player");
    let command = format!("stty cols {columns}; {player} {}", arguments.join(" "));
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &command, "/dev/null"]).env("NO_COLOR", "1").stdin(Stdio::null());
    let output = finish(&mut terminal).assert().success().get_output().stdout.clone();
    String::from_utf8_lossy(&output).lines().map(String::from).collect()
}

const LONG: &str = "\
title Words
say   A remark whose first line is longer than the narrowest line there is,
say   and which goes on for a while.
ask   Is a question of two lines, of which each
ask   is short, one question?
file  a-name-that-is-longer-than-a-narrow-terminal-has-columns.txt some text
";

#[test]
fn a_terminal_gets_remarks_that_fit_it_and_the_lines_of_sides_as_they_are() {
    let play = Play::new(LONG);
    let script = play.folder.path().join("scene.play");
    let arguments = ["lesson", "1", "--script", script.to_str().unwrap(), "--record"];
    for (columns, remark, question) in [
        (
            20,
            "    A remark whose first line is longer\n    than the narrowest line there is,\n    \
             and which goes on for a while.",
            "  ? Is a question of two lines, of which\n    each is short, one question?",
        ),
        (
            60,
            "    A remark whose first line is longer than the narrowest\n    \
             line there is, and which goes on for a while.",
            "  ? Is a question of two lines, of which each is short, one\n    question?",
        ),
        (
            200,
            "    A remark whose first line is longer than the narrowest line there is, and which goes on\n    \
             for a while.",
            "  ? Is a question of two lines, of which each is short, one question?",
        ),
    ] {
        let file = "files ! a-name-that-is-longer-than-a-narrow-terminal-has-columns.txt, 10 bytes";
        let shown = in_terminal(columns, &arguments).join("\n");
        assert!(shown.ends_with(&format!("{remark}\n\n{question}\n\n{file}")), "{shown}");

        // The transcript has the lines of the script.
        let recorded = fs::read_to_string(play.folder.path().join("scene.transcript")).unwrap();
        let lines = LONG.lines().skip(1).take(4).map(|line| &line[6..]).collect::<Vec<_>>();
        let [one, two, three, four] = lines[..] else { panic!("two remarks, two questions") };
        let remarks = format!("    {one}\n    {two}\n\n  ? {three}\n    {four}\n");
        assert_eq!(recorded, format!("1. Words\n\n{remarks}\n{file}\n"));
    }
}

#[test]
fn the_lists_fit_the_terminal_with_a_hanging_indent() {
    for list in ["lesson", "failure"] {
        let lines = in_terminal(60, &[list]);
        let wide = lines.iter().find(|line| line.chars().count() > 60);
        assert_eq!(wide, None);
    }
    let lessons = in_terminal(60, &["lesson"]).join("\n");
    assert!(lessons.contains("packets-client,\n   sticky-packets-buffers,"), "{lessons}");
    let failures = in_terminal(60, &["failure"]).join("\n");
    let indent = " ".repeat(25);
    let entry = format!(
        "  peer-closed            a zero-length read means the peer\n{indent}is done; taken"
    );
    assert!(failures.contains(&entry), "{failures}");
}

#[test]
fn what_cannot_be_started_is_no_other_course_of_a_bent_play() {
    let start = "start server simple-echo-server {free}\n";
    let bent = "title T\nbent What a bent line teaches.\n";
    let play = Play::new(&format!("{bent}{start}{start}"));
    finish(play.command(1).args(["--through", "delay=1"]))
        .assert()
        .code(1)
        .stdout(contains("bent line").not())
        .stderr(contains("server is there already"));
    // Where another line is printed, it is one.
    let play = Play::new(&format!("{bent}{start}see server something else\n"));
    finish(play.command(1).args(["--through", "delay=1"]))
        .assert()
        .success()
        .stdout(contains("    What a bent line teaches.\n"));
}

#[test]
fn a_recording_is_what_was_printed_and_only_of_a_play_that_went_well() {
    let play = Play::new("title T\nsay one\n");
    let transcript = play.folder.path().join("scene.transcript");
    play.command(1).arg("--record").output().unwrap().assert().success();
    assert_eq!(fs::read_to_string(&transcript).unwrap(), "1. T\n\n    one\n");

    fs::remove_file(&transcript).unwrap();
    fs::write(play.folder.path().join("scene.play"), format!("{ECHO}ends client 7\n")).unwrap();
    play.command(1).arg("--record").output().unwrap().assert().code(1);
    assert!(!Path::new(&transcript).exists());
}

#[test]
fn server_and_client_become_the_program() {
    for (arguments, program) in [
        (&["server", "1", "--help"][..], "simple-echo-server"),
        (&["client", "1", "--help"], "simple-echo-client"),
        (&["server", "4", "--help"], "sticky-packets-server"),
        (&["client", "4", "burst", "--help"], "sticky-packets-burst-client"),
        (&["server", "9", "--help"], "time-server"),
    ] {
        run(arguments).assert().success().stdout(contains(format!("Usage: {program} ")));
    }
    // Nobody listens at port 1; what is no pair is for the program.
    run(&["client", "1", "127.0.0.1:1"])
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains("cannot connect to 127.0.0.1:1"));
    run(&["server", "4", "nonsense"]).assert().code(1).stderr(contains("no pair `nonsense`"));
    run(&["client", "7", "--server", "127.0.0.1:1", "list"]).assert().code(1);
    // Lesson 7's client takes commands, its server none.
    run(&["client", "7", "nonsense"]).assert().code(2).stderr(contains("Usage: "));
    run(&["client", "7", "first", "--help"])
        .assert()
        .stdout(contains("file-transfer-first-client"));
    run(&["server", "7", "frist"]).assert().code(1).stderr(contains("file-transfer-first-server"));
    run(&["server", "8", "chta"]).assert().code(1).stderr(contains("udp-chat-server"));
    run(&["lesson", "x"]).assert().code(2).stderr(contains("a lesson has a number"));
    run(&["client", "77"]).assert().code(1).stderr(contains("there is no lesson 77"));
    run(&["server", "1", "--nonsense"]).assert().code(2).stderr(contains("--nonsense"));
}
