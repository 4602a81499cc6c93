//! The programs of lesson 7: well-behaved without a fault, and each fault seen from outside.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

use dict_header::{encode_header, md5_hex};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use struct_header::recv_message;
#[cfg(target_os = "linux")]
use support::PATIENCE;
use support::{
    Finished, Program, accept, connect, expect_end, listen, read_exactly,
    read_some, reset, send_in_pieces,
};
use tempfile::TempDir;

const SERVER: &str = env!("CARGO_BIN_EXE_faulty-file-transfer-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_faulty-file-transfer-client");

/// Far longer than an answer takes that is not held up by something.
const LONG: Duration = Duration::from_secs(1);

// ---- What the tests are made of

/// A server whose files lie in a folder within a folder of its own.
struct Shop {
    server: Program,
    around: TempDir,
}

impl Shop {
    fn open(fault: Option<&str>, arguments: &[&str]) -> Self {
        let around = tempfile::tempdir().expect("a temporary folder");
        let server = Self::server_in(&around, "127.0.0.1:0", fault, arguments);
        let mut shop = Self { server, around };
        shop.server.wait_until_listening();
        shop
    }

    fn faulty(fault: &str) -> Self {
        Self::open(Some(fault), &[])
    }

    fn server_in(
        around: &TempDir,
        address: &str,
        fault: Option<&str>,
        arguments: &[&str],
    ) -> Program {
        let mut command = Command::new(SERVER);
        command
            .arg(address)
            .arg("--dir")
            .arg(around.path().join("received"))
            .args(arguments);
        command.args(fault.map(|fault| format!("--fault={fault}")));
        Program::spawn(command)
    }

    /// Sends bytes as a raw client.
    fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = connect(self.server.address());
        stream.write_all(bytes).expect("the server takes the bytes");
        stream
    }

    /// Sends bytes as a raw client that ends its side after them.
    fn send_and_end(&self, bytes: &[u8]) -> TcpStream {
        let stream = self.send(bytes);
        stream.shutdown(Shutdown::Write).expect("an open connection");
        stream
    }

    /// Sends a request and returns the answer, which must be all that comes.
    fn ask(&self, bytes: &[u8]) -> Value {
        let mut stream = self.send_and_end(bytes);
        let answer = recv_json(&mut stream);
        expect_end(&mut stream);
        answer
    }

    /// Asserts that a request is refused for the reason `id`.
    fn refuses(&self, bytes: &[u8], id: &str) {
        assert_eq!(self.ask(bytes)["id"], id, "to {}", bytes.escape_ascii());
    }

    /// What a file holds, by its path from the folder of received files.
    fn content(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.around.path().join("received").join(name)).ok()
    }
}

fn header(value: &Value) -> Vec<u8> {
    encode_header(value).expect("a header")
}

fn list() -> Vec<u8> {
    header(&json!({"action": "list"}))
}

fn get(name: &str) -> Vec<u8> {
    header(&json!({"action": "get", "filename": name}))
}

fn put(name: &str, size: i64, body: &[u8]) -> Vec<u8> {
    let header =
        header(&json!({"action": "put", "filename": name, "filesize": size}));
    [header, body.to_vec()].concat()
}

fn put_with_md5(name: &str, body: &[u8], md5: &str) -> Vec<u8> {
    let size = body.len();
    let request = json!({"action": "put", "filename": name, "filesize": size, "md5": md5});
    [header(&request), body.to_vec()].concat()
}

/// The answer to a `get`, without an MD5 that could tell what went wrong.
fn file(name: &str, size: i64, body: &[u8]) -> Vec<u8> {
    let header =
        header(&json!({"status": "ok", "filename": name, "filesize": size}));
    [header, body.to_vec()].concat()
}

fn recv_json(stream: &mut impl Read) -> Value {
    let json = recv_message(stream, 65_536)
        .expect("an answer")
        .expect("not only the end");
    serde_json::from_slice(&json).expect("JSON")
}

/// Asserts that nothing comes for a long time, not even the end.
fn hears_nothing(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(LONG)).expect("a timeout can be set");
    let error = read_some(stream, &mut [0]).expect_err("nothing comes");
    assert!(
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{error}"
    );
}

/// Waits until a program has used 0.3 s of processor time: one that waits never does.
#[cfg(target_os = "linux")]
fn spins(program: &Program) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let stat = fs::read_to_string(format!("/proc/{}/stat", program.id()))
            .expect("it runs");
        let (_, fields) =
            stat.rsplit_once(") ").expect("a name in parentheses");
        // The 14th and 15th field of all, in hundredths of a second: proc(5).
        let times = fields.split(' ').skip(11).take(2);
        let ticks: u64 =
            times.map(|time| time.parse::<u64>().expect("a number")).sum();
        if ticks >= 30 {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "it has used {ticks} hundredths of a second"
        );
        thread::yield_now();
    }
}

/// A client in a folder within a folder of its own.
struct Buyer {
    program: Program,
    around: TempDir,
}

impl Buyer {
    fn start(server: SocketAddr, arguments: &[&str]) -> Self {
        let around = tempfile::tempdir().expect("a temporary folder");
        let here = around.path().join("here");
        fs::create_dir(&here).expect("a folder");
        fs::write(here.join("mine"), "hello").expect("a file");
        let mut command = Command::new(CLIENT);
        command
            .current_dir(here)
            .arg("--server")
            .arg(server.to_string())
            .args(arguments);
        Self { program: Program::spawn(command), around }
    }

    /// Starts a client with a fault that gets the file `a`, and sends it these pieces.
    fn gets(fault: &str, arguments: &[&str], pieces: &[&[u8]]) -> Self {
        let (listener, address) = listen();
        let fault = format!("--fault={fault}");
        let buyer =
            Self::start(address, &[&["get", "a", &fault], arguments].concat());
        let mut stream = accept(&listener);
        assert_eq!(recv_json(&mut stream)["action"], "get");
        send_in_pieces(&mut stream, pieces);
        buyer
    }

    fn finish(self) -> (Finished, TempDir) {
        (self.program.finish(), self.around)
    }

    /// Asserts that the client succeeds, and returns what it has got as `a`.
    fn has_got(self) -> Vec<u8> {
        let (finished, around) = self.finish();
        finished.success();
        got(&around, "a").expect("the file is there")
    }
}

fn got(around: &TempDir, name: &str) -> Option<Vec<u8>> {
    fs::read(around.path().join("here").join(name)).ok()
}

// ---- Without a fault

#[test]
fn good_server() {
    let shop = Shop::open(None, &[]);
    let md5 = md5_hex(b"hello");
    assert_eq!(
        shop.ask(&put_with_md5("a", b"hello", &md5)),
        json!({"status": "ok"})
    );
    shop.server.expect("client 127.0.0.1:");
    shop.server.expect(" put a, 5 bytes");
    shop.server.expect_gone("peer-closed");
    let files = json!([{"filename": "a", "filesize": 5}]);
    assert_eq!(shop.ask(&list()), json!({"status": "ok", "files": files}));

    let mut stream = shop.send(&get("a"));
    let answer =
        json!({"status": "ok", "filename": "a", "filesize": 5, "md5": md5});
    assert_eq!(recv_json(&mut stream), answer);
    assert_eq!(read_exactly(&mut stream, 5), b"hello");
    expect_end(&mut stream);

    // An upload as in the notes gets no answer.
    let plain =
        header(&json!({"filename": "b", "filesize": 5, "filepath": ""}));
    expect_end(&mut shop.send(&[plain, b"hello".to_vec()].concat()));
    assert_eq!(shop.content("b").as_deref(), Some(b"hello".as_slice()));
}

#[test]
fn good_server_refuses() {
    let shop = Shop::open(None, &["--max-upload", "1000"]);
    fs::write(shop.around.path().join("secret"), "secret").expect("a file");
    for (request, id) in [
        (put("../a", 5, b"hello"), "path-traversal"),
        (get("../secret"), "path-traversal"),
        (put("a", 5, b"hell"), "interrupted-upload"),
        (put("a", -1, b""), "negative-length"),
        (put("a", 1001, b""), "oversized-length"),
        (put_with_md5("a", b"jello", &md5_hex(b"hello")), "digest-mismatch"),
        (
            header(&json!({"action": "put", "filename": "a"})),
            "malformed-header",
        ),
        (b"\x05\0\0\0hello".to_vec(), "malformed-header"),
        (b"\xff\xff\xff\xff".to_vec(), "negative-length"),
        (b"\xff\xff\xff\x7f".to_vec(), "oversized-length"),
        (b"\x05\0".to_vec(), "closed-mid-message"),
        (header(&json!({"action": "dance"})), "unknown-action"),
        (get("a"), "not-found"),
    ] {
        shop.refuses(&request, id);
        shop.server.expect_client_gone(id);
    }
    assert_eq!(shop.ask(&list()), json!({"status": "ok", "files": []}));
}

#[test]
fn good_pair() {
    let shop = Shop::open(None, &[]);
    let address = shop.server.address();
    let (finished, _) = Buyer::start(address, &["put", "mine"]).finish();
    assert_eq!(finished.success().stdout, "put mine: 5 bytes\n");
    assert_eq!(shop.content("mine").as_deref(), Some(b"hello".as_slice()));

    let (finished, _) = Buyer::start(address, &["put", "mine"]).finish();
    finished.fails_with("already-exists");
    let (finished, _) = Buyer::start(address, &["get", "mine"]).finish();
    finished.fails_with("already-exists");
    let (finished, _) =
        Buyer::start(address, &["get", "mine", "--overwrite"]).finish();
    assert_eq!(finished.success().stdout, "get mine: 5 bytes\n");
}

#[test]
fn good_client_refuses() {
    for (answer, id) in [
        (file("../a", 5, b"hello"), "path-traversal"),
        (file("a", 5, b"hell"), "closed-mid-message"),
        (file("a", -1, b""), "negative-length"),
        (file("a", 1 << 40, b""), "oversized-length"),
        (b"\x05\0\0\0hello".to_vec(), "malformed-header"),
    ] {
        let (listener, address) = listen();
        let buyer = Buyer::start(address, &["get", "a"]);
        let mut stream = accept(&listener);
        recv_json(&mut stream);
        stream.write_all(&answer).expect("the client takes it");
        drop(stream);
        let (finished, around) = buyer.finish();
        finished.fails_with(id);
        assert_eq!(got(&around, "a"), None);
    }
}

// ---- The server's faults

#[cfg(unix)]
#[test]
fn address_in_use() {
    for (fault, binds) in [(None, true), (Some("address-in-use"), false)] {
        let mut shop = Shop::open(fault, &[]);
        // The server ends first, so that the connection lingers on its side.
        shop.send(&list())
            .read_to_end(&mut Vec::new())
            .expect("an answer, and the end");
        shop.server.expect_gone("peer-closed");
        shop.server.kill();
        let address = shop.server.address().to_string();
        let mut again = Shop::server_in(&shop.around, &address, fault, &[]);
        if binds {
            again.wait_until_listening();
        } else {
            again.finish().fails_with("cannot listen");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn peer_closed() {
    let shop = Shop::faulty("peer-closed");
    let _stream = shop.send_and_end(b"");
    spins(&shop.server);

    let (listener, address) = listen();
    let buyer = Buyer::start(address, &["get", "a", "--fault=peer-closed"]);
    let mut stream = accept(&listener);
    assert_eq!(recv_json(&mut stream)["action"], "get");
    stream.shutdown(Shutdown::Write).expect("the client still listens");
    spins(&buyer.program);
}

#[test]
fn write_after_close() {
    for (fault, lives) in [(None, true), (Some("write-after-close"), false)] {
        let shop = Shop::open(fault, &[]);
        // More than the system takes off the server's hands.
        let path = shop.around.path().join("received").join("large");
        fs::write(path, vec![0; 20_000_000]).expect("a file");
        // The client ends its side, and then does not listen either: that is a broken pipe.
        let mut stream = shop.send_and_end(&get("large"));
        assert_eq!(recv_json(&mut stream)["status"], "ok");
        reset(stream);
        if lives {
            assert_eq!(shop.ask(&list())["status"], "ok");
        } else {
            shop.server.finish().fails_with("cannot serve");
        }
    }
}

#[test]
fn client_peer_reset() {
    for (fault, complains) in [("peer-reset", false), ("peer-closed", true)] {
        let (listener, address) = listen();
        let buyer = Buyer::start(address, &["get", "a", "--fault", fault]);
        let mut stream = accept(&listener);
        assert_eq!(recv_json(&mut stream)["action"], "get");
        reset(stream);
        let (finished, _around) = buyer.finish();
        if complains {
            finished.fails_with("peer-reset");
        } else {
            finished.success();
        }
    }
}

#[test]
fn peer_reset() {
    for request in [put("a", 5, b"hell"), b"\x05\0".to_vec()] {
        for (fault, lives) in [(None, true), (Some("peer-reset"), false)] {
            let shop = Shop::open(fault, &[]);
            let mut stream = connect(shop.server.address());
            // All of it has been read when the client vanishes.
            send_in_pieces(&mut stream, [&request]);
            reset(stream);
            if lives {
                assert_eq!(shop.ask(&list())["status"], "ok");
            } else {
                shop.server.finish().fails_with("cannot serve");
            }
        }
    }
}

#[test]
fn unread_data_reset() {
    for (fault, ends) in [(None, true), (Some("unread-data-reset"), false)] {
        let shop = Shop::open(fault, &[]);
        let mut stream = shop.send_and_end(&put("../a", 5, b"hello"));
        let outcome = stream.read_to_end(&mut Vec::new());
        assert_eq!(outcome.is_ok(), ends, "{outcome:?}");
    }
}

#[test]
fn unread_data_reset_after_an_answer() {
    let shop = Shop::faulty("unread-data-reset");
    let mut stream = shop.send(&[list(), b"one thing more".into()].concat());
    let error =
        stream.read_to_end(&mut Vec::new()).expect_err("no orderly end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    shop.server.expect_gone("hung-up");
}

#[test]
fn half_close() {
    let shop = Shop::faulty("half-close");
    expect_end(&mut shop.send_and_end(&list()));
    assert_eq!(recv_json(&mut shop.send(&list()))["status"], "ok");
}

#[test]
fn silent_peer() {
    let good = Shop::open(None, &["--timeout", "0.1"]);
    expect_end(&mut good.send(b""));
    let shop = Shop::open(Some("silent-peer"), &["--timeout", "0.1"]);
    hears_nothing(&mut shop.send(b""));
}

#[test]
fn one_client_blocks_all() {
    let shop = Shop::faulty("one-client-blocks-all");
    let first = shop.send(b"");
    shop.server.expect("client ");
    let mut second = shop.send(&list());
    hears_nothing(&mut second);
    drop(first);
    second.set_read_timeout(None).expect("a timeout can be taken away");
    assert_eq!(recv_json(&mut second)["status"], "ok");
}

// Only there the system tells when a piece is taken, so that the next cannot join it.
#[cfg(target_os = "linux")]
#[test]
fn short_read() {
    for (fault, key, value) in
        [(None, "status", "ok"), (Some("short-read"), "id", "short-read")]
    {
        let shop = Shop::open(fault, &[]);
        let mut stream = connect(shop.server.address());
        send_in_pieces(&mut stream, list().chunks(2));
        assert_eq!(recv_json(&mut stream)[key], value);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn closed_mid_message() {
    let shop = Shop::faulty("closed-mid-message");
    let _stream = shop.send_and_end(b"\x05\0");
    spins(&shop.server);
    // A file that breaks off is another matter.
    shop.refuses(&put("a", 5, b"hell"), "interrupted-upload");
}

#[test]
fn partial_write() {
    const SIZE: usize = 10_000_000;
    for (fault, whole) in [(None, true), (Some("partial-write"), false)] {
        let shop = Shop::open(fault, &["--timeout", "1"]);
        let path = shop.around.path().join("received").join("a");
        fs::write(path, vec![0; SIZE]).expect("a file");
        let mut stream = slow_client(shop.server.address());
        stream.write_all(&get("a")).expect("the server takes it");
        let filesize = recv_json(&mut stream)["filesize"].as_u64();
        assert_eq!(filesize, Some(SIZE as u64));
        assert_eq!(read_slowly(&mut stream) == SIZE, whole);
    }
}

/// Connects with a receive buffer so small that a large file does not fit into the system.
fn slow_client(server: SocketAddr) -> TcpStream {
    let socket =
        Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(100_000).expect("a size can be set");
    socket.connect(&server.into()).expect("the server accepts connections");
    socket.into()
}

/// Takes 256 KiB ten times a second: never silent for long, and not done within a second.
fn read_slowly(stream: &mut TcpStream) -> usize {
    let mut total = 0;
    loop {
        let count = stream
            .take(256 * 1024)
            .read_to_end(&mut Vec::new())
            .expect("bytes come");
        if count == 0 {
            return total;
        }
        total += count;
        // Not to wait for anything: the slowness is what is tested.
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn wrong_byte_order() {
    let shop = Shop::faulty("wrong-byte-order");
    let mut request = list();
    request[..4].reverse();
    let mut stream = shop.send(&request);
    let length = read_exactly(&mut stream, 4);
    assert_eq!((length[0], length[1]), (0, 0), "the highest byte comes first");
    assert!(length[3] > 0);
}

#[test]
fn oversized_length() {
    let shop = Shop::open(Some("oversized-length"), &["--max-upload", "1"]);
    hears_nothing(&mut shop.send(b"\xff\xff\xff\x7f"));
    assert_eq!(shop.ask(&put("a", 5, b"hello"))["status"], "ok");
}

#[test]
fn negative_length() {
    let shop = Shop::faulty("negative-length");
    assert_eq!(shop.ask(&put("a", -1, b""))["status"], "ok");
    assert_eq!(shop.content("a"), Some(vec![]));
}

// As with short_read.
#[cfg(target_os = "linux")]
#[test]
fn wrong_count() {
    let body = b"0123456789".repeat(10_000);
    for (fault, whole) in [(None, true), (Some("wrong-count"), false)] {
        let shop = Shop::open(fault, &[]);
        let mut stream = connect(shop.server.address());
        let head = put("a", 100_000, b"");
        send_in_pieces(
            &mut stream,
            [head.as_slice()].into_iter().chain(body.chunks(1000)),
        );
        assert_eq!(recv_json(&mut stream)["status"], "ok");
        assert_eq!(shop.content("a").as_ref() == Some(&body), whole);
    }
}

#[test]
fn malformed_header() {
    let shop = Shop::faulty("malformed-header");
    let without_size = header(&json!({"action": "put", "filename": "a"}));
    let absurd =
        header(&json!({"action": "put", "filename": "a", "filesize": 3.5}));
    for request in [b"\x05\0\0\0hello".to_vec(), without_size, absurd] {
        expect_end(&mut shop.send(&request));
    }
    assert_eq!(shop.ask(&list())["status"], "ok");
}

#[test]
fn path_traversal() {
    let shop = Shop::faulty("path-traversal");
    assert_eq!(shop.ask(&put("../a", 5, b"hello"))["status"], "ok");
    assert_eq!(shop.content("../a").as_deref(), Some(b"hello".as_slice()));
    let mut stream = shop.send(&get("../a"));
    assert_eq!(recv_json(&mut stream)["status"], "ok");
    assert_eq!(read_exactly(&mut stream, 5), b"hello");
    // All else is as it should be.
    shop.refuses(&put("../a", 5, b"jello"), "already-exists");
    shop.refuses(&put("b", 5, b"hell"), "interrupted-upload");
    assert_eq!(shop.content("b"), None);
}

#[test]
fn interrupted_upload() {
    let shop = Shop::faulty("interrupted-upload");
    shop.refuses(&put("a", 5, b"hell"), "interrupted-upload");
    assert_eq!(shop.content("a").as_deref(), Some(b"hell".as_slice()));
    // All else is as it should be.
    shop.refuses(
        &put_with_md5("b", b"jello", &md5_hex(b"hello")),
        "digest-mismatch",
    );
    assert_eq!(shop.content("b"), None);
}

#[test]
fn digest_mismatch() {
    let shop = Shop::faulty("digest-mismatch");
    assert_eq!(
        shop.ask(&put_with_md5("a", b"jello", &md5_hex(b"hello")))["status"],
        "ok"
    );
    assert_eq!(shop.content("a").as_deref(), Some(b"jello".as_slice()));
}

// ---- The client's faults

#[test]
fn client_connection_refused() {
    let (listener, address) = listen();
    drop(listener);
    let (finished, _) = Buyer::start(address, &["put", "mine"]).finish();
    finished.fails_with("is the server running?");
    let arguments = ["put", "mine", "--fault", "connection-refused"];
    let (finished, _) = Buyer::start(address, &arguments).finish();
    assert!(!finished.code(0).stderr.contains("cannot connect"));
}

#[test]
fn client_short_read() {
    let answer = file("a", 5, b"hello");
    let (listener, address) = listen();
    let buyer = Buyer::start(address, &["get", "a", "--fault=short-read"]);
    let mut stream = accept(&listener);
    recv_json(&mut stream);
    // It may leave before the second piece is sent.
    stream.write_all(&answer[..2]).expect("the client takes it");
    buyer.finish().0.fails_with("one read returned 2 of 4 bytes (short-read)");
}

#[cfg(target_os = "linux")]
#[test]
fn client_closed_mid_message() {
    let answer = file("a", 5, b"hell");
    for length in [2, answer.len()] {
        let mut buyer =
            Buyer::gets("closed-mid-message", &[], &[&answer[..length]]);
        spins(&buyer.program);
        assert!(buyer.program.is_running());
    }
}

#[test]
fn client_wrong_byte_order() {
    let (listener, address) = listen();
    let _buyer =
        Buyer::start(address, &["get", "a", "--fault=wrong-byte-order"]);
    let length = read_exactly(&mut accept(&listener), 4);
    assert_eq!(&length[..3], [0, 0, 0], "the highest byte comes first");
}

#[test]
fn client_oversized_length() {
    let arguments = ["--max-reply", "4"];
    let buyer =
        Buyer::gets("oversized-length", &arguments, &[&file("a", 5, b"hello")]);
    assert_eq!(buyer.has_got(), b"hello");
}

#[test]
fn client_negative_length() {
    assert_eq!(
        Buyer::gets("negative-length", &[], &[&file("a", -1, b"")]).has_got(),
        b""
    );
}

#[test]
fn client_wrong_count() {
    let buyer = Buyer::gets("wrong-count", &[], &[&file("a", 5, b"he")]);
    assert_eq!(buyer.has_got(), b"he");
}

#[test]
fn client_malformed_header() {
    let buyer = Buyer::gets("malformed-header", &[], &[b"\x05\0\0\0hello"]);
    let (finished, _) = buyer.finish();
    assert!(finished.code(101).stderr.contains("panicked"));
}

#[test]
fn client_path_traversal() {
    let buyer =
        Buyer::gets("path-traversal", &[], &[&file("../escaped", 5, b"hello")]);
    let (finished, around) = buyer.finish();
    finished.success();
    assert_eq!(
        got(&around, "../escaped").as_deref(),
        Some(b"hello".as_slice())
    );
}

#[test]
fn client_interrupted_upload() {
    let buyer =
        Buyer::gets("interrupted-upload", &[], &[&file("a", 5, b"hell")]);
    let (finished, around) = buyer.finish();
    finished.fails_with("closed-mid-message");
    assert_eq!(got(&around, "a").as_deref(), Some(b"hell".as_slice()));
}

#[test]
fn client_digest_mismatch() {
    let md5 = md5_hex(b"hello");
    let head =
        json!({"status": "ok", "filename": "a", "filesize": 5, "md5": md5});
    let buyer =
        Buyer::gets("digest-mismatch", &[], &[&header(&head), b"jello"]);
    assert_eq!(buyer.has_got(), b"jello");
}
