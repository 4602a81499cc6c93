//! What `--save` writes, as tshark reads it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs, str, thread};

#[cfg(target_os = "linux")]
use socket2::{Domain, Socket, Type};
use support::datagrams::receive;
use support::{PATIENCE, Program, accept, connect, expect_bytes, expect_end, listen, reset};
use tempfile::TempDir;

const WIRE: &str = env!("CARGO_BIN_EXE_wire");

/// The wire, which writes a capture.
struct Wire {
    program: Program,
    folder: TempDir,
}

impl Wire {
    fn new(target: SocketAddr, arguments: &[&str]) -> Self {
        Self::at("127.0.0.1:0", target, arguments)
    }

    fn at(listen: &str, target: SocketAddr, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("capture.pcapng");
        let path = path.to_str().expect("a name that is text");
        let target = target.to_string();
        let arguments = [&[target.as_str(), "--save", path], arguments].concat();
        Self { program: Program::server_at(WIRE, listen, &arguments), folder }
    }

    fn address(&self) -> SocketAddr {
        self.program.address()
    }

    fn capture(&self) -> PathBuf {
        self.folder.path().join("capture.pcapng")
    }

    /// Waits until so many connections are closed.
    fn wait_until_closed(&self, connections: usize) {
        for _ in 0..connections {
            while !self.program.line().ends_with("  closed") {}
        }
    }

    /// Presses Ctrl-C, waits for the end, and opens the capture.
    fn interrupt(self) -> Capture {
        let path = self.capture();
        let id = self.program.id().to_string();
        let status = Command::new("kill").args(["-INT", &id]).status().expect("kill starts");
        assert!(status.success(), "{status}");
        self.program.finish();
        Capture::read(&path)
    }
}

/// What tshark is asked about each packet.
const FIELDS: [&str; 21] = [
    "frame.time_epoch",
    "ip.src",
    "ip.dst",
    "ip.checksum.status",
    "ipv6.src",
    "ipv6.dst",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.flags",
    "tcp.seq",
    "tcp.ack",
    "tcp.len",
    "tcp.checksum.status",
    "tcp.analysis.flags",
    "tcp.analysis.reused_ports",
    "udp.srcport",
    "udp.dstport",
    "udp.payload",
    "udp.checksum.status",
    "_ws.malformed",
    "_ws.expert.severity",
];

/// A capture, as tshark understands it.
struct Capture {
    /// The fields of each packet, in the order of `FIELDS`.
    packets: Vec<Vec<String>>,
    /// The bytes of the first two connections, from the client and from the server.
    streams: [[Vec<u8>; 2]; 2],
}

impl Capture {
    /// Has tshark read a file and check all that it can check, and asserts that nothing is wrong.
    fn read(path: &Path) -> Self {
        let mut command = Command::new("tshark");
        command.arg("-r").arg(path);
        for protocol in ["ip", "tcp", "udp"] {
            command.args(["-o", &format!("{protocol}.check_checksum:TRUE")]);
        }
        // Our bytes are just bytes, whatever protocol the port of the day belongs to.
        command.args(["-d", "tcp.port==1-65535,data", "-d", "udp.port==1-65535,data"]);
        command.args(["-z", "follow,tcp,raw,0", "-z", "follow,tcp,raw,1"]);
        command.args(["-T", "fields"]).args(FIELDS.iter().flat_map(|field| ["-e", field]));
        let output = command.output().expect("tshark starts");
        let remarks = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !remarks.contains("cut short"), "{remarks}");

        let text = String::from_utf8(output.stdout).expect("tshark prints text");
        let (packets, streams) = text.split_once("\n===").unwrap_or((&text, ""));
        let fields = |line: &str| line.split('\t').map(String::from).collect();
        let capture = Self {
            packets: packets.lines().filter(|line| !line.is_empty()).map(fields).collect(),
            streams: [stream(streams, 0), stream(streams, 1)],
        };
        assert!(!capture.packets.is_empty());
        capture.packets.iter().for_each(is_sound);
        capture
    }

    /// Some fields of each packet, with a space between them.
    fn fields(&self, names: &[&str]) -> Vec<String> {
        let fields = |packet| names.iter().map(move |name| field(packet, name));
        self.packets.iter().map(|packet| fields(packet).collect::<Vec<_>>().join(" ")).collect()
    }

    /// Each packet of a connection: who sent it, its flags, its number, what it acknowledges,
    /// and how many bytes it carries.
    fn segments(&self, client: SocketAddr) -> Vec<String> {
        let port = client.port().to_string();
        let segments = self.packets.iter().map(|packet| {
            let sender = if field(packet, "tcp.srcport") == port { "client" } else { "server" };
            let flags = match field(packet, "tcp.flags") {
                "0x0002" => "SYN",
                "0x0012" => "SYN+ACK",
                "0x0010" => "ACK",
                "0x0018" => "PSH+ACK",
                "0x0011" => "FIN+ACK",
                "0x0014" => "RST+ACK",
                other => panic!("flags {other}"),
            };
            let numbers = ["tcp.seq", "tcp.ack", "tcp.len"].map(|name| field(packet, name));
            format!("{sender} {flags} {}", numbers.join(" "))
        });
        segments.collect()
    }

    /// Asserts what a connection carried, without printing it all.
    fn carries(&self, number: usize, request: &[u8], reply: &[u8]) {
        let [requests, replies] = &self.streams[number];
        assert_eq!((requests.len(), replies.len()), (request.len(), reply.len()));
        assert!(requests == request && replies == reply, "other bytes");
    }
}

fn field<'a>(packet: &'a [String], name: &str) -> &'a str {
    let index = FIELDS.iter().position(|field| *field == name).expect("a field that is asked for");
    &packet[index]
}

/// Asserts that every checksum of a packet is right and that tshark has no objection. (A reset
/// is a warning. A port that is used again is a note, and the truth.)
fn is_sound(packet: &Vec<String>) {
    let of_ip = if field(packet, "ip.src").is_empty() { "" } else { "1" };
    assert_eq!(field(packet, "ip.checksum.status"), of_ip, "{packet:?}");
    let others = ["tcp.checksum.status", "udp.checksum.status"].map(|name| field(packet, name));
    assert_eq!(others.concat(), "1", "{packet:?}");
    assert_eq!(field(packet, "_ws.malformed"), "", "{packet:?}");
    assert!(!field(packet, "_ws.expert.severity").contains("8388608"), "{packet:?}");
    let reused = !field(packet, "tcp.analysis.reused_ports").is_empty();
    assert!(reused || field(packet, "tcp.analysis.flags").is_empty(), "{packet:?}");
}

/// The bytes of a connection: a line for each packet, with a tab before those of the server.
fn stream(text: &str, number: usize) -> [Vec<u8>; 2] {
    let (_, text) = text.split_once(&format!("tcp.stream eq {number}\n")).expect("a stream");
    let mut bytes = [Vec::new(), Vec::new()];
    // Two lines name the two ends.
    for line in text.lines().skip(2).take_while(|line| !line.starts_with("===")) {
        bytes[usize::from(line.starts_with('\t'))].extend(unhex(line.trim()));
    }
    bytes
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |pair| str::from_utf8(pair).expect("digits");
    let byte = |pair| u8::from_str_radix(digits(pair), 16).expect("two digits");
    text.as_bytes().chunks(2).map(byte).collect()
}

/// Tells whether tshark is there, with a remark where it is not. With
/// `SOCKET_STEPS_REQUIRE_TSHARK` set, as in the project's own checks, it must be there.
fn has_tshark() -> bool {
    let available = Command::new("tshark").arg("--version").output();
    let available = available.is_ok_and(|output| output.status.success());
    if !available {
        let required = env::var_os("SOCKET_STEPS_REQUIRE_TSHARK").is_some();
        assert!(!required, "captures cannot be read: tshark is missing");
        support::skipped("tshark is missing");
    }
    available
}

/// So many bytes that none of them looks like its neighbour.
fn pattern(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 31 + index / 251 + seed) as u8).collect()
}

fn peer(stream: &TcpStream) -> SocketAddr {
    stream.local_addr().expect("a connected socket has an address")
}

#[test]
fn every_packet_of_a_conversation_is_right() {
    if !has_tshark() {
        return;
    }
    let before = now();
    let (listener, target) = listen();
    let wire = Wire::new(target, &[]);
    let listening = wire.address();
    let mut client = connect(listening);
    let mut server = accept(&listener);
    let address = peer(&client);
    client.write_all(b"hello").expect("bytes can be sent");
    expect_bytes(&mut server, "hello");
    server.write_all(b"HELLO!!").expect("bytes can be sent");
    expect_bytes(&mut client, "HELLO!!");
    client.write_all(b"x").expect("bytes can be sent");
    expect_bytes(&mut server, "x");
    client.shutdown(Shutdown::Write).expect("a stream can be ended");
    expect_end(&mut server);
    drop(server);
    expect_end(&mut client);
    wire.wait_until_closed(1);

    let capture = wire.interrupt();
    let segments = [
        "client SYN 0 0 0",
        "server SYN+ACK 0 1 0",
        "client ACK 1 1 0",
        "client PSH+ACK 1 1 5",
        "server ACK 1 6 0",
        "server PSH+ACK 1 6 7",
        "client ACK 6 8 0",
        "client PSH+ACK 6 8 1",
        "server ACK 8 7 0",
        "client FIN+ACK 7 8 0",
        "server ACK 8 8 0",
        "server FIN+ACK 8 8 0",
        "client ACK 8 9 0",
    ];
    assert_eq!(capture.segments(address), segments);
    capture.carries(0, b"hellox", b"HELLO!!");

    // The client has called the wire, and knows nothing of the server.
    let fields = ["ip.src", "tcp.srcport", "ip.dst", "tcp.dstport"];
    let there = format!("127.0.0.1 {} 127.0.0.1 {}", address.port(), listening.port());
    let back = format!("127.0.0.1 {} 127.0.0.1 {}", listening.port(), address.port());
    for (segment, addresses) in segments.iter().zip(capture.fields(&fields)) {
        assert_eq!(&addresses, if segment.starts_with("client") { &there } else { &back });
    }

    let times = capture.fields(&["frame.time_epoch"]);
    let mut times: Vec<f64> = times.iter().map(|time| time.parse().expect("seconds")).collect();
    times.insert(0, before);
    times.push(now());
    assert!(times.is_sorted(), "{times:?}");
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs_f64()
}

#[test]
fn much_passes_both_ways_at_once() {
    if !has_tshark() {
        return;
    }
    let (listener, target) = listen();
    let wire = Wire::new(target, &["--quiet"]);
    let client = connect(wire.address());
    let server = accept(&listener);
    let (request, reply) = (pattern(3_000_000, 1), pattern(2_000_001, 2));
    thread::scope(|scope| {
        scope.spawn(|| send_all(&client, &request));
        scope.spawn(|| send_all(&server, &reply));
        scope.spawn(|| assert!(read_all(&client) == reply));
        assert!(read_all(&server) == request);
    });
    wire.wait_until_closed(1);
    let capture = wire.interrupt();
    capture.carries(0, &request, &reply);
}

/// Sends bytes, and ends the stream.
fn send_all(mut stream: &TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("bytes can be sent");
    stream.shutdown(Shutdown::Write).expect("a stream can be ended");
}

fn read_all(mut stream: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an orderly end");
    bytes
}

#[test]
fn ipv6_is_captured_as_such() {
    if !has_tshark() || !support::has_ipv6() {
        return;
    }
    let (listener, target) = listen();
    let wire = Wire::at("[::1]:0", target, &[]);
    let client = connect(wire.address());
    let server = accept(&listener);
    let (request, reply) = (pattern(200_000, 3), pattern(100_000, 4));
    send_all(&client, &request);
    assert!(read_all(&server) == request);
    send_all(&server, &reply);
    assert!(read_all(&client) == reply);
    wire.wait_until_closed(1);
    let capture = wire.interrupt();
    capture.carries(0, &request, &reply);
    let addresses = capture.fields(&["ipv6.src", "ipv6.dst"]);
    assert!(addresses.iter().all(|addresses| addresses == "::1 ::1"), "{addresses:?}");
}

#[test]
fn a_half_closed_connection_goes_on() {
    if !has_tshark() {
        return;
    }
    let (listener, target) = listen();
    let wire = Wire::new(target, &[]);
    let client = connect(wire.address());
    let server = accept(&listener);
    send_all(&client, b"that is all");
    assert_eq!(read_all(&server), b"that is all");
    send_all(&server, b"I have much to say");
    assert_eq!(read_all(&client), b"I have much to say");
    wire.wait_until_closed(1);
    let capture = wire.interrupt();
    capture.carries(0, b"that is all", b"I have much to say");
    let segments = capture.segments(peer(&client));
    let ends: Vec<_> = segments.iter().filter(|segment| segment.contains("FIN")).collect();
    assert_eq!(
        ends,
        ["client FIN+ACK 12 1 0", "server FIN+ACK 19 13 0"].iter().collect::<Vec<_>>()
    );
}

#[test]
fn a_reset_shows_on_the_side_that_sent_it() {
    if !has_tshark() {
        return;
    }
    for who in ["client", "server"] {
        let (listener, target) = listen();
        let wire = Wire::new(target, &[]);
        let mut client = connect(wire.address());
        let mut server = accept(&listener);
        let address = peer(&client);
        client.write_all(b"hello").expect("bytes can be sent");
        expect_bytes(&mut server, "hello");
        reset(if who == "client" { client } else { server });
        wire.wait_until_closed(1);

        let capture = wire.interrupt();
        let segments = capture.segments(address);
        let last = if who == "client" { "client RST+ACK 6 1 0" } else { "server RST+ACK 1 6 0" };
        assert_eq!(segments.last().map(String::as_str), Some(last), "{segments:?}");
        assert_eq!(segments.iter().filter(|segment| segment.contains("RST")).count(), 1);
        capture.carries(0, b"hello", b"");
    }
}

#[test]
fn nothing_comes_after_a_reset() {
    if !has_tshark() {
        return;
    }
    let (listener, target) = listen();
    let wire = Wire::new(target, &["--show", "0"]);
    let mut client = connect(wire.address());
    let address = peer(&client);
    let mut server = accept(&listener);
    thread::scope(|scope| {
        // It writes until it hears of the reset.
        scope.spawn(move || while server.write_all(&pattern(50_000, 7)).is_ok() {});
        client.read_exact(&mut vec![0; 500_000]).expect("the bytes arrive");
        reset(client);
    });
    wire.wait_until_closed(1);
    let segments = wire.interrupt().segments(address);
    let resets = segments.iter().filter(|segment| segment.starts_with("client RST"));
    assert_eq!(resets.count(), 1);
    assert!(segments.last().expect("a segment").starts_with("client RST"));
}

#[test]
fn connections_at_once_do_not_mix() {
    if !has_tshark() {
        return;
    }
    let (listener, target) = listen();
    let wire = Wire::new(target, &[]);
    let mut first = connect(wire.address());
    let mut first_server = accept(&listener);
    first.write_all(b"one").expect("bytes can be sent");
    expect_bytes(&mut first_server, "one");
    let mut second = connect(wire.address());
    let mut second_server = accept(&listener);
    second.write_all(b"ONE").expect("bytes can be sent");
    expect_bytes(&mut second_server, "ONE");
    first.write_all(b"two").expect("bytes can be sent");
    expect_bytes(&mut first_server, "two");
    second_server.write_all(b"TWO").expect("bytes can be sent");
    expect_bytes(&mut second, "TWO");
    drop((first, second));
    expect_end(&mut first_server);
    expect_end(&mut second_server);
    drop((first_server, second_server));
    wire.wait_until_closed(2);
    let capture = wire.interrupt();
    capture.carries(0, b"onetwo", b"");
    capture.carries(1, b"ONE", b"TWO");
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_comes_back_from_its_port_is_another_stream() {
    if !has_tshark() {
        return;
    }
    let (listener, target) = listen();
    let wire = Wire::new(target, &[]);
    // An address that no other test uses, so that nobody takes the port in between.
    let mut address = SocketAddr::from(([127, 0, 0, 2], 0));
    for message in ["first", "second"] {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.bind(&address.into()).expect("the port is free");
        socket.connect(&wire.address().into()).expect("the wire accepts connections");
        let mut client = TcpStream::from(socket);
        address = peer(&client);
        client.write_all(message.as_bytes()).expect("bytes can be sent");
        expect_bytes(&mut accept(&listener), message);
        // A reset leaves no trace of a connection: its port is free at once.
        reset(client);
        wire.wait_until_closed(1);
    }
    let capture = wire.interrupt();
    capture.carries(0, b"first", b"");
    capture.carries(1, b"second", b"");
}

#[test]
fn ctrl_c_in_the_middle_leaves_a_whole_file() {
    if !has_tshark() {
        return;
    }
    let (listener, target) = listen();
    let wire = Wire::new(target, &["--quiet"]);
    let mut client = connect(wire.address());
    let mut server = accept(&listener);
    thread::scope(|scope| {
        // It writes until the wire is gone.
        scope.spawn(move || while client.write_all(&pattern(50_000, 5)).is_ok() {});
        let mut received = vec![0; 1_000_000];
        server.read_exact(&mut received).expect("the bytes arrive");
        let reader = scope.spawn(move || {
            // Whatever way it ends.
            let _ = server.read_to_end(&mut received);
            received
        });
        let capture = wire.interrupt();
        let [requests, replies] = &capture.streams[0];
        let received = reader.join().expect("the reader ends");
        assert!(requests.len() >= 1_000_000 && replies.is_empty(), "{}", requests.len());
        assert!(requests.iter().zip(&received).all(|(captured, byte)| captured == byte));
    });
}

#[test]
fn a_capture_can_be_read_while_it_grows() {
    if !has_tshark() {
        return;
    }
    let (listener, target) = listen();
    let wire = Wire::new(target, &[]);
    let mut client = connect(wire.address());
    let mut server = accept(&listener);
    client.write_all(b"hello").expect("bytes can be sent");
    expect_bytes(&mut server, "hello");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("copy.pcapng");
    // What is on the disk now is what a wire leaves that is killed now.
    fs::copy(wire.capture(), &path).expect("a file can be copied");
    let capture = Capture::read(&path);
    capture.carries(0, b"hello", b"");
}

#[test]
fn the_bytes_are_those_delivered() {
    if !has_tshark() {
        return;
    }
    let (listener, target) = listen();
    let wire = Wire::new(target, &["--cut", "5", "--drip", "2", "--only", "requests"]);
    let mut client = connect(wire.address());
    let server = accept(&listener);
    client.write_all(b"hello world").expect("bytes can be sent");
    assert_eq!(read_all(&server), b"hello");
    drop((client, server));
    wire.wait_until_closed(1);
    let capture = wire.interrupt();
    capture.carries(0, b"hello", b"");
    let lengths = capture.fields(&["tcp.len"]);
    assert_eq!(lengths.iter().filter(|length| *length != "0").collect::<Vec<_>>(), ["2", "2", "1"]);
}

#[test]
fn datagrams_are_captured_as_delivered() {
    if !has_tshark() {
        return;
    }
    let server = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let client = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    for socket in [&server, &client] {
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    }
    let target = server.local_addr().expect("an address");
    let wire = Wire::new(target, &["--udp", "--stray", "--cut", "60000", "--show", "0"]);
    let listening = wire.address();

    client.send_to(b"", listening).expect("a datagram can be sent");
    let (request, upstream) = receive(&server);
    assert_eq!(request, b"");
    client.send_to(b"hello", listening).expect("a datagram can be sent");
    assert_eq!(receive(&server).0, b"hello");
    let reply = pattern(65_000, 6);
    server.send_to(&reply, upstream).expect("a datagram can be sent");
    let (stray, stranger) = receive(&client);
    assert_eq!(receive(&client).0.len(), 60_000);

    let capture = wire.interrupt();
    let datagrams = capture.fields(&["udp.srcport", "udp.dstport", "udp.payload"]);
    let client = client.local_addr().expect("an address").port();
    let datagram = |from: u16, to: u16, bytes: &[u8]| {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{from} {to} {hex}")
    };
    assert!(
        datagrams
            == [
                datagram(client, listening.port(), b""),
                datagram(client, listening.port(), b"hello"),
                datagram(stranger.port(), client, &stray),
                datagram(listening.port(), client, &reply[..60_000]),
            ],
        "{:.200?}",
        datagrams
    );
}

#[test]
fn what_cannot_be_sent_is_not_captured() {
    if !has_tshark() || !support::has_ipv6() {
        return;
    }
    let server = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    server.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    let client = UdpSocket::bind("[::1]:0").expect("a free port");
    let target = server.local_addr().expect("an address");
    let wire = Wire::at("[::1]:0", target, &["--udp", "--show", "0"]);
    // A byte more than IPv4 carries.
    client.send_to(&[b'x'; 65_508], wire.address()).expect("a datagram can be sent");
    client.send_to(b"hello", wire.address()).expect("a datagram can be sent");
    assert_eq!(receive(&server).0, b"hello");
    assert_eq!(wire.interrupt().fields(&["udp.payload"]), ["68656c6c6f"]);
}

#[test]
fn a_wire_on_every_address_captures_the_one_that_it_answers_from() {
    if !has_tshark() {
        return;
    }
    let server = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    server.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    let client = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let target = server.local_addr().expect("an address");
    let wire = Wire::at("0.0.0.0:0", target, &["--udp"]);
    let address = SocketAddr::from(([127, 0, 0, 1], wire.address().port()));
    client.send_to(b"hello", address).expect("a datagram can be sent");
    assert_eq!(receive(&server).0, b"hello");
    assert_eq!(wire.interrupt().fields(&["ip.src", "ip.dst"]), ["127.0.0.1 127.0.0.1"]);
}
