//! Runs what the README shows: its session, and each row of the table, whose command brings about
//! its failure.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

use support::datagrams::receive;
use support::{
    PATIENCE, Program, accept, connect, expect_bytes, expect_end, has_ipv6, listen, read_exactly,
    read_some,
};

use crate::peer::{expect_drops, expect_reset, read_once, send};

const WIRE: &str = env!("CARGO_BIN_EXE_wire");
const README: &str = include_str!("../README.md");

/// The rows of the table: an id, and the command behind it.
fn rows() -> Vec<(&'static str, &'static str)> {
    README
        .lines()
        .filter_map(|line| {
            let (id, rest) = line.strip_prefix("| `")?.split_once("` | `cargo wire ")?;
            Some((id, rest.split_once('`')?.0))
        })
        .collect()
}

/// The book takes the names of the options from here.
#[test]
fn the_readme_has_each_option_of_the_help_and_no_other() {
    let help = Program::start(WIRE, ["--help"]).finish().success().stdout;
    let options = |text: &str, before: &str| -> BTreeSet<String> {
        let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix(before));
        lines.filter_map(|line| line.split([' ', '`']).next()).map(str::to_owned).collect()
    };
    assert_eq!(options(README, "| `--"), options(&help, "--"));
}

/// Starts the command of a row, with other ports: a free one, and that of `target`.
fn start(id: &str, target: SocketAddr) -> Program {
    let row = rows().into_iter().find(|&(row, _)| row == id);
    let (_, command) = row.unwrap_or_else(|| panic!("the README has no row for {id}"));
    let target = target.to_string();
    let mut arguments: Vec<_> = command.split_whitespace().collect();
    arguments[0] = if arguments[0].contains("[::1]:") { "[::1]:0" } else { "0" };
    arguments[1] = &target;
    let mut wire = Program::start(WIRE, arguments);
    wire.wait_until_listening();
    wire
}

/// The wire of a row, in front of a server that has yet to accept.
fn row(id: &str) -> (Program, TcpListener) {
    let (listener, target) = listen();
    (start(id, target), listener)
}

/// Connects a client through the wire, and accepts it.
fn conversation(wire: &Program, listener: &TcpListener) -> (TcpStream, TcpStream) {
    let client = connect(wire.address());
    let server = accept(listener);
    (client, server)
}

/// The wire of a row for datagrams, with a client that is connected to it and a server.
fn datagram_row(id: &str) -> (Program, UdpSocket, UdpSocket) {
    let server = socket("127.0.0.1:0");
    let wire = start(id, server.local_addr().expect("an address"));
    let client = socket("127.0.0.1:0");
    client.connect(wire.address()).expect("the wire has an address");
    (wire, client, server)
}

fn socket(address: &str) -> UdpSocket {
    let socket = UdpSocket::bind(address).expect("a free port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    socket
}

/// Asserts that nothing comes for a moment: a test cannot wait for ever.
fn expect_silence(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout can be set");
    let error = read_some(stream, &mut [0; 1024]).expect_err("nothing comes, not even an end");
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
}

#[test]
fn every_row_is_tested_here() {
    let tests = include_str!("rows.rs");
    let rows = rows();
    assert_eq!(rows.len(), README.matches("` | `cargo wire ").count());
    assert!(rows.len() >= 20, "{rows:?}");
    for (id, _) in rows {
        assert!(tests.contains(&format!("row(\"{id}\")")), "{id} has no test");
    }
}

/// A line of the wire without what is another in each run: the addresses and the time.
fn steady(line: &str) -> String {
    let words: Vec<_> = line
        .split_whitespace()
        .map(|word| if word.starts_with("127.0.0.1:") { "ADDRESS" } else { word })
        .collect();
    let time = words.iter().position(|&word| word == "s").unwrap_or_default();
    [&words[..time.saturating_sub(1)], &words[time..]].concat().join(" ")
}

#[test]
fn the_session_is_a_real_one() {
    let (_, rest) = README.split_once("```\n$ cargo wire 8080 9090 ").expect("a session");
    let (options, rest) = rest.split_once('\n').expect("lines follow");
    let (session, _) = rest.split_once("\n```").expect("it ends");

    let (listener, target) = listen();
    let options: Vec<_> = options.split_whitespace().collect();
    let mut wire = Program::start(WIRE, [&["0", &target.to_string()], &options[..]].concat());
    wire.wait_until_listening();
    let mut printed = vec![format!("listening on {}", wire.address())];
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, "echo hi");
    expect_bytes(&mut server, b"echo hi");
    send(&mut server, b"\x03\0\0\0hi\n");
    expect_bytes(&mut client, b"\x03\0\0\0hi\n");
    drop(client);
    expect_end(&mut server);
    drop(server);
    while !printed.last().is_some_and(|line| line.ends_with("  closed")) {
        printed.push(wire.line());
    }
    let printed: Vec<_> = printed.iter().map(|line| steady(line)).collect();
    let shown: Vec<_> = session.lines().map(steady).collect();
    assert_eq!(printed, shown);
}

#[test]
fn peer_closed() {
    let (wire, listener) = row("peer-closed");
    let (mut client, mut server) = conversation(&wire, &listener);
    expect_end(&mut client);
    expect_end(&mut server);
}

#[test]
fn peer_reset() {
    let (wire, listener) = row("peer-reset");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, "hello");
    assert_eq!(read_once(&mut server), b"h");
    expect_reset(&mut server);
    expect_reset(&mut client);
}

#[test]
fn write_after_close() {
    let (wire, listener) = row("write-after-close");
    let (client, server) = conversation(&wire, &listener);
    wire.expect("connected");
    while !wire.line().ends_with("  closed") {}
    for mut stream in [client, server] {
        let error = loop {
            // The first write is answered with a reset, and the next one meets it.
            if let Err(error) = stream.write_all(b"hello") {
                break error;
            }
        };
        let kinds = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
        assert!(kinds.contains(&error.kind()), "{error}");
    }
}

#[test]
fn unread_data_reset() {
    let (wire, listener) = row("unread-data-reset");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, "hello");
    assert_eq!(read_once(&mut server), b"h");
    // However fast a server closes: here it does so when the next byte is there.
    server.peek(&mut [0]).expect("the next byte arrives");
    send(&mut server, "HELLO");
    drop(server);
    expect_bytes(&mut client, "HELLO");
    expect_reset(&mut client);
}

#[test]
fn half_close() {
    let (wire, listener) = row("half-close");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, "hello world");
    expect_bytes(&mut server, "hello");
    expect_end(&mut server);
    send(&mut server, "what the client waits for");
    expect_bytes(&mut client, "what the client waits for");
}

#[test]
fn silent_peer() {
    let (wire, listener) = row("silent-peer");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, "hello");
    send(&mut server, "hello");
    expect_silence(&mut server);
    expect_silence(&mut client);
    drop(client);
    while !wire.line().ends_with("client → server  end, not passed on") {}
    expect_silence(&mut server);
}

#[test]
fn one_client_blocks_all() {
    let (wire, listener) = row("one-client-blocks-all");
    let (mut first, mut server) = conversation(&wire, &listener);
    let mut second = connect(wire.address());
    send(&mut first, "hello");
    send(&mut second, "hello");
    // The server waits here, and the second client with it.
    expect_silence(&mut server);
    expect_silence(&mut second);
}

#[test]
fn leftover_bytes() {
    let (wire, listener) = row("leftover-bytes");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, "first question");
    expect_bytes(&mut server, "first question");
    send(&mut server, "first answer");
    assert_eq!(read_once(&mut client), b"firs");
    send(&mut client, "second question");
    assert_eq!(read_once(&mut client), b"t an");
}

#[test]
fn coalesced_messages() {
    let (wire, listener) = row("coalesced-messages");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, "hello");
    wire.expect("connected");
    // The wire has read the first message before the second one is written.
    while !wire.line().ends_with("hello") {}
    send(&mut client, "world");
    assert_eq!(read_once(&mut server), b"helloworld");
}

#[test]
fn split_character() {
    let (wire, listener) = row("split-character");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, "学");
    for _ in 0.."学".len() {
        let piece = read_once(&mut server);
        assert!(std::str::from_utf8(&piece).is_err(), "{piece:?}");
    }
}

#[test]
fn short_read() {
    let (wire, listener) = row("short-read");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, b"\x05\0\0\0hello");
    expect_drops(&mut server, b"\x05\0\0\0hello", 1);
    send(&mut server, "ok");
    expect_drops(&mut client, b"ok", 1);
}

#[test]
fn closed_mid_message() {
    let (wire, listener) = row("closed-mid-message");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, "echo hello");
    expect_bytes(&mut server, "echo hello");
    send(&mut server, b"\x05\0\0\0hello");
    expect_bytes(&mut client, b"\x05\0\0\0h");
    expect_end(&mut client);
}

#[test]
fn partial_write() {
    let (wire, listener) = row("partial-write");
    let (mut client, mut server) = conversation(&wire, &listener);
    thread::spawn(move || client.read_to_end(&mut Vec::new()));
    server.set_write_timeout(Some(Duration::from_millis(500))).expect("a timeout can be set");
    // More than fits into all buffers on the way. The client takes whatever it gets.
    let answer = vec![b'x'; 64 << 20];
    match server.write(&answer) {
        Ok(count) => assert!(count < answer.len(), "{count}"),
        // Windows does not say how much it took (Microsoft's page on SOL_SOCKET options).
        Err(error) => assert!(cfg!(windows) && error.kind() == ErrorKind::TimedOut, "{error}"),
    }
}

#[test]
fn interrupted_upload() {
    let (wire, listener) = row("interrupted-upload");
    let (mut client, mut server) = conversation(&wire, &listener);
    send(&mut client, [b'x'; 5000]);
    assert_eq!(read_exactly(&mut server, 1000), [b'x'; 1000]);
    expect_end(&mut server);
}

#[test]
fn lost_datagram() {
    let (wire, client, server) = datagram_row("lost-datagram");
    client.send(b"hello").expect("a datagram can be sent");
    while !wire.line().contains("dropped") {}
    server.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout can be set");
    server.recv(&mut [0; 16]).expect_err("nothing arrives");
}

#[test]
fn stray_datagram() {
    let (wire, _, server) = datagram_row("stray-datagram");
    // A client that is not connected takes datagrams from anybody.
    let client = socket("127.0.0.1:0");
    client.send_to(b"hello", wire.address()).expect("a datagram can be sent");
    let (_, way_back) = receive(&server);
    server.send_to(b"hi", way_back).expect("a datagram can be sent");

    let (stray, from) = receive(&client);
    assert_eq!(stray, b"a stray datagram from the wire");
    assert_ne!(from, wire.address());
    assert_eq!(receive(&client), (b"hi".to_vec(), wire.address()));
}

/// Asserts what arrives of a datagram.
fn expect_arrival(client: &UdpSocket, server: &UdpSocket, sent: &[u8], arrives: &[u8]) {
    client.send(sent).expect("a datagram can be sent");
    assert_eq!(receive(server).0, arrives);
}

#[test]
fn truncated_datagram() {
    let (_wire, client, server) = datagram_row("truncated-datagram");
    expect_arrival(&client, &server, b"hello world", b"hello");
}

#[test]
fn empty_datagram() {
    let (_wire, client, server) = datagram_row("empty-datagram");
    expect_arrival(&client, &server, b"hello", b"");
}

#[test]
fn bad_format() {
    let (_wire, client, server) = datagram_row("bad-format");
    expect_arrival(&client, &server, b"%H:%M", b"%");
}

#[test]
#[cfg(unix)]
fn port_unreachable() {
    use std::process::Command;

    let (wire, client, _server) = datagram_row("port-unreachable");
    let id = wire.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill starts").success());
    wire.finish().success();
    client.send(b"hello").expect("a datagram can be sent");
    let error = client.recv(&mut [0; 16]).expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
}

#[test]
fn oversized_datagram() {
    if !has_ipv6() {
        return;
    }
    let server = socket("127.0.0.1:0");
    let row = |id| start(id, server.local_addr().expect("an address"));
    let wire = row("oversized-datagram");
    let client = socket("[::1]:0");
    client.connect(wire.address()).expect("the wire has an address");
    client.send(&[b'x'; 65_508]).expect("IPv6 carries it");
    while !wire.line().contains("cannot be sent") {}
    expect_arrival(&client, &server, b"hello", b"hello");
}
