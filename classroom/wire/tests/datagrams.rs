//! The relay for UDP, from outside: raw sockets on both sides, and every line that it prints.

use std::net::{SocketAddr, UdpSocket};
#[cfg(unix)]
use std::process::Command;
use std::time::{Duration, Instant};

use support::datagrams::receive;
use support::{PATIENCE, Program};

const WIRE: &str = env!("CARGO_BIN_EXE_wire");

/// The longest datagram that IPv4 carries.
const LONGEST: usize = 65_507;

/// A raw client or server, which fails a test instead of waiting for ever.
struct Peer(UdpSocket);

impl Peer {
    fn new() -> Self {
        Self::at("127.0.0.1:0")
    }

    fn at(address: &str) -> Self {
        let socket = UdpSocket::bind(address).expect("a free port");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        Self(socket)
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("a bound socket has an address")
    }

    fn send(&self, bytes: impl AsRef<[u8]>, to: SocketAddr) {
        let bytes = bytes.as_ref();
        assert_eq!(self.0.send_to(bytes, to).expect("a datagram can be sent"), bytes.len());
    }

    /// The next datagram, and who sent it.
    fn receive(&self) -> (Vec<u8>, SocketAddr) {
        receive(&self.0)
    }

    /// Asserts what the next datagram is, and returns who sent it.
    fn expect(&self, bytes: impl AsRef<[u8]>) -> SocketAddr {
        let (received, from) = self.receive();
        assert_eq!(received.escape_ascii().to_string(), bytes.as_ref().escape_ascii().to_string());
        from
    }

    /// Asserts that nothing came, now that nothing can come any more.
    fn expect_nothing(&self) {
        self.0.set_nonblocking(true).expect("a socket can be made non-blocking");
        let mut buffer = [0; 65_536];
        let received = self.0.recv(&mut buffer).map(|count| buffer[..count].to_vec());
        assert!(received.is_err(), "{received:?}");
    }
}

/// The wire, and a server at its other end.
struct Wire {
    program: Program,
    server: Peer,
}

impl Wire {
    fn new(arguments: &[&str]) -> Self {
        Self::to(Peer::new(), "127.0.0.1:0", arguments)
    }

    fn to(server: Peer, listen: &str, arguments: &[&str]) -> Self {
        let target = server.address().to_string();
        let arguments = [&[target.as_str(), "--udp"], arguments].concat();
        Self { program: Program::server_at(WIRE, listen, &arguments), server }
    }

    fn address(&self) -> SocketAddr {
        self.program.address()
    }

    /// Asserts what the next line says after the number of the client and the time.
    fn says(&self, client: usize, text: &str) {
        let line = self.program.line();
        assert_eq!(without_time(&line), format!("{client}  {text}"), "{line}");
    }

    /// Asserts that the next line tells of a new client.
    fn meets(&self, number: usize, client: &Peer) {
        let (client, server) = (client.address(), self.server.address());
        self.says(number, &format!("client {client} appeared; passed on to {server}"));
    }

    /// Asserts that the next line is a row of bytes, but for its spaces.
    fn shows(&self, row: &str) {
        let line = self.program.line();
        assert_eq!(line.split_whitespace().collect::<Vec<_>>().join(" "), row, "{line}");
    }

    /// Sends from a client to the server, and returns who the server takes the client for.
    fn carries(&self, client: &Peer, bytes: impl AsRef<[u8]>) -> SocketAddr {
        client.send(&bytes, self.address());
        self.server.expect(bytes)
    }

    /// Ends the wire: from now on nothing can come from it.
    fn end(mut self) -> Peer {
        self.program.kill();
        self.server
    }
}

/// A line about a client without the time: `1  client → server  5 bytes`.
fn without_time(line: &str) -> String {
    let (client, rest) = line.split_once("  ").unwrap_or((line, ""));
    let (time, text) = rest.split_once("  ").unwrap_or((rest, ""));
    let seconds = time.strip_suffix(" s").and_then(|seconds| seconds.parse::<f64>().ok());
    assert!(seconds.is_some(), "expected a time in {line:?}");
    format!("{client}  {text}")
}

#[test]
fn datagrams_pass_both_ways_and_are_printed() {
    let wire = Wire::new(&[]);
    let client = Peer::new();
    let upstream = wire.carries(&client, "hi\0\u{ff}");
    wire.meets(1, &client);
    wire.says(1, "client → server  5 bytes");
    wire.shows("68 69 00 c3 bf hi...");

    wire.server.send("yes", upstream);
    assert_eq!(client.expect("yes"), wire.address());
    wire.says(1, "client ← server  3 bytes");
    wire.shows("79 65 73 yes");
}

#[test]
fn empty_datagrams_pass_both_ways() {
    let wire = Wire::new(&[]);
    let client = Peer::new();
    let upstream = wire.carries(&client, "");
    wire.meets(1, &client);
    wire.says(1, "client → server  0 bytes");
    wire.server.send("", upstream);
    assert_eq!(client.expect(""), wire.address());
    wire.says(1, "client ← server  0 bytes");
}

#[test]
fn longest_datagrams_pass_whole() {
    let wire = Wire::new(&["--show", "0"]);
    let client = Peer::new();
    let datagram = "x".repeat(LONGEST);
    let upstream = wire.carries(&client, &datagram);
    wire.server.send(&datagram, upstream);
    client.expect(&datagram);
}

#[test]
fn each_client_gets_its_own_answers() {
    let wire = Wire::new(&[]);
    let clients: Vec<_> = (0..5).map(|_| Peer::new()).collect();
    let mut upstreams = Vec::new();
    for (index, client) in clients.iter().enumerate() {
        upstreams.push(wire.carries(client, format!("request {index}")));
        wire.meets(index + 1, client);
        wire.says(index + 1, "client → server  9 bytes");
        wire.program.expect("request");
    }
    for (index, upstream) in upstreams.iter().enumerate().rev() {
        wire.server.send(format!("answer {index}"), *upstream);
        clients[index].expect(format!("answer {index}"));
        wire.says(index + 1, "client ← server  8 bytes");
        wire.program.expect("answer");
    }
    // Who comes again is known.
    assert_eq!(wire.carries(&clients[3], "again"), upstreams[3]);
    wire.says(4, "client → server  5 bytes");
}

#[test]
fn quiet_prints_only_the_clients() {
    let wire = Wire::new(&["--quiet", "--drop", "1", "--only", "replies"]);
    let (first, second) = (Peer::new(), Peer::new());
    let upstream = wire.carries(&first, "hello");
    wire.server.send("hi", upstream);
    wire.meets(1, &first);
    wire.carries(&second, "hello");
    wire.meets(2, &second);
}

#[test]
fn only_the_server_can_answer() {
    let wire = Wire::new(&[]);
    let client = Peer::new();
    let upstream = wire.carries(&client, "hello");
    Peer::new().send("wrong", upstream);
    wire.server.send("right", upstream);
    client.expect("right");
}

#[test]
fn ipv6_works_and_so_does_a_server_of_the_other_kind() {
    if !support::has_ipv6() {
        return;
    }
    for (server, listen, local) in [
        ("[::1]:0", "[::1]:0", "[::1]:0"),
        ("127.0.0.1:0", "[::1]:0", "[::1]:0"),
        ("[::1]:0", "127.0.0.1:0", "127.0.0.1:0"),
    ] {
        let wire = Wire::to(Peer::at(server), listen, &[]);
        let client = Peer::at(local);
        let upstream = wire.carries(&client, "hello");
        wire.server.send("hi", upstream);
        assert_eq!(client.expect("hi"), wire.address());
    }
}

#[test]
fn what_does_not_fit_is_said_and_the_next_one_passes() {
    if !support::has_ipv6() {
        return;
    }
    // IPv6 does not count its own header: it carries 20 bytes more.
    let wire = Wire::to(Peer::new(), "[::1]:0", &["--show", "0"]);
    let client = Peer::at("[::1]:0");
    client.send("x".repeat(LONGEST + 1), wire.address());
    wire.meets(1, &client);
    wire.says(1, "client → server  65508 bytes");
    wire.shows("… 65508 bytes");
    wire.program.expect("  client → server  cannot be sent: ");
    wire.carries(&client, "hello");
}

#[test]
fn nobody_at_the_target_is_said_and_ends_nothing() {
    let wire = Wire::new(&[]);
    let (client, other) = (Peer::new(), Peer::new());
    let upstream = wire.carries(&client, "one");
    wire.meets(1, &client);
    wire.says(1, "client → server  3 bytes");
    wire.shows("6f 6e 65 one");

    // A connected socket hears its peer and no one else: to everybody else nobody is there.
    wire.server.0.connect(other.address()).expect("a UDP socket can be connected");
    let target = wire.server.address();
    for _ in 0..3 {
        client.send("two", wire.address());
        wire.says(1, "client → server  3 bytes");
        wire.shows("74 77 6f two");
        let refused = format!("refused: nobody listens at {target} (port-unreachable)");
        wire.says(1, &format!("client → server  {refused}"));
    }
    wire.server.0.connect(upstream).expect("a UDP socket can be connected again");
    assert_eq!(wire.carries(&client, "three"), upstream);
    wire.server.send("yes", upstream);
    client.expect("yes");
}

#[test]
fn the_client_who_was_silent_longest_is_forgotten() {
    let wire = Wire::new(&["--quiet"]);
    let clients: Vec<_> = (0..201).map(|_| Peer::new()).collect();
    for (index, client) in clients[..200].iter().enumerate() {
        wire.carries(client, "hello");
        wire.meets(index + 1, client);
    }
    wire.carries(&clients[0], "still here");
    let upstream = wire.carries(&clients[200], "one too many");
    wire.says(2, "forgotten: 200 other clients were heard since");
    wire.meets(201, &clients[200]);
    wire.server.send("welcome", upstream);
    clients[200].expect("welcome");

    let upstream = wire.carries(&clients[1], "back again");
    wire.says(3, "forgotten: 200 other clients were heard since");
    wire.meets(202, &clients[1]);
    wire.server.send("who?", upstream);
    clients[1].expect("who?");
}

/// A system that allows only so many files stops new clients, and nothing else.
#[cfg(unix)]
#[test]
fn a_client_too_many_for_the_system_disturbs_nobody() {
    let server = Peer::new();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -n 20; exec \"$@\"", "sh", WIRE, "0"]);
    shell.args([&server.address().to_string(), "--udp", "--quiet"]);
    let mut program = Program::spawn(shell);
    program.wait_until_listening();
    let wire = Wire { program, server };

    let first = Peer::new();
    let upstream = wire.carries(&first, "hello");
    wire.meets(1, &first);
    // Each takes a socket: the system allows fewer than that.
    for _ in 0..20 {
        Peer::new().send("me too", wire.address());
    }
    while !wire.program.line().contains("  cannot be passed on: cannot make a socket for ") {}
    first.send("still here", wire.address());
    while wire.server.receive() != (b"still here".to_vec(), upstream) {}
}

// Bending

#[test]
fn cut_shortens_what_is_longer() {
    let wire = Wire::new(&["--cut", "5"]);
    let client = Peer::new();
    client.send("hello world", wire.address());
    let upstream = wire.server.expect("hello");
    wire.meets(1, &client);
    wire.says(1, "client → server  11 bytes");
    wire.shows("68 65 6c 6c 6f 20 77 6f 72 6c 64 hello world");
    wire.says(1, "client → server  cut to 5 bytes");

    wire.server.send("12345", upstream);
    client.expect("12345");
    wire.says(1, "client ← server  5 bytes");
    wire.shows("31 32 33 34 35 12345");
    wire.server.send("123456", upstream);
    client.expect("12345");
    wire.says(1, "client ← server  6 bytes");
    wire.program.line();
    wire.says(1, "client ← server  cut to 5 bytes");
}

#[test]
fn cut_to_nothing_leaves_an_empty_datagram() {
    let wire = Wire::new(&["--cut", "0", "--only", "replies"]);
    let client = Peer::new();
    let upstream = wire.carries(&client, "hello");
    wire.server.send("hi", upstream);
    client.expect("");
}

#[test]
fn delay_makes_late() {
    let delay = Duration::from_millis(300);
    let wire = Wire::new(&["--delay", "300"]);
    let client = Peer::new();
    let start = Instant::now();
    let upstream = wire.carries(&client, "hello");
    assert!(start.elapsed() >= delay, "{:?}", start.elapsed());
    let start = Instant::now();
    wire.server.send("hi", upstream);
    client.expect("hi");
    assert!(start.elapsed() >= delay, "{:?}", start.elapsed());

    // The other direction is not late: nobody here waits ten minutes.
    let wire = Wire::new(&["--delay", "600000", "--only", "replies"]);
    wire.carries(&client, "hello");
}

#[test]
fn delay_holds_nobody_else_up() {
    let wire = Wire::new(&["--delay", "300"]);
    let client = Peer::new();
    let start = Instant::now();
    for number in 0..20 {
        client.send(format!("number {number}"), wire.address());
    }
    for number in 0..20 {
        wire.server.expect(format!("number {number}"));
    }
    // One after the other they would take six seconds.
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn what_waits_has_bounds() {
    let wire = Wire::new(&["--show", "0", "--delay", "600000"]);
    let client = Peer::new();
    let datagram = "x".repeat(LONGEST);
    // 64 MiB are room for 1022 of them, with 128 bytes for each besides its own.
    for number in 1..=1023 {
        client.send(&datagram, wire.address());
        if number == 1 {
            wire.meets(1, &client);
        }
        // It is read before the next one is sent, so that the system loses none.
        wire.says(1, "client → server  65507 bytes");
        wire.shows("… 65507 bytes");
    }
    wire.says(1, "client → server  dropped: too many wait for their delivery");
    wire.end().expect_nothing();
}

#[test]
fn drop_loses_all_or_nothing() {
    let wire = Wire::new(&["--drop", "1", "--only", "requests"]);
    let client = Peer::new();
    client.send("hello", wire.address());
    wire.meets(1, &client);
    wire.says(1, "client → server  5 bytes");
    wire.program.line();
    wire.says(1, "client → server  dropped");
    wire.end().expect_nothing();

    let wire = Wire::new(&["--drop", "1", "--only", "replies"]);
    let upstream = wire.carries(&client, "hello");
    wire.meets(1, &client);
    wire.says(1, "client → server  5 bytes");
    wire.program.line();
    wire.server.send("hi", upstream);
    wire.says(1, "client ← server  2 bytes");
    wire.program.line();
    wire.says(1, "client ← server  dropped");
    wire.end();
    client.expect_nothing();

    let wire = Wire::new(&["--drop", "0"]);
    for number in 0..50 {
        wire.carries(&client, format!("number {number}"));
    }
}

#[test]
fn duplicate_delivers_twice() {
    let wire = Wire::new(&["--duplicate", "1"]);
    let client = Peer::new();
    let upstream = wire.carries(&client, "hello");
    wire.server.expect("hello");
    wire.meets(1, &client);
    wire.says(1, "client → server  5 bytes");
    wire.program.line();
    wire.says(1, "client → server  duplicated");
    wire.server.send("hi", upstream);
    client.expect("hi");
    client.expect("hi");
    wire.server.send("bye", upstream);
    client.expect("bye");
}

#[test]
fn reorder_lets_the_next_one_pass() {
    let wire = Wire::new(&["--reorder", "1", "--only", "requests"]);
    let client = Peer::new();
    for text in ["one", "two", "three", "four"] {
        client.send(text, wire.address());
    }
    for text in ["two", "one", "four", "three"] {
        wire.server.expect(text);
    }
    wire.meets(1, &client);
    wire.says(1, "client → server  3 bytes");
    wire.shows("6f 6e 65 one");
    wire.says(1, "client → server  held back until the next one has passed");
    wire.says(1, "client → server  3 bytes");
    wire.shows("74 77 6f two");
    wire.says(1, "client → server  5 bytes");

    // One that nobody overtakes is late, and comes all the same.
    wire.carries(&client, "five");
}

#[test]
fn stray_answers_come_first_and_from_another_port() {
    let wire = Wire::new(&["--stray"]);
    let (client, careful) = (Peer::new(), Peer::new());
    let upstream = wire.carries(&client, "hello");
    wire.meets(1, &client);
    wire.says(1, "client → server  5 bytes");
    wire.program.line();
    wire.server.send("hi", upstream);
    let stranger = client.expect("a stray datagram from the wire");
    assert_ne!(stranger, wire.address());
    assert_eq!(client.expect("hi"), wire.address());
    wire.says(1, "client ← server  2 bytes");
    wire.program.line();
    wire.says(1, &format!("client ← {stranger}  30 stray bytes, before the answer"));

    // A connected socket never gets to see it.
    careful.0.connect(wire.address()).expect("a UDP socket can be connected");
    assert_eq!(careful.0.send(b"hello").expect("a datagram can be sent"), 5);
    wire.server.send("hi", wire.server.expect("hello"));
    careful.expect("hi");
}

#[test]
fn a_wire_on_every_address_names_the_one_that_it_answers_from() {
    let wire = Wire::to(Peer::new(), "0.0.0.0:0", &["--stray"]);
    let client = Peer::new();
    client.send("hello", SocketAddr::from(([127, 0, 0, 1], wire.address().port())));
    let upstream = wire.server.expect("hello");
    wire.server.send("hi", upstream);
    let stranger = client.expect("a stray datagram from the wire");
    while !wire.program.line().contains(&format!("client ← {stranger}  30 stray bytes")) {}
}

/// Sends 60 numbered datagrams of a client, and returns them as they were delivered, once it is
/// sure that these are all, together with those that should be by what the wire printed.
fn fates(seed: &str) -> (Vec<String>, Vec<String>) {
    let arguments = ["--drop", "0.2", "--duplicate", "0.2", "--reorder", "0.2", "--seed", seed];
    let wire = Wire::new(&arguments);
    let (client, last) = (Peer::new(), Peer::new());
    for number in 10..70 {
        client.send(format!("{number}"), wire.address());
    }
    // Requests are read one after the other: once the second client is met, all is printed.
    last.send("last", wire.address());
    wire.meets(1, &client);

    let mut expected: Vec<String> = Vec::new();
    let mut held = None;
    let mut line = wire.program.line();
    for number in 10..70 {
        assert_eq!(without_time(&line), "1  client → server  2 bytes");
        wire.program.expect(&number.to_string());
        let mut copies = vec![number.to_string()];
        let mut hold = false;
        loop {
            line = wire.program.line();
            match line.split("client → server  ").last().expect("a part") {
                "dropped" => copies.clear(),
                "duplicated" => copies.push(number.to_string()),
                "held back until the next one has passed" => hold = true,
                _ => break,
            }
        }
        if hold {
            assert!(held.replace(copies).is_none(), "two are held back");
        } else if !copies.is_empty() {
            expected.extend(copies);
            expected.extend(held.take().into_iter().flatten());
        }
    }
    expected.extend(held.into_iter().flatten());
    assert_eq!(without_time(&line).split_once("  client 127.").expect("a client").0, "2");

    let mut delivered = Vec::new();
    while delivered.len() < expected.len() {
        let (bytes, _) = wire.server.receive();
        let text = String::from_utf8(bytes).expect("numbers");
        if text != "last" {
            delivered.push(text);
        }
    }
    (delivered, expected)
}

#[test]
fn the_same_seed_gives_the_same_delivery() {
    let (delivered, expected) = fates("7");
    assert_eq!(delivered, expected);
    assert_eq!(fates("7").0, delivered);
    assert_ne!(fates("8").0, delivered);

    // Everything did happen.
    let mut sorted = delivered.clone();
    sorted.sort();
    assert_ne!(sorted, delivered, "none was overtaken");
    sorted.dedup();
    assert_ne!(sorted.len(), delivered.len(), "none came twice");
    assert!(sorted.len() < 60, "none was lost");
}
