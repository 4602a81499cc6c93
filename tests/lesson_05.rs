//! Lesson 5: a length before each answer, and what it takes to trust one.

use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::net::TcpStream;
use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;
use proptest::prelude::*;
use struct_header::format::Format;
use struct_header::{Failure, Id, check_length, recv_exactly, recv_message, send_message};
use support::commands::{END, Printed, SILENT, expect_next_client_served, numbers};
use support::{
    Program, check_arguments, command_client_tests, command_clients, command_server_tests,
    commands, connect, expect_bytes, expect_end, framed_client_tests, python, read_exactly,
};

const SERVER: &str = env!("CARGO_BIN_EXE_struct-header-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_struct-header-client");
const READY_SERVER: &str = env!("CARGO_BIN_EXE_struct-header-ready-server");
const READY_CLIENT: &str = env!("CARGO_BIN_EXE_struct-header-ready-client");
const PACK: &str = env!("CARGO_BIN_EXE_struct-header-pack");

/// Four bytes of length, the lowest first, then the answer.
fn frame(answer: &[u8]) -> Vec<u8> {
    let length = answer.len();
    let header = [length, length >> 8, length >> 16, length >> 24].map(|byte| byte as u8);
    [&header, answer].concat()
}

fn expect_output(stream: &mut TcpStream, command: &[u8], output: &[u8]) {
    stream.write_all(command).expect("the server takes the command");
    expect_bytes(stream, frame(output));
}

fn send_answer(stream: &mut TcpStream, answer: &[u8]) {
    stream.write_all(&frame(answer)).expect("the client takes the answer");
}

command_server_tests!(server, SERVER, expect_output);
command_client_tests!(client, CLIENT, send_answer);
framed_client_tests!(framed_client, CLIENT, frame);

fn expect_output_when_ready(stream: &mut TcpStream, command: &[u8], output: &[u8]) {
    stream.write_all(command).expect("the server takes the command");
    expect_bytes(stream, output.len().to_string());
    stream.write_all(b"recv_ready").expect("the server takes it");
    expect_bytes(stream, output);
}

fn send_answer_when_ready(stream: &mut TcpStream, answer: &[u8]) {
    stream.write_all(answer.len().to_string().as_bytes()).expect("the client takes the length");
    expect_bytes(stream, "recv_ready");
    stream.write_all(answer).expect("the client takes the answer");
}

command_server_tests!(ready_server, READY_SERVER, expect_output_when_ready);
command_client_tests!(ready_client, READY_CLIENT, send_answer_when_ready);

#[test]
fn stalled_write_does_not_happen() {
    commands::stalled_write(SERVER, frame);
}

#[test]
fn partial_write_loses_nothing() {
    commands::partial_write(SERVER, frame);
}

#[cfg(unix)]
#[test]
fn write_after_close_ends_one_conversation() {
    commands::write_after_close(SERVER, expect_output);
}

#[test]
fn wrong_byte_order_the_lowest_byte_comes_first() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    let file = Printed::new("hello");
    stream.write_all(file.command().as_bytes()).expect("the server takes it");
    assert_eq!(read_exactly(&mut stream, 9), b"\x05\x00\x00\x00hello");
    let file = Printed::new([b'x'; 66_051]);
    stream.write_all(file.command().as_bytes()).expect("the server takes it");
    assert_eq!(read_exactly(&mut stream, 4), b"\x03\x02\x01\x00");

    // Five, the highest byte first: 83 million bytes, of which none ever comes.
    let (client, mut stream) = command_clients::waiting_client(CLIENT, &[]);
    stream.write_all(b"\x00\x00\x00\x05hello").expect("the client takes it");
    drop(stream);
    client.finish().fails_with("unexpected end: 5 of 83886080 bytes arrived");
}

#[test]
fn negative_length_is_refused() {
    for (header, length) in [(b"\xff\xff\xff\xff", "-1"), (b"\x00\x00\x00\x80", "-2147483648")] {
        let (client, mut stream) = command_clients::waiting_client(CLIENT, &[]);
        stream.write_all(header).expect("the client takes it");
        let finished = client.finish().fails_with("(negative-length)");
        assert!(finished.stderr.contains(&format!("announces {length} bytes")), "{finished:?}");
        assert_eq!(finished.stdout, "");
    }
}

#[test]
fn oversized_length_is_refused_above_one_gibibyte() {
    let (client, mut stream) = command_clients::waiting_client(CLIENT, &[]);
    stream.write_all(b"\x01\x00\x00\x40").expect("the client takes it");
    client.finish().fails_with("1073741825 bytes; at most 1073741824");
}

#[cfg(target_os = "linux")]
#[test]
fn oversized_length_costs_no_memory() {
    command_clients::oversized_length_costs_no_memory(CLIENT, b"\x00\x00\x00\x40");
}

#[test]
fn leftover_bytes_of_lesson_4_are_gone() {
    let server = Program::server(SERVER, &[]);
    let mut client = Program::client(CLIENT, server.address(), &[]);
    let (long, plain) = (Printed::new(numbers(1000)), Printed::new("你好"));
    for command in [long.command().as_str(), "echo second", &plain.command()] {
        client.type_line(command);
    }
    let shown = format!("{}second{END}你好\n", numbers(1000));
    assert_eq!(client.finish().success().stdout, shown);
}

#[test]
fn an_empty_answer_prints_nothing() {
    let server = Program::server(SERVER, &[]);
    let mut client = Program::client(CLIENT, server.address(), &[]);
    client.type_line(SILENT);
    client.type_line("echo hi");
    assert_eq!(client.finish().success().stdout, format!("hi{END}"));
}

// Nothing marks the end of the length that the ready pair sends, so it cannot be read in pieces.
// That is why the pair is not the lesson's cure. What can be checked is.

#[test]
fn the_ready_client_refuses_a_length_that_is_none() {
    for (length, id) in [
        ("hello", "(malformed-header)"),
        ("\u{fffd}", "(malformed-header)"),
        ("12 ", "(malformed-header)"),
        ("1231283912839123123424234234234234234324324912", "(malformed-header)"),
        ("-1", "(negative-length)"),
        ("1073741825", "(oversized-length)"),
        ("999999999999999999999999999999", "(oversized-length)"),
    ] {
        let (client, mut stream) = command_clients::waiting_client(READY_CLIENT, &[]);
        stream.write_all(length.as_bytes()).expect("the client takes it");
        let finished = client.finish().fails_with(id);
        assert_eq!(finished.stdout, "");
    }
}

#[test]
fn the_ready_client_receives_its_answer_in_pieces() {
    let (client, mut stream) = command_clients::waiting_client(READY_CLIENT, &[]);
    stream.write_all(b"6").expect("the client takes it");
    expect_bytes(&mut stream, "recv_ready");
    support::send_in_pieces(&mut stream, "你好".as_bytes().chunks(1));
    assert_eq!(client.line(), "你好");
}

#[test]
fn the_ready_client_notices_an_end_inside_an_answer() {
    let (client, mut stream) = command_clients::waiting_client(READY_CLIENT, &[]);
    stream.write_all(b"6").expect("the client takes it");
    expect_bytes(&mut stream, "recv_ready");
    stream.write_all(b"hel").expect("the client takes it");
    drop(stream);
    let finished = client.finish().fails_with("unexpected end: 3 of 6 bytes arrived");
    assert!(finished.stderr.contains("(closed-mid-message)"), "{finished:?}");
}

#[test]
fn the_ready_server_takes_recv_ready_in_pieces_and_nothing_else() {
    let file = Printed::new("hi\n");
    let hi = file.command();
    let server = Program::server(READY_SERVER, &[]);
    let mut stream = connect(server.address());
    stream.write_all(hi.as_bytes()).expect("the server takes it");
    expect_bytes(&mut stream, "3");
    support::send_in_pieces(&mut stream, b"recv_ready".chunks(1));
    expect_bytes(&mut stream, "hi\n");
    stream.write_all(hi.as_bytes()).expect("the server takes it");
    expect_bytes(&mut stream, "3");
    // Longer than what is expected: what lies unread makes no reset of the end.
    stream.write_all(b"something else").expect("the server takes it");
    expect_end(&mut stream);
    server.expect_client_gone("malformed-header");
    expect_next_client_served(&server, expect_output_when_ready);

    let mut stream = connect(server.address());
    stream.write_all(hi.as_bytes()).expect("the server takes it");
    expect_bytes(&mut stream, "3");
    stream.write_all(b"recv_").expect("the server takes it");
    drop(stream);
    server.expect_client_gone("closed-mid-message");
    expect_next_client_served(&server, expect_output_when_ready);
}

fn pack() -> Command {
    Command::new(PACK)
}

#[test]
fn pack_shows_the_bytes_and_their_number() {
    pack().args(["i", "183346"]).assert().success().stdout("32 cc 02 00\n4 bytes\n");
    pack().args([">i", "-2"]).assert().success().stdout("ff ff ff fe\n4 bytes\n");
    pack()
        .args(["I3sf", "1", "abc", "2.7"])
        .assert()
        .success()
        .stdout("01 00 00 00 61 62 63 00 cd cc 2c 40\n12 bytes\n");
    pack().args(["3s", "中文"]).assert().success().stdout("e4 b8 ad\n3 bytes\n");
    pack().arg("").assert().success().stdout("\n0 bytes\n");
}

#[test]
fn pack_goes_the_other_way() {
    for hex in [&["32", "cc", "02", "00"][..], &["32cc0200"], &["32 CC 02 00"]] {
        pack().args(["--unpack", "i"]).args(hex).assert().success().stdout("183346\n");
    }
    let hex = ["01", "00", "00", "00", "61", "62", "00"];
    pack().args(["--unpack", "<I3s"]).args(hex).assert().success().stdout("1\nb'ab\\x00'\n");
}

#[test]
fn pack_says_what_is_wrong() {
    for (arguments, remedy) in [
        (&["i", "1111111111111"][..], "'i' holds numbers from -2147483648 to 2147483647"),
        (&["B", "256"], "'B' holds numbers from 0 to 255"),
        (&["Q", "-1"], "'Q' holds numbers from 0 to 18446744073709551615"),
        (&["i", "12345678901234567890123456789012345678901234567890"], "'i' can hold"),
        (&["i", "1.5"], "\"1.5\" is no whole number"),
        (&["<f", "1e39"], "'f' holds numbers from -3.4"),
        (&["d", "much"], "\"much\" is no number"),
        (&["ii", "1"], "the format takes 2, not 1"),
        (&["i"], "the format takes 1, not 0"),
        (&["z", "1"], "the codes are b B h H i I q Q f d s"),
        (&["3", "1"], "the count 3 at the end has no code"),
        (&["3 i", "1"], "unknown code ' '"),
        (&["i<i", "1"], "unknown code '<'"),
        (&["99999999999999999999s", "x"], "describes more than 1048576 bytes"),
        (&["2000000s", "x"], "describes more than 1048576 bytes"),
        (&["--unpack", "i", "32", "cc"], "describes 4 bytes, and 2 are given"),
        (&["--unpack", "i", "32cc020"], "two hexadecimal digits; one is missing"),
        (&["--unpack", "i", "3zcc0200"], "'z' is no hexadecimal digit"),
    ] {
        pack().args(arguments).assert().code(1).stdout("").stderr(contains(remedy));
    }
    pack().assert().code(2).stderr(contains("Usage: "));
    check_arguments(PACK, &[]);
}

#[test]
fn pack_agrees_with_python() {
    let table = include_str!("data/struct_cases.txt");
    assert!(table.lines().count() > 100);
    for case in table.lines() {
        let [format, hex, given, read] = case.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{case:?} has no four columns");
        };
        let given: Vec<_> = given.split(' ').filter(|value| !value.is_empty()).collect();
        let read: Vec<_> = read.split(' ').filter(|value| !value.is_empty()).collect();
        let format = Format::parse(format).expect(case);
        let bytes = format.pack(&given).expect(case);
        let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digits.join(" "), hex, "{case}");
        let unpacked = format.unpack(&bytes).expect(case);
        assert_eq!(unpacked, read, "{case}");
    }
}

#[test]
fn the_table_is_what_python_says() {
    let Some(script) = python("struct_cases.py", &[]) else { return };
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/struct_cases.txt");
    let recorded = fs::read_to_string(table).expect("the table is there");
    assert_eq!(script.finish().success().stdout, recorded);
}

/// Yields the bytes of a stream in pieces of these sizes, over and over, as a network might.
struct Pieces<'a> {
    bytes: Cursor<&'a [u8]>,
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl<'a> Pieces<'a> {
    fn new(bytes: &'a [u8], sizes: &'a [usize]) -> Self {
        Self { bytes: Cursor::new(bytes), sizes: sizes.iter().cycle() }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.next().copied().unwrap_or(1).min(buffer.len());
        self.bytes.read(&mut buffer[..size])
    }
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..50_000_usize, 1..5)
}

proptest! {
    #[test]
    fn any_messages_come_back_from_any_pieces(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..5),
        sizes in sizes(),
    ) {
        let mut wire = Vec::new();
        for message in &messages {
            send_message(&mut wire, message).unwrap();
        }
        let mut stream = Pieces::new(&wire, &sizes);
        for message in &messages {
            let received = recv_message(&mut stream, 3000).unwrap();
            prop_assert_eq!(received.as_ref(), Some(message));
        }
        prop_assert_eq!(recv_message(&mut stream, 3000).unwrap(), None);
    }

    #[test]
    fn a_stream_that_is_cut_gives_an_unexpected_end(
        message in prop::collection::vec(any::<u8>(), 0..3000),
        cut in any::<prop::sample::Index>(),
        sizes in sizes(),
    ) {
        let mut wire = Vec::new();
        send_message(&mut wire, &message).unwrap();
        let cut = cut.index(wire.len());
        let outcome = recv_message(&mut Pieces::new(&wire[..cut], &sizes), 3000);
        match cut {
            0 => prop_assert_eq!(outcome.unwrap(), None),
            _ => prop_assert_eq!(outcome.unwrap_err().id.as_str(), "closed-mid-message"),
        }
    }

    #[test]
    fn any_bytes_are_a_message_or_a_named_failure(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        sizes in sizes(),
    ) {
        // The system would refuse an allocation of what most of these announce.
        match recv_message(&mut Pieces::new(&bytes, &sizes), usize::MAX) {
            Ok(None) => prop_assert!(bytes.is_empty()),
            Ok(Some(message)) => prop_assert_eq!(&message[..], &bytes[4..4 + message.len()]),
            Err(failure) => prop_assert!(
                ["closed-mid-message", "negative-length"].contains(&failure.id.as_str()),
                "{failure}"
            ),
        }
    }

    #[test]
    fn exactly_so_many_bytes_and_no_more(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
        length in 0..4000_usize,
        sizes in sizes(),
    ) {
        let mut stream = Pieces::new(&bytes, &sizes);
        match recv_exactly(&mut stream, length) {
            Ok(received) => {
                prop_assert_eq!(&received[..], &bytes[..length]);
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).unwrap();
                prop_assert_eq!(&rest[..], &bytes[length..]);
            }
            Err(failure) => {
                prop_assert_eq!(failure.id.as_str(), "closed-mid-message");
                prop_assert!(length > bytes.len());
            }
        }
    }

    #[test]
    fn a_length_is_within_its_bounds_or_named(length in any::<i128>(), max in any::<usize>()) {
        // Half of them are small enough for a `usize`.
        let length = if max % 2 == 0 { length >> 64 } else { length };
        match check_length(length, max) {
            Ok(checked) => prop_assert!(checked <= max && checked as i128 == length),
            Err(failure) if length < 0 => prop_assert_eq!(failure.id.as_str(), "negative-length"),
            Err(failure) => prop_assert_eq!(failure.id.as_str(), "oversized-length"),
        }
    }

    #[test]
    fn any_format_is_parsed_or_refused(format in r"[@=<>!]?([0-9]{0,12}[bBhHiIqQfdsx ]){0,8}") {
        if let Ok(format) = Format::parse(&format) {
            let bytes = vec![0xa5; format.size()];
            prop_assert!(format.unpack(&bytes).is_ok());
        }
    }

    #[test]
    fn whatever_was_packed_comes_back(
        prefix in prop::sample::select(vec!["", "@", "=", "<", ">", "!"]),
        signed in any::<i64>(),
        unsigned in any::<u64>(),
        small in any::<i16>(),
        real in any::<f64>(),
    ) {
        let format = Format::parse(&format!("{prefix}hqQd")).unwrap();
        let real = if real.is_nan() { 0.5 } else { real };
        let values =
            [small.to_string(), signed.to_string(), unsigned.to_string(), format!("{real:?}")];
        let bytes = format.pack(&values).unwrap();
        prop_assert_eq!(format.unpack(&bytes).unwrap(), values);
    }
}

#[test]
fn a_failure_keeps_its_id() {
    for (id, name) in [
        (Id::CLOSED_MID_MESSAGE, "closed-mid-message"),
        (Id::PEER_RESET, "peer-reset"),
        (Id::SILENT_PEER, "silent-peer"),
        (Id::from("oversized-length"), "oversized-length"),
    ] {
        let failure = Failure::new(name, "seen");
        assert_eq!(failure.id, id);
        assert_eq!(failure.id.as_str(), name);
        assert_eq!(failure.to_string(), format!("seen ({name})"));
    }
}

#[cfg(unix)]
#[test]
fn python_client_with_our_server() {
    let server = Program::server(SERVER, &[]);
    let port = server.address().port().to_string();
    let Some(mut client) = python("struct_header_client.py", &["127.0.0.1", &port]) else {
        return;
    };
    expect_long_and_short(&mut client);
    client.finish().success();
    server.expect_client_gone("peer-closed");
}

#[cfg(unix)]
#[test]
fn python_server_with_our_client() {
    let Some(mut server) = python("struct_header_server.py", &["127.0.0.1", "0"]) else { return };
    server.wait_until_listening();
    let mut client = Program::client(CLIENT, server.address(), &[]);
    expect_long_and_short(&mut client);
    client.finish().success();
}

#[cfg(unix)]
#[test]
fn python_ready_client_with_our_server() {
    let server = Program::server(READY_SERVER, &[]);
    let port = server.address().port().to_string();
    let Some(mut client) = python("struct_header_ready_client.py", &["127.0.0.1", &port]) else {
        return;
    };
    expect_long_and_short(&mut client);
    client.finish().success();
    server.expect_client_gone("peer-closed");
}

#[cfg(unix)]
#[test]
fn python_ready_server_with_our_client() {
    let arguments = ["127.0.0.1", "0"];
    let Some(mut server) = python("struct_header_ready_server.py", &arguments) else { return };
    server.wait_until_listening();
    let mut client = Program::client(READY_CLIENT, server.address(), &[]);
    expect_long_and_short(&mut client);
    client.finish().success();
}

/// Asks for a long answer and for a short one: neither touches the other.
#[cfg(unix)]
fn expect_long_and_short(client: &mut Program) {
    client.type_line("seq 1 3000");
    for number in 1..=3000 {
        assert_eq!(client.line(), number.to_string());
    }
    client.type_line("echo 你好");
    assert_eq!(client.line(), "你好");
}
