//! Lesson 8: every program in both roles, over real sockets, with all that can befall a datagram.

use std::net::{SocketAddr, UdpSocket};
use std::process::Command;
use std::str;

use proptest::prelude::*;
use support::datagrams::{
    check_that_answers_to_answers_end, check_that_forged_datagrams_bring_rest, receive,
};
use support::{Finished, PATIENCE, Program, python};
use udp::{MAX_DATAGRAM, TRIES, fit};

const SERVER: &str = env!("CARGO_BIN_EXE_udp-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_udp-client");
const CHAT_SERVER: &str = env!("CARGO_BIN_EXE_udp-chat-server");
const CHAT_CLIENT: &str = env!("CARGO_BIN_EXE_udp-chat-client");
const SHELL_SERVER: &str = env!("CARGO_BIN_EXE_udp-shell-server");
const SHELL_CLIENT: &str = env!("CARGO_BIN_EXE_udp-shell-client");

/// A raw peer, which fails a test instead of waiting for ever.
struct Peer(UdpSocket);

impl Peer {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        Self(socket)
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("a bound socket has an address")
    }

    fn send(&self, message: &[u8], to: SocketAddr) {
        assert_eq!(self.0.send_to(message, to).expect("a datagram can be sent"), message.len());
    }

    fn recv(&self) -> (Vec<u8>, SocketAddr) {
        receive(&self.0)
    }

    fn ask(&self, server: &Program, message: &[u8]) -> Vec<u8> {
        self.send(message, server.address());
        let (answer, from) = self.recv();
        assert_eq!(from, server.address());
        answer
    }

    /// Sends a command and receives its two answers: stderr, stdout.
    fn run(&self, server: &Program, command: &[u8]) -> (Vec<u8>, Vec<u8>) {
        (self.ask(server, command), self.recv().0)
    }

    /// What has come and was not received yet.
    fn unread(&self) -> Vec<Vec<u8>> {
        self.0.set_nonblocking(true).expect("a socket can be made non-blocking");
        let mut buffer = vec![0; 65_535];
        let mut unread = Vec::new();
        while let Ok(count) = self.0.recv(&mut buffer) {
            unread.push(buffer[..count].to_vec());
        }
        self.0.set_nonblocking(false).expect("and blocking again");
        unread
    }
}

/// A port that nobody else can take while this lives, and at which nobody listens all the same:
/// a connected socket hears its peer and no one else.
fn nobody() -> (Peer, String) {
    let (peer, other) = (Peer::new(), Peer::new());
    peer.0.connect(other.address()).expect("a UDP socket can be connected");
    let address = peer.address().to_string();
    (peer, address)
}

fn client(arguments: &[&str]) -> Finished {
    Program::start(CLIENT, arguments).finish()
}

/// Starts a client that talks to a peer of the test.
fn client_of(path: &str, peer: &Peer, arguments: &[&str]) -> Program {
    Program::start(path, [&[peer.address().to_string().as_str()], arguments].concat())
}

// hello and hi

#[test]
fn server_answers_each_datagram() {
    let server = Program::server(SERVER, &[]);
    let (first, second) = (Peer::new(), Peer::new());
    for peer in [&first, &second, &first] {
        assert_eq!(peer.ask(&server, b"hello"), b"hi");
        let line = format!("received 5 bytes from {}: \"hello\"", peer.address());
        assert_eq!(server.line(), line);
    }
}

#[test]
fn client_says_hello_and_prints_the_answer() {
    let server = Program::server(SERVER, &[]);
    let address = server.address().to_string();
    assert_eq!(client(&[&address]).success().stdout, "hi\n");
    server.expect(": \"hello\"");
    assert_eq!(client(&[&address, "你好"]).success().stdout, "hi\n");
    server.expect("received 6 bytes from ");
}

#[test]
fn ipv6_works_too() {
    if UdpSocket::bind("[::1]:0").is_err() {
        support::skipped("this machine has no IPv6");
        return;
    }
    let mut server = Program::start(SERVER, ["[::1]:0"]);
    server.wait_until_listening();
    let address = server.address().to_string();
    assert_eq!(client(&[&address]).success().stdout, "hi\n");
}

#[test]
fn empty_datagram_is_a_message() {
    let server = Program::server(SERVER, &[]);
    assert_eq!(Peer::new().ask(&server, b""), b"hi");
    server.expect("received 0 bytes");
    let address = server.address().to_string();
    assert_eq!(client(&[&address, ""]).success().stdout, "hi\n");
    server.expect("received 0 bytes");

    let peer = Peer::new();
    let program = client_of(CLIENT, &peer, &[]);
    peer.send(b"", peer.recv().1);
    assert_eq!(program.finish().success().stdout, "\n");
}

#[test]
fn longest_datagram_passes_whole_both_ways() {
    let server = Program::server(SERVER, &[]);
    let message = "x".repeat(MAX_DATAGRAM);
    let address = server.address().to_string();
    // By its size: a command line of Windows has no room for it.
    let size = ["--size", &MAX_DATAGRAM.to_string()];
    assert_eq!(client(&[&address, "x", size[0], size[1]]).success().stdout, "hi\n");
    let line = server.line();
    assert!(line.starts_with(&format!("received {MAX_DATAGRAM} bytes")));
    assert!(line.ends_with(&format!("{message:?}")));

    let peer = Peer::new();
    let program = client_of(CLIENT, &peer, &[]);
    peer.send(message.as_bytes(), peer.recv().1);
    assert_eq!(program.finish().success().stdout, message + "\n");
}

#[test]
fn oversized_datagram_is_a_clear_error() {
    let peer = Peer::new();
    let size = (MAX_DATAGRAM + 1).to_string();
    let finished = client_of(CLIENT, &peer, &["x", "--size", &size]).finish().code(1);
    for part in ["oversized-datagram", &size, &MAX_DATAGRAM.to_string()] {
        assert!(finished.stderr.contains(part), "{finished:?}");
    }
    assert!(peer.unread().is_empty());
}

#[test]
fn size_repeats_the_message() {
    let server = Program::server(SERVER, &[]);
    let address = server.address().to_string();
    client(&[&address, "abc", "--size", "7"]).success();
    server.expect("\"abcabca\"");
    client(&[&address, "", "--size", "7"]).success();
    server.expect("received 0 bytes");
}

#[test]
fn truncated_datagram_is_noticed() {
    let server = Program::server(SERVER, &["--buffer", "10"]);
    let peer = Peer::new();
    assert_eq!(peer.ask(&server, b"0123456789"), b"hi");
    server.expect("received 10 bytes");
    assert_eq!(peer.ask(&server, b"0123456789+"), b"hi");
    server.expect("received 10 bytes");
    server.expect("truncated-datagram");
    // What is longer than the server's buffer is cut by the system. For Windows this is an error,
    // and nobody learns who sent it.
    peer.send(&vec![b'x'; MAX_DATAGRAM], server.address());
    if cfg!(windows) {
        assert!(server.error_line().contains("truncated-datagram"));
    } else {
        assert_eq!(peer.recv().0, b"hi");
        server.expect("received 10 bytes");
        server.expect("truncated-datagram");
    }
    // The rest is gone: it does not come out with the next one.
    assert_eq!(peer.ask(&server, b"next"), b"hi");
    server.expect("\"next\"");
}

#[test]
fn invalid_utf8_ends_nobody() {
    let server = Program::server(SERVER, &[]);
    let peer = Peer::new();
    assert_eq!(peer.ask(&server, b"\xff\xfe\n"), b"hi");
    server.expect("received 3 bytes");
    assert_eq!(peer.ask(&server, b"next"), b"hi");

    let program = client_of(CLIENT, &peer, &[]);
    peer.send(b"h\xff", peer.recv().1);
    assert_eq!(program.finish().success().stdout, "h\u{fffd}\n");
}

#[test]
fn a_sender_that_is_gone_does_not_end_the_server() {
    let server = Program::server(SERVER, &[]);
    for _ in 0..3 {
        Peer::new().send(b"bye", server.address());
        server.expect("\"bye\"");
    }
    assert_eq!(Peer::new().ask(&server, b"hello"), b"hi");
}

#[test]
fn duplicates_are_answered_one_by_one() {
    let server = Program::server(SERVER, &[]);
    let peer = Peer::new();
    peer.send(b"again", server.address());
    peer.send(b"again", server.address());
    assert_eq!((peer.recv().0, peer.recv().0), (b"hi".to_vec(), b"hi".to_vec()));
}

#[test]
fn answers_to_answers_come_to_an_end() {
    check_that_answers_to_answers_end(SERVER, b"hello");
}

#[test]
fn forged_datagrams_bring_no_unrest() {
    check_that_forged_datagrams_bring_rest(SERVER, b"hello");
}

#[test]
fn a_log_that_nobody_takes_ends_nothing() {
    for server in servers_without_log(SERVER) {
        for _ in 0..3 {
            assert_eq!(Peer::new().ask(&server, &[b'x'; 600]), b"hi");
        }
    }
}

/// A server whose log nobody reads, and one whose log has no room.
fn servers_without_log(path: &str) -> Vec<Program> {
    let mut servers = vec![Program::server_without_log(path, &[])];
    if cfg!(unix) {
        servers.push(Program::server_with_full_log(path, &[]));
    }
    servers
}

#[test]
fn an_answer_is_shown_so_that_no_terminal_obeys_it() {
    let server = Peer::new();
    let client = client_of(CLIENT, &server, &[]);
    let (_, from) = server.recv();
    server.send(support::HOSTILE_LINES.as_bytes(), from);
    let lines = support::SHOWN_LINES.join("\n") + "\n";
    assert_eq!(client.finish().success().stdout, lines);
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_cannot_print_says_so() {
    let server = Program::server(SERVER, &[]);
    let address = server.address().to_string();
    let client = Program::by_shell("", CLIENT, &[&address], ">/dev/full");
    client.finish().fails_with("cannot print the answer");
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let peer = Peer::new();
    let address = peer.address().to_string();
    for path in [SERVER, CHAT_SERVER, SHELL_SERVER] {
        let finished = Program::start(path, [&address]).finish().code(1);
        assert!(finished.stderr.contains("try a free port of this machine"), "{finished:?}");
    }
}

// What gets lost, and what comes from elsewhere

#[test]
fn lost_datagram_is_sent_again() {
    let peer = Peer::new();
    let program = client_of(CLIENT, &peer, &["ping"]);
    for _ in 0..2 {
        assert_eq!(peer.recv().0, b"ping");
    }
    let (third, from) = peer.recv();
    assert_eq!(third, b"ping");
    peer.send(b"pong", from);
    assert_eq!(program.finish().success().stdout, "pong\n");
}

#[test]
fn lost_datagram_is_given_up_in_the_end() {
    let peer = Peer::new();
    let finished = client_of(CLIENT, &peer, &["ping", "--timeout", "0.1"]).finish().code(1);
    assert!(finished.stderr.contains("lost-datagram"), "{finished:?}");
    assert_eq!(finished.stdout, "");
    assert_eq!(peer.unread(), vec![b"ping"; TRIES as usize]);
}

#[test]
fn late_answer_to_an_earlier_try_is_an_answer() {
    let peer = Peer::new();
    let program = client_of(CLIENT, &peer, &[]);
    let (_, first) = peer.recv();
    let (_, second) = peer.recv();
    assert_eq!(first, second);
    peer.send(b"late", first);
    peer.send(b"late", second);
    assert_eq!(program.finish().success().stdout, "late\n");
}

#[test]
fn stray_datagram_is_ignored() {
    let (peer, stranger) = (Peer::new(), Peer::new());
    let program = client_of(CLIENT, &peer, &[]);
    let (_, from) = peer.recv();
    stranger.send(b"believe me", from);
    peer.send(b"hi", from);
    assert_eq!(program.finish().success().stdout, "hi\n");
}

#[test]
fn port_unreachable_is_heard() {
    let (_peer, address) = nobody();
    let finished = client(&[&address]).code(1);
    assert!(finished.stderr.contains("port-unreachable"), "{finished:?}");
    assert!(finished.stderr.contains("is the server running?"), "{finished:?}");
}

#[test]
fn arguments_are_checked() {
    for (path, arguments) in [
        (SERVER, ["nonsense"].as_slice()),
        (SERVER, &["--buffer", "0"]),
        (SERVER, &["--buffer", "65536"]),
        (CLIENT, &["127.0.0.1:99999"]),
        (CLIENT, &["--timeout", "0"]),
        (CHAT_SERVER, &["127.0.0.1"]),
        (CHAT_CLIENT, &["--friend", "Ada"]),
        (CHAT_CLIENT, &["--friend", "q=127.0.0.1:1"]),
        (CHAT_CLIENT, &["--friend", "=127.0.0.1:1"]),
        (CHAT_CLIENT, &["--friend", "Ada=127.0.0.1"]),
        (SHELL_SERVER, &["--time-limit", "-1"]),
        (SHELL_CLIENT, &["--encoding", "klingon"]),
    ] {
        let finished = Program::start(path, arguments).finish().code(2);
        assert!(finished.stderr.contains("usage") || finished.stderr.contains("error: "));
    }
    for path in [SERVER, CLIENT, CHAT_SERVER, CHAT_CLIENT, SHELL_SERVER, SHELL_CLIENT] {
        for flag in ["--help", "--version"] {
            Program::start(path, [flag]).finish().success();
        }
    }
}

// Chat

#[test]
fn two_friends_talk() {
    let mut server = Program::server(CHAT_SERVER, &[]);
    let mut client = Program::start(CHAT_CLIENT, [server.address().to_string()]);
    assert_eq!(client.error_line(), "friends: 悟空, 木兰, Ada, Grace");

    client.type_line("悟空");
    client.type_line("");
    client.type_line("在吗?");
    server.expect("received 7 bytes from 127.0.0.1:");
    server.type_line("");
    server.type_line("  在 ");
    assert_eq!(client.line(), "悟空: 在");

    client.type_line("bye");
    server.expect("\"bye\"");
    server.type_line("bye bye");
    assert_eq!(client.line(), "悟空: bye bye");

    // q returns to choosing a friend, where an unknown name is asked for again.
    client.type_line("q");
    client.type_line("Bob");
    assert!(client.error_line().contains("Bob"));
    client.type_line("Ada");
    client.type_line("hi");
    server.expect("\"hi\"");
    server.type_line("hello");
    assert_eq!(client.line(), "Ada: hello");
    client.type_line("quit");
    client.type_line("q");
    assert_eq!(client.finish().success().stdout, "");

    // The operator's q takes effect at the next message.
    Peer::new().send(b"", server.address());
    server.expect("received 0 bytes from 127.0.0.1:");
    server.type_line("q");
    server.finish().success();
}

#[test]
fn each_friend_gets_the_answer_meant_for_them() {
    let mut server = Program::server(CHAT_SERVER, &[]);
    let (first, second) = (Peer::new(), Peer::new());
    first.send(b"one \xff", server.address());
    second.send(b"two", server.address());
    server.expect("\"one \u{fffd}\"");
    server.type_line("to one");
    server.expect("\"two\"");
    server.type_line("to two");
    assert_eq!(first.recv().0, b"to one");
    assert_eq!(second.recv().0, b"to two");
    first.send(b"and now?", server.address());
    server.expect("and now?");
    server.finish().success();
}

#[test]
fn colours_are_for_those_who_want_them() {
    let peer = Peer::new();
    for (variable, answer) in
        [("CLICOLOR_FORCE", "Ada: \u{1b}[1m\u{1b}[36mhello\u{1b}[0m"), ("NO_COLOR", "Ada: hello")]
    {
        let mut command = Command::new(CHAT_CLIENT);
        command.arg(peer.address().to_string()).env(variable, "1");
        let mut client = Program::spawn(command);
        client.type_line("Ada");
        client.type_line("hi");
        peer.send(b"hello", peer.recv().1);
        assert_eq!(client.line(), answer);
        client.finish().success();
    }
}

#[test]
fn friends_come_from_the_command_line_and_from_a_file() {
    let (wang, li) = (Peer::new(), Peer::new());
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let text = format!("\u{feff}# my friends\r\n\r\n  老 王 \t{}\r\n", wang.address());
    std::fs::write(file.path(), text).expect("a file can be written");

    let li_at = format!("李=={}", li.address());
    let path = file.path().to_str().expect("a path of ASCII");
    let mut client = Program::start(CHAT_CLIENT, ["--friend", &li_at, "--friends", path]);
    assert_eq!(client.error_line(), "friends: 老 王, 李=");
    for (name, peer) in [("老 王", &wang), ("李=", &li)] {
        client.type_line(name);
        client.type_line("hi");
        let (message, from) = peer.recv();
        assert_eq!(message, b"hi");
        peer.send(name.as_bytes(), from);
        assert_eq!(client.line(), format!("{name}: {name}"));
        client.type_line("q");
    }
    client.finish().success();
}

#[test]
fn a_bad_table_of_friends_is_an_error_with_its_line() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let path = file.path().to_str().expect("a path of ASCII");
    for bad in
        [b"Bob".as_slice(), b"Bob 127.0.0.1", b"Ada 127.0.0.1:2", b"q 127.0.0.1:2", b"B\xff :1"]
    {
        let table = [b"Ada 127.0.0.1:1\n# and\n", bad, b"\nEve 127.0.0.1:3\n"].concat();
        std::fs::write(path, table).expect("a file can be written");
        let finished = Program::start(CHAT_CLIENT, ["--friends", path]).finish().code(1);
        assert!(finished.stderr.contains(&format!("{path}:3: ")), "{finished:?}");
    }

    let finished = Program::start(CHAT_CLIENT, ["--friends", "absent.txt"]).finish().code(1);
    assert!(finished.stderr.contains("absent.txt"), "{finished:?}");

    let twice = ["--friend", "Ada=127.0.0.1:1", "--friend", "Ada=127.0.0.1:2"];
    let finished = Program::start(CHAT_CLIENT, twice).finish().code(1);
    assert!(finished.stderr.contains("Ada"), "{finished:?}");
}

#[test]
fn chat_says_that_no_answer_came_and_takes_none_for_another() {
    let (peer, stranger) = (Peer::new(), Peer::new());
    let mut client = client_of(CHAT_CLIENT, &peer, &["--timeout", "3"]);
    client.error_line();
    client.type_line("Ada");
    client.type_line("one");
    let (_, earlier) = peer.recv();
    assert!(client.error_line().contains("lost-datagram"));

    client.type_line("Grace");
    client.type_line("two");
    let (message, now) = peer.recv();
    assert_eq!(message, b"two", "nothing is sent twice");
    assert_ne!(earlier, now, "each conversation has a socket of its own");
    peer.send(b"late", earlier);
    stranger.send(b"stray", now);
    peer.send(b"answer two", now);
    peer.send(b"answer two", now);
    assert_eq!(client.line(), "Grace: answer two");

    client.type_line("three");
    assert!(client.error_line().contains("10 bytes"));
    assert_eq!(peer.recv().0, b"three");
    peer.send(b"answer three", now);
    assert_eq!(client.line(), "Grace: answer three");
    client.finish().success();
}

#[test]
fn chat_answers_are_shown_on_one_line() {
    let server = Peer::new();
    let mut client = client_of(CHAT_CLIENT, &server, &[]);
    client.type_line("Ada");
    client.type_line("hello");
    let (_, from) = server.recv();
    server.send(support::HOSTILE_LINES.as_bytes(), from);
    let shown = support::SHOWN_LINES.join("\\n");
    assert_eq!(client.line(), format!("Ada: {shown}"));
}

#[cfg(target_os = "linux")]
#[test]
fn chat_and_shell_clients_that_cannot_print_say_so() {
    let server = Peer::new();
    let address = server.address().to_string();
    let mut client = Program::by_shell("", CHAT_CLIENT, &[&address], ">/dev/full");
    client.type_line("Ada");
    client.type_line("hello");
    let (_, from) = server.recv();
    server.send(b"hi", from);
    client.finish().fails_with("cannot print the answer");

    let server = Program::server(SHELL_SERVER, &[]);
    let address = server.address().to_string();
    let mut client = Program::by_shell("", SHELL_CLIENT, &[&address], ">/dev/full");
    client.type_line("echo hi");
    client.finish().fails_with("cannot print the answer");
}

#[test]
fn chat_needs_nobody_who_reads_its_log() {
    for mut server in servers_without_log(CHAT_SERVER) {
        for _ in 0..3 {
            let peer = Peer::new();
            server.type_line("hi");
            assert_eq!(peer.ask(&server, &[b'x'; 600]), b"hi");
        }
    }
}

#[test]
fn chat_hears_that_a_friend_is_out() {
    let (_peer, address) = nobody();
    let friend = Peer::new();
    let (out, home) = (format!("Out={address}"), format!("Home={}", friend.address()));
    let mut client = Program::start(CHAT_CLIENT, ["--friend", &out, "--friend", &home]);
    client.error_line();
    client.type_line("Out");
    client.type_line("hello?");
    assert!(client.error_line().contains("port-unreachable"));
    client.type_line("Home");
    client.type_line(vec![b'x'; MAX_DATAGRAM + 1]);
    assert!(client.error_line().contains("oversized-datagram"));
    client.type_line("Home");
    client.type_line("hello?");
    friend.send(b"\xff", friend.recv().1);
    assert_eq!(client.line(), "Home: \u{fffd}");
    client.finish().success();
}

// Shell

mod shell {
    use support::commands::{END, Printed, SILENT, numbers};

    use super::*;

    #[test]
    fn each_command_gets_two_datagrams() {
        let server = Program::server(SHELL_SERVER, &[]);
        let peer = Peer::new();
        let line = |text: &str| format!("{text}{END}").into_bytes();
        let (both, reader) = if cfg!(windows) {
            ("echo out& echo err>&2", "findstr x")
        } else {
            ("echo out; echo err >&2", "cat")
        };
        assert_eq!(peer.run(&server, both.as_bytes()), (line("err"), line("out")));
        server.expect(&format!("{both:?}"));
        for silent in [SILENT, "", reader] {
            assert_eq!(peer.run(&server, silent.as_bytes()), (vec![], vec![]));
        }
        // Two commands in a row stay two commands.
        peer.send(b"echo 1", server.address());
        peer.send(b"echo 2", server.address());
        let answers: Vec<_> = (0..4).map(|_| peer.recv().0).collect();
        assert_eq!(answers, [vec![], line("1"), vec![], line("2")]);
        assert!(peer.unread().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn strange_commands_end_nobody() {
        let server = Program::server(SHELL_SERVER, &[]);
        let peer = Peer::new();
        assert_eq!(peer.run(&server, b"printf '\\377\\n'").1, b"\xff\n");
        assert_eq!(peer.run(&server, b"echo \xff").1, b"\xff\n");
        assert!(!peer.run(&server, b"echo \0").0.is_empty());
        assert!(!peer.run(&server, b"no-such-command").0.is_empty());
        let long = [b"echo ".as_slice(), &vec![b'x'; MAX_DATAGRAM - 5]].concat();
        assert_eq!(peer.run(&server, &long).1.len(), MAX_DATAGRAM - 4);
        assert_eq!(peer.run(&server, b"echo next").1, b"next\n");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let server = Program::server(SHELL_SERVER, &[]);
        let peer = Peer::new();
        let print = |text: &[u8]| {
            let file = Printed::new(text);
            peer.run(&server, file.command().as_bytes()).1
        };
        let whole = vec![b'x'; MAX_DATAGRAM];
        assert_eq!(print(&whole), whole);
        for size in [MAX_DATAGRAM + 1, 1_000_000] {
            let text = vec![b'x'; size];
            assert_fits(&text, &print(&text), MAX_DATAGRAM);
        }
        // 90,000 bytes of Chinese are cut between two characters.
        let text = "好".repeat(30_000);
        let stdout = print(text.as_bytes());
        assert_fits(text.as_bytes(), &stdout, MAX_DATAGRAM);
        assert!(str::from_utf8(&stdout).is_ok());
    }

    #[test]
    fn pipe_deadlock_is_not_met() {
        let server = Program::server(SHELL_SERVER, &[]);
        let peer = Peer::new();
        let numbers = numbers(50_000);
        let file = Printed::new(&numbers);
        let print = file.command();
        let command = if cfg!(windows) {
            format!("{print}>&2& {print}")
        } else {
            format!("{print} >&2; {print}")
        };
        let (stderr, stdout) = peer.run(&server, command.as_bytes());
        assert_fits(numbers.as_bytes(), &stderr, MAX_DATAGRAM);
        assert_eq!(stderr, stdout);
    }

    #[test]
    fn endless_command_is_ended() {
        // A busy `cmd` takes its time to begin.
        let limit = if cfg!(windows) { "3" } else { "0.5" };
        let limits = ["--time-limit", limit, "--max-reply", "1000000"];
        let server = Program::server(SHELL_SERVER, &limits);
        let peer = Peer::new();
        let command: &[u8] = if cfg!(windows) {
            b"echo begun& ping -n 60 127.0.0.1>nul"
        } else {
            b"echo begun; sleep 100"
        };
        let (stderr, stdout) = peer.run(&server, command);
        assert_eq!(stdout, format!("begun{END}").as_bytes());
        assert!(String::from_utf8_lossy(&stderr).contains(&format!("longer than {limit} s")));
        // No command of `cmd` prints as much in that time.
        if cfg!(windows) {
            return;
        }

        let (stderr, stdout) = peer.run(&server, b"yes");
        assert_fits(&b"y\n".repeat(500_000), &stdout, MAX_DATAGRAM);
        assert!(String::from_utf8_lossy(&stderr).contains("more than 1000000 bytes"));

        // The datagram has room for what the server has to say, however much is left out.
        let (stderr, stdout) = peer.run(&server, b"yes >&2");
        assert_eq!(stdout, b"");
        assert!(stderr.len() <= MAX_DATAGRAM);
        let stderr = String::from_utf8_lossy(&stderr);
        let last_lines = "do not fit into the datagram)\n\
                          (ended: the command printed more than 1000000 bytes)\n";
        assert!(stderr.ends_with(last_lines), "{:?}", stderr.lines().last());
        assert_eq!(peer.run(&server, b"echo next").1, b"next\n");
    }

    #[test]
    fn exposed_shell_needs_permission() {
        let finished = Program::start(SHELL_SERVER, ["0.0.0.0:0"]).finish().code(1);
        assert!(finished.stderr.contains("exposed-shell"), "{finished:?}");
        // This address is nobody's (RFC 5737): the guard lets it pass, and no door is opened.
        let finished = Program::start(SHELL_SERVER, ["192.0.2.1:0", "--allow-remote"]).finish();
        assert!(finished.code(1).stderr.contains("cannot listen on 192.0.2.1:0"));
    }

    #[test]
    fn client_prints_both_parts() {
        let server = Program::server(SHELL_SERVER, &[]);
        let mut client = Program::start(SHELL_CLIENT, [server.address().to_string()]);
        let (short, long) = (Printed::new("a\nb"), Printed::new(numbers(3)));
        let then = if cfg!(windows) { "&" } else { ";" };
        let both = format!("{}>&2{then} echo out", short.command());
        for line in [&both, "", SILENT, &long.command(), "quit"] {
            client.type_line(line);
        }
        let stdout = client.finish().success().stdout;
        assert_eq!(stdout, format!("stderr: a\nstderr: b\nout{END}1\n2\n3\n"));
        server.expect(&format!("{both:?}"));
        server.expect(&format!("{SILENT:?}"));
    }
}

/// Asserts that `short` is what [`fit`] should make of a text that is too long.
fn assert_fits(text: &[u8], short: &[u8], limit: usize) {
    assert!(short.len() <= limit);
    let lines = short.strip_suffix(b"\n").expect("the last line is ended");
    let last = lines.rsplit(|&byte| byte == b'\n').next().expect("there is a last line");
    let last = str::from_utf8(last).expect("the last line is ASCII");
    let left_out = last.strip_prefix('(').and_then(|last| last.split(' ').next());
    let left_out: usize = left_out.and_then(|count| count.parse().ok()).expect("it has a count");
    let kept = text.len() - left_out;
    assert!(kept + last.len() + 10 > limit, "room was wasted: {kept} bytes and {last}");
    assert_eq!(&short[..kept], &text[..kept]);
    let between = &short[kept..lines.len() - last.len()];
    assert!(between.is_empty() || between == b"\n");
}

#[cfg(unix)]
#[test]
fn shell_answers_to_answers_come_to_an_end() {
    check_that_answers_to_answers_end(SHELL_SERVER, b"hello");
}

#[cfg(unix)]
#[test]
fn forged_datagrams_bring_shells_no_unrest() {
    check_that_forged_datagrams_bring_rest(SHELL_SERVER, b"hello");
}

#[cfg(unix)]
#[test]
fn shell_needs_nobody_who_reads_its_log() {
    for server in servers_without_log(SHELL_SERVER) {
        for _ in 0..3 {
            let command = format!("echo hi # {}", "x".repeat(600));
            assert_eq!(Peer::new().run(&server, command.as_bytes()), (vec![], b"hi\n".to_vec()));
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn shell_says_that_no_thread_can_be_started() {
    let first = "export RUST_MIN_STACK=100000000000000000;";
    let mut server = Program::by_shell(first, SHELL_SERVER, &["127.0.0.1:0"], "");
    server.wait_until_listening();
    for _ in 0..2 {
        let (stderr, stdout) = Peer::new().run(&server, b"echo hi");
        assert!(stderr.starts_with(b"(the command cannot be run: "), "{stderr:?}");
        assert_eq!(stdout, b"");
    }
}

#[test]
fn shell_client_says_that_no_answer_came_and_takes_none_for_another() {
    let (peer, stranger) = (Peer::new(), Peer::new());
    let mut client = client_of(SHELL_CLIENT, &peer, &["--timeout", "3"]);
    client.type_line("one");
    let (_, earlier) = peer.recv();
    assert!(client.error_line().contains("no answer"));

    client.type_line("two");
    let (command, now) = peer.recv();
    assert_eq!(command, b"two", "nothing is sent twice");
    peer.send(b"late", earlier);
    stranger.send(b"stray", now);
    for answer in ["", "answer two", "answer two"] {
        peer.send(answer.as_bytes(), now);
    }
    assert_eq!(client.line(), "answer two");

    client.type_line("three");
    let (_, now) = peer.recv();
    peer.send(b"answer three", now);
    assert!(client.error_line().contains("only one of two"));
    assert_eq!(client.line(), "answer three");
    client.finish().success();
}

#[test]
fn shell_client_hears_that_nobody_is_there() {
    let (_peer, address) = nobody();
    let mut client = Program::start(SHELL_CLIENT, [&address]);
    client.type_line("ls");
    assert!(client.error_line().contains("port-unreachable"));
    client.type_line(vec![b'x'; MAX_DATAGRAM + 1]);
    assert!(client.error_line().contains("oversized-datagram"));
    client.finish().success();
}

#[test]
fn shell_client_decodes() {
    let peer = Peer::new();
    let mut client = client_of(SHELL_CLIENT, &peer, &["--encoding", "gbk"]);
    client.type_line("dir");
    let (_, from) = peer.recv();
    peer.send(b"\xc4\xe3\xba\xc3", from);
    peer.send(b"\xc4\xe3\xff\n", from);
    assert_eq!(client.line(), "stderr: 你好");
    assert_eq!(client.line(), "你\u{fffd}");
    client.finish().success();
}

proptest! {
    #[test]
    fn any_bytes_are_made_to_fit(
        text in prop::collection::vec(any::<u8>(), 0..400), limit in 0_usize..400,
    ) {
        let short = fit(text.clone(), limit);
        prop_assert!(short.len() <= limit);
        if text.len() <= limit {
            prop_assert_eq!(short, text);
        } else if limit >= 80 {
            assert_fits(&text, &short, limit);
        }
    }

    #[test]
    fn valid_utf8_stays_valid(text in "[a-zé好🦀\n]{0,150}", limit in 0_usize..400) {
        let short = fit(text.clone().into_bytes(), limit);
        prop_assert!(short.len() <= limit);
        prop_assert!(str::from_utf8(&short).is_ok());
    }
}

// One half in Python

#[test]
fn python_halves_of_hello() {
    let server = Program::server(SERVER, &[]);
    let address = server.address().to_string();
    let Some(client_program) = python("udp_client.py", &[&address, "你好"]) else { return };
    assert_eq!(client_program.finish().success().stdout, "hi\n");
    server.expect("\"你好\"");

    let Some(mut server) = python("udp_server.py", &["127.0.0.1:0"]) else { return };
    server.wait_until_listening();
    assert_eq!(client(&[&server.address().to_string(), "你好"]).success().stdout, "hi\n");
    server.expect("received 你好");
}

#[test]
fn python_halves_of_the_chat() {
    let mut server = Program::server(CHAT_SERVER, &[]);
    let address = server.address().to_string();
    let Some(client) = python("udp_chat_client.py", &[&address]) else { return };
    chat(&mut server, client);

    let Some(mut server) = python("udp_chat_server.py", &["127.0.0.1:0"]) else { return };
    server.wait_until_listening();
    let client = Program::start(CHAT_CLIENT, [server.address().to_string()]);
    chat(&mut server, client);
}

fn chat(server: &mut Program, mut client: Program) {
    client.type_line("悟空");
    for (message, answer) in [("在吗?", "在"), ("bye", "bye bye")] {
        client.type_line(message);
        server.expect(message);
        server.type_line(answer);
        assert_eq!(client.line(), format!("悟空: {answer}"));
    }
    client.type_line("q");
    client.finish().success();
}

#[cfg(unix)]
#[test]
fn python_halves_of_the_shell() {
    let server = Program::server(SHELL_SERVER, &[]);
    let address = server.address().to_string();
    let Some(mut client) = python("udp_shell_client.py", &[&address]) else { return };
    client.type_line("echo out; echo err >&2");
    client.type_line("echo 你好");
    assert_eq!(client.finish().success().stdout, "error: err\nout\n你好\n");

    let Some(mut server) = python("udp_shell_server.py", &["127.0.0.1:0"]) else { return };
    server.wait_until_listening();
    let mut client = Program::start(SHELL_CLIENT, [server.address().to_string()]);
    client.type_line("echo out; echo err >&2");
    client.type_line("echo 你好");
    assert_eq!(client.finish().success().stdout, "stderr: err\nout\n你好\n");
}
