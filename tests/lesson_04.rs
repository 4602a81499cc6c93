//! Lesson 4: answers that stick together, and a command runner that nothing upsets.

use std::io::Write;
use std::net::{Shutdown, TcpStream};

#[cfg(unix)]
use support::commands;
use support::commands::{Printed, numbers};
use support::{
    Program, accept, check_arguments, command_client_tests, command_server_tests, connect,
    expect_bytes, expect_end, listen, nobody, python, reset,
};

const SERVER: &str = env!("CARGO_BIN_EXE_sticky-packets-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_sticky-packets-client");
const BURST_SERVER: &str = env!("CARGO_BIN_EXE_sticky-packets-burst-server");
const BURST_CLIENT: &str = env!("CARGO_BIN_EXE_sticky-packets-burst-client");
const BUFFERS: &str = env!("CARGO_BIN_EXE_sticky-packets-buffers");

/// The answer is the bare output, but for the one case in which that would be no answer.
fn expect_output(stream: &mut TcpStream, command: &[u8], output: &[u8]) {
    stream.write_all(command).expect("the server takes the command");
    expect_bytes(stream, if output.is_empty() { b"(no output)" } else { output });
}

fn send_answer(stream: &mut TcpStream, answer: &[u8]) {
    stream.write_all(answer).expect("the client takes the answer");
}

command_server_tests!(server, SERVER, expect_output);
command_client_tests!(client, CLIENT, send_answer);

#[cfg(unix)]
#[test]
fn write_after_close_ends_one_conversation() {
    commands::write_after_close(SERVER, expect_output);
}

#[test]
fn leftover_bytes_surface_as_the_next_answer() {
    let server = Program::server(SERVER, &[]);
    let mut client = Program::client(CLIENT, server.address(), &[]);
    let output = numbers(1000);
    let file = Printed::new(&output);
    // Three reads of 1024 bytes, and more still waits: none of them sees anything else.
    let mut shown = String::new();
    for (command, piece) in [file.command().as_str(), "echo second", "echo third"]
        .iter()
        .zip(output.as_bytes().chunks(1024))
    {
        client.type_line(command);
        let piece = str::from_utf8(piece).expect("the output is ASCII");
        shown += piece;
        if !piece.ends_with('\n') {
            shown.push('\n');
        }
    }
    assert_eq!(client.finish().success().stdout, shown);
}

#[test]
fn leftover_bytes_of_a_fake_server_are_exact() {
    let (listener, address) = listen();
    let mut client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    client.type_line("first");
    expect_bytes(&mut stream, "first");
    stream.write_all(&[[b'a'; 1024], [b'b'; 1024]].concat()).expect("the client takes it");
    assert_eq!(client.line(), "a".repeat(1024));
    client.type_line("second");
    assert_eq!(client.line(), "b".repeat(1024));
    expect_bytes(&mut stream, "second");
}

#[test]
fn short_read_is_taken_for_the_whole_answer() {
    let (listener, address) = listen();
    let mut client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    client.type_line("first");
    expect_bytes(&mut stream, "first");
    stream.write_all(b"one ans").expect("the client takes it");
    assert_eq!(client.line(), "one ans");
    stream.write_all(b"wer").expect("the client takes it");
    client.type_line("second");
    assert_eq!(client.line(), "wer");
}

#[test]
fn split_character_does_not_decode() {
    let server = Program::server(SERVER, &[]);
    let mut client = Program::client(CLIENT, server.address(), &[]);
    // 1023 letters, then the three bytes of 你: one before the edge of the read, two after it.
    let file = Printed::new(format!("{}你好{}", "a".repeat(1023), numbers(1000)));
    client.type_line(file.command());
    assert_eq!(client.line(), format!("{}\u{fffd}", "a".repeat(1023)));
    client.type_line("echo second");
    assert_eq!(client.line(), "\u{fffd}\u{fffd}好1");
}

#[test]
fn split_character_in_gbk_does_not_decode() {
    let server = Program::server(SERVER, &[]);
    let mut client = Program::client(CLIENT, server.address(), &["--encoding", "gbk"]);
    let text = [&[b'a'; 1023], &b"\xc4\xe3"[..], numbers(1000).as_bytes()].concat();
    let file = Printed::new(text);
    client.type_line(file.command());
    assert_eq!(client.line(), format!("{}\u{fffd}", "a".repeat(1023)));
    client.type_line("echo second");
    // The second byte of 你 stands alone, and takes the digit after it for its other half or not.
    assert!(client.line().starts_with('\u{fffd}'));
}

#[test]
fn coalesced_messages_arrive_in_one_read() {
    for (words, received) in [
        (&[] as &[&str], "received 10 bytes: \"helloworld\""),
        (&["litle", "ll", "a"], "received 8 bytes: \"litlella\""),
        (&["one"], "received 3 bytes: \"one\""),
    ] {
        let mut server = Program::server(BURST_SERVER, &[]);
        // When the client has ended, its words lie in the server's receive buffer.
        Program::client(BURST_CLIENT, server.address(), words).finish().success();
        server.type_line("");
        server.expect("client 127.0.0.1:");
        assert_eq!(server.line(), received);
        server.type_line("");
        server.expect_gone("peer-closed");
    }
}

#[test]
fn coalesced_messages_fill_one_read_after_the_other() {
    let mut server = Program::server(BURST_SERVER, &[]);
    let words = ["x".repeat(700), "y".repeat(700)];
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    Program::client(BURST_CLIENT, server.address(), &words).finish().success();
    server.expect("client ");
    server.type_line("");
    server.expect(&format!("received 1024 bytes: \"{}{}\"", "x".repeat(700), "y".repeat(324)));
    server.type_line("");
    server.expect(&format!("received 376 bytes: \"{}\"", "y".repeat(376)));
}

#[cfg(unix)]
#[test]
fn coalesced_messages_two_commands_run_as_one() {
    use std::fs;

    let directory = tempfile::tempdir().expect("a directory can be made");
    let go = directory.path().join("go");
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());

    // While the server is busy, two commands come. The book says so, and an exercise cures it.
    let wait = format!("until [ -e '{}' ]; do :; done; echo busy", go.display());
    stream.write_all(wait.as_bytes()).expect("the server takes it");
    server.expect("client ");
    server.expect("received ");
    stream.write_all(b"echo one;").expect("the buffer takes it");
    stream.write_all(b"echo two").expect("the buffer takes it");
    fs::write(go, "").expect("a file can be made");

    expect_bytes(&mut stream, "busy\none\ntwo\n");
    assert_eq!(server.line(), "received 17 bytes: \"echo one;echo two\"");
}

#[test]
fn the_burst_server_outlives_its_clients() {
    let mut server = Program::server(BURST_SERVER, &[]);
    let mut stream = connect(server.address());
    stream.write_all(b"\xffhello").expect("the server takes it");
    server.type_line("");
    server.expect("client ");
    assert_eq!(server.line(), "received 6 bytes: \"\u{fffd}hello\"");
    reset(stream);
    server.type_line("");
    server.expect_gone("peer-reset");

    let stream = connect(server.address());
    drop(stream);
    server.type_line("");
    server.expect_client_gone("peer-closed");

    // At the end of its input the operator has left. What is unread makes no reset of it.
    let mut stream = connect(server.address());
    server.expect("client ");
    stream.write_all(b"unread").expect("the buffer takes it");
    server.close_input();
    server.expect_gone("hung-up");
    expect_end(&mut stream);
}

#[test]
fn the_burst_server_needs_nobody_who_reads_its_log() {
    let mut server = Program::server_without_log(BURST_SERVER, &[]);
    for _ in 0..3 {
        let mut stream = connect(server.address());
        stream.write_all(b"hello").expect("the server takes it");
        stream.shutdown(Shutdown::Write).expect("we are done");
        server.type_line("");
        server.type_line("");
        expect_end(&mut stream);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_burst_server_says_that_it_cannot_accept() {
    support::check_accept_that_fails(BURST_SERVER);
}

#[cfg(unix)]
#[test]
fn the_burst_server_hangs_up_when_its_keyboard_fails() {
    let mut server = Program::by_shell("", BURST_SERVER, &["127.0.0.1:0"], "</");
    server.wait_until_listening();
    let mut stream = connect(server.address());
    expect_end(&mut stream);
    server.expect_client_gone("hung-up");
}

#[test]
fn the_burst_server_lets_a_silent_peer_go() {
    let mut server = Program::server(BURST_SERVER, &["--timeout", "0.2"]);
    let _silent = connect(server.address());
    server.type_line("");
    server.expect_client_gone("silent-peer");
}

#[test]
fn the_burst_pair_says_what_is_wrong() {
    check_arguments(BURST_SERVER, &[&["nonsense"], &["--timeout", "0"]]);
    check_arguments(BURST_CLIENT, &[&["nonsense"]]);
    let (listener, address) = listen();
    Program::start(BURST_SERVER, [address.to_string()]).finish().fails_with("cannot listen on");
    drop(listener);

    let (_port, address) = nobody();
    Program::client(BURST_CLIENT, address, &[]).finish().fails_with("is the server running?");
}

#[test]
fn four_facts_about_buffers() {
    check_arguments(BUFFERS, &[&["nonsense"]]);
    let mut program = Program::start(BUFFERS, ["127.0.0.1:0"]);
    program.wait_until_listening();
    assert_eq!(program.line(), "1. Each socket has buffers of its own.");
    assert!(number_in(&program.expect("the first connection took ")) > 1024);
    assert_eq!(program.line(), "   the second carries hello all the same");
    assert_eq!(program.line(), "2. They are made with the socket.");
    assert!(number_in(&program.expect("a socket that is not connected yet has ")) > 0);
    assert_eq!(program.line(), "3. Closing still sends what lies in the send buffer.");
    assert_eq!(program.line(), "   sent 100000 bytes and closed at once; 100000 arrived");
    program.expect("4. Closing drops what lies unread in the receive buffer");
    assert_eq!(program.line(), "   closed with 5 bytes unread");
    program.expect("   the sender reads an error: ");
    assert_eq!(program.finish().success().stdout, "");
}

/// The first number in a line.
fn number_in(line: &str) -> u64 {
    let digits = line.split(|character: char| !character.is_ascii_digit());
    digits.filter_map(|digits| digits.parse().ok()).next().expect("a number")
}

#[cfg(unix)]
#[test]
fn python_client_with_our_server() {
    let server = Program::server(SERVER, &[]);
    let port = server.address().port().to_string();
    let Some(mut client) = python("sticky_packets_client.py", &["127.0.0.1", &port]) else {
        return;
    };
    client.type_line("echo 你好");
    assert_eq!(client.line(), "你好");
    client.type_line("true");
    assert_eq!(client.line(), "(no output)");
    client.finish().success();
    server.expect_client_gone("peer-closed");
}

#[cfg(unix)]
#[test]
fn python_server_with_our_client() {
    let Some(mut server) = python("sticky_packets_server.py", &["127.0.0.1", "0"]) else { return };
    server.wait_until_listening();
    let mut client = Program::client(CLIENT, server.address(), &[]);
    for (command, output) in
        [("echo 你好", "你好"), ("true", "(no output)"), ("cat", "(no output)")]
    {
        client.type_line(command);
        assert_eq!(client.line(), output);
    }
    client.finish().success();
}

#[test]
fn python_burst_client_with_our_server() {
    let mut server = Program::server(BURST_SERVER, &[]);
    let port = server.address().port().to_string();
    let arguments = ["127.0.0.1", &port, "hello", "world"];
    let Some(client) = python("sticky_packets_burst_client.py", &arguments) else { return };
    client.finish().success();
    server.type_line("");
    server.expect("client ");
    assert_eq!(server.line(), "received 10 bytes: \"helloworld\"");
}

#[test]
fn python_burst_server_with_our_client() {
    let arguments = ["127.0.0.1", "0"];
    let Some(mut server) = python("sticky_packets_burst_server.py", &arguments) else { return };
    server.wait_until_listening();
    Program::client(BURST_CLIENT, server.address(), &[]).finish().success();
    server.type_line("");
    assert_eq!(server.line(), "helloworld");
}

/// The book says so: a group is ended, and no more than that.
#[test]
#[cfg(target_os = "linux")]
fn what_leaves_the_group_of_a_command_is_not_ended_with_it() {
    use std::fs;

    let directory = tempfile::tempdir().expect("a directory can be made");
    let id = directory.path().join("id");
    let server = Program::server(SERVER, &["--time-limit", "1"]);
    let mut stream = connect(server.address());

    let command = format!(
        "setsid sh -c 'echo $$ > {0}; exec sleep 60' >/dev/null 2>&1 & \
         until [ -s {0} ]; do sleep 0.01; done; sleep 60",
        id.display()
    );
    let output = b"(ended: the command ran longer than 1 s)\n";
    expect_output(&mut stream, command.as_bytes(), output);

    let id = fs::read_to_string(id).expect("the command has written its id");
    let ended = std::process::Command::new("kill").arg(id.trim()).status();
    assert!(ended.expect("kill can be run").success(), "{id} lives on until it is ended here");
}
