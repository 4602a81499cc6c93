//! Programs that hang, spin, flood, die or fork away are told apart, and never hold the checker.

use std::time::{Duration, Instant};

use crate::harness::{Judged, checker};

/// What a check of such a program may take at most, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// Has a program written in Python judged by one check.
fn only(check: [&str; 3], program: &str) -> Judged {
    let [lesson, role, id] = check;
    let began = Instant::now();
    let command = ["python3", "-c", program, "{host}", "{port}", "{timeout}"];
    let judged = checker([[lesson, role, "--only", id, "--"].as_slice(), &command].concat());
    assert!(began.elapsed() < PATIENCE, "{:?}: {}", began.elapsed(), judged.stdout);
    judged
}

fn fails(check: [&str; 3], program: &str, said: &[&str]) {
    let judged = only(check, program);
    assert_eq!(judged.status, Some(1), "{}{}", judged.stdout, judged.stderr);
    for text in said {
        assert!(judged.stdout.contains(text), "expected {text:?} in {}", judged.stdout);
    }
}

const SERVER: [&str; 3] = ["2", "server", "works"];
const CLIENT: [&str; 3] = ["2", "client", "works"];

/// Begins a server's program with its listening socket.
fn server(rest: &str) -> String {
    format!(
        "import os, socket, sys, time\n\
         listener = socket.create_server((sys.argv[1], int(sys.argv[2])))\n\
         {rest}"
    )
}

/// Begins the program of a server that serves its clients one after another: `serve` has the
/// connection `c`.
fn loop_server(serve: &str) -> String {
    let serve = serve.replace('\n', "\n  ");
    server(&format!("while True:\n  c, _ = listener.accept()\n  {serve}\n  c.close()"))
}

/// Begins the program of a client that sends lines as datagrams.
fn asker(rest: &str) -> String {
    format!(
        "import socket, sys, time\n\
         asker = socket.socket(type=socket.SOCK_DGRAM)\n\
         asker.connect((sys.argv[1], int(sys.argv[2])))\n\
         {rest}"
    )
}

/// Begins a client's program with its connection.
fn client(rest: &str) -> String {
    format!(
        "import os, socket, sys, time\n\
         connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n\
         {rest}"
    )
}

#[test]
fn one_that_never_listens_is_refused() {
    let said = ["the connection is refused", "the program sleeps", "does not listen"];
    fails(SERVER, "import time; time.sleep(1000)", &said);
}

#[test]
fn one_that_ends_at_once_is_told_with_its_last_words() {
    let elsewhere = "it is started in another folder";
    let said = ["the program ended with status 3", "Its last words: I give up", elsewhere];
    fails(SERVER, "import os; print('I give up'); os._exit(3)", &said);
    let said =
        ["it does not connect", "the program had ended with status 3", "I give up", elsewhere];
    fails(CLIENT, "import os; print('I give up'); os._exit(3)", &said);
}

#[test]
fn one_that_is_killed_by_a_signal_is_told_with_it() {
    let said = ["The program had ended with signal 6, SIGABRT"];
    fails(SERVER, &server("listener.accept(); os.abort()"), &said);
}

#[test]
fn one_that_keeps_silent_is_told_with_the_wait() {
    let said = ["silence (waited ", "the program sleeps"];
    fails(SERVER, &server("time.sleep(1000)"), &said);
    fails(CLIENT, &client("time.sleep(1000)"), &said);
}

#[test]
fn one_that_spins_is_told_with_its_processor_time() {
    let said = ["the program spins: ", "of processor time"];
    fails(SERVER, &server("while True: pass"), &said);
    fails(CLIENT, &client("while True: pass"), &said);
}

#[test]
fn one_that_closes_or_resets_is_told_so() {
    fails(SERVER, &server("listener.accept()[0].recv(9)"), &["the end of the connection"]);
    // Closed with what has come unread.
    let reset = "c, _ = listener.accept(); c.recv(1, socket.MSG_PEEK); c.close()";
    fails(SERVER, &server(reset), &["a reset of the connection"]);
}

#[test]
fn one_that_says_too_little_or_too_much_is_shown_with_its_bytes() {
    let short = server("c, _ = listener.accept(); c.recv(9); c.send(b'HEL'); time.sleep(1000)");
    fails(SERVER, &short, &["3 of 5 bytes came, then silence", "48 45 4c  "]);
    let long = server(
        "while True:\n  c, _ = listener.accept()\n  c.send(c.recv(1024).upper() + b'!')\n  c.close()",
    );
    fails(["1", "server", "works"], &long, &["1 byte came that nobody asked for"]);
}

#[test]
#[ignore = "takes half a minute"]
fn one_that_sends_the_same_for_ever_is_given_up() {
    let program = asker("while True: asker.send(b'hello'); time.sleep(0.15)");
    let said = ["it still sends the same", "never gives up"];
    fails(["9", "client", "lost-datagram"], &program, &said);
    fails(["9", "client", "works"], &program, &["the message \"%H:%M\", as it was typed"]);
}

#[test]
fn one_that_wakes_up_by_itself_is_not_waited_for() {
    let polls = server(
        "import select\nwhile True:\n  \
         while not select.select([listener], [], [], 0.05)[0]: pass\n  \
         c, _ = listener.accept()\n  \
         while m := c.recv(1024): c.sendall(m.upper())",
    );
    let began = Instant::now();
    let judged = only(["3", "server", "works-next-client"], &polls);
    assert_eq!(judged.status, Some(0), "{}", judged.stdout);
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
}

#[test]
fn one_that_calls_again_a_few_times_may_do_so() {
    let retries = "import socket, sys, time\n\
                   for wait in (1, 1, 0):\n  \
                   try: socket.create_connection((sys.argv[1], int(sys.argv[2])))\n  \
                   except OSError: time.sleep(wait)\n\
                   sys.exit('nobody is there')";
    let judged = only(["3", "client", "connection-refused"], retries);
    assert_eq!(judged.status, Some(0), "{}", judged.stdout);
}

#[test]
fn what_is_seen_names_the_cause() {
    let serve = "while m := c.recv(1024): c.sendall(m.upper())";
    let ends = server(&format!("c, _ = listener.accept()\n{serve}"));
    let cause = "the program ends, in order, with its first client";
    fails(["3", "server", "works-next-client"], &ends, &[cause]);
    // With its first client it always ends, so that this says nothing about a reset.
    let ends =
        ends.replace("while", "try:\n while").replace("upper())", "upper())\nexcept OSError: pass");
    let judged = only(["3", "server", "peer-reset"], &ends);
    assert_eq!(judged.ids("skipped "), ["peer-reset"], "{}", judged.stdout);
    assert!(judged.stdout.contains("see `works-next-client`"), "{}", judged.stdout);

    let spins = loop_server("while True: c.sendall(c.recv(1024).upper())");
    let cause = "is taken for an empty message, and read again, for ever";
    fails(["3", "server", "works-next-client"], &spins, &[cause]);

    let timeout = loop_server(&format!("c.settimeout(float(sys.argv[3]))\n{serve}"));
    let cause = "the error that the timeout raises is not caught";
    fails(["3", "server", "silent-peer"], &timeout, &[cause]);

    let mute = client("for line in sys.stdin: connection.sendall(line.strip().encode())");
    let mute = format!("{mute}; connection.recv(1024)");
    fails(["3", "client", "works"], &mute, &["the answer is not printed"]);
}

#[test]
fn a_flood_is_cut() {
    let flood = server("while True: print('x' * 10000)");
    let judged = only(SERVER, &flood);
    assert_eq!(judged.status, Some(1), "{}", judged.stderr);
    assert!(judged.stdout.contains(" more lines of the program"), "{}", judged.stdout);
    assert!(judged.stdout.len() < 100_000, "{} bytes", judged.stdout.len());
}

/// Leaves its process group and its parent, with a name that can be looked for.
#[cfg(target_os = "linux")]
#[test]
fn one_that_forks_away_is_ended_too() {
    let name = format!("far-away-{}", std::process::id());
    let fork = server(&format!(
        "if os.fork() == 0:\n  os.setsid()\n  \
         os.execvp('sh', ['sh', '-c', 'sleep 1000; true', '{name}'])\n\
         while True:\n  c, _ = listener.accept()\n  \
         while m := c.recv(1024): c.sendall(m.upper())"
    ));
    let judged = only(SERVER, &fork);
    assert_eq!(judged.status, Some(0), "{}{}", judged.stdout, judged.stderr);
    assert!(!is_running(&name, "sh"), "{name} is left behind");
}

/// Ctrl-C in the middle of a check that takes its time.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_everything() {
    use std::process::{Command, Stdio};

    let name = format!("interrupted-{}", std::process::id());
    let program = server("time.sleep(1000)");
    let mut checker = Command::new(env!("CARGO_BIN_EXE_checker"))
        .args(["2", "server", "--", "python3", "-c", &program, "{host}", "{port}", &name])
        .stdout(Stdio::null())
        .spawn()
        .expect("the checker starts");
    let began = Instant::now();
    while !is_running(&name, "python3") {
        assert!(began.elapsed() < PATIENCE, "the program does not start");
        std::thread::yield_now();
    }
    let interrupt = Command::new("kill").args(["-INT", &checker.id().to_string()]).status();
    assert!(interrupt.is_ok_and(|status| status.success()));
    let status = checker.wait().expect("the checker ends");
    assert_eq!(status.code(), Some(130));
    assert!(!is_running(&name, "python3"), "{name} is left behind");
}

/// Tells whether a program runs with this name among its arguments.
#[cfg(target_os = "linux")]
fn is_running(name: &str, program: &str) -> bool {
    let processes = std::fs::read_dir("/proc").expect("Linux lists its processes").flatten();
    let commands = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    commands.into_iter().any(|command| {
        let mut words = command.split(|&byte| byte == 0);
        words.next().is_some_and(|path| path.ends_with(program.as_bytes()))
            && words.any(|word| word == name.as_bytes())
    })
}
