//! Programs with one small fault that once passed everything, and what is said when the fault is
//! in the plain exchange, with which every check begins.

use support::each;

use crate::harness::{Judged, Program, checker};

/// Has a program in Python judged, by one check or by all.
fn judge(options: &[&str], program: &str) -> Judged {
    let command = ["--", "python3", "-c", program, "{host}", "{port}", "{timeout}"];
    checker([options, &command].concat())
}

fn fails(lesson: &str, role: &str, id: &str, program: &str, said: &str) {
    let judged = judge(&[lesson, role, "--only", id], program);
    assert_eq!(judged.status, Some(1), "{}{}", judged.stdout, judged.stderr);
    assert!(judged.stdout.contains(said), "expected {said:?} in {}", judged.stdout);
}

/// A server that answers each message with what this makes of it.
fn server(timeout: &str, answer: &str) -> String {
    format!(
        "import json, socket, struct, subprocess, sys\n\
         def run(command):\n  \
           return subprocess.run(command, shell=True, stdin=-3, stdout=-1, stderr=-2).stdout\n\
         def frame(text, more=0):\n  \
           return struct.pack('<i', len(text) + more) + text\n\
         def header(text, more=0):\n  \
           return frame(json.dumps({{'total_size': len(text) + more}}).encode()) + text\n\
         listener = socket.create_server((sys.argv[1], int(sys.argv[2])))\n\
         while True:\n  \
           connection, _ = listener.accept()\n  \
           connection.settimeout({timeout})\n  \
           try:\n    \
             while message := connection.recv(1024): connection.sendall({answer})\n  \
           except OSError as error: print(error)\n  \
           connection.close()"
    )
}

/// A server that answers each datagram with what this makes of it, and what came before.
fn datagrams(before: &str, answer: &str) -> String {
    format!(
        "import socket, subprocess, sys, time\n\
         server = socket.socket(type=socket.SOCK_DGRAM)\n\
         server.bind((sys.argv[1], int(sys.argv[2])))\n\
         {before}\n\
         while True:\n  \
           message, client = server.recvfrom(65535)\n  \
           for part in {answer}: server.sendto(part, client)"
    )
}

#[test]
fn one_that_prints_and_comes_to_no_end_is_found_as_one_that_spins_is() {
    // Lesson 2's server takes zero bytes for a message, and tells of each.
    let client_gone = "import socket, sys\n\
         listener = socket.create_server((sys.argv[1], int(sys.argv[2])))\n\
         connection, _ = listener.accept()\n\
         while True:\n  \
           message = connection.recv(1024)\n  \
           print('received', len(message), 'bytes', flush=True)\n  \
           try: connection.sendall(message.upper())\n  \
           except OSError: break";
    fails("2", "server", "peer-closed", client_gone, "the program prints, and comes to no end");

    // This one asks again and again, and says so.
    let idle = "import socket, sys\n\
         listener = socket.create_server((sys.argv[1], int(sys.argv[2])))\n\
         connection, _ = listener.accept()\n\
         connection.setblocking(False)\n\
         while True:\n  \
           try: message = connection.recv(1024)\n  \
           except BlockingIOError: print('nothing yet', flush=True); continue\n  \
           if not message: break\n  \
           connection.sendall(message.upper())";
    fails("2", "server", "busy-wait", idle, "it prints, and comes to no end");
}

#[test]
fn a_length_that_is_too_large_fails() {
    let said = "announces more than the 6 bytes that came: silence";
    for answer in ["frame(run(message), 1)", "frame(run(message), 4)"] {
        fails("5", "server", "works", &server("None", answer), said);
    }
    fails("6", "server", "works", &server("None", "header(run(message), 1)"), said);
}

#[test]
fn an_answer_that_is_not_the_message_in_capitals_fails() {
    for (answer, cause) in [
        ("message.upper().strip()", "the spaces around the message are cut off"),
        ("message.upper().split(b'\\0')[0]", "a zero byte is taken for the end"),
        ("message.decode(errors='replace').upper().encode()", "changed that are not ASCII"),
    ] {
        for lesson in ["2", "3"] {
            fails(lesson, "server", "works", &server("None", answer), cause);
        }
    }
}

#[test]
fn a_timeout_that_is_not_the_one_that_was_given_fails() {
    let said = ["it lets the client go after 0.", "the timeout is not the {timeout}"];
    for said in said {
        fails("3", "server", "silent-peer", &server("0.2", "message.upper()"), said);
    }
}

/// The same servers, but for one line in front of each read.
fn server_with_deadline(answer: &str) -> String {
    let read = "while message := connection.recv(1024): ";
    let each = "while left(came, connection) and (message := connection.recv(1024)): ";
    let left = "def left(came, connection):\n  \
                  rest = came + float(sys.argv[3]) - time.monotonic()\n  \
                  connection.settimeout(max(rest, 0.001))\n  \
                  return True\n";
    let server = server("None", answer).replace(read, each);
    let came = "connection, _ = listener.accept(); came = time.monotonic()";
    format!("import time\n{left}{}", server.replace("connection, _ = listener.accept()", came))
}

#[test]
#[ignore = "takes a while"]
fn a_timeout_for_all_that_a_client_says_fails() {
    let cause = "it is set once (a deadline)";
    fails("3", "server", "silent-peer", &server_with_deadline("message.upper()"), cause);
    fails("4", "server", "silent-peer", &server_with_deadline("run(message)"), cause);
    fails("5", "server", "silent-peer", &server_with_deadline("frame(run(message))"), cause);
    for role in ["server", "receiver"] {
        file_server_fails(role, "silent-peer", "set-once", cause);
    }
}

#[test]
fn what_comes_behind_a_file_and_is_taken_for_its_end_fails() {
    for role in ["server", "receiver"] {
        file_server_fails(role, "wrong-count", "reads-on", "each read asks for a bufferful");
    }
}

/// Judges a server of lesson 7 that has this fault, by one check.
fn file_server_fails(role: &str, id: &str, fault: &str, said: &str) {
    let mut words = Program::Python("wrong/file_transfer_server.py").words();
    words.extend([fault, "{host}", "{port}", "{dir}", "{timeout}"].map(String::from));
    let options = ["7", role, "--only", id, "--"].map(String::from);
    let judged = checker(options.into_iter().chain(words));
    assert_eq!(judged.ids("FAILED "), [id], "{fault}: {}", judged.stdout);
    assert!(judged.stdout.contains(said), "expected {said:?} in {}", judged.stdout);
}

/// A server that closes its connections unless they end like this: then it keeps them, and does
/// what else is said.
fn keeper(error: &str, act: &str) -> String {
    format!(
        "import socket, sys\n\
         listener = socket.create_server((sys.argv[1], int(sys.argv[2])))\n\
         kept = []\n\
         while True:\n  \
           connection, _ = listener.accept()\n  \
           connection.settimeout(float(sys.argv[3]))\n  \
           try:\n    \
             while message := connection.recv(1024): connection.sendall(message.upper())\n  \
           except {error}: kept.append(connection); {act}; continue\n  \
           except OSError as error: print(error)\n  \
           connection.close()"
    )
}

#[test]
fn connections_that_are_kept_only_when_they_end_otherwise_fail() {
    for (error, act, cause) in [
        ("ConnectionError", "print('gone')", "and not where it ends with an error"),
        ("TimeoutError", "connection.shutdown(2)", "a connection is only shut down"),
    ] {
        fails("3", "server", "leaked-descriptor", &keeper(error, act), cause);
    }
}

#[test]
fn room_for_what_is_only_announced_fails() {
    let client = "import socket, struct, sys\n\
                  connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n\
                  for line in sys.stdin:\n  \
                    connection.sendall(line.strip().encode())\n  \
                    (length,) = struct.unpack('<i', connection.recv(4, socket.MSG_WAITALL))\n  \
                    if not 0 <= length <= 1 << 30: sys.exit('that is no length')\n  \
                    room = bytearray(b' ') * length\n  \
                    connection.recv_into(room, length, socket.MSG_WAITALL)\n  \
                    print(room)";
    fails("5", "client", "oversized-length", client, "it holds hundreds of MB");
}

/// Judges a client of lessons 2 to 6 that has this mistake, by one check.
fn client_fails(lesson: &str, id: &str, mistake: &str, said: &str) {
    let mut words = Program::Python("wrong/stream_client.py").words();
    words.extend(["{host}", "{port}", lesson, mistake].map(String::from));
    let options = [lesson, "client", "--only", id, "--"].map(String::from);
    let judged = checker(options.into_iter().chain(words));
    assert_eq!(judged.ids("FAILED "), [id], "{mistake}: {}{}", judged.stdout, judged.stderr);
    assert!(judged.stdout.contains(said), "expected {said:?} in {}", judged.stdout);
}

#[test]
fn a_client_that_knows_headers_of_one_kind_only_fails() {
    let id = "malformed-header";
    client_fails("6", id, "one-size", "under total_size only, and this header has it as data_size");
    client_fails("6", id, "needs-md5", "its md5, for instance, may be missing");
    client_fails("6", id, "any-size", "is made a number, whatever it is");
}

#[test]
fn a_client_for_which_an_md5_is_letters_or_a_suggestion_fails() {
    let id = "digest-mismatch";
    client_fails("6", id, "small-digits", "its digits may be written in capitals as well");
    client_fails("6", id, "warns", "prints the answer all the same");
}

#[test]
fn a_client_that_believes_a_length_fails_also_where_there_is_no_room() {
    let id = "oversized-length";
    client_fails("6", id, "believes-gigabytes", "it waits for what never comes");
    client_fails("6", id, "believes-terabytes", "for there was no room");
}

#[test]
fn why_a_line_does_not_come_is_told_by_what_was_seen() {
    let client = |first: &str, each: &str| {
        format!(
            "import socket, sys\n\
             def call(): return socket.create_connection((sys.argv[1], int(sys.argv[2])))\n\
             {first}\n\
             for line in sys.stdin:\n  \
               {each}"
        )
    };
    let talk = "connection.sendall(line.strip().encode()); print(connection.recv(99), flush=True)";
    for (first, each, said) in [
        ("", &*format!("connection = call(); {talk}"), "it connects inside the loop"),
        ("connection = call()", &format!("{talk}; connection = call()"), "connects anew for each"),
        ("connection = call()", &format!("{talk}; break"), "a loop ends too early"),
        (
            "connection = call()",
            &format!("{talk}; connection.recv(1)"),
            "the answer is printed, and",
        ),
        ("connection = call()", &format!("{talk}; line.no"), "the program ended with an error"),
    ] {
        fails("2", "client", "works", &client(first, each), said);
    }
    let whole =
        "connection.sendall(line.strip().encode()); connection.recv(99); connection.recv(99)";
    fails(
        "5",
        "client",
        "works",
        &client("connection = call()", whole),
        "together with the length",
    );
}

#[test]
fn a_server_of_lesson_1_is_told_once_what_its_plain_exchange_lacks() {
    for (answer, said) in [
        ("pass", "no answer was sent before"),
        ("1 / 0", "the program ended with an error before it had answered"),
        ("connection.sendall(message.upper() + b'\\n')", "something is sent behind the answer"),
        ("connection.sendall(str(message.upper()).encode())", "something is added in front"),
        ("more = [*iter(lambda: connection.recv(99), b'')]; connection.sendall(b'H')", "until the"),
        ("time.sleep(99)", "or was never written"),
    ] {
        let program = format!(
            "import socket, sys, time\n\
             listener = socket.create_server((sys.argv[1], int(sys.argv[2])))\n\
             connection, _ = listener.accept()\n\
             message = connection.recv(1024)\n\
             {answer}"
        );
        is_told_once("1", "server", &program);
        fails("1", "server", "works", &program, said);
    }
}

/// Has a program judged by all checks, of which these fail and no others.
fn fails_only(lesson: &str, role: &str, program: &str, ids: &[&str]) {
    let judged = judge(&[lesson, role], program);
    assert_eq!(judged.ids("FAILED "), ids, "{}{}", judged.stdout, judged.stderr);
}

#[test]
#[ignore = "takes a while"]
fn one_mistake_has_one_story() {
    let mut words = Program::Python("wrong/stream_client.py").words();
    words.extend(["{host}", "{port}", "5", "body-once"].map(String::from));
    let judged = checker(["5", "client", "--"].map(String::from).into_iter().chain(words));
    let ids = ["split-character", "short-read", "closed-mid-message"];
    assert_eq!(judged.ids("FAILED "), ids, "{}", judged.stdout);
    assert_eq!(judged.ids("skipped "), ["timeout-mid-message", "wrong-count"]);

    let first_sender = "import socket, sys\n\
         server = socket.socket(type=socket.SOCK_DGRAM)\n\
         server.bind((sys.argv[1], int(sys.argv[2])))\n\
         friend = None\n\
         while True:\n  \
           message, client = server.recvfrom(65535)\n  \
           print(message, flush=True)\n  \
           friend = friend or client\n  \
           server.sendto(input().encode(), friend)";
    fails_only("8", "chat-server", first_sender, &["works"]);

    let stale = datagrams(
        "kept = bytearray()\n\
         def answer(message):\n  \
           kept[:len(message)] = message\n  \
           text = time.strftime(kept.split(b'\\0')[0].decode(errors='replace')) if kept else ''\n  \
           return text.encode()[:60000]",
        "[answer(message or b'%Y-%m-%d %H:%M:%S')]",
    );
    fails_only("9", "server", &stale, &["works", "stale-bytes"]);
}

#[test]
#[ignore = "takes a while"]
fn what_is_long_is_shown_by_its_beginning() {
    let client = "import socket, sys\n\
         client = socket.socket(type=socket.SOCK_DGRAM)\n\
         for line in sys.stdin:\n  \
           client.sendto(line.strip().encode(), (sys.argv[1], int(sys.argv[2])))\n  \
           print(client.recv(1024).decode(), flush=True)";
    let programs = [
        ("client", client.to_owned()),
        ("server", datagrams("", "[time.strftime('%Y').encode() + b'?' * 5000]")),
    ];
    each(programs.into_iter(), |(role, program)| {
        let judged = judge(&["9", role, "--format", "json"], &program);
        let json: serde_json::Value = serde_json::from_str(&judged.stdout).expect("JSON");
        for check in json["checks"].as_array().expect("a list") {
            for text in ["expected", "observed"] {
                let length = check["evidence"][text].as_str().unwrap_or_default().len();
                assert!(length < 500, "{}: {check}", check["id"]);
            }
        }
    });
}

#[test]
fn an_md5_is_taken_for_letters_in_lesson_7_as_well() {
    for (role, script, arguments) in [
        ("get-client", "wrong/file_transfer_get_client.py", &["{host}", "{port}", "{name}"][..]),
        ("server", "wrong/file_transfer_server.py", &["{host}", "{port}", "{dir}", "{timeout}"]),
    ] {
        let mut words = Program::Python(script).words();
        words.push("small-digits".into());
        words.extend(arguments.iter().map(|&word| word.into()));
        let options = ["7", role, "--only", "digest-mismatch", "--"].map(String::from);
        let judged = checker(options.into_iter().chain(words));
        assert_eq!(judged.ids("FAILED "), ["digest-mismatch"], "{}", judged.stdout);
        let said = "its digits may be written in capitals as well";
        assert!(judged.stdout.contains(said), "{}", judged.stdout);
    }
}

#[test]
fn a_file_with_its_final_name_from_the_start_fails() {
    let said = "it has not come whole yet";
    file_server_fails("server", "interrupted-upload", "early-name", said);
}

/// Which name led out of the folder says what is wrong.
#[test]
fn half_a_cure_against_names_that_lead_elsewhere_fails() {
    let half = [
        ("text-prefix", "server", "the path is compared with the folder's as text"),
        ("text-prefix", "receiver", "the path is compared with the folder's as text"),
        ("taken-out-once", "server", "../ is taken out once: what remains makes a new one"),
        ("read-freely", "server", "and not when one is read"),
    ];
    for (fault, role, cause) in half {
        let mut words = Program::Python("wrong/file_transfer_server.py").words();
        words.extend([fault, "{host}", "{port}", "{dir}", "{timeout}"].map(String::from));
        let options = ["7", role, "--only", "path-traversal", "--"].map(String::from);
        let judged = checker(options.into_iter().chain(words));
        assert_eq!(judged.ids("FAILED "), ["path-traversal"], "{fault}: {}", judged.stdout);
        let causes = judged.stdout.split("Likely causes").nth(1).unwrap_or_default();
        assert!(causes.contains(cause), "{fault}: {}", judged.stdout);
        assert_eq!(causes.matches("    - ").count(), 1, "{fault}: {}", judged.stdout);
    }
}

#[test]
fn a_client_that_takes_any_answer_for_a_success_fails() {
    let mut words = Program::Python("wrong/file_transfer_client.py").words();
    words.extend(["any-answer", "{host}", "{port}", "{file}"].map(String::from));
    let judged = checker(["7", "client", "--"].map(String::from).into_iter().chain(words));
    assert_eq!(judged.ids("FAILED "), ["works-refusal"], "{}", judged.stdout);
    assert_eq!(judged.ids("skipped "), ["malformed-header"], "{}", judged.stdout);
}

#[test]
fn a_clock_that_stands_still_fails() {
    let clock =
        datagrams("now = time.localtime()", "[time.strftime(message.decode(), now).encode()]");
    fails("9", "server", "works", &clock, "it was ");
}

#[test]
fn a_format_that_raises_fails() {
    let clock = datagrams("", "[time.strftime(message.decode()).encode()]");
    fails("9", "server", "bad-format", &clock, "embedded null");
}

#[test]
fn a_server_that_strips_its_replies_fails_once() {
    let mut words = Program::Python("wrong/command_server.py").words();
    words.extend(["{host}", "{port}", "5", "strips", "{timeout}", "{limit}"].map(String::from));
    let judged = checker(["5", "server", "--"].map(String::from).into_iter().chain(words));
    assert_eq!(judged.ids("FAILED "), ["works"], "{}", judged.stdout);
}

#[test]
fn a_server_whose_strings_end_at_a_zero_byte_fails_once() {
    let commands = [("4", "works"), ("5", "wrong-count"), ("6", "wrong-count")];
    each(commands.into_iter(), |(lesson, id)| {
        let mut words = Program::Python("wrong/command_server.py").words();
        let arguments = ["{host}", "{port}", lesson, "strlen", "{timeout}", "{limit}"];
        words.extend(arguments.map(String::from));
        let judged = checker([lesson, "server", "--"].map(String::from).into_iter().chain(words));
        assert_eq!(judged.ids("FAILED "), [id], "{}", judged.stdout);
        assert!(judged.stdout.contains("as that of a string in C"), "{}", judged.stdout);
    });
    let shell = datagrams(
        "def run(command):\n  \
           done = subprocess.run(command, shell=True, capture_output=True, stdin=-3)\n  \
           return [text.split(b'\\0')[0] for text in (done.stderr, done.stdout)]",
        "run(message)",
    );
    fails("8", "shell-server", "works", &shell, "as that of a string in C");
}

/// What has found out nothing but that the plain exchange goes wrong is skipped, and says so.
fn is_told_once(lesson: &str, role: &str, program: &str) {
    let judged = judge(&[lesson, role], program);
    assert_eq!(judged.ids("FAILED "), ["works"], "{}", judged.stdout);
    assert_eq!(judged.status, Some(1), "{}", judged.stderr);
    let stories = judged.stdout.matches("What was done").count();
    assert_eq!(stories, 1, "{}", judged.stdout);
}

#[test]
fn a_fault_of_the_plain_exchange_is_told_once() {
    is_told_once("3", "server", &server("float(sys.argv[3])", "message.upper() + b'!'"));
    let said = "a plain exchange goes wrong: see `works`";
    for (lesson, id, program) in [
        ("5", "half-close", server("None", "frame(run(message) + b'!')")),
        (
            "9",
            "truncated-datagram",
            datagrams("", "[time.strftime(message.decode()).encode() + b'\\n']"),
        ),
    ] {
        let judged = judge(&[lesson, "server", "--only", id], &program);
        assert_eq!(judged.ids("skipped "), [id], "{}", judged.stdout);
        assert!(judged.stdout.contains(said), "{}", judged.stdout);
        assert_eq!(judged.status, Some(0), "{}", judged.stderr);
    }
}

/// A program that cannot even be reached is told so once, and not started again.
#[test]
#[ignore = "takes a while"]
fn a_program_that_never_begins_is_told_so_once() {
    let programs = [
        ("raise SystemExit('usage: mine PORT')", "the program ended before anything was done"),
        ("while True: pass", "the program computes, and comes to no end"),
        ("while True: print('0')", "the program prints, and comes to no end"),
        ("import time; time.sleep(1000)", "the program sleeps"),
    ];
    let parts = [("3", "server"), ("5", "client"), ("7", "server"), ("9", "client")];
    let all = programs.into_iter().flat_map(|program| parts.map(|part| (program, part)));
    each(all, |((program, said), (lesson, role))| {
        let judged = judge(&[lesson, role], program);
        assert_eq!(judged.ids("FAILED "), ["works"], "{}", judged.stdout);
        assert_eq!(judged.ids("passed "), [""; 0], "{}", judged.stdout);
        assert!(judged.stdout.contains(said), "expected {said:?} in {}", judged.stdout);
    });
    let judged = judge(&["1", "client", "--only", "connection-refused"], "raise SystemExit(1)");
    assert_eq!(judged.ids("skipped "), ["connection-refused"], "{}", judged.stdout);
}

/// Whoever gets everything wrong is not blamed for the order of bytes.
#[test]
fn a_program_that_prints_nothing_is_not_blamed_for_its_byte_order() {
    let client = "import socket, sys\n\
                  connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n\
                  for line in sys.stdin:\n  \
                    connection.sendall(line.strip().encode())\n  \
                    connection.recv(1024)";
    for lesson in ["5", "6"] {
        let judged = judge(&[lesson, "client", "--only", "wrong-byte-order"], client);
        assert_eq!(judged.ids("skipped "), ["wrong-byte-order"], "{}", judged.stdout);
    }
}
