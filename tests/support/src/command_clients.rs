//! What every client that sends commands must withstand, however the answers are framed.
//!
//! A lesson says how they are framed by a function that sends one answer as its server would;
//! [`command_client_tests!`](crate::command_client_tests) makes a test of each function here.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
#[cfg(target_os = "linux")]
use std::process::Command;

use crate::commands::Frame;
use crate::{
    Program, accept, check_answer_that_cannot_be_printed, check_arguments, expect_bytes,
    expect_end, has_ipv6, listen, nobody, reset, send_in_pieces,
};

/// Sends one answer, framed as the lesson does.
pub type SendAnswer = fn(&mut TcpStream, answer: &[u8]);

/// Makes a test of each function of [`command_clients`](crate::command_clients), in a module of
/// this name.
#[macro_export]
macro_rules! command_client_tests {
    ($module:ident, $client:expr, $send_answer:expr) => {
        mod $module {
            use super::*;

            $crate::command_client_tests! { @tests $client, $send_answer;
                wrong_arguments
                ipv6_and_names
                lines_are_sent_and_answers_printed
                q_and_quit_and_the_end_of_the_input_leave
                gbk_is_decoded_on_demand
                connection_refused
                empty_message
                peer_closed
                peer_reset
                invalid_utf8
                an_answer_that_cannot_be_printed
                colours_of_a_command_are_its_own
            }
        }
    };
    (@tests $client:expr, $send_answer:expr; $($test:ident)*) => {
        $(
            #[test]
            fn $test() {
                $crate::command_clients::$test($client, $send_answer);
            }
        )*
    };
}

/// It refuses what it does not understand.
pub fn wrong_arguments(path: &str, _: SendAnswer) {
    check_arguments(path, &[&["nonsense"], &["127.0.0.1:65536"], &["127.0.0.1:1", "more"]]);
    let unknown = Program::start(path, ["--encoding", "klingon"]).finish().code(2);
    assert!(unknown.stderr.contains("no encoding is called klingon"), "{unknown:?}");
}

/// It finds its server at an IPv6 address, and at a name.
pub fn ipv6_and_names(path: &str, send_answer: SendAnswer) {
    let (listener, address) = listen();
    let mut client = Program::start(path, [format!("localhost:{}", address.port())]);
    client.type_line("first");
    let mut stream = accept(&listener);
    expect_bytes(&mut stream, "first");
    send_answer(&mut stream, b"ok");
    assert_eq!(client.line(), "ok");

    if has_ipv6() {
        let listener = TcpListener::bind("[::1]:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let mut client = Program::client(path, address, &[]);
        client.type_line("first");
        expect_bytes(&mut accept(&listener), "first");
    }
}

/// Each line is sent without its outer spaces, and its whole answer printed, with a newline at
/// its end.
pub fn lines_are_sent_and_answers_printed(path: &str, send_answer: SendAnswer) {
    let (listener, address) = listen();
    let mut client = Program::client(path, address, &[]);
    let mut stream = accept(&listener);
    for (answer, shown) in
        [("one line\n", "one line"), ("no newline", "no newline"), ("中文", "中文")]
    {
        client.type_line("  echo  it ");
        expect_bytes(&mut stream, "echo  it");
        send_answer(&mut stream, answer.as_bytes());
        assert_eq!(client.line(), shown);
    }
    assert_eq!(client.finish().success().stdout, "");
    expect_end(&mut stream);
}

/// The ways to leave are not sent, and no prompt is shown when nobody sits at a terminal.
pub fn q_and_quit_and_the_end_of_the_input_leave(path: &str, send_answer: SendAnswer) {
    for last in ["q", "quit", ""] {
        let (listener, address) = listen();
        let mut client = Program::client(path, address, &[]);
        let mut stream = accept(&listener);
        client.type_line("first");
        client.type_line(last);
        expect_bytes(&mut stream, "first");
        send_answer(&mut stream, b"ok\n");
        expect_end_of(client, "ok\n");
        expect_end(&mut stream);
    }
}

fn expect_end_of(client: Program, stdout: &str) {
    let finished = client.finish().success();
    assert_eq!(finished.stdout, stdout);
    assert!(!finished.stderr.contains('>'), "a prompt: {finished:?}");
}

/// A Chinese Windows shell answers in GBK.
pub fn gbk_is_decoded_on_demand(path: &str, send_answer: SendAnswer) {
    let (listener, address) = listen();
    let mut client = Program::client(path, address, &["--encoding", "gbk"]);
    let mut stream = accept(&listener);
    client.type_line("dir");
    expect_bytes(&mut stream, "dir");
    send_answer(&mut stream, b"\xc4\xe3\xba\xc3\n");
    assert_eq!(client.line(), "你好");
}

/// Nobody listens: the error says what to try.
pub fn connection_refused(path: &str, _: SendAnswer) {
    let (_port, address) = nobody();
    Program::client(path, address, &[])
        .finish()
        .fails_with(&format!("cannot connect to {address}; is the server running?"));
}

/// An empty line is asked for again.
pub fn empty_message(path: &str, send_answer: SendAnswer) {
    let (listener, address) = listen();
    let mut client = Program::client(path, address, &[]);
    let mut stream = accept(&listener);
    for line in ["", "  ", "\t", "first"] {
        client.type_line(line);
    }
    expect_bytes(&mut stream, "first");
    send_answer(&mut stream, b"ok");
    assert_eq!(client.line(), "ok");
    client.finish().success();
    expect_end(&mut stream);
}

/// A server that leaves before it answers is an error.
pub fn peer_closed(path: &str, send_answer: SendAnswer) {
    let (listener, address) = listen();
    let mut client = Program::client(path, address, &[]);
    let mut stream = accept(&listener);
    client.type_line("first");
    expect_bytes(&mut stream, "first");
    send_answer(&mut stream, b"ok");
    assert_eq!(client.line(), "ok");
    client.type_line("second");
    expect_bytes(&mut stream, "second");
    drop(stream);
    client.finish().fails_with("without an answer (peer-closed)");
}

/// A server that vanishes is an error.
pub fn peer_reset(path: &str, _: SendAnswer) {
    let (listener, address) = listen();
    let mut client = Program::client(path, address, &[]);
    let mut stream = accept(&listener);
    client.type_line("first");
    expect_bytes(&mut stream, "first");
    reset(stream);
    client.finish().fails_with("reset");
}

/// Bytes that are no text are shown as U+FFFD, and sent as they were typed.
pub fn invalid_utf8(path: &str, send_answer: SendAnswer) {
    let (listener, address) = listen();
    let mut client = Program::client(path, address, &[]);
    let mut stream = accept(&listener);
    client.type_line(b"echo \xff");
    expect_bytes(&mut stream, b"echo \xff");
    send_answer(&mut stream, b"a\xffb\xe4\xbd");
    assert_eq!(client.line(), "a\u{fffd}b\u{fffd}");
    client.type_line("again");
    expect_bytes(&mut stream, "again");
    send_answer(&mut stream, b"fine");
    assert_eq!(client.line(), "fine");
}

/// Makes a test of each function of [`command_clients`](crate::command_clients) about answers
/// that say how long they are, in a module of this name.
#[macro_export]
macro_rules! framed_client_tests {
    ($module:ident, $client:expr, $frame:expr) => {
        mod $module {
            use super::*;

            $crate::command_client_tests! { @tests $client, $frame;
                short_read
                short_read_of_the_header
                wrong_count
                split_character
                leftover_bytes
                coalesced_messages
                closed_mid_message
                peer_reset_mid_message
                oversized_length
            }
        }
    };
}

/// A client that cannot print says so, and ends.
pub fn an_answer_that_cannot_be_printed(path: &str, send_answer: SendAnswer) {
    if cfg!(target_os = "linux") {
        check_answer_that_cannot_be_printed(path, |stream| {
            expect_bytes(stream, "hello");
            send_answer(stream, b"hi\n");
        });
    }
}

/// What a command prints goes to the screen as it is.
pub fn colours_of_a_command_are_its_own(path: &str, send_answer: SendAnswer) {
    let (listener, address) = listen();
    let mut client = Program::client(path, address, &[]);
    let mut stream = accept(&listener);
    client.type_line("ls --color");
    expect_bytes(&mut stream, "ls --color");
    send_answer(&mut stream, b"\x1b[1;34mlessons\x1b[0m\ttests\n");
    assert_eq!(client.line(), "\x1b[1;34mlessons\x1b[0m\ttests");
}

/// A client that has sent a command and waits, and our end of its connection.
pub fn waiting_client(path: &str, arguments: &[&str]) -> (Program, TcpStream) {
    let (listener, address) = listen();
    let mut client = Program::client(path, address, arguments);
    let mut stream = accept(&listener);
    client.type_line("go");
    expect_bytes(&mut stream, "go");
    (client, stream)
}

/// One byte at a time is enough.
pub fn short_read(path: &str, frame: Frame) {
    let (client, mut stream) = waiting_client(path, &[]);
    send_in_pieces(&mut stream, frame("你好 hello\n".as_bytes()).chunks(1));
    assert_eq!(client.line(), "你好 hello");
    client.finish().success();
}

/// A header in two pieces is one header, wherever it is cut.
pub fn short_read_of_the_header(path: &str, frame: Frame) {
    let (mut client, mut stream) = waiting_client(path, &[]);
    for cut in 1..=5 {
        let frame = frame(b"hello\n");
        let (start, rest) = frame.split_at(cut);
        send_in_pieces(&mut stream, [start, rest]);
        assert_eq!(client.line(), "hello");
        client.type_line("go");
        expect_bytes(&mut stream, "go");
    }
}

/// What counts is how many bytes each read returned: a body in uneven pieces comes out whole.
pub fn wrong_count(path: &str, frame: Frame) {
    let (client, mut stream) = waiting_client(path, &[]);
    let body = "0123456789".repeat(500);
    let frame = frame(body.as_bytes());
    let (start, mut rest) = frame.split_at(frame.len() - body.len());
    let mut pieces = vec![start];
    for size in [1, 1023, 1024, 1025, 1, 1926] {
        let (piece, after) = rest.split_at(size);
        pieces.push(piece);
        rest = after;
    }
    send_in_pieces(&mut stream, pieces);
    assert_eq!(client.line(), body);
}

/// A character cut by the edge of a piece, or of any buffer, is one character.
pub fn split_character(path: &str, frame: Frame) {
    let (mut client, mut stream) = waiting_client(path, &[]);
    let frame_of_one = frame("你\n".as_bytes());
    let (start, rest) = frame_of_one.split_at(frame_of_one.len() - 3);
    send_in_pieces(&mut stream, [start, rest]);
    assert_eq!(client.line(), "你");

    let body = format!("{}你", "a".repeat(1023));
    client.type_line("go");
    expect_bytes(&mut stream, "go");
    stream.write_all(&frame(body.as_bytes())).expect("the client takes it");
    assert_eq!(client.line(), body);
}

/// A long answer leaves nothing behind for the next command.
pub fn leftover_bytes(path: &str, frame: Frame) {
    let (mut client, mut stream) = waiting_client(path, &[]);
    stream.write_all(&frame(&[b'a'; 100_000])).expect("the client takes it");
    assert_eq!(client.line(), "a".repeat(100_000));
    client.type_line("go");
    expect_bytes(&mut stream, "go");
    stream.write_all(&frame(b"second")).expect("the client takes it");
    assert_eq!(client.line(), "second");
}

/// Two answers that arrive together are told apart. An empty one is an answer as well.
pub fn coalesced_messages(path: &str, frame: Frame) {
    let (mut client, mut stream) = waiting_client(path, &[]);
    let together = [frame(b"first"), frame(b""), frame(b"third")].concat();
    stream.write_all(&together).expect("the client takes it");
    assert_eq!(client.line(), "first");
    client.type_line("go");
    client.type_line("go");
    expect_bytes(&mut stream, "gogo");
    assert_eq!(client.line(), "third");
    assert_eq!(client.finish().success().stdout, "");
}

/// An end inside an answer is an error, wherever it comes, and nothing is printed.
pub fn closed_mid_message(path: &str, frame: Frame) {
    let frame = frame(b"hi");
    for cut in [1, 2, 3, 4, 5, frame.len() / 2, frame.len() - 1] {
        let (client, mut stream) = waiting_client(path, &[]);
        stream.write_all(&frame[..cut]).expect("the client takes it");
        drop(stream);
        let finished = client.finish().fails_with("unexpected end: ");
        assert!(finished.stderr.contains("(closed-mid-message)"), "cut {cut}: {finished:?}");
        assert_eq!(finished.stdout, "");
    }
}

/// A server that vanishes inside an answer is an error of another name.
pub fn peer_reset_mid_message(path: &str, frame: Frame) {
    let frame = frame(b"hi");
    for cut in [1, frame.len() - 1] {
        let (client, mut stream) = waiting_client(path, &[]);
        stream.write_all(&frame[..cut]).expect("the client takes it");
        reset(stream);
        client.finish().fails_with("(peer-reset)");
    }
}

/// `--max-reply` is the most that is accepted.
pub fn oversized_length(path: &str, frame: Frame) {
    let (client, mut stream) = waiting_client(path, &["--max-reply", "1000"]);
    stream.write_all(&frame(&[b'a'; 1000])).expect("the client takes it");
    assert_eq!(client.line(), "a".repeat(1000));

    let (client, mut stream) = waiting_client(path, &["--max-reply", "1000"]);
    stream.write_all(&frame(&[b'a'; 1001])).expect("the client takes it");
    let finished = client.finish().fails_with("(oversized-length)");
    assert!(finished.stderr.contains("1001 bytes; at most 1000"), "{finished:?}");
    assert_eq!(finished.stdout, "");
}

/// A length that is announced and never delivered costs nothing: `header` announces 1 GiB, and
/// the client may not use more than 200 MB of memory.
#[cfg(target_os = "linux")]
pub fn oversized_length_costs_no_memory(path: &str, header: &[u8]) {
    let (listener, address) = listen();
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -v 200000; exec \"$@\"", "sh", path, &address.to_string()]);
    let mut client = Program::spawn(limited);
    let mut stream = accept(&listener);
    client.type_line("go");
    expect_bytes(&mut stream, "go");
    send_in_pieces(&mut stream, [header, b"only a little"]);
    drop(stream);
    client.finish().fails_with("unexpected end: 13 of 1073741824 bytes arrived");
}
