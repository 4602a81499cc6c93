//! Lesson 3: clients one after another, whatever each of them does, and the port again.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::thread;

use support::{
    Program, accept, check_answer_is_shown, check_arguments, connect, expect_bytes, expect_end,
    has_ipv6, listen, nobody, python, reset,
};

const SERVER: &str = env!("CARGO_BIN_EXE_connection-loop-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_connection-loop-client");
const BACKLOG: &str = env!("CARGO_BIN_EXE_connection-loop-backlog");

fn exchange(stream: &mut TcpStream, message: impl AsRef<[u8]>, answer: impl AsRef<[u8]>) {
    stream.write_all(message.as_ref()).expect("the server takes the message");
    expect_bytes(stream, answer);
}

/// Asserts that the server serves a client from its first message to its leaving.
fn expect_next_client_served(server: &Program) {
    let mut client = Program::client(CLIENT, server.address(), &[]);
    client.type_line("next");
    assert_eq!(client.line(), "NEXT");
    client.finish().success();
    server.expect("client ");
    assert_eq!(server.line(), "received 4 bytes: \"next\"");
    server.expect_gone("peer-closed");
}

#[test]
fn clients_one_after_another() {
    let server = Program::server(SERVER, &[]);
    for _ in 0..3 {
        expect_next_client_served(&server);
    }
}

#[test]
fn q_and_quit_and_the_end_of_the_input_leave() {
    let server = Program::server(SERVER, &[]);
    for last in ["q", "quit", "   "] {
        let mut client = Program::client(CLIENT, server.address(), &[]);
        for line in ["", "hello", last] {
            client.type_line(line);
        }
        let client = client.finish().success();
        assert_eq!((client.stdout.as_str(), client.stderr.as_str()), ("HELLO\n", ""));
        server.expect("client ");
        assert_eq!(server.line(), "received 5 bytes: \"hello\"");
        server.expect_gone("peer-closed");
    }
}

#[test]
fn an_empty_answer_hangs_up_and_the_next_client_is_served() {
    let mut server = Program::server(SERVER, &["--reply"]);
    let mut stream = connect(server.address());
    stream.write_all(b"hello").expect("the server takes it");
    server.type_line("good morning");
    expect_bytes(&mut stream, "good morning");
    stream.write_all(b"and?").expect("the server takes it");
    server.type_line("");
    expect_end(&mut stream);
    server.expect_client_gone("hung-up");

    let mut next = connect(server.address());
    next.write_all(b"q?").expect("the server takes it");
    // Lesson 3 hangs up at an empty answer only: q is an answer like any other.
    server.type_line("q");
    expect_bytes(&mut next, "q");
}

#[test]
fn an_operator_who_leaves_hangs_up_on_everyone() {
    let mut server = Program::server(SERVER, &["--reply"]);
    server.close_input();
    for _ in 0..2 {
        let mut stream = connect(server.address());
        stream.write_all(b"hello").expect("the server takes it");
        expect_end(&mut stream);
        server.expect_client_gone("hung-up");
    }
}

#[test]
fn wrong_arguments_are_refused() {
    check_arguments(CLIENT, &[&["nonsense"]]);
    check_arguments(BACKLOG, &[&["nonsense"]]);
    check_arguments(SERVER, &[&["nonsense"]]);
    for seconds in ["0", "-1", "x", "", "inf", "NaN", "1e400", "1e19", "1e-30"] {
        let finished = Program::start(SERVER, [format!("--timeout={seconds}")]).finish().code(2);
        assert!(finished.stderr.contains("usage: a number of seconds"), "{seconds}: {finished:?}");
    }
    for backlog in ["-1", "101", "many"] {
        Program::start(BACKLOG, [format!("--backlog={backlog}")]).finish().code(2);
    }
}

#[test]
fn ipv6_and_names_work() {
    for address in ["[::1]:0", "localhost:0"] {
        if address.starts_with('[') && !has_ipv6() {
            continue;
        }
        let server = Program::server_at(SERVER, address, &[]);
        expect_next_client_served(&server);
    }
}

#[test]
fn connection_refused_is_said_with_what_to_try() {
    let (_port, address) = nobody();
    Program::client(CLIENT, address, &[]).finish().fails_with("is the server running?");
}

#[test]
fn a_name_that_nobody_knows_is_an_error() {
    // `.invalid` is reserved for this (RFC 2606).
    let finished = Program::start(SERVER, ["nobody.invalid:0"]).finish().code(2);
    assert!(finished.stderr.contains("no host is called nobody.invalid"), "{finished:?}");
}

#[test]
fn empty_message_is_never_sent() {
    let (listener, address) = listen();
    let mut client = Program::client(CLIENT, address, &[]);
    let mut stream = accept(&listener);
    for line in ["", "  ", "first"] {
        client.type_line(line);
    }
    expect_bytes(&mut stream, "first");
    stream.write_all(b"ok").expect("the client takes it");
    assert_eq!(client.line(), "ok");
    client.finish().success();
    expect_end(&mut stream);
}

#[test]
fn peer_closed_ends_one_conversation_and_nobody_spins() {
    let server = Program::server(SERVER, &[]);
    drop(connect(server.address()));
    server.expect_client_gone("peer-closed");
    expect_next_client_served(&server);
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
fn peer_reset_ends_one_conversation() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    exchange(&mut stream, "hello", "HELLO");
    reset(stream);
    server.expect_client_gone("peer-reset");
    expect_next_client_served(&server);
}

#[test]
fn peer_reset_in_the_queue_ends_nothing() {
    let server = Program::server(SERVER, &[]);
    let mut first = connect(server.address());
    exchange(&mut first, "hello", "HELLO");
    reset(connect(server.address()));
    drop(first);
    server.expect_client_gone("peer-closed");
    // A system may hide the client that gave up, or hand it out with its error.
    let mut next = connect(server.address());
    exchange(&mut next, "next", "NEXT");
}

/// The first answer meets a closed connection and is answered with a reset; it is the second
/// that fails. Other systems may report the reset to the read between the two.
#[cfg(target_os = "linux")]
#[test]
fn write_after_close_ends_one_conversation() {
    let mut server = Program::server(SERVER, &["--reply"]);
    let mut stream = connect(server.address());
    // Two bufferfuls, for two answers.
    stream.write_all(&[b'x'; 2048]).expect("the server takes it");
    // Not only dropped: a program that another test is just starting may hold a copy of it.
    stream.shutdown(Shutdown::Both).expect("the server has not left");
    server.expect("client ");
    server.expect("received 1024 bytes: ");
    server.type_line("into the void");
    server.expect("received 1024 bytes: ");
    server.type_line("again");
    server.expect_gone("write-after-close");

    let mut next = connect(server.address());
    next.write_all(b"hello").expect("the server takes it");
    server.type_line("hello yourself");
    expect_bytes(&mut next, "hello yourself");
}

#[test]
fn unread_data_reset_does_not_happen() {
    let mut server = Program::server(SERVER, &["--reply"]);
    let mut stream = connect(server.address());
    // One read takes 1024 bytes of this. The rest is unread when the operator hangs up.
    stream.write_all(&[b'x'; 1500]).expect("the server takes it");
    server.expect("client ");
    server.expect("received 1024 bytes: ");
    server.type_line("");
    server.expect_gone("hung-up");
    expect_end(&mut stream);
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
    expect_next_client_served(&server);
}

#[test]
fn silent_peer_that_says_nothing_is_let_go() {
    let server = Program::server(SERVER, &["--timeout", "0.2"]);
    let mut silent = connect(server.address());
    expect_end(&mut silent);
    server.expect_client_gone("silent-peer");

    let mut tired = connect(server.address());
    exchange(&mut tired, "hello", "HELLO");
    expect_end(&mut tired);
    server.expect_client_gone("silent-peer");
    expect_next_client_served(&server);
}

#[test]
fn silent_peer_that_does_not_read_is_let_go() {
    let server = Program::server(SERVER, &["--timeout", "0.2"]);
    let mut deaf = connect(server.address());
    // Every byte is answered, and no answer is read: in the end no buffer has room for more.
    let writer = thread::spawn(move || {
        let written = (0..4096).try_for_each(|_| deaf.write_all(&[b'x'; 16 * 1024]));
        written.expect_err("the server hangs up before all of it is taken")
    });
    server.expect_client_gone("silent-peer");
    writer.join().expect("the writer is stopped by an error");
    expect_next_client_served(&server);
}

#[test]
fn a_log_that_nobody_reads_ends_nothing() {
    let server = Program::server_without_log(SERVER, &[]);
    for _ in 0..3 {
        let mut stream = connect(server.address());
        exchange(&mut stream, "hello", "HELLO");
        exchange(&mut stream, "again", "AGAIN");
    }
}

#[cfg(unix)]
#[test]
fn a_log_on_a_full_disk_ends_nothing() {
    let server = Program::server_with_full_log(SERVER, &[]);
    for _ in 0..3 {
        let mut stream = connect(server.address());
        exchange(&mut stream, "a".repeat(600), "A".repeat(600));
    }
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

#[cfg(target_os = "linux")]
#[test]
fn an_accept_that_fails_is_said_and_tried_again_after_a_pause() {
    support::check_accept_that_fails(SERVER);
}

#[cfg(target_os = "linux")]
#[test]
fn errors_that_nobody_reads_end_nothing() {
    let arguments = ["127.0.0.1:0", "--reply"];
    let mut server = Program::by_shell("", SERVER, &arguments, "</ 2>/dev/full");
    server.wait_until_listening();
    for _ in 0..2 {
        let mut stream = connect(server.address());
        stream.write_all(b"hello").expect("the server takes it");
        expect_end(&mut stream);
        server.expect_client_gone("hung-up");
    }
}

#[cfg(unix)]
#[test]
fn an_operator_whose_keyboard_fails_hangs_up() {
    let mut server = Program::by_shell("", SERVER, &["127.0.0.1:0", "--reply"], "</");
    server.wait_until_listening();
    for _ in 0..2 {
        let mut stream = connect(server.address());
        stream.write_all(b"hello").expect("the server takes it");
        expect_end(&mut stream);
        assert!(server.error_line().starts_with("cannot read what is typed: "));
        server.expect_client_gone("hung-up");
    }
}

/// Nobody reads while the other writes: both wait, until a limit ends it.
#[test]
fn a_line_that_fills_all_buffers_is_ended_by_the_timeout() {
    let server = Program::server(SERVER, &["--timeout", "0.5"]);
    let mut client = Program::client(CLIENT, server.address(), &[]);
    client.type_line(vec![b'x'; 20_000_000]);
    server.expect_gone("silent-peer");
    client.finish().fails_with("cannot send the message");
    expect_next_client_served(&server);
}

#[test]
fn one_client_blocks_all_until_it_leaves() {
    let server = Program::server(SERVER, &[]);
    let mut first = connect(server.address());
    exchange(&mut first, "I was here first", "I WAS HERE FIRST");
    let mut second = connect(server.address());
    second.write_all(b"me too").expect("the queue takes it");
    exchange(&mut first, "I take my time", "I TAKE MY TIME");
    drop(first);
    expect_bytes(&mut second, "ME TOO");

    server.expect("client ");
    assert_eq!(server.line(), "received 16 bytes: \"I was here first\"");
    assert_eq!(server.line(), "received 14 bytes: \"I take my time\"");
    server.expect("gone: peer-closed");
    let address = second.local_addr().expect("a connected socket");
    assert_eq!(server.line(), format!("client {address}"));
    assert_eq!(server.line(), "received 6 bytes: \"me too\"");
}

#[test]
fn address_in_use_by_a_live_listener_is_said() {
    let server = Program::server(SERVER, &[]);
    let address = server.address().to_string();
    for arguments in [&[address.as_str()] as &[_], &[&address, "--no-reuse-address"]] {
        let second = Program::start(SERVER, arguments).finish();
        second.fails_with(&format!("cannot listen on {address}; try a free port"));
    }
    expect_next_client_served(&server);
}

/// On Windows a lingering connection does not hold a port.
#[cfg(unix)]
#[test]
fn address_in_use_by_a_lingering_connection_needs_so_reuseaddr() {
    let mut server = Program::server(SERVER, &["--reply"]);
    let address = server.address();
    let mut stream = connect(address);
    stream.write_all(b"hello").expect("the server takes it");
    // The side that closes first remembers the connection.
    server.type_line("");
    expect_end(&mut stream);
    drop(stream);
    server.kill();

    let address = address.to_string();
    Program::start(SERVER, [&address, "--no-reuse-address"])
        .finish()
        .fails_with("cannot listen on")
        .fails_with("Address already in use");
    let server = Program::server_at(SERVER, &address, &[]);
    expect_next_client_served(&server);
}

/// Elsewhere the last client is refused, or waits in a queue that has been rounded up.
#[cfg(target_os = "linux")]
#[test]
fn backlog_overflow_is_shown() {
    let lines = |backlog: i32| {
        let mut lines = format!("the backlog is {backlog}, and nobody accepts\n");
        for number in 1..=backlog + 1 {
            lines += &format!("client {number}: connected, and waits in the queue\n");
        }
        lines += &format!("client {}: not connected: connection timed out\n", backlog + 2);
        lines += "the first client is accepted, so a place in the queue is free\n";
        lines + "one more client: connected\n"
    };
    for backlog in [0, 5] {
        let arguments = ["127.0.0.1:0", "--backlog", &backlog.to_string()];
        let mut program = Program::start(BACKLOG, arguments);
        program.wait_until_listening();
        assert_eq!(program.finish().success().stdout, lines(backlog));
    }
}

#[test]
fn clients_wait_in_the_queue_as_the_backlog_says() {
    let server = Program::server(SERVER, &["--backlog", "3"]);
    let mut clients: Vec<_> = (0..4).map(|_| connect(server.address())).collect();
    for client in &mut clients {
        client.write_all(b"hello").expect("the queue takes it");
    }
    for mut client in clients {
        expect_bytes(&mut client, "HELLO");
    }
}

#[test]
fn invalid_utf8_is_echoed_and_ends_nothing() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    exchange(&mut stream, b"\xff\xfea", b"\xff\xfeA");
    server.expect("client ");
    assert_eq!(server.line(), "received 3 bytes: \"\u{fffd}\u{fffd}a\"");
    drop(stream);
    server.expect_gone("peer-closed");
    expect_next_client_served(&server);

    let mut client = Program::client(CLIENT, server.address(), &[]);
    client.type_line(b"\xffb");
    assert_eq!(client.line(), "\u{fffd}B");
}

/// With a timeout set, Linux ends a read early when a stopped program goes on.
#[cfg(target_os = "linux")]
#[test]
fn a_server_that_was_stopped_and_goes_on_keeps_its_client() {
    let server = Program::server(SERVER, &["--timeout", "15"]);
    let mut stream = connect(server.address());
    exchange(&mut stream, "before", "BEFORE");
    let id = server.id().to_string();
    let signal = |name: &str| {
        let status = std::process::Command::new("kill").args([name, &id]).status();
        assert!(status.expect("kill starts").success());
    };
    // S: it waits for the client's next message.
    wait_for_state(&id, 'S');
    signal("-STOP");
    wait_for_state(&id, 'T');
    signal("-CONT");
    wait_for_state(&id, 'S');
    exchange(&mut stream, "after", "AFTER");
    drop(stream);
    server.expect_client_gone("peer-closed");
}

#[cfg(target_os = "linux")]
fn wait_for_state(id: &str, state: char) {
    let deadline = std::time::Instant::now() + support::PATIENCE;
    let line = format!("State:\t{state}");
    while !std::fs::read_to_string(format!("/proc/{id}/status")).expect("it runs").contains(&line) {
        assert!(std::time::Instant::now() < deadline, "{id} is not in state {state}");
        thread::yield_now();
    }
}

#[test]
fn python_client_with_our_server() {
    let server = Program::server(SERVER, &[]);
    let port = server.address().port().to_string();
    let arguments = ["127.0.0.1", &port];
    let Some(mut client) = python("connection_loop_client.py", &arguments) else { return };
    for (message, answer) in [("hello", "HELLO"), ("again", "AGAIN")] {
        client.type_line(message);
        assert_eq!(client.line(), answer);
    }
    client.type_line("q");
    client.finish().success();
    server.expect_client_gone("peer-closed");
    expect_next_client_served(&server);
}

#[test]
fn python_server_with_our_client() {
    let arguments = ["127.0.0.1", "0"];
    let Some(mut server) = python("connection_loop_server.py", &arguments) else { return };
    server.wait_until_listening();
    for message in ["hello", "again"] {
        let mut client = Program::client(CLIENT, server.address(), &[]);
        client.type_line(message);
        assert_eq!(client.line(), message.to_uppercase());
        client.finish().success();
    }
}
