//! Lesson 1: one client, one message, one answer, in both roles.

use std::io::Write;

use assert_cmd::Command;
use predicates::str::{contains, starts_with};
use support::{
    PATIENCE, Program, accept, check_answer_is_shown, check_arguments, connect, expect_bytes,
    expect_end, has_ipv6, listen, nobody, python, reset,
};

const SERVER: &str = env!("CARGO_BIN_EXE_simple-echo-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_simple-echo-client");

fn client(arguments: &[&str]) -> Command {
    let mut command = Command::new(CLIENT);
    command.args(arguments).timeout(PATIENCE);
    command
}

#[test]
fn one_message_one_answer_and_both_end() {
    let server = Program::server(SERVER, &[]);
    let address = server.address().to_string();

    client(&[&address]).assert().success().stdout("HELLO\n").stderr("");

    server.expect("client 127.0.0.1:");
    assert_eq!(server.line(), "received 5 bytes: \"hello\"");
    server.expect_gone("answered");
    assert_eq!(server.finish().success().stdout, "");
}

#[test]
fn the_client_sends_the_message_it_is_given() {
    let server = Program::server(SERVER, &[]);
    let address = server.address().to_string();

    client(&[&address, "Straße 中文 x"]).assert().success().stdout("STRAßE 中文 X\n").stderr("");

    server.expect("client ");
    assert_eq!(server.line(), "received 16 bytes: \"Straße 中文 x\"");
}

#[test]
fn wrong_arguments_are_refused() {
    let addresses: &[&[&str]] = &[
        &["nonsense"],
        &["127.0.0.1"],
        &[":8080"],
        &["127.0.0.1:"],
        &["127.0.0.1:65536"],
        &["127.0.0.1:-1"],
    ];
    check_arguments(SERVER, addresses);
    check_arguments(CLIENT, addresses);
    check_arguments(CLIENT, &[&["127.0.0.1:1", "one", "two"]]);
}

#[test]
fn a_host_may_have_a_name() {
    let server = Program::server_at(SERVER, "localhost:0", &[]);
    let address = format!("localhost:{}", server.address().port());
    client(&[&address]).assert().success().stdout("HELLO\n");
    server.expect_client_gone("answered");
}

#[test]
fn ipv6_works() {
    if !has_ipv6() {
        return;
    }
    let server = Program::server_at(SERVER, "[::1]:0", &[]);
    client(&[&server.address().to_string()]).assert().success().stdout("HELLO\n");
    server.expect("client [::1]:");
}

#[test]
fn the_answer_is_exact_and_the_end_orderly() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    stream.write_all(b"aZ09 \xc3\xa4\n").expect("the server takes it");
    expect_bytes(&mut stream, b"AZ09 \xc3\xa4\n");
    expect_end(&mut stream);
    server.finish().success();
}

#[test]
fn one_read_takes_1024_bytes() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    stream.write_all(&[b'a'; 1024]).expect("the server takes it");
    expect_bytes(&mut stream, [b'A'; 1024]);
    expect_end(&mut stream);
    server.expect_client_gone("answered");
}

#[test]
fn connection_refused_is_said_with_what_to_try() {
    let (_port, address) = nobody();
    client(&[&address.to_string()])
        .assert()
        .code(1)
        .stdout("")
        .stderr(starts_with(format!(
            "Error: cannot connect to {address}; is the server running?\n\nCaused by:\n"
        )))
        .stderr(contains("refused"));
}

/// An address for examples (RFC 5737), which is no machine's.
#[test]
fn bad_address_is_an_error() {
    Command::new(SERVER)
        .arg("203.0.113.7:0")
        .timeout(PATIENCE)
        .assert()
        .code(1)
        .stdout("")
        .stderr(starts_with(
            "Error: cannot listen on 203.0.113.7:0; try a free port of this machine",
        ))
        .stderr(contains("address"));
}

/// A name for tests (RFC 2606), which is no host's.
#[test]
fn unknown_name_is_a_wrong_argument() {
    for program in [SERVER, CLIENT] {
        Command::new(program)
            .arg("nobody.invalid:8080")
            .timeout(PATIENCE)
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains("no host is called nobody.invalid; usage: IP:PORT"));
    }
}

#[test]
fn address_in_use_is_said_with_what_to_try() {
    let first = Program::server(SERVER, &[]);
    Command::new(SERVER)
        .arg(first.address().to_string())
        .timeout(PATIENCE)
        .assert()
        .code(1)
        .stdout("")
        .stderr(starts_with(format!("Error: cannot listen on {}; try a free", first.address())));

    client(&[&first.address().to_string()]).assert().success().stdout("HELLO\n");
}

#[test]
fn empty_message_is_never_sent() {
    // Nobody listens, and still it is the message that is complained of: nothing was tried.
    client(&["127.0.0.1:1", ""]).assert().code(1).stdout("").stderr(contains("message is empty"));
}

#[test]
fn peer_closed_ends_the_server_in_order() {
    let server = Program::server(SERVER, &[]);
    drop(connect(server.address()));
    server.expect_client_gone("peer-closed");
    server.finish().success();
}

#[test]
fn peer_closed_is_an_error_for_a_client_that_waits() {
    let (listener, address) = listen();
    let client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    expect_bytes(&mut stream, "hello");
    drop(stream);
    client.finish().fails_with("peer-closed");
}

#[test]
fn peer_reset_is_an_error_and_no_panic() {
    let server = Program::server(SERVER, &[]);
    reset(connect(server.address()));
    server.finish().fails_with("cannot read from 127.0.0.1:");

    let (listener, address) = listen();
    let client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    expect_bytes(&mut stream, "hello");
    reset(stream);
    client.finish().fails_with("cannot read the answer");
}

#[test]
fn invalid_utf8_is_echoed_and_ends_nothing() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    stream.write_all(b"\xffa\x00").expect("the server takes it");
    expect_bytes(&mut stream, b"\xffA\x00");
    server.expect("client ");
    assert_eq!(server.line(), "received 3 bytes: \"\u{fffd}a\\0\"");
    server.finish().success();

    let (listener, address) = listen();
    let client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    expect_bytes(&mut stream, "hello");
    stream.write_all(b"a\xffb").expect("the client takes it");
    assert_eq!(client.line(), "a\u{fffd}b");
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

#[test]
fn python_client_with_our_server() {
    let server = Program::server(SERVER, &[]);
    let port = server.address().port().to_string();
    let Some(mut client) = python("simple_echo_client.py", &["127.0.0.1", &port]) else { return };
    client.type_line("hello");
    assert_eq!(client.line(), "HELLO");
    client.finish().success();
    server.expect_client_gone("answered");
}

#[test]
fn python_server_with_our_client() {
    let Some(mut server) = python("simple_echo_server.py", &["127.0.0.1", "0"]) else { return };
    server.wait_until_listening();
    client(&[&server.address().to_string()]).assert().success().stdout("HELLO\n");
    server.finish().success();
}
