//! Lesson 2: message after message on one connection, in both roles.

use std::io::Write;
use std::net::{Shutdown, TcpStream};

use support::{
    Program, accept, check_answer_is_shown, check_arguments, connect, expect_bytes, expect_end,
    has_ipv6, listen, nobody, python, reset,
};

const SERVER: &str = env!("CARGO_BIN_EXE_communication-loop-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_communication-loop-client");

fn exchange(stream: &mut TcpStream, message: impl AsRef<[u8]>, answer: impl AsRef<[u8]>) {
    stream.write_all(message.as_ref()).expect("the server takes the message");
    expect_bytes(stream, answer);
}

#[test]
fn message_after_message_until_the_client_leaves() {
    let server = Program::server(SERVER, &[]);
    let mut client = Program::client(CLIENT, server.address(), &[]);
    server.expect("client 127.0.0.1:");
    for (message, answer) in
        [("hello", "HELLO"), ("how are you?", "HOW ARE YOU?"), ("中文", "中文")]
    {
        client.type_line(message);
        assert_eq!(client.line(), answer);
        assert_eq!(server.line(), format!("received {} bytes: {message:?}", message.len()));
    }
    let client = client.finish().success();
    assert_eq!((client.stdout.as_str(), client.stderr.as_str()), ("", ""));
    server.expect_gone("peer-closed");
    server.finish().success();
}

#[test]
fn q_and_quit_leave_and_are_not_sent() {
    for word in ["q", "quit", "  quit  "] {
        let server = Program::server(SERVER, &[]);
        let mut client = Program::client(CLIENT, server.address(), &[]);
        client.type_line(word);
        // Had it been sent, an answer would have come.
        client.type_line("not sent either");
        assert_eq!(client.finish().success().stdout, "");
        server.expect_client_gone("peer-closed");
    }
}

#[test]
fn a_line_without_its_newline_counts() {
    let (listener, address) = listen();
    let mut client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    client.type_text("the end");
    client.close_input();
    expect_bytes(&mut stream, "the end");
    stream.write_all(b"ok").expect("the client takes it");
    assert_eq!(client.finish().success().stdout, "ok\n");
}

#[test]
fn outer_spaces_are_not_sent() {
    let (listener, address) = listen();
    let mut client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    client.type_line(" \t two  words \r");
    client.close_input();
    expect_bytes(&mut stream, "two  words");
    stream.write_all(b"ok").expect("the client takes it");
    expect_end(&mut stream);
}

#[test]
fn the_operator_types_the_answers() {
    let mut server = Program::server(SERVER, &["--reply"]);
    let mut stream = connect(server.address());
    server.expect("client ");

    stream.write_all(b"hello").expect("the server takes it");
    assert_eq!(server.line(), "received 5 bytes: \"hello\"");
    // An empty answer is asked for again, for it would be none.
    server.type_line("");
    server.type_line("good morning");
    expect_bytes(&mut stream, "good morning");

    stream.write_all(b"bye").expect("the server takes it");
    server.type_line("q");
    expect_end(&mut stream);
    server.expect_gone("hung-up");
    assert_eq!(server.finish().success().stderr, "");
}

#[test]
fn wrong_arguments_are_refused() {
    for program in [SERVER, CLIENT] {
        check_arguments(program, &[&["nonsense"], &["127.0.0.1:65536"], &["127.0.0.1:1", "more"]]);
    }
}

#[test]
fn ipv6_and_names_work() {
    for address in ["[::1]:0", "localhost:0"] {
        if address.starts_with('[') && !has_ipv6() {
            continue;
        }
        let server = Program::server_at(SERVER, address, &[]);
        let mut client = Program::client(CLIENT, server.address(), &[]);
        client.type_line("hello");
        assert_eq!(client.line(), "HELLO");
    }
}

#[test]
fn connection_refused_is_said_with_what_to_try() {
    let (_port, address) = nobody();
    Program::client(CLIENT, address, &[]).finish().fails_with("is the server running?");
}

#[test]
fn empty_message_is_never_sent() {
    let (listener, address) = listen();
    let mut client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    for line in ["", "   ", "\t", "first"] {
        client.type_line(line);
    }
    expect_bytes(&mut stream, "first");
    stream.write_all(b"ok").expect("the client takes it");
    assert_eq!(client.line(), "ok");
    client.finish().success();
    expect_end(&mut stream);
}

#[test]
fn peer_closed_ends_the_conversation_and_nobody_spins() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    exchange(&mut stream, "hello", "HELLO");
    drop(stream);
    server.expect_client_gone("peer-closed");
    assert_eq!(server.finish().success().stdout, "", "nothing is taken for a message");
}

#[test]
fn peer_closed_is_an_error_for_a_client_that_waits() {
    let (listener, address) = listen();
    let mut client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    client.type_line("hello");
    expect_bytes(&mut stream, "hello");
    drop(stream);
    client.finish().fails_with("without an answer (peer-closed)");
}

#[test]
fn peer_reset_is_named_and_no_panic() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    exchange(&mut stream, "hello", "HELLO");
    reset(stream);
    server.expect_client_gone("peer-reset");
    server.finish().fails_with("the conversation with 127.0.0.1:");

    let (listener, address) = listen();
    let mut client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    client.type_line("hello");
    expect_bytes(&mut stream, "hello");
    reset(stream);
    client.finish().fails_with("cannot read the answer");
}

#[test]
fn half_close_still_gets_its_answer() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    stream.write_all(b"last words").expect("the server takes it");
    stream.shutdown(Shutdown::Write).expect("we are done");
    expect_bytes(&mut stream, "LAST WORDS");
    expect_end(&mut stream);
    server.expect_client_gone("peer-closed");
}

#[test]
fn invalid_utf8_is_echoed_and_ends_nothing() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    exchange(&mut stream, b"\xe4\xbd", b"\xe4\xbd");
    exchange(&mut stream, b"still there", b"STILL THERE");
    server.expect("client ");
    assert_eq!(server.line(), "received 2 bytes: \"\u{fffd}\"");

    let (listener, address) = listen();
    let mut client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    client.type_line(b"a\xffb");
    expect_bytes(&mut stream, b"a\xffb");
    stream.write_all(b"\xfe!").expect("the client takes it");
    assert_eq!(client.line(), "\u{fffd}!");
    client.finish().success();
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_cannot_print_says_so() {
    support::check_answer_that_cannot_be_printed(CLIENT, |stream| {
        expect_bytes(stream, "hello");
        stream.write_all(b"HELLO").expect("the client takes it");
    });
}

#[test]
fn an_answer_is_shown_so_that_no_terminal_obeys_it() {
    check_answer_is_shown(CLIENT, |stream| expect_bytes(stream, "hello"));
}

#[cfg(unix)]
#[test]
fn an_operator_whose_keyboard_fails_is_not_taken_for_the_client() {
    let mut server = Program::by_shell("", SERVER, &["127.0.0.1:0", "--reply"], "</");
    server.wait_until_listening();
    let mut stream = connect(server.address());
    stream.write_all(b"hello").expect("the server takes it");
    expect_end(&mut stream);
    server.expect_client_gone("hung-up");
    server.finish().fails_with("broke off").fails_with("cannot read what is typed");
}

#[test]
fn python_client_with_our_server() {
    let server = Program::server(SERVER, &[]);
    let port = server.address().port().to_string();
    let arguments = ["127.0.0.1", &port];
    let Some(mut client) = python("communication_loop_client.py", &arguments) else { return };
    for (message, answer) in [("hello", "HELLO"), ("", ""), ("中文 b", "中文 B")] {
        client.type_line(message);
        if !answer.is_empty() {
            assert_eq!(client.line(), answer);
        }
    }
    client.finish().success();
    server.expect_client_gone("peer-closed");
}

#[test]
fn python_server_with_our_client() {
    let arguments = ["127.0.0.1", "0"];
    let Some(mut server) = python("communication_loop_server.py", &arguments) else { return };
    server.wait_until_listening();
    let mut client = Program::client(CLIENT, server.address(), &[]);
    for (message, answer) in [("hello", "HELLO"), ("again", "AGAIN")] {
        client.type_line(message);
        assert_eq!(client.line(), answer);
    }
    client.finish().success();
    server.finish().success();
}
