//! The clients: what a fake server sends, and what they make of it.

use std::io::Write;
use std::net::TcpStream;
use std::thread;

use failures::raw::send_pieces;
use serde_json::json;
use support::{
    Finished, Program, accept, connect, each, expect_bytes, listen, nobody,
    reset,
};

use super::{MOMENT, expect_silence, with_length};

/// The md5 of `hi` and a newline, as md5sum prints it.
const MD5_OF_HI: &str = "764efa883dda1e11db47671c4a3bbd9e";

/// A program, and how its lesson announces an answer of so many bytes.
struct Client {
    program: &'static str,
    announce: fn(length: i32) -> Vec<u8>,
}

const STICKY: Client = Client {
    program: env!("CARGO_BIN_EXE_faulty-sticky-packets-client"),
    announce: |_| Vec::new(),
};
const STRUCT: Client = Client {
    program: env!("CARGO_BIN_EXE_faulty-struct-header-client"),
    announce: |length| length.to_le_bytes().into(),
};
const DICT: Client = Client {
    program: env!("CARGO_BIN_EXE_faulty-dict-header-client"),
    announce: |length| {
        with_length(json!({"total_size": length}).to_string().as_bytes())
    },
};

/// Brings a failure about. `well` tells whether the client is expected to do well.
type Check = fn(client: &Client, fault: &[&str], well: bool);

/// Plays every check with every fault: only the check of that name may go wrong. And without a
/// fault none does.
fn check_all(client: &Client, checks: &[(&str, Check)]) {
    each(checks.iter(), |(id, check)| {
        println!("{id}");
        check(client, &[], true);
        for (fault, _) in checks {
            // A client that takes the wrong end for the first can use no answer at all.
            if id == fault || *fault != "wrong-byte-order" {
                println!("{id} with the fault {fault}");
                check(client, &["--fault", fault], id != fault);
            }
        }
    });
}

const CONNECTION: &[(&str, Check)] = &[
    ("connection-refused", connection_refused),
    ("empty-message", empty_message),
    ("peer-closed", peer_closed),
    ("peer-reset", peer_reset),
    ("invalid-utf8", invalid_utf8),
];

const FRAMES: &[(&str, Check)] = &[
    ("leftover-bytes", leftover_bytes),
    ("coalesced-messages", coalesced_messages),
    ("split-character", split_character),
    ("short-read", short_read),
    ("closed-mid-message", closed_mid_message),
    ("wrong-byte-order", wrong_byte_order),
    ("oversized-length", oversized_length),
    ("negative-length", negative_length),
    ("wrong-count", wrong_count),
];

const HEADERS: &[(&str, Check)] = &[
    ("malformed-header", malformed_header),
    ("digest-mismatch", digest_mismatch),
];

#[test]
fn sticky_packets_client() {
    check_all(&STICKY, CONNECTION);
}

#[test]
fn struct_header_client() {
    check_all(&STRUCT, &[CONNECTION, FRAMES].concat());
}

#[test]
fn dict_header_client() {
    check_all(&DICT, &[CONNECTION, FRAMES, HEADERS].concat());
}

impl Client {
    fn frame(&self, answer: &str) -> Vec<u8> {
        let length = i32::try_from(answer.len()).expect("a short answer");
        [(self.announce)(length), answer.into()].concat()
    }

    /// Starts the client, and lets it send a command.
    fn waiting(&self, fault: &[&str]) -> (Program, TcpStream) {
        let (listener, address) = listen();
        let mut client = Program::client(self.program, address, fault);
        let mut stream = accept(&listener);
        ask(&mut client, &mut stream);
        (client, stream)
    }

    /// Sends the client one answer, in pieces, closes the connection, and waits for its end.
    fn finish_after(&self, fault: &[&str], pieces: &[&[u8]]) -> Finished {
        let (client, mut stream) = self.waiting(fault);
        send(&mut stream, pieces);
        drop(stream);
        client.finish()
    }
}

/// Sends each piece when the client has read the one before.
fn send(stream: &mut TcpStream, pieces: &[&[u8]]) {
    let pieces: Vec<_> = pieces.iter().map(|&piece| piece.into()).collect();
    send_pieces(stream, &pieces).expect("the client takes the pieces");
}

fn ask(client: &mut Program, stream: &mut TcpStream) {
    client.type_line("go");
    expect_bytes(stream, "go");
}

/// Asserts that the client printed this and was content, or, with a fault, that it did not.
fn expect_shown(finished: &Finished, stdout: &str, well: bool) {
    let shown = finished.status.success() && finished.stdout == stdout;
    assert_eq!(shown, well, "{finished:?}");
}

/// Asserts that the client named the failure, or, with a fault, that it did not.
fn expect_refused(finished: &Finished, id: &str, well: bool) {
    let refused =
        finished.status.code() == Some(1) && finished.stderr.contains(id);
    assert_eq!(refused, well, "{finished:?}");
}

fn connection_refused(client: &Client, fault: &[&str], well: bool) {
    let (_socket, address) = nobody();
    let finished = Program::client(client.program, address, fault).finish();
    expect_refused(&finished, "is the server running?", well);
}

fn empty_message(client: &Client, fault: &[&str], well: bool) {
    let (listener, address) = listen();
    let mut program = Program::client(client.program, address, fault);
    let mut stream = accept(&listener);
    program.type_line("");
    program.type_line("go");
    if !well {
        return expect_silence(&mut stream);
    }
    expect_bytes(&mut stream, "go");
    stream.write_all(&client.frame("ok")).expect("the client takes it");
    assert_eq!(program.line(), "ok");
}

fn peer_closed(client: &Client, fault: &[&str], well: bool) {
    let finished = client.finish_after(fault, &[]);
    expect_refused(&finished, "(peer-closed)", well);
}

fn peer_reset(client: &Client, fault: &[&str], well: bool) {
    let (program, stream) = client.waiting(fault);
    reset(stream);
    expect_refused(&program.finish(), "reset", well);
}

fn invalid_utf8(client: &Client, fault: &[&str], well: bool) {
    let (program, mut stream) = client.waiting(fault);
    let frame = [(client.announce)(4), b"a\xffb\n".into()].concat();
    stream.write_all(&frame).expect("the client takes it");
    expect_shown(&program.finish(), "a\u{fffd}b\n", well);
}

fn leftover_bytes(client: &Client, fault: &[&str], well: bool) {
    let (mut program, mut stream) = client.waiting(fault);
    let long = ["a".repeat(1500).as_str(), "\n"].concat();
    stream.write_all(&client.frame(&long)).expect("the client takes it");
    ask(&mut program, &mut stream);
    // With the fault the client may have given up by now.
    let sent = stream.write_all(&client.frame("second\n"));
    assert!(sent.is_ok() || !well, "{sent:?}");
    expect_shown(&program.finish(), &(long + "second\n"), well);
}

fn coalesced_messages(client: &Client, fault: &[&str], well: bool) {
    let (mut program, mut stream) = client.waiting(fault);
    let together = [client.frame("first\n"), client.frame("second\n")].concat();
    stream.write_all(&together).expect("the client takes it");
    ask(&mut program, &mut stream);
    drop(stream);
    expect_shown(&program.finish(), "first\nsecond\n", well);
}

fn split_character(client: &Client, fault: &[&str], well: bool) {
    let frame = client.frame("你\n");
    let (start, rest) = frame.split_at(frame.len() - 3);
    expect_shown(&client.finish_after(fault, &[start, rest]), "你\n", well);
}

fn short_read(client: &Client, fault: &[&str], well: bool) {
    let frame = client.frame("hello\n");
    let (start, rest) = frame.split_at(2);
    let (middle, end) = rest.split_at(rest.len() - 3);
    if well {
        expect_shown(
            &client.finish_after(fault, &[start, middle, end]),
            "hello\n",
            true,
        );
    } else {
        // It gives up while we are still there, and have more to say.
        let (program, mut stream) = client.waiting(fault);
        stream.write_all(start).expect("the client takes it");
        expect_refused(&program.finish(), "(short-read)", true);
    }
}

fn closed_mid_message(client: &Client, fault: &[&str], well: bool) {
    let frame = client.frame("hello\n");
    for cut in [2, frame.len() - 2] {
        if well {
            let finished = client.finish_after(fault, &[&frame[..cut]]);
            // Whoever reads the length only once does not see that the end comes after it.
            let once = cut == 2 && fault.contains(&"short-read");
            let id = if once { "(short-read)" } else { "(closed-mid-message)" };
            expect_refused(&finished, id, true);
            assert_eq!(finished.stdout, "");
        } else {
            let (mut program, mut stream) = client.waiting(fault);
            stream.write_all(&frame[..cut]).expect("the client takes it");
            drop(stream);
            thread::sleep(MOMENT);
            assert!(program.is_running(), "it spins");
        }
    }
}

fn wrong_byte_order(client: &Client, fault: &[&str], well: bool) {
    let finished = client.finish_after(fault, &[&client.frame("hello\n")]);
    expect_shown(&finished, "hello\n", well);
}

fn oversized_length(client: &Client, fault: &[&str], well: bool) {
    let finished =
        client.finish_after(fault, &[&(client.announce)((1 << 30) + 1)]);
    expect_refused(&finished, "(oversized-length)", well);
}

fn negative_length(client: &Client, fault: &[&str], well: bool) {
    let finished = client.finish_after(fault, &[&(client.announce)(-1)]);
    expect_refused(&finished, "(negative-length)", well);
}

fn wrong_count(client: &Client, fault: &[&str], well: bool) {
    let frame = client.frame("hello\n");
    let (start, rest) = frame.split_at(frame.len() - 6);
    let pieces: Vec<_> = [start].into_iter().chain(rest.chunks(1)).collect();
    if well {
        expect_shown(&client.finish_after(fault, &pieces), "hello\n", true);
    } else {
        // It adds one, two and three, and has its six bytes.
        let (program, mut stream) = client.waiting(fault);
        send(&mut stream, &pieces[..4]);
        assert_eq!(program.line(), "hel");
    }
}

fn malformed_header(client: &Client, fault: &[&str], well: bool) {
    for json in [
        &b"hello"[..],
        b"[1]",
        b"{\"total_size\":\"\xff\"}",
        b"{}",
        b"{\"total_size\":1.5}",
    ] {
        let finished = client.finish_after(fault, &[&with_length(json)]);
        expect_refused(&finished, "(malformed-header)", well);
    }
}

#[test]
fn raw_server_sends_at_once_what_nobody_reads() {
    let pieces = ["hello", r"\x00world", "--at-once"];
    let server = Program::server(env!("CARGO_BIN_EXE_raw-server"), &pieces);
    let mut stream = connect(server.address());
    stream.write_all(b"go").expect("the server takes it");
    server.expect("client ");
    server.expect("received 2 bytes");
    // Each in a write of its own, and not a byte has been read.
    assert_eq!(
        [server.line(), server.line()],
        ["sent 5 bytes", "sent 6 bytes"]
    );
    expect_bytes(&mut stream, b"hello\0world");
}

fn digest_mismatch(client: &Client, fault: &[&str], well: bool) {
    let header = json!({"md5": MD5_OF_HI, "total_size": 3}).to_string();
    let frame = [with_length(header.as_bytes()), b"ho\n".into()].concat();
    expect_refused(
        &client.finish_after(fault, &[&frame]),
        "(digest-mismatch)",
        well,
    );
}
