//! What the wire does with streams: it passes on all that happens, shows it, and bends it.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{self, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

#[cfg(target_os = "linux")]
use socket2::{Domain, Socket, Type};
use support::cargo::{built, cargo_build};
use support::commands::END;
use support::{
    PATIENCE, Program, accept, connect, expect_bytes, expect_end, has_ipv6, listen, python,
    read_exactly, read_some, reset,
};

use crate::peer::{expect_drops, expect_reset, read_once, send};

const WIRE: &str = env!("CARGO_BIN_EXE_wire");

/// A wire in front of a server that the test plays.
struct Wire {
    program: Program,
    listener: TcpListener,
}

impl Wire {
    fn start(options: &[&str]) -> Self {
        let (listener, target) = listen();
        Self { program: to(target, options), listener }
    }

    /// A client and the server, connected through the wire.
    fn connect(&self) -> (TcpStream, TcpStream) {
        let client = connect(self.program.address());
        let server = accept(&self.listener);
        (client, server)
    }

    /// The next line, without its time, and with names in place of the two addresses.
    fn line(&self) -> String {
        let target = self.listener.local_addr().expect("an address").to_string();
        let line = self.program.line().replace(&target, "SERVER");
        match line.split_once("  ") {
            Some((number, rest)) if !number.is_empty() => {
                let (time, rest) = rest.split_once(" s  ").expect("a time");
                assert!(time.parse::<f64>().is_ok(), "{line}");
                format!("{number}  {rest}")
            }
            _ => line,
        }
    }

    fn expect_lines(&self, lines: &[&str]) {
        for &line in lines {
            assert_eq!(self.line(), line);
        }
    }

    /// Reads the line that says that a client has come.
    fn expect_connected(&self, client: &TcpStream) {
        let address = client.local_addr().expect("an address");
        let line = format!("  client {address} connected; passed on to SERVER");
        let printed = self.line();
        assert!(printed.ends_with(&line), "{printed}");
    }

    /// Reads lines up to one that ends in `text`.
    fn expect_at_last(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.line().ends_with(text) {
            assert!(Instant::now() < deadline, "no line ends in {text:?}");
        }
    }
}

/// Starts a wire in front of the server at `target`.
fn to(target: SocketAddr, options: &[&str]) -> Program {
    Program::server_at(WIRE, "0", &[&[target.to_string().as_str()], options].concat())
}

fn end(stream: &TcpStream) {
    stream.shutdown(Shutdown::Write).expect("a stream can be ended");
}

/// Bytes no two blocks of which are alike, so that none can change places unnoticed.
fn pattern(length: usize) -> Vec<u8> {
    (0_u32..).flat_map(u32::to_le_bytes).take(length).collect()
}

#[test]
fn a_conversation_is_passed_on_and_printed() {
    let wire = Wire::start(&["--lesson", "5"]);
    let (mut client, mut server) = wire.connect();
    wire.expect_connected(&client);

    send(&mut client, "echo hi");
    expect_bytes(&mut server, "echo hi");
    wire.expect_lines(&[
        "1  client → server  7 bytes",
        "     65 63 68 6f 20 68 69                              echo hi           request",
    ]);
    send(&mut server, b"\x03\0\0\0hi\n");
    expect_bytes(&mut client, b"\x03\0\0\0hi\n");
    wire.expect_lines(&[
        "1  client ← server  7 bytes",
        "     03 00 00 00                                       ....              length 3",
        "     68 69 0a                                          hi.               body, 3 of 3 bytes",
    ]);
    drop(client);
    expect_end(&mut server);
    wire.expect_lines(&["1  client → server  end"]);
    drop(server);
    wire.expect_lines(&["1  client ← server  end", "1  closed"]);
}

#[test]
fn a_half_close_is_passed_on_as_one() {
    let wire = Wire::start(&[]);
    let (mut client, mut server) = wire.connect();
    wire.expect_connected(&client);

    send(&mut client, b"?\0\xff");
    end(&client);
    expect_bytes(&mut server, b"?\0\xff");
    expect_end(&mut server);
    send(&mut server, "a late answer");
    expect_bytes(&mut client, "a late answer");
    end(&server);
    expect_end(&mut client);
    wire.expect_lines(&[
        "1  client → server  3 bytes",
        "     3f 00 ff                                          ?..",
        "1  client → server  end",
        "1  client ← server  13 bytes",
        "     61 20 6c 61 74 65 20 61 6e 73 77 65 72            a late answer",
        "1  client ← server  end",
        "1  closed",
    ]);
}

#[test]
fn a_reset_is_passed_on_as_one() {
    let wire = Wire::start(&[]);
    let (client, mut server) = wire.connect();
    wire.expect_connected(&client);
    reset(client);
    expect_reset(&mut server);
    wire.expect_lines(&["1  client → server  reset by the client", "1  closed"]);

    let (mut client, server) = wire.connect();
    wire.expect_connected(&client);
    reset(server);
    expect_reset(&mut client);
    wire.expect_lines(&["2  client ← server  reset by the server", "2  closed"]);
}

#[test]
fn a_reset_is_never_taken_for_an_end() {
    let wire = Wire::start(&["--show", "0"]);
    for _ in 0..200 {
        let (mut client, server) = wire.connect();
        // The wire writes to the server and reads from it: either may hear of the reset first,
        // and to the other one it looks like an end.
        let writing = thread::spawn(move || while client.write_all(b"hello").is_ok() {});
        reset(server);
        writing.join().expect("the writing ends");
        loop {
            let line = wire.line();
            assert!(!line.ends_with("  end"), "{line}");
            if line.ends_with("  closed") {
                break;
            }
        }
    }
}

#[test]
fn small_writes_do_not_wait_for_each_other() {
    let wire = Wire::start(&["--quiet"]);
    let (mut client, mut server) = wire.connect();
    server.set_nodelay(true).expect("Nagle's algorithm can be switched off");
    let start = Instant::now();
    for _ in 0..100 {
        send(&mut client, "echo hello");
        expect_bytes(&mut server, "echo hello");
        send(&mut server, b"\x05\0\0\0");
        expect_bytes(&mut client, b"\x05\0\0\0");
        send(&mut server, "hello");
        send(&mut server, "world");
        expect_bytes(&mut client, "helloworld");
    }
    // If the wire waited for acknowledgements, each round would take some 40 ms.
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn what_came_before_a_reset_arrives() {
    let wire = Wire::start(&["--quiet"]);
    let (mut client, mut server) = wire.connect();
    send(&mut server, pattern(60_000));
    reset(server);
    assert!(read_exactly(&mut client, 60_000) == pattern(60_000));
    expect_reset(&mut client);
}

/// Writes until nobody takes anything any more. Returns how much that was.
fn fill(stream: &mut TcpStream) -> usize {
    stream.set_write_timeout(Some(Duration::from_millis(500))).expect("a timeout can be set");
    let piece = pattern(64 * 1024);
    let mut count = 0;
    while let Ok(taken) = stream.write(&piece) {
        count += taken;
        assert!(count < 256 << 20, "the wire takes bytes for ever");
    }
    count
}

#[test]
fn a_reset_is_passed_on_while_the_other_side_does_not_read() {
    let wire = Wire::start(&["--quiet"]);
    let (mut client, mut server) = wire.connect();
    wire.expect_connected(&client);
    fill(&mut client);
    reset(client);
    // The server still has not read anything.
    wire.expect_lines(&["1  closed"]);
    let error = server.read_to_end(&mut Vec::new()).expect_err("the connection is reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
}

#[test]
fn a_slow_side_makes_the_other_wait_and_takes_no_memory() {
    let wire = Wire::start(&["--quiet"]);
    let (mut client, mut server) = wire.connect();
    let count = fill(&mut client);
    if cfg!(target_os = "linux") {
        let status = fs::read_to_string(format!("/proc/{}/status", wire.program.id()));
        let status = status.expect("Linux tells how much memory a program has");
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = kilobytes.expect("a line").trim().trim_end_matches(" kB");
        assert!(kilobytes.parse::<u32>().expect("a number") < 32 * 1024, "{kilobytes} kB");
    }
    // Nothing is lost for that.
    end(&client);
    let mut received = Vec::new();
    server.read_to_end(&mut received).expect("all bytes arrive");
    assert_eq!(received.len(), count);
}

#[test]
fn both_directions_carry_many_bytes_at_once() {
    let wire = Wire::start(&["--quiet"]);
    let (client, server) = wire.connect();
    let ends = [client, server].map(|mut stream| {
        thread::spawn(move || {
            let mut writer = stream.try_clone().expect("a socket can be cloned");
            let writing = thread::spawn(move || {
                send(&mut writer, pattern(8 << 20));
                end(&writer);
            });
            let mut received = Vec::new();
            stream.read_to_end(&mut received).expect("the bytes arrive");
            writing.join().expect("the bytes are sent");
            received
        })
    });
    for received in ends {
        assert!(received.join().expect("the bytes arrive") == pattern(8 << 20));
    }
}

#[test]
fn many_connections_are_served_at_once() {
    let wire = Wire::start(&["--quiet"]);
    let mut pairs: Vec<_> = (0..100).map(|_| wire.connect()).collect();
    for (number, (client, server)) in pairs.iter_mut().enumerate().rev() {
        let message = format!("message {number}");
        send(client, &message);
        expect_bytes(server, &message);
        send(server, &message);
        expect_bytes(client, &message);
    }
    drop(pairs);
    let mut lines: Vec<_> = (0..200).map(|_| wire.line()).collect();
    lines.retain(|line| line.ends_with("  closed"));
    lines.sort_by_key(|line| line.len());
    assert_eq!(lines.len(), 100);
    assert_eq!(lines[99], "100  closed");
}

#[test]
fn a_refusal_is_said_in_one_line_and_resets_the_client() {
    let wire = Wire::start(&[]);
    let address = wire.program.address();
    let Wire { program, listener } = wire;
    let target = listener.local_addr().expect("an address");
    drop(listener);
    for number in 1..=2 {
        let mut client = connect(address);
        expect_reset(&mut client);
        let line = program.line();
        let client = client.local_addr().expect("an address");
        let text = format!("client {client} reset: {target} refuses; is the server running?");
        assert!(line.starts_with(&format!("{number}  ")), "{line}");
        assert!(line.ends_with(&text), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_does_not_take_a_call_yet_is_said() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a free port");
    socket.listen(0).expect("a socket that listens");
    let listener = TcpListener::from(socket);
    let target = listener.local_addr().expect("an address");
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&target, Duration::from_millis(300)) {
        waiting.push(stream);
    }

    let wire = Wire { program: to(target, &[]), listener };
    let mut client = connect(wire.program.address());
    let address = client.local_addr().expect("an address");
    wire.expect_lines(&[&format!("1  client {address} connected; calling SERVER")]);
    for _ in waiting {
        drop(accept(&wire.listener));
    }
    let mut server = accept(&wire.listener);
    wire.expect_lines(&["1  passed on to SERVER"]);
    send(&mut client, "hello");
    expect_bytes(&mut server, "hello");
}

/// A wire whose output goes elsewhere. It is killed when it goes out of scope.
struct Child(process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended already, which is what was wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_cause_is_printed_before_its_effect() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("output");
    let (listener, target) = listen();
    let mut command = Command::new(WIRE);
    command.args(["0", &target.to_string()]).stdout(File::create(&path).expect("a file"));
    let _wire = Child(command.spawn().expect("the wire starts"));
    let printed = || fs::read_to_string(&path).expect("the output is text");
    let deadline = Instant::now() + PATIENCE;
    while !printed().ends_with('\n') {
        assert!(Instant::now() < deadline, "the wire does not listen");
        thread::yield_now();
    }
    let address = printed().trim().replace("listening on ", "").parse().expect("an address");

    let mut client = connect(address);
    let mut server = accept(&listener);
    for number in 0..100 {
        let message = format!("message {number}");
        send(&mut client, &message);
        expect_bytes(&mut server, &message);
        assert!(printed().contains(&format!("  {message}\n")), "{number}");
    }
    drop(client);
    expect_end(&mut server);
    assert!(printed().ends_with("client → server  end\n"));
    // A file has no colours.
    assert!(!printed().contains('\x1b'));
}

#[test]
fn only_the_first_bytes_are_shown_of_each_part() {
    let wire = Wire::start(&["--show", "4", "--lesson", "6"]);
    let (mut client, mut server) = wire.connect();
    wire.expect_connected(&client);
    send(&mut server, b"\x10\0\0\0{\"total_size\":5}hello");
    expect_bytes(&mut client, b"\x10\0\0\0{\"total_size\":5}hello");
    wire.expect_lines(&[
        "1  client ← server  25 bytes",
        "     10 00 00 00                                       ....              length 16",
        "     7b 22 74 6f                                       {\"to              \
         header, 16 of 16 bytes",
        "     … 12 more bytes",
        "     68 65 6c 6c                                       hell              \
         body, 5 of 5 bytes",
        "     … 1 more byte",
    ]);
}

#[test]
fn a_quiet_wire_prints_connections_only() {
    let wire = Wire::start(&["--quiet", "--cut", "2"]);
    let (mut client, mut server) = wire.connect();
    send(&mut client, "hello");
    expect_bytes(&mut server, "he");
    expect_end(&mut server);
    drop((client, server));
    wire.expect_lines(&[]);
    assert!(wire.line().ends_with("; passed on to SERVER"));
    wire.expect_lines(&["1  closed"]);
}

/// In a debug build, which is what `cargo wire` runs.
#[cfg(target_os = "linux")]
#[test]
fn printing_takes_little_time() {
    const SIZE: usize = 4 << 20;
    let wire = Wire::start(&[]);
    let (mut client, mut server) = wire.connect();
    let sending = thread::spawn(move || send(&mut client, pattern(SIZE)));
    assert!(read_exactly(&mut server, SIZE) == pattern(SIZE));
    sending.join().expect("the bytes are sent");
    let status = fs::read_to_string(format!("/proc/{}/stat", wire.program.id()));
    let status = status.expect("Linux tells how long a program has worked");
    // The time is counted in hundredths of a second.
    let time: u32 = status.split(' ').nth(13).expect("a time").parse().expect("a number");
    assert!(time < 100, "{time} hundredths of a second");
}

#[test]
fn a_drip_waits_until_each_piece_is_taken() {
    let wire = Wire::start(&["--drip", "1", "--show", "0"]);
    let (mut client, mut server) = wire.connect();
    // Elsewhere each piece takes some milliseconds.
    let bytes = pattern(if cfg!(target_os = "linux") { 3000 } else { 300 });
    send(&mut client, &bytes);
    expect_drops(&mut server, &bytes, 1);
    send(&mut server, &bytes);
    expect_drops(&mut client, &bytes, 1);
    drop(client);
    expect_end(&mut server);
}

#[test]
fn a_drip_bends_only_the_direction_it_is_told_to() {
    let wire = Wire::start(&["--drip", "3", "--only", "replies"]);
    let (mut client, mut server) = wire.connect();
    send(&mut client, "hello");
    assert_eq!(read_once(&mut server), b"hello");
    send(&mut server, "hello world");
    expect_drops(&mut client, b"hello world", 3);
}

#[test]
fn a_drip_ends_with_a_receiver_that_leaves() {
    let wire = Wire::start(&["--drip", "1", "--show", "0"]);
    let (mut client, mut server) = wire.connect();
    wire.expect_connected(&client);
    send(&mut client, pattern(1000));
    assert_eq!(read_exactly(&mut server, 3), pattern(3));
    reset(server);
    expect_reset(&mut client);
    wire.expect_at_last("1  closed");
}

#[test]
fn a_drip_ends_with_a_sender_that_is_lost() {
    let wire = Wire::start(&["--drip", "1", "--show", "0"]);
    let (mut client, mut server) = wire.connect();
    send(&mut client, pattern(1000));
    // The first byte lies there, and nobody takes it.
    server.peek(&mut [0]).expect("a byte arrives");
    wire.expect_at_last("1000 bytes");
    reset(client);
    wire.expect_at_last("client → server  reset by the client");
    assert_eq!(read_exactly(&mut server, 1), pattern(1));
    expect_reset(&mut server);
}

#[test]
fn everything_works_over_ipv6() {
    if !has_ipv6() {
        return;
    }
    let listener = TcpListener::bind("[::1]:0").expect("a free port");
    let target = listener.local_addr().expect("an address").to_string();
    let wire = Program::server_at(WIRE, "[::1]:0", &[&target, "--drip", "2"]);
    let mut client = connect(wire.address());
    let mut server = accept(&listener);
    send(&mut client, pattern(1000));
    expect_drops(&mut server, &pattern(1000), 2);
    drop(client);
    expect_end(&mut server);
}

#[test]
fn gathered_writes_arrive_together() {
    let wire = Wire::start(&["--gather", "1000"]);
    let (mut client, mut server) = wire.connect();
    for message in ["one ", "two ", "three"] {
        send(&mut client, message);
        wire.expect_at_last(message.trim_end());
    }
    assert_eq!(read_once(&mut server), b"one two three");
    // An end is held back as well, and so is what comes right before it.
    send(&mut client, "four");
    end(&client);
    expect_bytes(&mut server, "four");
    expect_end(&mut server);
}

#[test]
fn a_delay_holds_bytes_and_the_end_back_and_a_reset() {
    let wire = Wire::start(&["--delay", "300", "--only", "requests"]);
    let (mut client, mut server) = wire.connect();
    let start = Instant::now();
    send(&mut client, "hello");
    send(&mut server, "at once");
    expect_bytes(&mut client, "at once");
    expect_bytes(&mut server, "hello");
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
    let start = Instant::now();
    end(&client);
    expect_end(&mut server);
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());

    let (client, mut server) = wire.connect();
    let start = Instant::now();
    reset(client);
    expect_reset(&mut server);
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
}

#[test]
fn a_reset_is_said_when_it_comes_before_the_bytes_that_are_held_back() {
    let wire = Wire::start(&["--delay", "1000", "--only", "requests"]);
    let (mut client, mut server) = wire.connect();
    wire.expect_connected(&client);
    send(&mut client, "hello");
    let read = seconds(&wire.program.line());
    wire.program.expect("hello");
    reset(client);
    let line = wire.program.expect("  client → server  reset by the client");
    // The bytes are not due yet.
    assert!(seconds(&line) - read < 1.0, "{line}");
    expect_bytes(&mut server, "hello");
    expect_reset(&mut server);
    wire.expect_lines(&["1  closed"]);
}

/// The time in a line of the wire.
fn seconds(line: &str) -> f64 {
    let time = line.split("  ").nth(1).and_then(|time| time.strip_suffix(" s"));
    time.expect("a time").parse().expect("a number")
}

#[test]
fn delayed_messages_do_not_wait_for_each_other() {
    let wire = Wire::start(&["--delay", "1000"]);
    let (mut client, mut server) = wire.connect();
    let start = Instant::now();
    for message in ["one", "two", "three"] {
        send(&mut client, message);
        wire.expect_at_last(message);
    }
    for message in ["one", "two", "three"] {
        expect_bytes(&mut server, message);
    }
    // One after another they would take three seconds.
    let time = start.elapsed();
    assert!(time >= Duration::from_secs(1) && time < Duration::from_secs(3), "{time:?}");
}

#[test]
fn a_rate_is_kept() {
    let wire = Wire::start(&["--rate", "10000", "--show", "0"]);
    let (mut client, mut server) = wire.connect();
    let start = Instant::now();
    send(&mut client, pattern(5000));
    assert!(read_exactly(&mut server, 5000) == pattern(5000));
    // The last piece need not be paid for.
    assert!(start.elapsed() >= Duration::from_millis(450), "{:?}", start.elapsed());
}

#[test]
fn a_cut_ends_one_direction_and_leaves_the_other() {
    let wire = Wire::start(&["--cut", "5", "--only", "replies"]);
    let (mut client, mut server) = wire.connect();
    wire.expect_connected(&client);
    send(&mut server, "hello world");
    expect_bytes(&mut client, "hello");
    expect_end(&mut client);
    wire.expect_lines(&[
        "1  client ← server  11 bytes",
        "     68 65 6c 6c 6f                                    hello",
        "     20 77 6f 72 6c 64                                  world            not passed on",
        "1  client ← server  cut here (--cut 5)",
    ]);
    send(&mut client, "still here");
    expect_bytes(&mut server, "still here");
    // The server is not told: what it writes is taken, and goes nowhere.
    send(&mut server, "!");
    wire.expect_at_last("not passed on");
    drop(client);
    expect_end(&mut server);
    wire.expect_at_last("1  closed");
}

#[test]
fn a_cut_of_both_directions_closes_the_connection() {
    let wire = Wire::start(&["--cut", "2"]);
    let (mut client, mut server) = wire.connect();
    send(&mut client, "hello");
    expect_bytes(&mut server, "he");
    expect_end(&mut server);
    send(&mut server, "HELLO");
    expect_bytes(&mut client, "HE");
    expect_end(&mut client);
    // Both programs are still there.
    wire.expect_at_last("1  closed");
}

// Only there the system tells when the bytes have arrived, which a reset would overtake.
#[cfg(target_os = "linux")]
#[test]
fn a_reset_comes_after_its_bytes() {
    // More than the server's end has room for, before it reads.
    let wire = Wire::start(&["--reset", "1000000", "--show", "0"]);
    let (mut client, mut server) = wire.connect();
    let mut writer = client.try_clone().expect("a socket can be cloned");
    let writing = thread::spawn(move || writer.write_all(&pattern(1_100_000)));
    wire.expect_at_last("client → server  reset here (--reset 1000000)");
    let mut received = Vec::new();
    for _ in 0..10 {
        // A reset that came too early would meet a server that is not done yet.
        thread::sleep(Duration::from_millis(20));
        received.extend(read_exactly(&mut server, 100_000));
    }
    assert!(received == pattern(1_000_000));
    expect_reset(&mut server);
    // The reset is reported to whichever call comes first.
    if writing.join().expect("the bytes are written").is_ok() {
        expect_reset(&mut client);
    }
}

#[test]
fn silence_keeps_the_connection_and_passes_on_no_end() {
    let wire = Wire::start(&["--stall", "5", "--only", "requests"]);
    let (mut client, mut server) = wire.connect();
    send(&mut client, "hello world");
    expect_bytes(&mut server, "hello");
    wire.expect_at_last("client → server  silent from here (--stall 5)");
    send(&mut server, "are you there?");
    expect_bytes(&mut client, "are you there?");
    end(&client);
    wire.expect_at_last("client → server  end, not passed on");
    server.set_nonblocking(true).expect("a socket can be non-blocking");
    let error = read_some(&server, &mut [0]).expect_err("neither bytes nor an end");
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    drop(server);
    wire.expect_at_last("1  closed");
}

#[test]
fn silence_passes_on_no_reset() {
    let wire = Wire::start(&["--stall", "0"]);
    let (client, mut server) = wire.connect();
    reset(client);
    wire.expect_at_last("client → server  reset by the client, not passed on");
    send(&mut server, "nobody hears this");
    wire.expect_at_last("not passed on");
    server.set_nonblocking(true).expect("a socket can be non-blocking");
    let error = read_some(&server, &mut [0]).expect_err("neither bytes nor an end");
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[test]
fn bends_can_be_combined() {
    let wire = Wire::start(&["--drip", "2", "--delay", "100", "--rate", "100", "--cut", "5"]);
    let (mut client, mut server) = wire.connect();
    let start = Instant::now();
    send(&mut client, "hello world");
    expect_drops(&mut server, b"hello", 2);
    expect_end(&mut server);
    assert!(start.elapsed() >= Duration::from_millis(140), "{:?}", start.elapsed());
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_wire_and_its_connections() {
    let wire = Wire::start(&[]);
    let (mut client, mut server) = wire.connect();
    send(&mut client, "hello");
    expect_bytes(&mut server, "hello");
    let id = wire.program.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill starts").success());
    wire.program.finish().success();
    expect_end(&mut client);
    expect_end(&mut server);
}

#[test]
fn a_wire_that_cannot_print_ends_with_one_line() {
    let (listener, target) = listen();
    let mut command = Command::new(WIRE);
    command.args(["0", &target.to_string()]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut wire = Child(command.spawn().expect("the wire starts"));
    let mut stdout = wire.0.stdout.take().expect("stdout is a pipe");
    let mut line = String::new();
    while !line.ends_with('\n') {
        line.push(read_exactly(&mut stdout, 1)[0].into());
    }
    let address = line.trim().replace("listening on ", "").parse().expect("an address");

    let mut client = connect(address);
    let _server = accept(&listener);
    // The first letter of the line that says so: whoever reads on has gone now.
    read_exactly(&mut stdout, 1);
    drop(stdout);
    send(&mut client, "hello");
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = wire.0.try_wait().expect("a child can be asked") {
            break status;
        }
        assert!(Instant::now() < deadline, "the wire does not end");
        thread::sleep(Duration::from_millis(5));
    };
    let mut stderr = String::new();
    let mut pipe = wire.0.stderr.take().expect("stderr is a pipe");
    pipe.read_to_string(&mut stderr).expect("text");
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("Error: cannot print: "), "{stderr}");
}

/// Where cargo builds a program of a lesson.
fn lesson_program(name: &str) -> String {
    let output = cargo_build()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--bin", name])
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{name} cannot be built");
    built(&output.stdout)[name].to_string_lossy().into_owned()
}

#[test]
fn lesson_programs_talk_through_a_dripping_wire() {
    let server = Program::server(&lesson_program("struct-header-server"), &[]);
    let wire = to(server.address(), &["--drip", "1", "--only", "replies", "--lesson", "5"]);
    let client = lesson_program("struct-header-client");
    let mut client = Program::client(&client, wire.address(), &[]);
    client.type_line("echo one two");
    assert_eq!(client.line().trim_end(), "one two");
    client.type_line("q");
    client.finish().success();
    wire.expect("connected");
    wire.expect("client → server  12 bytes");
    wire.expect("echo one two      request");
    let answer = format!("one two{END}").len();
    wire.expect(&format!("client ← server  {} bytes", 4 + answer));
    wire.expect(&format!("0{answer} 00 00 00"));
    let end = format!("body, {answer} of {answer} bytes");
    assert!(wire.expect("one two.").ends_with(&end));
}

#[test]
fn programs_in_another_language_talk_through_the_wire() {
    let server = Program::server(&lesson_program("struct-header-server"), &[]);
    let wire = to(server.address(), &["--lesson", "5"]);
    let port = wire.address().port().to_string();
    let Some(mut client) = python("struct_header_client.py", &["127.0.0.1", &port]) else {
        return;
    };
    client.type_line("echo one two");
    assert_eq!(client.finish().success().stdout, "one two\n");
    wire.expect("connected");
}
