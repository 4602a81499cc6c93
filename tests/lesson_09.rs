//! Lesson 9: the time in every format, in both roles, and what cannot be served.

use std::net::{SocketAddr, UdpSocket};
use std::process::Command;
use std::str;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use support::datagrams::{
    check_that_answers_to_answers_end, check_that_forged_datagrams_bring_rest, receive,
};
use support::{PATIENCE, Program, python};
use time_server::answer;
use udp::{MAX_DATAGRAM, TRIES};

const SERVER: &str = env!("CARGO_BIN_EXE_time-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_time-client");

/// Formats that Python's `time.strftime` and our server must write alike.
#[cfg(unix)]
const FORMATS: [&str; 52] = [
    "%a",
    "%A",
    "%b",
    "%B",
    "%c",
    "%C",
    "%d",
    "%D",
    "%e",
    "%F",
    "%g",
    "%G",
    "%h",
    "%H",
    "%I",
    "%j",
    "%k",
    "%l",
    "%m",
    "%M",
    "%n",
    "%p",
    "%P",
    "%r",
    "%R",
    "%s",
    "%S",
    "%t",
    "%T",
    "%u",
    "%U",
    "%V",
    "%w",
    "%W",
    "%x",
    "%X",
    "%y",
    "%Y",
    "%z",
    "%Z",
    "%%",
    "%-d",
    "%_H",
    "%^a",
    "%-I",
    "%10Y",
    "",
    "%Y-%m-%d %X",
    "%Y年%m月%d日",
    "no directive",
    "%%Y",
    "%d%d",
];

fn peer() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    socket
}

fn address_of(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().expect("a bound socket has an address")
}

fn ask(socket: &UdpSocket, server: &Program, request: &[u8]) -> String {
    socket.send_to(request, server.address()).expect("a datagram can be sent");
    let (answer, from) = receive(socket);
    assert_eq!(from, server.address());
    String::from_utf8(answer).expect("an answer is text")
}

fn client_of(peer: &UdpSocket, arguments: &[&str]) -> Program {
    Program::start(CLIENT, [&[address_of(peer).to_string().as_str()], arguments].concat())
}

/// The second of the clock that both sides read.
fn second() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970").as_secs()
}

/// Does something within one second of the clock: again, until it was not interrupted.
fn within_a_second<T>(mut action: impl FnMut() -> T) -> T {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let before = second();
        let result = action();
        if second() == before {
            return result;
        }
    }
    panic!("the clock is always faster than we are");
}

fn server_in(zone: &str) -> Program {
    let mut command = Command::new(SERVER);
    command.arg("127.0.0.1:0").env("TZ", zone);
    let mut server = Program::spawn(command);
    server.wait_until_listening();
    server
}

#[test]
fn server_answers_in_the_format_asked_for() {
    let server = server_in("UTC");
    let socket = peer();
    let (answer, now) = within_a_second(|| (ask(&socket, &server, b"%s"), second()));
    assert_eq!(answer, now.to_string());
    assert_eq!(server.line(), format!("received 2 bytes from {}: \"%s\"", address_of(&socket)));
}

#[test]
fn empty_datagram_asks_for_the_usual_format() {
    let server = server_in("UTC");
    let socket = peer();
    let (usual, spelt_out) = within_a_second(|| {
        (ask(&socket, &server, b""), ask(&socket, &server, b"%Y-%m-%d %H:%M:%S"))
    });
    assert_eq!(usual, spelt_out);
    server.expect("received 0 bytes");
}

#[cfg(unix)]
#[test]
fn formats_agree_with_python() {
    for zone in ["UTC", "Asia/Shanghai", "America/New_York", "IST-5:30"] {
        let server = server_in(zone);
        let socket = peer();
        let Some(mut python) = python("strftime.py", &[zone]) else { return };
        for format in FORMATS {
            let (ours, theirs) = within_a_second(|| {
                python.type_line(format);
                (ask(&socket, &server, format.as_bytes()), python.line())
            });
            let ours: String = ours.chars().map(python_escape).collect();
            assert_eq!(format!("'{ours}'"), theirs, "{format} in {zone}");
        }
    }
}

/// How Python's `ascii()` writes the characters that occur here.
#[cfg(unix)]
fn python_escape(character: char) -> String {
    match character {
        '\n' | '\t' => character.escape_default().to_string(),
        character if character.is_ascii() => character.to_string(),
        character => format!("\\u{:04x}", u32::from(character)),
    }
}

#[test]
fn bad_format_is_answered_and_the_next_one_served() {
    let server = server_in("UTC");
    let socket = peer();
    let long = "%c".repeat(3_000);
    for bad in
        ["%!".as_bytes(), b"%", b"%Y %", b"%\xe5\xb9\xb4", b"\xff", b"%\xff", long.as_bytes()]
    {
        let answer = ask(&socket, &server, bad);
        assert!(answer.starts_with("bad-format: ") && answer.is_ascii(), "{answer}");
        assert_eq!(ask(&socket, &server, b"%%"), "%");
    }
}

#[test]
fn an_answer_may_be_as_long_as_a_datagram() {
    let server = server_in("UTC");
    let socket = peer();
    let whole = "x".repeat(MAX_DATAGRAM);
    assert_eq!(ask(&socket, &server, whole.as_bytes()), whole);
    let fits = "%Y".repeat(MAX_DATAGRAM / 4);
    assert_eq!(ask(&socket, &server, fits.as_bytes()).len(), MAX_DATAGRAM / 4 * 4);
    let more = "%Y".repeat(MAX_DATAGRAM / 4 + 1);
    assert!(ask(&socket, &server, more.as_bytes()).starts_with("bad-format: "));
    assert_eq!(ask(&socket, &server, b"x"), "x");
}

#[test]
fn a_zone_that_does_not_exist_is_that_of_greenwich() {
    let server = server_in("Nowhere/Land");
    assert_eq!(ask(&peer(), &server, b"%z %Z"), "+0000 UTC");
}

#[test]
fn a_client_that_is_gone_does_not_end_the_server() {
    let server = server_in("UTC");
    for _ in 0..3 {
        peer().send_to(b"%H", server.address()).expect("a datagram can be sent");
        server.expect("\"%H\"");
    }
    assert_eq!(ask(&peer(), &server, b"%%"), "%");
}

#[test]
fn answers_to_answers_come_to_an_end() {
    for format in [b"%H:%M" as &[u8], b"", b"%"] {
        check_that_answers_to_answers_end(SERVER, format);
    }
}

#[test]
fn forged_datagrams_bring_no_unrest() {
    check_that_forged_datagrams_bring_rest(SERVER, b"%");
}

#[test]
fn a_log_that_nobody_takes_ends_nothing() {
    let mut servers = vec![Program::server_without_log(SERVER, &[])];
    if cfg!(unix) {
        servers.push(Program::server_with_full_log(SERVER, &[]));
    }
    for server in servers {
        for _ in 0..3 {
            assert_eq!(ask(&peer(), &server, &[b'x'; 600]), "x".repeat(600));
        }
    }
}

#[test]
fn a_time_is_shown_so_that_no_terminal_obeys_it() {
    let server = peer();
    let mut client = client_of(&server, &[]);
    client.type_line("");
    let (_, from) = receive(&server);
    server.send_to(support::HOSTILE_LINES.as_bytes(), from).expect("a datagram can be sent");
    for line in support::SHOWN_LINES {
        assert_eq!(client.line(), line);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_cannot_print_says_so() {
    let server = Program::server(SERVER, &[]);
    let address = server.address().to_string();
    let mut client = Program::by_shell("", CLIENT, &[&address], ">/dev/full");
    client.type_line("%H");
    client.finish().fails_with("cannot print the time");
}

#[test]
fn client_asks_for_each_line_typed() {
    let server = server_in("UTC");
    let mut client = Program::start(CLIENT, [server.address().to_string()]);
    for (typed, sent) in [("年%%", "\"年%%\""), ("", "received 0 bytes"), (" %% ", "\"%%\"")] {
        client.type_line(typed);
        server.expect(sent);
    }
    assert_eq!(client.line(), "年%");
    assert_eq!(client.line().len(), "2026-11-22 12:34:56".len());
    assert_eq!(client.line(), "%");
    client.type_line("%!");
    client.type_line("%%");
    client.expect("bad-format: ");
    assert_eq!(client.line(), "%");
    // At once: it may have ended before a second line could be typed.
    client.type_line("quit\n%Y");
    assert_eq!(client.finish().success().stdout, "");
}

#[test]
fn lost_datagram_is_asked_for_again() {
    let server = peer();
    let mut client = client_of(&server, &[]);
    client.type_line("%Y");
    for _ in 0..2 {
        assert_eq!(receive(&server).0, b"%Y");
    }
    let (third, from) = receive(&server);
    assert_eq!(third, b"%Y");
    server.send_to(b"2026", from).expect("a datagram can be sent");
    assert_eq!(client.line(), "2026");
    client.finish().success();
}

#[test]
fn lost_datagram_is_given_up_in_the_end() {
    let server = peer();
    let mut client = client_of(&server, &["--timeout", "0.1"]);
    client.type_line("");
    let finished = client.finish().code(1);
    assert!(finished.stderr.contains("lost-datagram"), "{finished:?}");
    for _ in 0..TRIES {
        assert_eq!(receive(&server).0, b"");
    }
}

#[test]
fn late_repeated_and_stray_answers_are_not_taken_for_the_next() {
    let (server, stranger) = (peer(), peer());
    let mut client = client_of(&server, &[]);
    client.type_line("%H");
    let (_, earlier) = receive(&server);
    let (_, again) = receive(&server);
    assert_eq!(earlier, again);
    let send = |socket: &UdpSocket, text: &[u8], to| {
        socket.send_to(text, to).expect("a datagram can be sent");
    };
    send(&stranger, b"25", earlier);
    send(&server, b"12", earlier);
    send(&server, b"12", earlier);
    assert_eq!(client.line(), "12");

    client.type_line("%M");
    let (request, now) = receive(&server);
    assert_eq!(request, b"%M");
    send(&server, b"12", earlier);
    send(&server, b"\xff34", now);
    assert_eq!(client.line(), "\u{fffd}34");
    client.finish().success();
}

#[test]
fn port_unreachable_is_heard() {
    // A connected socket keeps the port and hears nobody but its peer.
    let (nobody, other) = (peer(), peer());
    nobody.connect(address_of(&other)).expect("a UDP socket can be connected");
    let mut client = client_of(&nobody, &[]);
    client.type_line("%Y");
    let finished = client.finish().code(1);
    assert!(finished.stderr.contains("port-unreachable"), "{finished:?}");
}

#[test]
fn arguments_are_checked() {
    for (path, arguments) in
        [(SERVER, ["nonsense"].as_slice()), (CLIENT, &["1.2.3.4"]), (CLIENT, &["--timeout", "0"])]
    {
        let finished = Program::start(path, arguments).finish().code(2);
        assert!(finished.stderr.contains("usage"), "{finished:?}");
    }
    for path in [SERVER, CLIENT] {
        for flag in ["--help", "--version"] {
            Program::start(path, [flag]).finish().success();
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(request in prop::collection::vec(any::<u8>(), 0..200)) {
        check_answer(&request);
    }

    #[test]
    fn anything_like_a_format_is_answered(request in "(%[-_0^#]?[0-9]{0,4}[.:]{0,4}[a-zA-Z%é ]?){0,40}") {
        check_answer(request.as_bytes());
    }
}

fn check_answer(request: &[u8]) {
    let time = Timestamp::now().to_zoned(TimeZone::UTC);
    let answer = answer(request, &time);
    assert!(answer.len() <= MAX_DATAGRAM);
    assert!(answer.is_ascii() || !answer.starts_with("bad-format: "));
    if str::from_utf8(request).is_err() {
        assert!(answer.starts_with("bad-format: "));
    }
}

#[test]
fn python_halves() {
    let server = Program::server(SERVER, &[]);
    let address = server.address().to_string();
    let Some(client) = python("time_client.py", &[&address]) else { return };
    talk(&server, client);

    let Some(mut server) = python("time_server.py", &["127.0.0.1:0"]) else { return };
    server.wait_until_listening();
    talk(&server, Program::start(CLIENT, [server.address().to_string()]));
}

fn talk(server: &Program, mut client: Program) {
    client.type_line("年%%");
    server.expect("年%%");
    assert_eq!(client.line(), "年%");
    client.type_line("");
    server.expect("received");
    assert_eq!(client.line().len(), "2026-11-22 12:34:56".len());
    client.finish().success();
}
