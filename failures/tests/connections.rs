//! The faulty programs of lessons 1 to 3: without a fault they do well, and with a fault they do
//! one thing wrong, and nothing else.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use support::{
    PATIENCE, Program, accept, check_arguments, connect, expect_bytes,
    expect_end, listen, nobody, read_some, reset,
};

const ECHO_SERVER: &str = env!("CARGO_BIN_EXE_faulty-simple-echo-server");
const ECHO_CLIENT: &str = env!("CARGO_BIN_EXE_faulty-simple-echo-client");
const ONE_CLIENT_SERVER: &str =
    env!("CARGO_BIN_EXE_faulty-communication-loop-server");
const TALKING_CLIENT: &str =
    env!("CARGO_BIN_EXE_faulty-communication-loop-client");
const SERVER: &str = env!("CARGO_BIN_EXE_faulty-connection-loop-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_faulty-connection-loop-client");
const RAW_CLIENT: &str = env!("CARGO_BIN_EXE_raw-client");

/// How long a test waits for what must not come. Nothing fails if it waits too short.
const MOMENT: Duration = Duration::from_millis(500);

/// Brings a failure about. `well` tells whether the program is expected to do well.
type Check = fn(program: &str, fault: &[&str], well: bool);

/// Plays every check with every fault: only the check of that name may go wrong. And without a
/// fault none does.
fn check_all(program: &str, checks: &[(&str, Check)]) {
    for (id, check) in checks {
        check(program, &[], true);
        for (fault, _) in checks {
            check(program, &["--fault", fault], id != fault);
        }
    }
}

#[test]
fn simple_echo_server() {
    check_all(ECHO_SERVER, &[("invalid-utf8", server_invalid_utf8)]);
}

#[test]
fn communication_loop_server() {
    check_all(
        ONE_CLIENT_SERVER,
        &[
            ("empty-message", one_client_empty_message),
            ("peer-closed", one_client_peer_closed),
            ("peer-reset", one_client_peer_reset),
            ("invalid-utf8", one_client_invalid_utf8),
        ],
    );
}

#[test]
fn connection_loop_server() {
    check_all(
        SERVER,
        &[
            #[cfg(unix)]
            ("address-in-use", server_address_in_use),
            ("empty-message", server_empty_message),
            ("peer-closed", server_peer_closed),
            ("peer-reset", server_peer_reset),
            #[cfg(target_os = "linux")]
            ("write-after-close", server_write_after_close),
            ("unread-data-reset", server_unread_data_reset),
            ("half-close", server_half_close),
            ("silent-peer", server_silent_peer),
            ("invalid-utf8", server_invalid_utf8),
        ],
    );
}

#[test]
fn simple_echo_client() {
    check_all(
        ECHO_CLIENT,
        &[
            ("connection-refused", client_connection_refused),
            ("peer-closed", client_peer_closed),
            ("peer-reset", client_peer_reset),
            ("invalid-utf8", client_invalid_utf8),
        ],
    );
}

#[test]
fn communication_loop_client() {
    check_all(TALKING_CLIENT, TALKING_CLIENT_CHECKS);
}

#[test]
fn connection_loop_client() {
    check_all(CLIENT, TALKING_CLIENT_CHECKS);
}

const TALKING_CLIENT_CHECKS: &[(&str, Check)] = &[
    ("connection-refused", client_connection_refused),
    ("empty-message", client_empty_message),
    ("peer-closed", client_peer_closed),
    ("peer-reset", client_peer_reset),
    ("invalid-utf8", client_invalid_utf8),
];

fn exchange(
    stream: &mut TcpStream,
    message: impl AsRef<[u8]>,
    answer: impl AsRef<[u8]>,
) {
    stream.write_all(message.as_ref()).expect("the server takes the message");
    expect_bytes(stream, answer);
}

/// Asserts that nothing comes for a moment: no bytes, no end, no reset.
fn expect_silence(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(MOMENT)).expect("a timeout can be set");
    let outcome =
        read_some(stream, &mut [0; 100]).map_err(|error| error.kind());
    assert!(
        matches!(outcome, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)),
        "{outcome:?}"
    );
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
}

fn expect_next_client_served(server: &Program) {
    exchange(&mut connect(server.address()), "next", "NEXT");
}

#[cfg(unix)]
fn server_address_in_use(program: &str, fault: &[&str], well: bool) {
    let mut server = Program::server(program, fault);
    let address = server.address();
    let mut stream = connect(address);
    exchange(&mut stream, "hello", "HELLO");
    // The side that closes first remembers the connection.
    server.kill();
    expect_end(&mut stream);
    drop(stream);
    let address = address.to_string();
    if well {
        expect_next_client_served(&Program::server_at(
            program, &address, fault,
        ));
    } else {
        let arguments = [&[address.as_str()], fault].concat();
        Program::start(program, arguments)
            .finish()
            .fails_with("Address already in use");
    }
}

fn server_empty_message(program: &str, fault: &[&str], well: bool) {
    let mut server = Program::server(program, &[&["--reply"], fault].concat());
    let mut stream = connect(server.address());
    stream.write_all(b"hello").expect("the server takes it");
    server.expect("client ");
    server.expect("received 5 bytes");
    server.type_line("");
    if well {
        expect_end(&mut stream);
        server.expect_gone("hung-up");
    } else {
        expect_silence(&mut stream);
    }
}

fn server_peer_closed(program: &str, fault: &[&str], well: bool) {
    let server = Program::server(program, fault);
    drop(connect(server.address()));
    if well {
        server.expect_client_gone("peer-closed");
        expect_next_client_served(&server);
    } else {
        expect_spinning(&server);
    }
}

fn server_peer_reset(program: &str, fault: &[&str], well: bool) {
    let server = Program::server(program, fault);
    let mut stream = connect(server.address());
    exchange(&mut stream, "hello", "HELLO");
    reset(stream);
    if well {
        server.expect_client_gone("peer-reset");
        expect_next_client_served(&server);
    } else {
        server.finish().fails_with("cannot serve 127.0.0.1");
    }
}

/// Other systems may report the reset to the read between the two writes.
#[cfg(target_os = "linux")]
fn server_write_after_close(program: &str, fault: &[&str], well: bool) {
    let mut server = Program::server(program, &[&["--reply"], fault].concat());
    let mut stream = connect(server.address());
    // Two bufferfuls, for two answers.
    stream.write_all(&[b'x'; 2048]).expect("the server takes it");
    // Closing would not be enough: a program that another test is just starting may hold a copy
    // of this socket for a moment. The server would hear of the end too late.
    stream.shutdown(Shutdown::Both).expect("we are done");
    drop(stream);
    server.expect("client ");
    server.expect("received 1024 bytes: ");
    server.type_line("into the void");
    server.expect("received 1024 bytes: ");
    server.type_line("again");
    if fault.contains(&"half-close") {
        // Whoever closes has finished sending too, and that is all this server looks at.
        server.expect_gone("peer-closed");
    } else if well {
        server.expect_gone("write-after-close");
    } else {
        server.finish().fails_with("Broken pipe");
    }
}

fn server_unread_data_reset(program: &str, fault: &[&str], well: bool) {
    let mut server = Program::server(program, &[&["--reply"], fault].concat());
    let mut stream = connect(server.address());
    // One read takes 1024 bytes of this. The rest is unread when the server hangs up.
    stream.write_all(&[b'x'; 1500]).expect("the server takes it");
    server.expect("client ");
    server.expect("received 1024 bytes: ");
    // The end of the operator's input hangs up, whatever an empty line does.
    server.close_input();
    if well {
        expect_end(&mut stream);
    } else {
        let error =
            read_some(&stream, &mut [0; 100]).expect_err("no orderly end");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    server.expect_gone("hung-up");
}

fn server_half_close(program: &str, fault: &[&str], well: bool) {
    let mut server = Program::server(program, &[&["--reply"], fault].concat());
    let mut stream = connect(server.address());
    stream.write_all(b"last words").expect("the server takes it");
    stream.shutdown(Shutdown::Write).expect("we are done");
    server.expect("client ");
    server.expect("received 10 bytes: ");
    server.type_line("good night");
    if well {
        expect_bytes(&mut stream, "good night");
    }
    if fault.contains(&"peer-closed") {
        // The answer has come, and this fault is seen by the next check.
        return;
    }
    expect_end(&mut stream);
    server.expect_gone("peer-closed");
}

fn server_silent_peer(program: &str, fault: &[&str], well: bool) {
    let server =
        Program::server(program, &[&["--timeout", "0.2"], fault].concat());
    let mut stream = connect(server.address());
    if well {
        expect_end(&mut stream);
        server.expect_client_gone("silent-peer");
    } else {
        expect_silence(&mut stream);
    }
}

fn server_invalid_utf8(program: &str, fault: &[&str], well: bool) {
    let server = Program::server(program, fault);
    let mut stream = connect(server.address());
    stream.write_all(b"\xff\xfea").expect("the server takes it");
    if well {
        expect_bytes(&mut stream, b"\xff\xfeA");
        server.expect("client ");
        assert_eq!(server.line(), "received 3 bytes: \"\u{fffd}\u{fffd}a\"");
    } else {
        expect_end(&mut stream);
        server.finish().fails_with("the client sent something else than text");
    }
}

fn one_client_empty_message(program: &str, fault: &[&str], well: bool) {
    let mut server = Program::server(program, &[&["--reply"], fault].concat());
    let mut stream = connect(server.address());
    stream.write_all(b"hello").expect("the server takes it");
    server.type_line("");
    server.type_line("hello yourself");
    if well {
        expect_bytes(&mut stream, "hello yourself");
    } else {
        expect_silence(&mut stream);
    }
}

fn one_client_peer_closed(program: &str, fault: &[&str], well: bool) {
    let server = Program::server(program, fault);
    drop(connect(server.address()));
    if well {
        server.expect_client_gone("peer-closed");
        server.finish().success();
    } else {
        expect_spinning(&server);
    }
}

fn one_client_peer_reset(program: &str, fault: &[&str], well: bool) {
    let server = Program::server(program, fault);
    let mut stream = connect(server.address());
    exchange(&mut stream, "hello", "HELLO");
    reset(stream);
    if well {
        server.expect_client_gone("peer-reset");
        server.finish().fails_with("broke off");
    } else {
        let server = server.finish().code(101);
        assert!(!server.stdout.contains("gone"), "{server:?}");
    }
}

fn one_client_invalid_utf8(program: &str, fault: &[&str], well: bool) {
    let server = Program::server(program, fault);
    let mut stream = connect(server.address());
    stream.write_all(b"\xff\xfea").expect("the server takes it");
    if well {
        expect_bytes(&mut stream, b"\xff\xfeA");
        server.expect("client ");
        assert_eq!(server.line(), "received 3 bytes: \"\u{fffd}\u{fffd}a\"");
    } else {
        server.finish().code(101);
    }
}

fn client_connection_refused(program: &str, fault: &[&str], well: bool) {
    let (_socket, address) = nobody();
    let client = Program::client(program, address, fault).finish();
    if well {
        client.fails_with("is the server running?");
    } else {
        let client = client.success();
        assert_eq!((client.stdout.as_str(), client.stderr.as_str()), ("", ""));
    }
}

fn client_empty_message(program: &str, fault: &[&str], well: bool) {
    let (listener, address) = listen();
    let mut client = Program::client(program, address, fault);
    let mut stream = accept(&listener);
    client.type_line("");
    client.type_line("first");
    if !well {
        expect_silence(&mut stream);
        return;
    }
    expect_bytes(&mut stream, "first");
    stream.write_all(b"ok").expect("the client takes it");
    assert_eq!(client.line(), "ok");
    client.finish().success();
}

/// Starts a client that has sent `hello`, and whose input has ended.
fn client_with_question(program: &str, fault: &[&str]) -> (Program, TcpStream) {
    let (listener, address) = listen();
    let mut client = Program::client(program, address, fault);
    let mut stream = accept(&listener);
    if program != ECHO_CLIENT {
        client.type_line("hello");
    }
    expect_bytes(&mut stream, "hello");
    client.close_input();
    (client, stream)
}

fn client_peer_closed(program: &str, fault: &[&str], well: bool) {
    let (client, stream) = client_with_question(program, fault);
    drop(stream);
    if well {
        client.finish().fails_with("without an answer (peer-closed)");
    } else {
        assert_eq!(client.finish().success().stdout, "\n");
    }
}

fn client_peer_reset(program: &str, fault: &[&str], well: bool) {
    let (client, stream) = client_with_question(program, fault);
    reset(stream);
    if well {
        client.finish().fails_with("cannot read the answer");
    } else {
        let client = client.finish().success();
        assert_eq!((client.stdout.as_str(), client.stderr.as_str()), ("", ""));
    }
}

fn client_invalid_utf8(program: &str, fault: &[&str], well: bool) {
    let (client, mut stream) = client_with_question(program, fault);
    stream.write_all(b"\xffb").expect("the client takes it");
    if well {
        assert_eq!(client.finish().success().stdout, "\u{fffd}b\n");
    } else {
        client.finish().fails_with("the answer is not text");
    }
}

/// Asserts that a server uses the processor without rest, as the system's table has it.
#[cfg(target_os = "linux")]
fn expect_spinning(server: &Program) {
    let stat = format!("/proc/{}/stat", server.id());
    let deadline = std::time::Instant::now() + PATIENCE;
    let mut ticks = 0;
    // A start takes one or two hundredths of a second.
    while ticks < 20 {
        assert!(
            std::time::Instant::now() < deadline,
            "it used {ticks} hundredths of a second"
        );
        let stat = std::fs::read_to_string(&stat).expect("the server runs");
        let (_, fields) = stat.rsplit_once(')').expect("a name in parentheses");
        // User and system time.
        let times = fields.split_whitespace().skip(11).take(2);
        ticks = times.map(|time| time.parse::<u64>().expect("a number")).sum();
        std::thread::yield_now();
    }
}

/// Asserts that a server does not serve anybody else.
#[cfg(not(target_os = "linux"))]
fn expect_spinning(server: &Program) {
    // It serves one client only, or another one comes in vain.
    if let Ok(mut stream) = TcpStream::connect(server.address()) {
        stream.write_all(b"hello").expect("the queue takes it");
        expect_silence(&mut stream);
    }
}

#[test]
fn without_a_fault_lesson_1_is_played() {
    let server = Program::server(ECHO_SERVER, &[]);
    let client =
        Program::client(ECHO_CLIENT, server.address(), &["good morning"]);
    assert_eq!(client.finish().success().stdout, "GOOD MORNING\n");
    server.expect("client 127.0.0.1:");
    assert_eq!(server.line(), "received 12 bytes: \"good morning\"");
    server.expect_gone("answered");
    server.finish().success();
}

#[test]
fn without_a_fault_lesson_2_is_played() {
    let server = Program::server(ONE_CLIENT_SERVER, &[]);
    let mut client = Program::client(TALKING_CLIENT, server.address(), &[]);
    client.type_line("hello");
    assert_eq!(client.line(), "HELLO");
    client.type_line("again");
    assert_eq!(client.line(), "AGAIN");
    client.type_line("quit");
    client.finish().success();
    server.expect_client_gone("peer-closed");
    server.finish().success();
}

#[test]
fn without_a_fault_lesson_3_is_played() {
    let mut server = Program::server(SERVER, &["--reply"]);
    for answer in ["hello yourself", ""] {
        let mut client = Program::client(CLIENT, server.address(), &[]);
        client.type_line("hello");
        server.expect("client 127.0.0.1:");
        assert_eq!(server.line(), "received 5 bytes: \"hello\"");
        server.type_line(answer);
        if answer.is_empty() {
            server.expect_gone("hung-up");
            client.finish().fails_with("without an answer (peer-closed)");
        } else {
            assert_eq!(client.line(), answer);
            client.type_line("q");
            client.finish().success();
            server.expect_gone("peer-closed");
        }
    }
}

#[test]
fn a_refused_connection_shows_late_when_nobody_looks() {
    for program in [TALKING_CLIENT, CLIENT] {
        let (_socket, address) = nobody();
        let mut client = Program::client(
            program,
            address,
            &["--fault", "connection-refused"],
        );
        client.type_line("hello");
        client.finish().fails_with("cannot send the message");
    }
}

// Only there the system tells when a piece is taken.
#[cfg(target_os = "linux")]
#[test]
fn raw_client_sends_its_pieces_one_by_one() {
    let (listener, address) = listen();
    let client =
        Program::client(RAW_CLIENT, address, &[r"a\x00\xff\\n", "\\n", "中"]);
    let mut stream = accept(&listener);
    for piece in [b"a\x00\xff\\n" as &[u8], b"\n", "中".as_bytes()] {
        // A piece leaves when the one before has been read, so nothing joins it meanwhile.
        std::thread::sleep(MOMENT);
        let mut buffer = [0; 100];
        let count = read_some(&stream, &mut buffer).expect("a piece comes");
        assert_eq!(
            buffer[..count].escape_ascii().to_string(),
            piece.escape_ascii().to_string()
        );
    }
    stream.write_all(b"a \"\xff\n").expect("the client takes it");
    assert_eq!(client.line(), r#"received 5 bytes: "a \"\xff\n""#);
    drop(stream);
    assert_eq!(client.line(), "end");
    client.finish().success();
}

#[test]
fn raw_client_ends_as_it_is_told() {
    let (listener, address) = listen();
    let start =
        |then| Program::client(RAW_CLIENT, address, &["hello", "--then", then]);

    let client = start("half-close");
    let mut stream = accept(&listener);
    expect_bytes(&mut stream, "hello");
    expect_end(&mut stream);
    stream.write_all(b"answer").expect("the client takes it");
    reset(stream);
    client.expect("received 6 bytes");
    assert_eq!(client.line(), "reset");
    client.finish().success();

    start("leave").finish().success();
    let mut stream = accept(&listener);
    expect_bytes(&mut stream, "hello");
    expect_end(&mut stream);

    start("reset").finish().success();
    let mut stream = accept(&listener);
    let mut buffer = Vec::new();
    let error = stream.read_to_end(&mut buffer).expect_err("no orderly end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn raw_client_counts_what_comes() {
    for (vanish, end) in [(false, "end"), (true, "reset")] {
        let (listener, address) = listen();
        let client = Program::client(RAW_CLIENT, address, &["--count"]);
        let mut stream = accept(&listener);
        stream.write_all(&[b'x'; 3000]).expect("the client takes it");
        if vanish {
            reset(stream);
        } else {
            drop(stream);
        }
        assert_eq!(
            client.finish().success().stdout,
            format!("received 3000 bytes in all\n{end}\n")
        );
    }
}

#[test]
fn wrong_arguments_are_refused() {
    let servers = [ECHO_SERVER, ONE_CLIENT_SERVER, SERVER];
    for program in
        servers.into_iter().chain([ECHO_CLIENT, TALKING_CLIENT, CLIENT])
    {
        check_arguments(program, &[&["nonsense"]]);
        // The second is a failure of the catalogue, but none of theirs.
        for id in ["nonsense", "bad-format"] {
            let refused =
                Program::start(program, ["--fault", id]).finish().code(2);
            assert!(
                refused.stderr.contains("possible values: "),
                "{refused:?}"
            );
        }
    }
    check_arguments(RAW_CLIENT, &[&[], &["nonsense"]]);
}
