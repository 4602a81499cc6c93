//! The servers: what a raw client does to them, and what comes back.

use std::fs;
use std::io::Write;
use std::net::{Shutdown, TcpStream};

use connection_loop::read_some;
use dict_header::{ReplyHeader, md5_hex, send_with_header};
use failures::Fault;
use failures::commands::welcome;
use support::{
    Program, connect, each, expect_bytes, expect_end, read_exactly, reset,
};

use super::{expect_silence, with_length};

/// A program, and how its lesson frames an answer.
struct Server {
    program: &'static str,
    frame: fn(answer: &[u8]) -> Vec<u8>,
}

const STICKY: Server = Server {
    program: env!("CARGO_BIN_EXE_faulty-sticky-packets-server"),
    frame: |answer| answer.into(),
};
const STRUCT: Server = Server {
    program: env!("CARGO_BIN_EXE_faulty-struct-header-server"),
    frame: with_length,
};
const DICT: Server = Server {
    program: env!("CARGO_BIN_EXE_faulty-dict-header-server"),
    frame: with_header,
};

fn with_header(answer: &[u8]) -> Vec<u8> {
    let header = ReplyHeader {
        md5: md5_hex(answer),
        file_name: "output.txt",
        total_size: answer.len(),
    };
    let mut frame = Vec::new();
    send_with_header(&mut frame, &header, answer)
        .expect("a Vec takes everything");
    frame
}

/// Brings a failure about. `well` tells whether the server is expected to do well.
type Check = fn(server: &Server, fault: &[&str], well: bool);

/// Plays every check with every fault: only the check of that name may go wrong. And without a
/// fault none does.
fn check_all(server: &Server, checks: &[(&str, Check)]) {
    each(checks.iter(), |(id, check)| {
        println!("{id}");
        check(server, &[], true);
        for (fault, _) in checks {
            // A server that puts the wrong end first can be understood by nobody.
            if id == fault || *fault != "wrong-byte-order" {
                println!("{id} with the fault {fault}");
                check(server, &["--fault", fault], id != fault);
            }
        }
    });
}

const COMMANDS: &[(&str, Check)] = &[
    ("address-in-use", address_in_use),
    ("peer-closed", peer_closed),
    ("peer-reset", peer_reset),
    ("write-after-close", write_after_close),
    ("half-close", half_close),
    ("silent-peer", silent_peer),
    ("invalid-utf8", invalid_utf8),
    ("pipe-deadlock", pipe_deadlock),
    ("inherited-stdin", inherited_stdin),
    ("endless-command", endless_command),
    ("exposed-shell", exposed_shell),
];

const FRAMES: &[(&str, Check)] = &[
    ("stalled-write", stalled_write),
    #[cfg(target_os = "linux")]
    ("partial-write", partial_write),
    ("wrong-byte-order", wrong_byte_order),
    ("wrong-count", wrong_count),
];

#[test]
fn sticky_packets_server() {
    check_all(
        &STICKY,
        &[COMMANDS, &[("empty-message", empty_message)]].concat(),
    );
}

#[test]
fn struct_header_server() {
    check_all(&STRUCT, &[COMMANDS, FRAMES].concat());
}

#[test]
fn dict_header_server() {
    check_all(&DICT, &[COMMANDS, FRAMES].concat());
}

/// Nobody comes to harm by a server that is exposed on purpose.
#[test]
fn an_exposed_shell_serves_only_this_machine() {
    let peer = |address: &str| address.parse().expect("an address");
    for (address, served) in [
        ("127.0.0.2:5000", true),
        ("[::1]:5000", true),
        ("[::ffff:127.0.0.1]:5000", true),
        ("192.0.2.1:5000", false),
        ("[::ffff:192.0.2.1]:5000", false),
        ("[2001:db8::1]:5000", false),
    ] {
        assert_eq!(
            welcome(peer(address), Some(Fault::ExposedShell)),
            served,
            "{address}"
        );
    }
}

impl Server {
    fn start(&self, fault: &[&str]) -> Program {
        self.start_with(&[], fault)
    }

    fn start_with(&self, arguments: &[&str], fault: &[&str]) -> Program {
        Program::server(self.program, &[arguments, fault].concat())
    }

    /// Sends a command and asserts that this output comes back.
    fn expect_output(
        &self,
        stream: &mut TcpStream,
        command: &str,
        output: impl AsRef<[u8]>,
    ) {
        stream.write_all(command.as_bytes()).expect("the server takes it");
        expect_bytes(stream, (self.frame)(output.as_ref()));
    }

    /// Sends a command, and asserts that it is answered, or, with a fault, that nothing comes.
    fn expect_output_or_silence(
        &self,
        stream: &mut TcpStream,
        command: &str,
        output: &str,
        well: bool,
    ) {
        if well {
            self.expect_output(stream, command, output);
        } else {
            stream.write_all(command.as_bytes()).expect("the server takes it");
            expect_silence(stream);
        }
    }

    /// Asserts that the next client is served, or, with a fault, that the server has ended.
    fn expect_next_or_end(&self, server: Program, well: bool) {
        if well {
            self.expect_output(
                &mut connect(server.address()),
                "echo next",
                "next\n",
            );
        } else {
            server.finish().code(1);
        }
    }
}

fn address_in_use(server: &Server, fault: &[&str], well: bool) {
    let mut first = server.start(fault);
    let address = first.address();
    let mut stream = connect(address);
    server.expect_output(&mut stream, "echo hi", "hi\n");
    // Its side closes first, and the system remembers the connection for a while.
    first.kill();
    expect_end(&mut stream);
    drop(stream);
    if well {
        Program::server_at(server.program, &address.to_string(), fault);
    } else {
        let address = address.to_string();
        let arguments = [&[address.as_str()], fault].concat();
        Program::start(server.program, arguments)
            .finish()
            .fails_with("try a free port");
    }
}

fn peer_closed(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    drop(connect(program.address()));
    let mut next = connect(program.address());
    server.expect_output_or_silence(&mut next, "echo next", "next\n", well);
}

fn peer_reset(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    let mut stream = connect(program.address());
    server.expect_output(&mut stream, "echo hi", "hi\n");
    reset(stream);
    server.expect_next_or_end(program, well);
}

fn write_after_close(server: &Server, fault: &[&str], well: bool) {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let gone = directory.path().join("gone");
    let program = server.start(fault);
    let mut stream = connect(program.address());
    let wait = format!("until [ -e '{}' ]; do :; done", gone.display());
    let command = format!("{wait}; head -c 8000000 /dev/zero");
    stream.write_all(command.as_bytes()).expect("the server takes it");
    drop(stream);
    fs::write(gone, "").expect("a file can be made");
    server.expect_next_or_end(program, well);
}

fn half_close(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    let mut stream = connect(program.address());
    stream.write_all(b"echo hi").expect("the server takes it");
    stream.shutdown(Shutdown::Write).expect("we are done");
    if well {
        expect_bytes(&mut stream, (server.frame)(b"hi\n"));
    } else {
        expect_end(&mut stream);
    }
}

fn silent_peer(server: &Server, fault: &[&str], well: bool) {
    let program = server.start_with(&["--timeout", "0.1"], fault);
    let mut stream = connect(program.address());
    if well {
        expect_end(&mut stream);
    } else {
        expect_silence(&mut stream);
    }
}

fn invalid_utf8(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    let mut stream = connect(program.address());
    stream.write_all(b"echo \xff").expect("the server takes it");
    if well {
        expect_bytes(&mut stream, (server.frame)(b"\xff\n"));
        server.expect_output(&mut stream, "echo hi", "hi\n");
    } else {
        program.finish().code(1);
    }
}

fn pipe_deadlock(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    let mut stream = connect(program.address());
    let output: String =
        (1..=20000).map(|number| format!("{number}\n")).collect();
    server.expect_output_or_silence(
        &mut stream,
        "seq 20000 >&2",
        &output,
        well,
    );
}

fn inherited_stdin(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    let mut stream = connect(program.address());
    server.expect_output_or_silence(
        &mut stream,
        "cat; echo done",
        "done\n",
        well,
    );
}

fn endless_command(server: &Server, fault: &[&str], well: bool) {
    let program = server.start_with(&["--time-limit", "0.2"], fault);
    let mut stream = connect(program.address());
    let output = "(ended: the command ran longer than 0.2 s)\n";
    server.expect_output_or_silence(&mut stream, "sleep 60", output, well);
}

fn exposed_shell(server: &Server, fault: &[&str], well: bool) {
    if well {
        let arguments = [&["0.0.0.0:0"], fault].concat();
        Program::start(server.program, arguments)
            .finish()
            .fails_with("(exposed-shell)");
    } else {
        let program = Program::server_at(server.program, "0.0.0.0:0", fault);
        let mut other =
            TcpStream::connect(("127.0.0.2", program.address().port()))
                .expect("the door is open");
        server.expect_output(&mut other, "echo hi", "hi\n");
    }
}

fn empty_message(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    let mut stream = connect(program.address());
    server.expect_output_or_silence(&mut stream, "true", "(no output)", well);
}

fn stalled_write(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    let mut stream = connect(program.address());
    let frame = (server.frame)(b"hi\n");
    let mut whole = true;
    for _ in 0..5 {
        stream.write_all(b"echo hi").expect("the server takes it");
        // What leaves in one write comes in one read. What stalls comes later.
        let mut piece = vec![0; frame.len()];
        let count =
            read_some(&mut stream, &mut piece).expect("the answer comes");
        whole &= count == frame.len();
        read_exactly(&mut stream, frame.len() - count);
    }
    assert_eq!(whole, well);
}

#[cfg(target_os = "linux")]
fn partial_write(server: &Server, fault: &[&str], well: bool) {
    use std::io::Read;

    use super::MOMENT;

    let program = server.start(fault);
    let mut stream = connect(program.address());
    stream
        .write_all(b"head -c 20000000 /dev/zero")
        .expect("the server takes it");
    // It has begun to write, and cannot end while we do not read.
    let first = read_exactly(&mut stream, 1);
    signal(&program, "STOP");
    while !is_stopped(&program) {}
    signal(&program, "CONT");

    let frame = (server.frame)(&[0; 20_000_000]);
    if well {
        let rest = read_exactly(&mut stream, frame.len() - 1);
        assert!([first, rest].concat() == frame, "other bytes");
    } else {
        // What the write did not take never comes.
        stream.set_read_timeout(Some(MOMENT)).expect("a timeout can be set");
        let outcome = stream.read_exact(&mut vec![0; frame.len() - 1]);
        outcome.expect_err("a part is missing");
    }
}

#[cfg(target_os = "linux")]
fn signal(program: &Program, name: &str) {
    let id = program.id().to_string();
    let status = std::process::Command::new("kill")
        .args(["-s", name, &id])
        .status()
        .expect("kill starts");
    assert!(status.success());
}

#[cfg(target_os = "linux")]
fn is_stopped(program: &Program) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", program.id()));
    status.is_ok_and(|status| status.contains("State:\tT"))
}

fn wrong_byte_order(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    let mut stream = connect(program.address());
    stream.write_all(b"printf hello").expect("the server takes it");
    let frame = (server.frame)(b"hello");
    let same = read_exactly(&mut stream, frame.len()) == frame;
    assert_eq!(same, well);
}

fn wrong_count(server: &Server, fault: &[&str], well: bool) {
    let program = server.start(fault);
    let mut stream = connect(program.address());
    stream.write_all("printf 你好".as_bytes()).expect("the server takes it");
    let frame = (server.frame)("你好".as_bytes());
    let same = read_exactly(&mut stream, frame.len()) == frame;
    assert_eq!(same, well);
}
