//! The first version: uploads with a plain header, and no answers.

use std::fs;
use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::slice;

use assert_cmd::Command;
use dict_header::MAX_HEADER;
use predicates::str::contains;
use serde_json::{Value, json};
use struct_header::frame;
use support::{
    Finished, PATIENCE, Program, accept, check_arguments, connect, expect_end, listen, nobody,
    python, read_exactly, reset, send_in_pieces,
};
use tempfile::TempDir;

use crate::functions;
use crate::types::{self, folder, header, names, noise, recv_json, text, with_body, write};

const SERVER: &str = env!("CARGO_BIN_EXE_file-transfer-first-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_file-transfer-first-client");

/// A server with a folder of its own.
struct Shop {
    server: Program,
    dir: TempDir,
}

impl Shop {
    fn open(arguments: &[&str]) -> Self {
        let dir = folder();
        let server = Program::server(SERVER, &[&["--dir", text(dir.path())], arguments].concat());
        Self { server, dir }
    }

    /// Sends bytes as a raw client, which ends its side after them, and hears no answer.
    fn send(&self, bytes: &[u8]) {
        let mut stream = connect(self.server.address());
        stream.write_all(bytes).expect("the server takes the bytes");
        stream.shutdown(Shutdown::Write).expect("an open connection");
        expect_end(&mut stream);
    }

    /// Asserts that these bytes leave nothing in the folder, and that the next client is served.
    fn refuses(&self, bytes: &[u8], id: &str) {
        let before = names(&self.dir);
        self.send(bytes);
        self.server.expect_client_gone(id);
        assert_eq!(names(&self.dir), before, "{}", bytes.escape_ascii());
        self.serves_on();
    }

    fn serves_on(&self) {
        self.send(&upload("next", b"good"));
        self.server.expect_client_gone("peer-closed");
        let next = self.dir.path().join("next");
        assert_eq!(fs::read(&next).expect("it is kept"), b"good");
        fs::remove_file(next).expect("our own file");
    }

    fn content(&self, name: &str) -> Vec<u8> {
        fs::read(self.dir.path().join(name)).expect("the file is there")
    }
}

fn upload(name: &str, body: &[u8]) -> Vec<u8> {
    with_body(&json!({"filepath": "/home", "filename": name, "filesize": body.len()}), body)
}

fn client(address: SocketAddr, here: &TempDir, file: &str) -> Command {
    let mut command = Command::new(CLIENT);
    command.current_dir(here.path()).arg(address.to_string()).arg(file).timeout(PATIENCE);
    command
}

// ---- The server

#[test]
fn files_of_all_sizes_go_up() {
    let shop = Shop::open(&[]);
    let home = folder();
    for size in crate::SIZES {
        let name = format!("{size}.笔记");
        write(&home, &name, &noise(size, size as u64));
        client(shop.server.address(), &home, &name)
            .assert()
            .success()
            .stdout(format!("sent {name}: {size} bytes\n"))
            .stderr("");
        shop.server.expect("client 127.0.0.1:");
        shop.server.expect(&format!(" put {name}, {size} bytes"));
        shop.server.expect_gone("peer-closed");
        assert_eq!(shop.content(&name), noise(size, size as u64));
    }
    assert_eq!(names(&shop.dir), names(&home));
}

#[test]
fn an_upload_may_arrive_byte_by_byte() {
    let shop = Shop::open(&[]);
    let bytes = upload("slow.txt", b"one byte after another");
    let mut stream = connect(shop.server.address());
    send_in_pieces(&mut stream, bytes.iter().map(slice::from_ref));
    // The client need not end its side: all that was announced has come.
    expect_end(&mut stream);
    assert_eq!(shop.content("slow.txt"), b"one byte after another");
}

#[test]
fn what_comes_after_the_file_is_not_part_of_it() {
    let shop = Shop::open(&[]);
    shop.send(&[&upload("a", b"ab"), &b"c"[..]].concat());
    assert_eq!(shop.content("a"), b"ab");
}

#[test]
fn nothing_is_overwritten() {
    let shop = Shop::open(&[]);
    write(&shop.dir, "a", b"old");
    shop.refuses(&upload("a", b"new"), "already-exists");
    assert_eq!(shop.content("a"), b"old");
}

#[test]
fn names_that_lead_elsewhere() {
    let shop = Shop::open(&[]);
    let outside = folder();
    let absolute = outside.path().join("secret");
    for name in types::HOSTILE_NAMES.iter().copied().chain([text(&absolute)]) {
        shop.refuses(&upload(name, b"bad"), "path-traversal");
    }
    assert_eq!(names(&outside), [""; 0]);
}

#[test]
fn lengths_and_headers_that_cannot_be_meant() {
    let shop = Shop::open(&[]);
    shop.refuses(&(-1_i32).to_le_bytes(), "negative-length");
    shop.refuses(&(MAX_HEADER as i32 + 1).to_le_bytes(), "oversized-length");
    for (size, id) in [
        ("-1", "negative-length"),
        ("18446744073709551615", "oversized-length"),
        ("1111111111111111111111111111111111111111111111", "malformed-header"),
        ("3.0", "malformed-header"),
        ("\"3\"", "malformed-header"),
    ] {
        let json = format!(r#"{{"filename":"a","filesize":{size}}}"#);
        shop.refuses(&frame(json.as_bytes()).expect("short enough"), id);
    }
    for json in [b"" as &[u8], b"hello", b"[]", b"\xff\xfe", b"{}", b"{\"filesize\":\"a\"}"] {
        shop.refuses(&frame(json).expect("short enough"), "malformed-header");
    }
    // It takes uploads, and knows no other request.
    shop.refuses(&header(&json!({"action": "get", "filename": "a"})), "malformed-header");
}

#[test]
fn an_upload_that_is_cut_off_leaves_nothing() {
    let shop = Shop::open(&[]);
    let whole = upload("a", &noise(100_000, 1));
    for missing in [1, 50_000, 100_000] {
        shop.refuses(&whole[..whole.len() - missing], "interrupted-upload");
    }
    let mut stream = connect(shop.server.address());
    stream.write_all(&whole[..60_000]).expect("the server takes the bytes");
    shop.server.expect("client ");
    shop.server.expect(" put a, 100000 bytes");
    reset(stream);
    shop.server.expect_gone("interrupted-upload");
    shop.serves_on();
    for length in [1, 4, 5] {
        shop.refuses(&whole[..length], "closed-mid-message");
    }
}

#[test]
fn a_silent_client_is_let_go_and_makes_nobody_wait() {
    let shop = Shop::open(&["--timeout", "0.5"]);
    let whole = upload("a", b"hello");
    let mut silent = [0, 6, whole.len() - 1].map(|length| {
        let mut stream = connect(shop.server.address());
        stream.write_all(&whole[..length]).expect("the server takes the bytes");
        stream
    });
    shop.send(&upload("b", b"quick"));
    assert_eq!(shop.content("b"), b"quick");
    for stream in &mut silent {
        expect_end(stream);
    }
    drop(silent);
    // The quick one has gone first.
    shop.server.expect_gone("peer-closed");
    for _ in 0..3 {
        shop.server.expect_gone("silent-peer");
    }
    assert_eq!(names(&shop.dir), ["b"]);
}

#[test]
fn no_terminal_obeys_a_stranger() {
    let shop = Shop::open(&[]);
    shop.send(&upload("\u{9b}31m\u{202e}", b""));
    shop.server.expect("client ");
    shop.server.expect(r"put \u{9b}31m\u{202e}, 0 bytes");
    shop.send(&frame("{\"filename\":{\"\u{9b}31m\":1}}".as_bytes()).expect("short enough"));
    // The first was refused for its name.
    assert!(shop.server.error_line().contains("control character"));
    let line = shop.server.error_line();
    assert!(line.contains(r"\u{9b}31m"), "{line}");
}

#[cfg(unix)]
#[test]
fn a_log_that_is_lost_ends_no_server() {
    let dir = folder();
    let arguments = ["--dir", text(dir.path())];
    let server = Program::server_without_log(SERVER, &arguments);
    let shop = Shop { server, dir };
    for round in 0..5 {
        shop.send(&upload(&round.to_string(), b"hello"));
        shop.send(&upload("../x", b"hello"));
    }
    assert_eq!(names(&shop.dir).len(), 5);
}

// ---- The client

/// Runs the client against a server that the test plays.
fn meets(here: &TempDir, file: &str, server: impl FnOnce(TcpStream)) -> Finished {
    let (listener, address) = listen();
    let mut command = std::process::Command::new(CLIENT);
    command.current_dir(here.path()).arg(address.to_string()).arg(file);
    let program = Program::spawn(command);
    server(accept(&listener));
    program.finish()
}

#[test]
fn the_header_is_that_of_the_notes() {
    let here = folder();
    write(&here, "a", b"hello");
    let finished = meets(&here, "a", |mut stream| {
        let request: Value = recv_json(&mut stream);
        assert_eq!(request, json!({"filename": "a", "filesize": 5}));
        assert_eq!(read_exactly(&mut stream, 5), b"hello");
        expect_end(&mut stream);
    });
    assert_eq!(finished.success().stdout, "sent a: 5 bytes\n");
}

#[test]
fn a_server_that_vanishes_is_noticed() {
    let here = folder();
    write(&here, "a", &noise(50_000_000, 10));
    for how in [drop::<TcpStream>, reset] {
        let finished = meets(&here, "a", |mut stream| {
            recv_json(&mut stream);
            how(stream);
        });
        assert_eq!(finished.code(1).stdout, "");
    }
}

#[test]
fn what_cannot_be_sent() {
    let shop = Shop::open(&[]);
    let here = folder();
    fs::create_dir(here.path().join("folder")).expect("a folder");
    for (file, error) in [
        ("missing", "cannot open the file"),
        ("folder", "this is no regular file"),
        ("..", "this is no file's name"),
    ] {
        let client = client(shop.server.address(), &here, file).assert().code(1);
        client.stdout("").stderr(contains(error));
    }
    let (_port, address) = nobody();
    client(address, &here, "a").assert().code(1).stderr(contains("is the server running?"));
    check_arguments(CLIENT, &[&[], &["127.0.0.1:1"], &["nonsense", "a"]]);
    check_arguments(SERVER, &[&["nonsense"], &["--timeout", "0"]]);
}

// ---- All versions, and the notes' programs

#[test]
fn all_versions_speak_the_same_wire() {
    let here = folder();
    write(&here, "a", &noise(200_001, 7));
    let sent = "sent a: 200001 bytes\n";
    for server in [types::SERVER, functions::SERVER, SERVER] {
        let dir = folder();
        let server = Program::server(server, &["--dir", text(dir.path())]);
        client(server.address(), &here, "a").assert().success().stdout(sent);
        assert_eq!(fs::read(dir.path().join("a")).expect("it came"), noise(200_001, 7));
    }
    for client in [types::client, functions::client] {
        let shop = Shop::open(&[]);
        client(shop.server.address(), &here, &["put", "a"])
            .assert()
            .success()
            .stderr(contains("unconfirmed"));
        assert_eq!(shop.content("a"), noise(200_001, 7));
        client(shop.server.address(), &here, &["list"])
            .assert()
            .code(1)
            .stderr(contains("without an answer (peer-closed)"));
    }
}

#[test]
fn python_halves_as_in_the_notes() {
    let here = folder();
    write(&here, "a.bin", &noise(200_001, 7));
    let path = here.path().join("a.bin");
    let shop = Shop::open(&[]);
    let arguments = [&shop.server.address().to_string(), text(&path)];
    let Some(uploader) = python("file_transfer_uploader.py", &arguments) else {
        return;
    };
    assert_eq!(uploader.finish().success().stdout, "sent 200001 bytes, then b''\n");
    assert_eq!(shop.content("a.bin"), noise(200_001, 7));

    let away = folder();
    let receiver = python("file_transfer_receiver.py", &["127.0.0.1:0", text(away.path())]);
    let mut receiver = receiver.expect("python3 was there a moment ago");
    receiver.wait_until_listening();
    client(receiver.address(), &here, "a.bin").assert().success();
    assert_eq!(receiver.finish().success().stdout, "received a.bin 200001 bytes\n");
    assert_eq!(fs::read(away.path().join("a.bin")).expect("it came"), noise(200_001, 7));
}
