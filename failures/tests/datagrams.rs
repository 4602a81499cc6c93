//! The programs of lessons 8 and 9: well-behaved without a fault, and each fault seen from outside.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use support::commands::{END, Printed, numbers};
use support::datagrams::receive;
use support::{PATIENCE, Program};

const UDP_SERVER: &str = env!("CARGO_BIN_EXE_faulty-udp-server");
const CHAT_SERVER: &str = env!("CARGO_BIN_EXE_faulty-udp-chat-server");
const SHELL_SERVER: &str = env!("CARGO_BIN_EXE_faulty-udp-shell-server");
const TIME_SERVER: &str = env!("CARGO_BIN_EXE_faulty-time-server");

/// A client, and how it is brought to send `hello`.
struct Client {
    path: &'static str,
    /// What is typed.
    typed: &'static [&'static str],
    /// How the line begins that shows an answer.
    prefix: &'static str,
    /// How many datagrams answer a request.
    datagrams: usize,
}

const CLIENTS: [Client; 4] = [
    Client {
        path: env!("CARGO_BIN_EXE_faulty-udp-client"),
        typed: &[],
        prefix: "",
        datagrams: 1,
    },
    Client {
        path: env!("CARGO_BIN_EXE_faulty-udp-chat-client"),
        typed: &["Ada", "hello"],
        prefix: "Ada: ",
        datagrams: 1,
    },
    Client {
        path: env!("CARGO_BIN_EXE_faulty-udp-shell-client"),
        typed: &["hello"],
        prefix: "",
        datagrams: 2,
    },
    Client {
        path: env!("CARGO_BIN_EXE_faulty-time-client"),
        typed: &["hello"],
        prefix: "",
        datagrams: 1,
    },
];

/// Far longer than a client with a time limit of 0.1 s waits, in all its tries.
const LONG: Duration = Duration::from_secs(1);

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
        assert_eq!(
            self.0.send_to(message, to).expect("a datagram can be sent"),
            message.len()
        );
    }

    fn recv(&self) -> (Vec<u8>, SocketAddr) {
        receive(&self.0)
    }

    /// Asserts that nothing comes for a long time.
    fn hears_nothing(&self) {
        self.0.set_read_timeout(Some(LONG)).expect("a timeout can be set");
        let error = self.0.recv(&mut [0]).expect_err("nothing comes");
        assert!(
            matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{error}"
        );
    }

    fn ask(&self, server: &Program, message: &[u8]) -> Vec<u8> {
        self.send(message, server.address());
        self.recv().0
    }

    /// Sends a command, and returns its stderr and its stdout.
    fn run(&self, server: &Program, command: &str) -> (String, String) {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (text(self.ask(server, command.as_bytes())), text(self.recv().0))
    }
}

/// A client that has sent its request to a peer of the test.
struct Waiting {
    program: Program,
    peer: Peer,
    address: SocketAddr,
    client: Client,
}

impl Waiting {
    /// Starts each of the clients, with a time limit and perhaps a fault.
    fn each(
        timeout: &'static str,
        fault: Option<&'static str>,
    ) -> impl Iterator<Item = Self> {
        CLIENTS.into_iter().map(move |client| {
            let peer = Peer::new();
            let mut arguments = vec![
                peer.address().to_string(),
                format!("--timeout={timeout}"),
            ];
            arguments.extend(fault.map(|fault| format!("--fault={fault}")));
            let mut program = Program::start(client.path, arguments);
            client.typed.iter().for_each(|line| program.type_line(line));
            let (request, address) = peer.recv();
            assert_eq!(request, b"hello", "{}", client.path);
            Self { program, peer, address, client }
        })
    }

    /// Sends an answer from any socket: with the shell, an empty stderr before it.
    fn answered_by(&self, peer: &Peer, answer: &[u8]) {
        for _ in 1..self.client.datagrams {
            peer.send(b"", self.address);
        }
        peer.send(answer, self.address);
    }

    fn answer(&self, answer: &[u8]) {
        self.answered_by(&self.peer, answer);
    }

    /// Asserts that the next line shows this answer.
    fn shows(&self, answer: &str) {
        assert_eq!(
            self.program.line(),
            format!("{}{answer}", self.client.prefix)
        );
    }
}

fn faulty(path: &str, fault: &str, arguments: &[&str]) -> Program {
    Program::server(path, &[&["--fault", fault], arguments].concat())
}

// ---- Without a fault

#[test]
fn good_servers_take_any_datagram() {
    for (path, datagrams) in
        [(UDP_SERVER, 1), (SHELL_SERVER, 2), (TIME_SERVER, 1)]
    {
        let server = Program::server(path, &[]);
        let peer = Peer::new();
        let long = [b"echo ".to_vec(), vec![b'x'; 3000]].concat();
        for message in [b"".as_slice(), &long, b"\xff", b"%"] {
            peer.send(message, server.address());
            server.expect(&format!(
                "received {} bytes from {}",
                message.len(),
                peer.address()
            ));
            for _ in 0..datagrams {
                peer.recv();
            }
        }
    }
}

#[test]
fn good_servers_answer() {
    let peer = Peer::new();
    assert_eq!(peer.ask(&Program::server(UDP_SERVER, &[]), b"hello"), b"hi");

    let server = Program::server(SHELL_SERVER, &[]);
    let both = if cfg!(windows) {
        "echo out&echo err>&2"
    } else {
        "echo out; echo err >&2"
    };
    assert_eq!(
        peer.run(&server, both),
        (format!("err{END}"), format!("out{END}"))
    );
    if cfg!(unix) {
        assert_eq!(peer.run(&server, "cat").1, "");
    }
    let file = Printed::new(numbers(50_000));
    let long = file.command();
    assert_eq!(peer.run(&server, &format!("{long}>&2")).1, "");
    assert!(
        peer.run(&server, &long).1.ends_with("do not fit into the datagram)\n")
    );

    let server = Program::server(TIME_SERVER, &[]);
    assert_eq!(peer.ask(&server, b"%%"), b"%");
    for bad in [b"%!".to_vec(), b"\xff".to_vec(), b"%Y".repeat(20_000)] {
        assert!(peer.ask(&server, &bad).starts_with(b"bad-format: "));
    }
}

#[test]
fn good_chat_server_lets_its_operator_answer() {
    let mut server = Program::server(CHAT_SERVER, &[]);
    let peer = Peer::new();
    for message in [b"".as_slice(), &[b'x'; 3000], b"\xff"] {
        peer.send(message, server.address());
        server.expect(&format!(
            "received {} bytes from {}",
            message.len(),
            peer.address()
        ));
        server.type_line("fine");
        assert_eq!(peer.recv().0, b"fine");
    }
    server.type_line("q");
    peer.send(b"bye", server.address());
    server.finish().success();
}

#[test]
fn good_clients_print_their_own_answer_whole() {
    let long = "x".repeat(3000);
    for (answer, shown) in
        [(long.as_bytes(), long.as_str()), (b"h\xff", "h\u{fffd}")]
    {
        for client in Waiting::each("20", None) {
            client.answered_by(&Peer::new(), b"stray");
            client.answer(answer);
            client.shows(shown);
            client.program.finish().success();
        }
    }
}

#[test]
fn good_clients_say_that_no_answer_came() {
    for client in Waiting::each("0.1", None) {
        let stderr = client.program.finish().stderr;
        assert!(stderr.contains("lost-datagram"), "{stderr}");
    }
}

// ---- With a fault

#[test]
fn lost_datagram() {
    for client in Waiting::each("0.1", Some("lost-datagram")) {
        client.peer.hears_nothing();
        // It has not given up either.
        client.answer(b"late");
        client.shows("late");
    }
}

#[test]
fn stray_datagram() {
    for client in Waiting::each("20", Some("stray-datagram")) {
        client.answered_by(&Peer::new(), b"stray");
        client.answer(b"hi");
        client.shows("stray");
    }
}

#[test]
fn port_unreachable() {
    let nobody = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address =
        nobody.local_addr().expect("a bound socket has an address").to_string();
    // Connected to itself, it keeps the port, and takes nothing from others.
    nobody.connect(&address).expect("a socket can be connected");
    for (fault, id) in [
        (None, "port-unreachable"),
        (Some("port-unreachable"), "lost-datagram"),
    ] {
        for client in CLIENTS {
            let mut arguments = vec![address.clone(), "--timeout=0.1".into()];
            arguments.extend(fault.map(|fault| format!("--fault={fault}")));
            let mut program = Program::start(client.path, arguments);
            client.typed.iter().for_each(|line| program.type_line(line));
            let stderr = program.finish().stderr;
            assert!(stderr.contains(id), "{}: {stderr}", client.path);
        }
    }
    for client in Waiting::each("20", Some("port-unreachable")) {
        client.answered_by(&Peer::new(), b"stray");
        client.answer(b"hi");
        client.shows("hi");
    }
}

#[test]
fn truncated_datagram() {
    // Windows makes an error of it (WSAEMSGSIZE, Microsoft's page on recvfrom).
    for client in Waiting::each("20", Some("truncated-datagram")) {
        client.answer(&[b'x'; 3000]);
        if cfg!(windows) {
            let stderr = client.program.finish().stderr;
            assert!(stderr.contains("10040"), "{stderr}");
        } else {
            client.shows(&"x".repeat(1024));
        }
    }
    for path in [UDP_SERVER, CHAT_SERVER, SHELL_SERVER, TIME_SERVER] {
        let server = faulty(path, "truncated-datagram", &[]);
        Peer::new().send(&[b'x'; 3000], server.address());
        if cfg!(windows) {
            let line = server.error_line();
            assert!(line.ends_with("(truncated-datagram)"), "{line}");
        } else {
            server.expect("received 1024 bytes");
        }
    }
}

#[test]
fn invalid_utf8() {
    for client in Waiting::each("20", Some("invalid-utf8")) {
        client.answer(b"h\xff");
        client.program.finish().fails_with("not text");
    }
    for path in [UDP_SERVER, CHAT_SERVER, SHELL_SERVER, TIME_SERVER] {
        let server = faulty(path, "invalid-utf8", &[]);
        Peer::new().send(b"h\xff", server.address());
        server.finish().fails_with("not text");
    }
}

#[test]
fn empty_datagram() {
    for path in [UDP_SERVER, CHAT_SERVER, SHELL_SERVER, TIME_SERVER] {
        let server = faulty(path, "empty-datagram", &[]);
        Peer::new().send(b"", server.address());
        server.expect_gone("peer-closed");
        server.finish().success();
    }
}

#[test]
fn oversized_datagram() {
    let long = Printed::new(numbers(20_000));
    for (path, request) in
        [(SHELL_SERVER, long.command()), (TIME_SERVER, "%Y".repeat(20_000))]
    {
        let server = faulty(path, "oversized-datagram", &[]);
        Peer::new().send(request.as_bytes(), server.address());
        server.finish().fails_with("cannot answer");
    }
}

#[test]
fn bad_format() {
    let server = faulty(TIME_SERVER, "bad-format", &[]);
    let peer = Peer::new();
    assert_eq!(peer.ask(&server, b"%%"), b"%");
    peer.send(b"%!", server.address());
    server.finish().fails_with("cannot write the time");
}

#[cfg(unix)]
#[test]
fn pipe_deadlock() {
    let server = faulty(SHELL_SERVER, "pipe-deadlock", &["--time-limit", "1"]);
    let (stderr, _) = Peer::new().run(&server, "seq 1 50000 >&2");
    assert!(stderr.contains("longer than 1 s"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn inherited_stdin() {
    let mut server = faulty(SHELL_SERVER, "inherited-stdin", &[]);
    server.type_line("for the server only");
    let (_, stdout) = Peer::new().run(&server, "head -n 1");
    assert_eq!(stdout, "for the server only\n");
}

#[cfg(unix)]
#[test]
fn endless_command() {
    let limits = ["--time-limit", "0.1", "--max-reply", "1"];
    let server = faulty(SHELL_SERVER, "endless-command", &limits);
    assert_eq!(Peer::new().run(&server, "sleep 0.5; echo done").1, "done\n");
}

#[test]
fn exposed_shell() {
    Program::start(SHELL_SERVER, ["0.0.0.0:0"])
        .finish()
        .fails_with("exposed-shell");

    let server = Program::server_at(
        SHELL_SERVER,
        "0.0.0.0:0",
        &["--fault", "exposed-shell"],
    );
    let peer = Peer::new();
    let port = server.address().port();
    peer.send(b"echo open", SocketAddr::from(([127, 0, 0, 2], port)));
    assert_eq!(
        (peer.recv().0, peer.recv().0),
        (b"".to_vec(), format!("open{END}").into_bytes())
    );
}
