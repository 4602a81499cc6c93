//! What holds for the functions as for the types: files in both directions, several clients at
//! once, and peers that mean no good. This file is a module for each of the two.

use std::fs::{self, File};
use std::io::{BufRead, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Instant;
use std::{slice, thread};

use assert_cmd::Command;
use dict_header::{MAX_HEADER, encode_header, md5_hex};
use file_transfer::send_body;
use predicates::str::contains;
use serde_json::{Value, json};
use struct_header::{frame, recv_message};
use support::{
    Finished, PATIENCE, Program, accept, check_arguments, connect, expect_end, has_ipv6, listen,
    nobody, python, read_exactly, reset, send_in_pieces,
};
use tempfile::TempDir;

/// Tells whether this module is the one for the functions.
const FUNCTIONS: bool = matches!(module_path!().as_bytes(), [.., b'n', b's']);

/// The server of this version.
pub const SERVER: &str = if FUNCTIONS {
    env!("CARGO_BIN_EXE_file-transfer-functions-server")
} else {
    env!("CARGO_BIN_EXE_file-transfer-server")
};

const CLIENT: &str = if FUNCTIONS {
    env!("CARGO_BIN_EXE_file-transfer-functions-client")
} else {
    env!("CARGO_BIN_EXE_file-transfer-client")
};

/// Sizes around which buffers begin and end.
const SIZES: [usize; 8] = [0, 1, 1023, 1024, 1025, 65_535, 65_536, 65_537];

// ---- What the tests are made of

/// A server with a folder of its own.
pub struct Shop {
    /// The server.
    pub server: Program,
    /// Where it keeps its files.
    pub dir: TempDir,
}

impl Shop {
    pub fn open(arguments: &[&str]) -> Self {
        let dir = folder();
        let server = Program::server(SERVER, &[&["--dir", text(dir.path())], arguments].concat());
        Self { server, dir }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    pub fn client(&self, here: &TempDir, arguments: &[&str]) -> Command {
        client(self.address(), here, arguments)
    }

    /// Sends bytes as a raw client, which ends its side after them.
    fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = connect(self.address());
        stream.write_all(bytes).expect("the server takes the bytes");
        stream.shutdown(std::net::Shutdown::Write).expect("an open connection");
        stream
    }

    /// Asserts that a raw client with these bytes is refused for the reason `id`, is told so,
    /// and that the next client is served.
    fn refuses(&self, bytes: &[u8], id: &str) {
        let mut stream = self.send(bytes);
        let answer = refusal(&mut stream);
        assert_eq!(answer["id"], id, "{answer} to {}", bytes.escape_ascii());
        expect_end(&mut stream);
        drop(stream);
        self.server.expect_client_gone(id);
        self.serves_on();
    }

    /// Asserts that the server serves the next client.
    fn serves_on(&self) {
        assert_eq!(self.ask(&json!({"action": "list"}), b"")["status"], "ok");
        self.server.expect_client_gone("peer-closed");
    }

    /// Sends a request with a body and returns the answer.
    fn ask(&self, request: &Value, body: &[u8]) -> Value {
        let mut stream = self.send(&with_body(request, body));
        let answer = recv_json(&mut stream);
        expect_end(&mut stream);
        answer
    }

    pub fn content(&self, name: &str) -> Vec<u8> {
        fs::read(self.dir.path().join(name)).expect("the file is there")
    }

    /// The names of all that is in the folder, hidden or not.
    fn names(&self) -> Vec<String> {
        names(&self.dir)
    }
}

/// A folder beside the build: in many systems `/tmp` is memory, too dear for large files.
pub fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder")
}

pub fn names(dir: &TempDir) -> Vec<String> {
    let items = fs::read_dir(dir.path()).expect("the folder is there");
    let name = |item: fs::DirEntry| item.file_name().into_string().expect("UTF-8");
    let mut names: Vec<_> = items.map(|item| name(item.expect("an item"))).collect();
    names.sort();
    names
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

pub fn write(dir: &TempDir, name: &str, content: &[u8]) {
    fs::write(dir.path().join(name), content).expect("the file can be written");
}

pub fn client(address: SocketAddr, here: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(CLIENT);
    command.current_dir(here.path()).arg("--server").arg(address.to_string());
    command.args(arguments).timeout(PATIENCE);
    command
}

/// Bytes without a pattern that a shifted or repeated piece would fit into.
pub fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = (0..size.div_ceil(8)).flat_map(|_| word()).collect();
    bytes.truncate(size);
    bytes
}

pub fn header(value: &Value) -> Vec<u8> {
    encode_header(value).expect("a header")
}

pub fn with_body(value: &Value, body: &[u8]) -> Vec<u8> {
    [header(value), body.to_vec()].concat()
}

pub fn put(name: &str, body: &[u8]) -> Vec<u8> {
    with_body(&json!({"action": "put", "filename": name, "filesize": body.len()}), body)
}

pub fn get(name: &str) -> Vec<u8> {
    header(&json!({"action": "get", "filename": name}))
}

pub fn recv_json(stream: &mut impl Read) -> Value {
    let json = recv_message(stream, MAX_HEADER).expect("an answer").expect("not only the end");
    serde_json::from_slice(&json).expect("JSON")
}

/// Receives a refusal, and checks its form.
pub fn refusal(stream: &mut impl Read) -> Value {
    let answer = recv_json(stream);
    assert_eq!(answer["status"], "error", "{answer}");
    assert!(answer["message"].as_str().is_some_and(str::is_ascii), "{answer}");
    answer
}

// ---- Good runs

#[test]
fn files_of_all_sizes_go_up_and_come_back() {
    let shop = Shop::open(&[]);
    let (home, away) = (folder(), folder());
    for size in SIZES {
        let name = format!("{size}.bin");
        write(&home, &name, &noise(size, size as u64));
        let line = format!("put {name}: {size} bytes\n");
        shop.client(&home, &["put", &name]).assert().success().stdout(line).stderr("");
        shop.server.expect("client 127.0.0.1:");
        shop.server.expect(&format!(" put {name}, {size} bytes"));
        shop.server.expect_gone("peer-closed");
        assert_eq!(shop.content(&name), noise(size, size as u64));

        let line = format!("get {name}: {size} bytes\n");
        shop.client(&away, &["get", &name]).assert().success().stdout(line).stderr("");
        shop.server.expect("client 127.0.0.1:");
        shop.server.expect(&format!(" get {name}"));
        shop.server.expect_gone("peer-closed");
        assert_eq!(fs::read(away.path().join(&name)).expect("it came"), noise(size, size as u64));
    }
    assert_eq!(names(&away), names(&home));
    assert_eq!(shop.names(), names(&home));
}

#[test]
fn several_files_and_names_in_chinese() {
    let shop = Shop::open(&[]);
    let (home, away) = (folder(), folder());
    write(&home, "学习笔记.md", "套接字".as_bytes());
    write(&home, "two words.txt", b"two words");
    let path = home.path().join("two words.txt");

    // A path is the sender's own affair: only its last part is sent.
    let lines = "put 学习笔记.md: 9 bytes\nput two words.txt: 9 bytes\n";
    shop.client(&away, &["put", text(&home.path().join("学习笔记.md")), text(&path)])
        .assert()
        .success()
        .stdout(lines);

    let lines = "two words.txt: 9 bytes\n学习笔记.md: 9 bytes\n";
    shop.client(&away, &["list"]).assert().success().stdout(lines).stderr("");
    shop.client(&away, &["get", "学习笔记.md", "two words.txt"]).assert().success();
    assert_eq!(fs::read(away.path().join("学习笔记.md")).expect("it came"), "套接字".as_bytes());
}

#[test]
fn an_answer_says_what_the_contract_says() {
    let shop = Shop::open(&[]);
    assert_eq!(shop.ask(&json!({"action": "list"}), b""), json!({"status": "ok", "files": []}));

    let upload = json!({"action": "put", "filename": "a", "filesize": 5, "md5": md5_hex(b"hello")});
    assert_eq!(shop.ask(&upload, b"hello"), json!({"status": "ok"}));

    let mut stream = shop.send(&get("a"));
    let file = json!({"status": "ok", "filename": "a", "filesize": 5, "md5": md5_hex(b"hello")});
    assert_eq!(recv_json(&mut stream), file);
    assert_eq!(read_exactly(&mut stream, 5), b"hello");
    expect_end(&mut stream);

    let listed = json!({"status": "ok", "files": [{"filename": "a", "filesize": 5}]});
    assert_eq!(shop.ask(&json!({"action": "list"}), b""), listed);
}

#[test]
fn only_whole_regular_files_are_listed() {
    let shop = Shop::open(&[]);
    let here = folder();
    write(&shop.dir, "b", b"12");
    write(&shop.dir, "C", b"");
    write(&shop.dir, ".partial-x1y2z3", b"half");
    fs::create_dir(shop.dir.path().join("folder")).expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink("b", shop.dir.path().join("link")).expect("a link");

    shop.client(&here, &["list"]).assert().success().stdout("C: 0 bytes\nb: 2 bytes\n");
}

#[test]
fn a_list_that_is_too_long_says_how_much_is_left_out() {
    let shop = Shop::open(&[]);
    for number in 0..400 {
        write(&shop.dir, &format!("{number:0200}"), b"");
    }
    let output = shop.client(&folder(), &["list"]).assert().success().get_output().clone();
    let shown = output.stdout.lines().count();
    let remark = format!("{} more files are there; the answer had no room for them\n", 400 - shown);
    assert!((200..400).contains(&shown), "{shown}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), remark);
}

#[test]
fn nothing_is_overwritten_unless_asked_for() {
    let (home, away) = (folder(), folder());
    write(&home, "a", b"new");
    write(&away, "a", b"old");

    let shop = Shop::open(&[]);
    write(&shop.dir, "a", b"old");
    let refused = "Error: a: there is something of this name already (already-exists)\n";
    shop.client(&home, &["put", "a"]).assert().code(1).stdout("").stderr(refused);
    shop.server.expect_client_gone("already-exists");
    assert_eq!(shop.content("a"), b"old");
    shop.client(&away, &["get", "a"]).assert().code(1).stdout("").stderr(refused);

    let shop = Shop::open(&["--overwrite"]);
    write(&shop.dir, "a", b"old");
    shop.client(&home, &["put", "a"]).assert().success();
    assert_eq!(shop.content("a"), b"new");
    shop.client(&away, &["get", "a", "--overwrite"]).assert().success();
    assert_eq!(fs::read(away.path().join("a")).expect("it came"), b"new");
    assert_eq!((shop.names(), names(&away)), (vec!["a".into()], vec!["a".into()]));
}

#[cfg(unix)]
#[test]
fn a_received_file_has_the_rights_of_any_other() {
    use std::os::unix::fs::PermissionsExt;

    let shop = Shop::open(&[]);
    let (home, away) = (folder(), folder());
    write(&home, "a", b"hello");
    shop.client(&home, &["put", "a"]).assert().success();
    shop.client(&away, &["get", "a"]).assert().success();
    let mode = |dir: &TempDir| {
        fs::metadata(dir.path().join("a")).expect("the file is there").permissions().mode()
    };
    assert_eq!((mode(&shop.dir), mode(&away)), (mode(&home), mode(&home)));
}

#[test]
fn wrong_arguments_are_refused() {
    check_arguments(SERVER, &[&["nonsense"], &["--max-upload", "-1"], &["--timeout", "0"]]);
    check_arguments(
        CLIENT,
        &[&[], &["put"], &["get"], &["list", "a"], &["--server", "nowhere", "list"], &["delete"]],
    );
}

#[test]
fn ipv6_and_the_name_of_the_host_work_too() {
    let dir = folder();
    if has_ipv6() {
        let arguments = ["--dir", text(dir.path())];
        let server = Program::server_at(SERVER, "[::1]:0", &arguments);
        client(server.address(), &dir, &["list"]).assert().success();
    }
    let shop = Shop::open(&[]);
    let address = format!("localhost:{}", shop.address().port());
    Command::new(CLIENT).args(["list", "--server", &address]).assert().success();
}

#[test]
fn nobody_listens() {
    let (_port, address) = nobody();
    let here = folder();
    write(&here, "a", b"hello");
    for arguments in [&["list"] as &[&str], &["put", "a"], &["get", "b"]] {
        let hint = format!("cannot connect to {address}; is the server running?");
        client(address, &here, arguments).assert().code(1).stdout("").stderr(contains(hint));
    }
}

#[test]
fn a_folder_or_an_address_that_cannot_be_used_ends_the_server() {
    let here = folder();
    write(&here, "file", b"");
    let dir = here.path().join("file").join("received");
    let finished = Program::start(SERVER, ["127.0.0.1:0", "--dir", text(&dir)]).finish();
    finished.fails_with("try another --dir");

    let shop = Shop::open(&[]);
    let address = shop.address().to_string();
    let finished = Program::start(SERVER, [&address, "--dir", text(here.path())]).finish();
    finished.fails_with("try a free port of this machine");
}

// ---- The notes' protocol

#[test]
fn an_upload_as_in_the_notes_gets_no_answer() {
    let shop = Shop::open(&[]);
    let upload = json!({"filepath": "C:\\Users\\me", "filename": "config", "filesize": 5});
    let mut stream = connect(shop.address());
    stream.write_all(&with_body(&upload, b"hello")).expect("the server takes it");
    // Not even the client's end is needed: all that was announced has arrived.
    expect_end(&mut stream);
    drop(stream);

    shop.server.expect("client ");
    shop.server.expect(" put config, 5 bytes");
    shop.server.expect_gone("peer-closed");
    assert_eq!(shop.server.error_line().split(": ").nth(1), Some("the header has no md5"));
    assert_eq!(shop.content("config"), b"hello");

    // Neither does a refused one: its client would take the answer for something else.
    let escaping = json!({"filepath": "", "filename": "../escaped", "filesize": 5});
    for (header, id) in [(&upload, "already-exists"), (&escaping, "path-traversal")] {
        expect_end(&mut shop.send(&with_body(header, b"hello")));
        shop.server.expect_client_gone(id);
    }
    shop.serves_on();
}

#[test]
fn an_upload_to_a_server_as_in_the_notes_is_unconfirmed() {
    let here = folder();
    write(&here, "a", b"hello");
    let finished = meets(&here, &["put", "a"], |mut stream| {
        let request = recv_json(&mut stream);
        assert_eq!(request["filesize"], 5);
        assert_eq!(read_exactly(&mut stream, 5), b"hello");
    });
    let finished = finished.success();
    assert_eq!(finished.stdout, "");
    assert_eq!(finished.stderr, "a: 5 bytes sent; unconfirmed, for no answer came\n");
}

#[test]
fn python_halves_as_in_the_notes() {
    let here = folder();
    write(&here, "笔记.bin", &noise(200_001, 7));
    let path = here.path().join("笔记.bin");

    let shop = Shop::open(&[]);
    let arguments = [&shop.address().to_string(), text(&path)];
    let Some(uploader) = python("file_transfer_uploader.py", &arguments) else {
        return;
    };
    assert_eq!(uploader.finish().success().stdout, "sent 200001 bytes, then b''\n");
    shop.server.expect_client_gone("peer-closed");
    assert_eq!(shop.content("笔记.bin"), noise(200_001, 7));

    let away = folder();
    let receiver = python("file_transfer_receiver.py", &["127.0.0.1:0", text(away.path())]);
    let mut receiver = receiver.expect("python3 was there a moment ago");
    receiver.wait_until_listening();
    client(receiver.address(), &here, &["put", "笔记.bin"])
        .assert()
        .success()
        .stdout("")
        .stderr(contains("unconfirmed"));
    assert_eq!(receiver.finish().success().stdout, "received 笔记.bin 200001 bytes\n");
    assert_eq!(fs::read(away.path().join("笔记.bin")).expect("it came"), noise(200_001, 7));
}

#[test]
fn python_halves_with_answers() {
    let (home, away) = (folder(), folder());
    write(&home, "笔记.bin", &noise(200_001, 8));
    let path = home.path().join("笔记.bin");

    let shop = Shop::open(&[]);
    let address = shop.address().to_string();
    let script = "file_transfer_client.py";
    let run = |arguments: &[&str]| {
        let program = python(script, &[&[address.as_str()], arguments].concat())?;
        Some(program.finish().success().stdout)
    };
    let Some(output) = run(&["put", text(&path)]) else {
        return;
    };
    assert_eq!(output, "ok \n");
    assert_eq!(run(&["put", text(&path)]).as_deref(), Some("error already-exists\n"));
    assert_eq!(run(&["list"]).as_deref(), Some("笔记.bin 200001\nok \n"));
    assert_eq!(run(&["get", "笔记.bin", text(away.path())]).as_deref(), Some("ok \n"));
    assert_eq!(fs::read(away.path().join("笔记.bin")).expect("it came"), noise(200_001, 8));

    let kept = folder();
    let server = python("file_transfer_server.py", &["127.0.0.1:0", text(kept.path())]);
    let mut server = server.expect("python3 was there a moment ago");
    server.wait_until_listening();
    let client = |here, arguments: &[&str]| client(server.address(), here, arguments).assert();
    client(&home, &["put", "笔记.bin"]).success().stdout("put 笔记.bin: 200001 bytes\n");
    client(&home, &["list"]).success().stdout("笔记.bin: 200001 bytes\n");
    fs::remove_file(away.path().join("笔记.bin")).expect("it was there");
    client(&away, &["get", "笔记.bin"]).success().stdout("get 笔记.bin: 200001 bytes\n");
    assert_eq!(fs::read(away.path().join("笔记.bin")).expect("it came"), noise(200_001, 8));
    client(&away, &["get", "other"]).code(1).stderr("Error: other: no such file (not-found)\n");
}

// ---- The server, and clients that break off, dawdle or say nothing

#[test]
fn an_upload_may_arrive_byte_by_byte() {
    let shop = Shop::open(&[]);
    let bytes = put("slow.txt", b"one byte after another");
    let mut stream = connect(shop.address());
    send_in_pieces(&mut stream, bytes.iter().map(slice::from_ref));
    assert_eq!(recv_json(&mut stream), json!({"status": "ok"}));
    assert_eq!(shop.content("slow.txt"), b"one byte after another");
}

#[test]
fn a_client_may_end_its_side_and_still_gets_its_answer() {
    let shop = Shop::open(&[]);
    assert_eq!(
        shop.ask(&json!({"action": "put", "filename": "a", "filesize": 2}), b"ab")["status"],
        "ok"
    );
    shop.server.expect_client_gone("peer-closed");
}

#[test]
fn what_comes_after_the_file_is_not_part_of_it() {
    let shop = Shop::open(&[]);
    let answer = shop.ask(&json!({"action": "put", "filename": "a", "filesize": 2}), b"abc");
    assert_eq!(answer["status"], "ok");
    assert_eq!(shop.content("a"), b"ab");
    shop.server.expect_client_gone("peer-closed");
}

#[test]
fn a_client_that_leaves_without_a_word() {
    let shop = Shop::open(&[]);
    drop(connect(shop.address()));
    shop.server.expect_client_gone("peer-closed");
    shop.serves_on();
}

#[test]
fn a_header_that_is_cut_off() {
    let shop = Shop::open(&[]);
    let whole = put("a", b"");
    for length in [1, 3, 4, 5, whole.len() - 1] {
        shop.refuses(&whole[..length], "closed-mid-message");
    }
}

#[test]
fn an_upload_that_is_cut_off_leaves_nothing() {
    let shop = Shop::open(&["--overwrite"]);
    write(&shop.dir, "a", b"old");
    let whole = put("a", &noise(100_000, 1));
    for missing in [1, 50_000, 100_000] {
        shop.refuses(&whole[..whole.len() - missing], "interrupted-upload");
        assert_eq!((shop.names(), shop.content("a")), (vec!["a".into()], b"old".to_vec()));
    }
}

#[test]
fn an_upload_that_ends_in_a_reset_leaves_nothing() {
    let shop = Shop::open(&[]);
    let whole = put("a", &noise(100_000, 1));
    let mut stream = connect(shop.address());
    stream.write_all(&whole[..60_000]).expect("the server takes the bytes");
    // The reset may overtake what was sent: wait until the server has begun with the file.
    shop.server.expect("client ");
    shop.server.expect(" put a, 100000 bytes");
    reset(stream);
    shop.server.expect_gone("interrupted-upload");
    shop.serves_on();
    assert_eq!(shop.names(), [""; 0]);

    let mut stream = connect(shop.address());
    stream.write_all(&whole[..2]).expect("the server takes the bytes");
    shop.server.expect("client ");
    reset(stream);
    shop.server.expect_gone("peer-reset");
    shop.serves_on();
}

#[test]
fn a_client_that_breaks_a_download_off() {
    let shop = Shop::open(&[]);
    write(&shop.dir, "big", &vec![0; 30_000_000]);
    let mut stream = connect(shop.address());
    stream.write_all(&get("big")).expect("the server takes the request");
    assert_eq!(recv_json(&mut stream)["filesize"], 30_000_000);
    reset(stream);
    shop.server.expect("client ");
    shop.server.expect(" get big");
    let line = shop.server.expect(" gone: ");
    assert!(line.ends_with("peer-reset") || line.ends_with("write-after-close"), "{line}");
    shop.serves_on();
}

/// How much of the processor a program has used so far, in hundredths of a second.
#[cfg(target_os = "linux")]
fn processor_time(program: &Program) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", program.id())).expect("it runs");
    let (_, fields) = stat.rsplit_once(") ").expect("proc(5)");
    let field = |number: usize| fields.split(' ').nth(number - 3).and_then(|n| n.parse().ok());
    field(14).zip(field(15)).map(|(user, system): (u64, u64)| user + system).expect("proc(5)")
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_has_left_costs_no_work() {
    let shop = Shop::open(&[]);
    // A hole: it needs no room on the disk, and takes a minute to be hashed in a debug build.
    let film = File::create(shop.dir.path().join("film")).expect("a file");
    film.set_len(16 << 30).expect("a hole");
    for how in [drop::<TcpStream>, reset] {
        let before = processor_time(&shop.server);
        let mut stream = connect(shop.address());
        stream.write_all(&get("film")).expect("the server takes the request");
        shop.server.expect("client ");
        shop.server.expect(" get film");
        how(stream);
        let line = shop.server.expect(" gone: ");
        assert!(line.ends_with("peer-reset") || line.ends_with("write-after-close"), "{line}");
        assert!(processor_time(&shop.server) - before < 100, "it worked on for nobody");
    }
    shop.serves_on();
}

#[test]
fn a_client_that_has_ended_its_side_may_wait_for_a_large_file() {
    let shop = Shop::open(&[]);
    let body = noise(5_000_000, 12);
    write(&shop.dir, "big", &body);
    // Its end is there before the file is read for its digest.
    let mut stream = shop.send(&get("big"));
    let answer = recv_json(&mut stream);
    let file = json!({
        "status": "ok", "filename": "big", "filesize": body.len(), "md5": md5_hex(&body),
    });
    assert_eq!(answer, file);
    assert!(read_exactly(&mut stream, body.len()) == body, "another file came");
    expect_end(&mut stream);
}

#[cfg(unix)]
#[test]
fn a_log_that_is_lost_changes_no_answer() {
    let dir = folder();
    let arguments = ["--dir", text(dir.path())];
    for server in [
        Program::server_without_log(SERVER, &arguments),
        Program::server_with_full_log(SERVER, &arguments),
    ] {
        for round in 0..30 {
            let name = format!("{}-{round}", server.id());
            let mut stream = connect(server.address());
            stream.write_all(&put(&name, b"hello")).expect("the server takes it");
            assert_eq!(recv_json(&mut stream)["status"], "ok");
            let mut stream = connect(server.address());
            stream.write_all(&put("../x", b"hello")).expect("the server takes it");
            assert_eq!(refusal(&mut stream)["id"], "path-traversal");
        }
    }
}

#[test]
fn no_terminal_obeys_a_stranger() {
    let shop = Shop::open(&[]);
    let hostile = "\u{9b}31m\u{202e}\u{1b}[2J";
    let safe = "\\u{9b}31m\\u{202e}\\u{1b}[2J";
    // Not escaped by JSON either: the raw bytes come.
    let request = "{\"action\":{\"\u{9b}31m\u{202e}\":1}}";
    let bytes = frame(request.as_bytes()).expect("short enough");
    assert_eq!(refusal(&mut shop.send(&bytes))["id"], "malformed-header");
    let line = shop.server.error_line();
    assert!(line.contains(r"\u{9b}31m\u{202e}"), "{line}");
    shop.server.expect_client_gone("malformed-header");

    for (request, shown, id) in [
        (put(hostile, b""), format!("put {safe}, 0 bytes"), "path-traversal"),
        (get(hostile), format!("get {safe}"), "path-traversal"),
        (header(&json!({"action": hostile})), safe.into(), "unknown-action"),
    ] {
        refusal(&mut shop.send(&request));
        shop.server.expect("client ");
        let line = shop.server.expect(" ");
        assert!(line.ends_with(&shown), "{line}");
        shop.server.expect_gone(id);
    }

    // A name that turns text round is a good one, for those who write from right to left.
    let here = folder();
    write(&here, "a\u{202e}b", b"hello");
    shop.client(&here, &["put", "a\u{202e}b"])
        .assert()
        .success()
        .stdout("put a\\u{202e}b: 5 bytes\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_cannot_print_says_so() {
    let shop = Shop::open(&[]);
    let here = folder();
    write(&here, "a", b"hello");
    let address = shop.address().to_string();
    let at = text(here.path());
    for arguments in ["put a", "list"] {
        let first = format!("cd '{at}';");
        let arguments: Vec<_> =
            ["--server", &address].into_iter().chain(arguments.split(' ')).collect();
        let client = Program::by_shell(&first, CLIENT, &arguments, ">/dev/full");
        client.finish().fails_with("cannot print").fails_with("No space left on device");
    }
    assert_eq!(shop.content("a"), b"hello");
}

#[test]
fn a_silent_client_is_let_go() {
    let shop = Shop::open(&["--timeout", "0.5"]);
    let upload = put("a", &noise(1000, 2));
    write(&shop.dir, "big", &vec![0; 30_000_000]);
    // One says nothing, one stops inside its header, one inside its file.
    for length in [0, 6, upload.len() - 1] {
        let mut stream = connect(shop.address());
        stream.write_all(&upload[..length]).expect("the server takes the bytes");
        expect_end(&mut stream);
        shop.server.expect_client_gone("silent-peer");
    }
    // One does not read, and one does not end when all is said.
    for request in [get("big"), header(&json!({"action": "list"}))] {
        let mut stream = connect(shop.address());
        stream.write_all(&request).expect("the server takes the bytes");
        shop.server.expect_client_gone("silent-peer");
    }
    shop.serves_on();
    assert_eq!(shop.names(), ["big"]);
}

#[test]
fn a_silent_client_makes_nobody_wait() {
    let shop = Shop::open(&[]);
    let here = folder();
    write(&here, "a", b"hello");
    let mut silent = connect(shop.address());
    silent.write_all(&put("b", b"hello")[..40]).expect("the server takes the bytes");
    let came = shop.server.expect("client ");

    shop.client(&here, &["put", "a"]).assert().success();
    shop.server.expect_client_gone("peer-closed");

    silent.write_all(&put("b", b"hello")[40..]).expect("the server takes the bytes");
    assert_eq!(recv_json(&mut silent), json!({"status": "ok"}));
    drop(silent);
    // Each line names its client, so that they can be told apart.
    shop.server.expect(&format!("{came} put b, 5 bytes"));
    shop.server.expect(&format!("{came} gone: peer-closed"));
}

#[test]
fn two_uploads_of_one_name_at_once() {
    let shop = Shop::open(&[]);
    let bodies = [noise(100_000, 3), noise(100_000, 4)];
    let mut streams = bodies.each_ref().map(|body| {
        let mut stream = connect(shop.address());
        stream.write_all(&put("same", body)[..50_000]).expect("the server takes the bytes");
        stream
    });
    // Both have begun, and neither could know of the other.
    let deadline = Instant::now() + PATIENCE;
    while shop.names().len() < 2 {
        assert!(Instant::now() < deadline, "no two partial files: {:?}", shop.names());
        thread::yield_now();
    }
    for (stream, body) in streams.iter_mut().zip(&bodies) {
        stream.write_all(&put("same", body)[50_000..]).expect("the server takes the bytes");
    }
    let answers = streams.each_mut().map(recv_json);
    let winner = answers.iter().position(|answer| answer["status"] == "ok").expect("one wins");
    assert_eq!(answers[1 - winner]["id"], "already-exists");
    assert_eq!(shop.content("same"), bodies[winner]);
    assert_eq!(shop.names(), ["same"]);
}

#[test]
fn many_clients_at_once() {
    let shop = Shop::open(&[]);
    let here = folder();
    let address = shop.address();
    thread::scope(|scope| {
        for number in 0..8_u64 {
            let here = &here;
            scope.spawn(move || {
                let name = number.to_string();
                write(here, &name, &noise(300_000, number));
                client(address, here, &["put", &name]).assert().success();
            });
        }
    });
    for number in 0..8 {
        assert_eq!(shop.content(&number.to_string()), noise(300_000, number));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_without_room_for_more_clients_goes_on_later() {
    let dir = folder();
    let mut command = std::process::Command::new("sh");
    // Room for a handful of connections; the others wait in the queue.
    command.args(["-c", r#"ulimit -n 12; exec "$0" "$@""#, SERVER, "127.0.0.1:0", "--dir"]);
    let mut server = Program::spawn({
        command.arg(dir.path());
        command
    });
    server.wait_until_listening();
    let crowd: Vec<_> = (0..20).map(|_| connect(server.address())).collect();
    drop(crowd);
    // While the last of them go, there is no room to open the folder in either.
    for _ in 0..20 {
        server.expect_gone("peer-closed");
    }
    client(server.address(), &dir, &["list"]).assert().success();
}

// ---- The server, and clients that mean no good

#[test]
fn lengths_that_cannot_be_meant() {
    let shop = Shop::open(&["--max-upload", "1000"]);
    shop.refuses(&(-1_i32).to_le_bytes(), "negative-length");
    shop.refuses(&i32::MIN.to_le_bytes(), "negative-length");
    shop.refuses(&i32::MAX.to_le_bytes(), "oversized-length");
    shop.refuses(&(MAX_HEADER as i32 + 1).to_le_bytes(), "oversized-length");
    // What a client with the other byte order means as 5.
    shop.refuses(&5_i32.to_be_bytes(), "oversized-length");

    for (size, id) in [
        ("-1", "negative-length"),
        ("-9223372036854775808", "negative-length"),
        ("1001", "oversized-length"),
        ("18446744073709551615", "oversized-length"),
        ("18446744073709551616", "malformed-header"),
        ("1111111111111111111111111111111111111111111111", "malformed-header"),
        ("3.0", "malformed-header"),
        ("\"3\"", "malformed-header"),
        ("null", "malformed-header"),
    ] {
        let json = format!(r#"{{"action":"put","filename":"a","filesize":{size}}}"#);
        shop.refuses(&frame(json.as_bytes()).expect("short enough"), id);
    }
    let largest = json!({"action": "put", "filename": "a", "filesize": 1000});
    assert_eq!(shop.ask(&largest, &noise(1000, 5))["status"], "ok");
}

#[test]
fn headers_that_say_nothing_sensible() {
    let shop = Shop::open(&[]);
    let framed = |json: &[u8]| frame(json).expect("short enough");
    for json in [
        b"" as &[u8],
        b"hello",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{\"action\":\"put\",\"filename\":\"\xff\"}",
        b"{\"action\":\"list\"",
        b"{\"action\":\"list\"} and more",
        b"{\"action\":5}",
        b"{\"action\":null}",
        b"{\"action\":\"put\"}",
        b"{\"action\":\"put\",\"filesize\":1}",
        b"{\"action\":\"put\",\"filename\":5,\"filesize\":1}",
        b"{\"action\":\"put\",\"filename\":\"a\"}",
        b"{\"action\":\"get\"}",
        b"{\"action\":\"get\",\"filename\":[\"a\"]}",
    ] {
        shop.refuses(&framed(json), "malformed-header");
    }
    // A thousand brackets must not become a thousand calls.
    shop.refuses(&framed("[".repeat(MAX_HEADER).as_bytes()), "malformed-header");
    for action in ["delete", "PUT", "", "笔记\n\u{1b}[31m"] {
        shop.refuses(&header(&json!({"action": action})), "unknown-action");
    }
}

/// Names that lead elsewhere, or that some system minds.
pub const HOSTILE_NAMES: &[&str] = &[
    "",
    ".",
    "..",
    "../escaped",
    "..\\escaped",
    "a/b",
    "/etc/passwd",
    "C:secret",
    "a\0b",
    "a\nb",
    "\u{1b}[2J",
    "NUL.txt",
    "com1",
    "dot.",
    "space ",
    ".partial-abc",
    "a/../../b",
    "\u{9b}31m",
];

#[test]
fn names_that_lead_elsewhere() {
    let shop = Shop::open(&["--overwrite"]);
    let outside = folder();
    write(&outside, "secret", b"secret");
    let absolute = outside.path().join("secret");
    for name in HOSTILE_NAMES.iter().copied().chain([text(&absolute)]) {
        shop.refuses(&put(name, b"bad"), "path-traversal");
        shop.refuses(&get(name), "path-traversal");
    }
    shop.refuses(&put(&"a".repeat(256), b"bad"), "path-traversal");
    assert_eq!(shop.names(), [""; 0]);
    assert_eq!(fs::read(absolute).expect("it is still there"), b"secret");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;

    let shop = Shop::open(&["--overwrite"]);
    let outside = folder();
    write(&outside, "secret", b"secret");
    symlink(outside.path().join("secret"), shop.dir.path().join("link")).expect("a link");
    symlink(outside.path().join("new"), shop.dir.path().join("dangling")).expect("a link");
    for name in ["link", "dangling"] {
        shop.refuses(&put(name, b"bad"), "path-traversal");
        shop.refuses(&get(name), "path-traversal");
    }
    assert_eq!(names(&outside), ["secret"]);
    assert_eq!(fs::read(outside.path().join("secret")).expect("it is there"), b"secret");
}

#[test]
fn what_is_no_file_is_neither_replaced_nor_sent() {
    let shop = Shop::open(&["--overwrite"]);
    fs::create_dir(shop.dir.path().join("folder")).expect("a folder");
    shop.refuses(&put("folder", b"bad"), "already-exists");
    shop.refuses(&get("folder"), "not-found");
    shop.refuses(&get("nothing"), "not-found");
}

#[test]
fn an_upload_that_is_not_what_was_announced() {
    let shop = Shop::open(&[]);
    let upload = |md5: Value| {
        let header = json!({"action": "put", "filename": "a", "filesize": 5, "md5": md5});
        with_body(&header, b"hello")
    };
    shop.refuses(&upload(md5_hex(b"jello").into()), "digest-mismatch");
    assert_eq!(shop.names(), [""; 0]);
    let remark = shop.server.error_line();
    assert!(remark.contains("(digest-mismatch)"), "{remark}");

    // Either case of the digits is right. What is no digest at all is remarked on, and ignored.
    let capitals = Value::from(md5_hex(b"hello").to_uppercase());
    for (md5, remarked) in [(capitals, false), (json!("abc"), true), (json!(5), true)] {
        let mut stream = shop.send(&upload(md5));
        assert_eq!(recv_json(&mut stream)["status"], "ok");
        if remarked {
            assert!(shop.server.error_line().contains("md5 is not one"));
        }
        fs::remove_file(shop.dir.path().join("a")).expect("it was kept");
    }
}

#[test]
fn a_refused_upload_is_told_why_however_long_it_is() {
    let shop = Shop::open(&[]);
    let here = folder();
    let body = noise(20_000_000, 6);
    write(&shop.dir, "big", b"old");
    write(&here, "big", &body);

    // The raw client sends all of it before it listens: no reset overtakes the answer.
    let mut stream = shop.send(&put("big", &body));
    assert_eq!(refusal(&mut stream)["id"], "already-exists");
    expect_end(&mut stream);
    shop.server.expect_client_gone("already-exists");

    let refused = "Error: big: there is something of this name already (already-exists)\n";
    shop.client(&here, &["put", "big"]).assert().code(1).stdout("").stderr(refused);
    shop.server.expect_client_gone("already-exists");
    shop.serves_on();
}

#[test]
fn a_disk_that_fails() {
    let shop = Shop::open(&[]);
    fs::remove_dir(shop.dir.path()).expect("the folder can be removed");
    let mut stream = shop.send(&put("a", b"hello"));
    assert_eq!(refusal(&mut stream)["id"], "disk");
    let mut stream = shop.send(&header(&json!({"action": "list"})));
    assert_eq!(refusal(&mut stream)["id"], "disk");

    // The same server works on when the folder is there again.
    fs::create_dir(shop.dir.path()).expect("the folder can be made again");
    assert_eq!(recv_json(&mut shop.send(&put("a", b"hello")))["status"], "ok");
}

#[cfg(unix)]
#[test]
fn no_refusal_tells_where_the_folder_lies() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let shop = Shop::open(&[]);
    let place = text(shop.dir.path());
    // Whatever stands where the folder was: nothing, a file, a link that leads nowhere.
    for stand_in in ["nothing", "file", "link"] {
        let _ = fs::remove_dir(place).or_else(|_| fs::remove_file(place));
        match stand_in {
            "file" => fs::write(place, b"").expect("a file"),
            "link" => symlink("nowhere", place).expect("a link"),
            _ => {}
        }
        for request in [put("a", b"hello"), get("a"), header(&json!({"action": "list"}))] {
            let answer = refusal(&mut shop.send(&request));
            let message = answer["message"].as_str().expect("a text");
            assert!(!message.contains('/') && !message.contains(".partial-"), "{answer}");
        }
    }
    let _ = fs::remove_file(place);
    fs::create_dir(place).expect("the folder can be made again");
    fs::set_permissions(place, PermissionsExt::from_mode(0o755)).expect("our own folder");
    // Those who keep the server do hear where.
    assert!((0..20).any(|_| shop.server.error_line().contains(place)), "stderr does not tell");
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full() {
    let dir = folder();
    let mut command = std::process::Command::new("sh");
    // A limit on the size of files stands in for the end of the disk.
    command.args(["-c", r#"trap "" XFSZ; ulimit -f 64; exec "$0" "$@""#, SERVER, "127.0.0.1:0"]);
    command.arg("--dir").arg(dir.path());
    let mut server = Program::spawn(command);
    server.wait_until_listening();
    let shop = Shop { server, dir };
    let answer = refusal(&mut shop.send(&put("big", &noise(1_000_000, 9))));
    assert_eq!(answer["id"], "disk");
    // The client is not told where the file lay. Those who keep the server are.
    let message = answer["message"].as_str().expect("a text");
    assert!(!message.contains('/') && !message.contains(".partial-"), "{answer}");
    assert!(shop.server.error_line().contains(text(shop.dir.path())), "stderr does not tell");
    shop.server.expect_client_gone("disk");
    shop.serves_on();
    assert_eq!(shop.names(), [""; 0]);
    assert_eq!(recv_json(&mut shop.send(&put("small", b"hello")))["status"], "ok");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let dir = folder();
    write(&dir, "a", b"secret");
    let path = dir.path().join("a");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("our own file");
    let mut command = std::process::Command::new(SERVER);
    command.args(["127.0.0.1:0", "--dir", text(dir.path())]);
    if File::open(&path).is_ok() {
        // Nothing is forbidden to root: let the server be somebody else, if root may do that.
        fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).expect("our own folder");
        let mut trial = std::process::Command::new(SERVER);
        if !trial.arg("--version").uid(65_534).output().is_ok_and(|trial| trial.status.success()) {
            support::skipped("root can read everything, and cannot run a program as somebody else");
            return;
        }
        command.uid(65_534);
    }
    let mut server = Program::spawn(command);
    server.wait_until_listening();
    let shop = Shop { server, dir };
    shop.refuses(&get("a"), "disk");
}

// ---- The client, and what it is asked to send

#[test]
fn what_cannot_be_sent_does_not_keep_the_rest_from_being_sent() {
    let shop = Shop::open(&[]);
    let here = folder();
    write(&here, "a", b"hello");
    write(&here, "z", b"world");
    write(&here, "dot.", b"");
    fs::create_dir(here.path().join("folder")).expect("a folder");
    shop.client(&here, &["put", "a", "missing", "folder", "..", "dot.", "z"])
        .assert()
        .code(1)
        .stdout("put a: 5 bytes\nput z: 5 bytes\n")
        .stderr(contains("Error: missing: cannot open the file"))
        .stderr(contains("Error: folder: this is no regular file"))
        .stderr(contains("Error: ..: this is no file's name"))
        .stderr(contains("Error: dot.: the file name ends in a dot or a space"));
    assert_eq!(shop.names(), ["a", "z"]);

    shop.client(&here, &["get", "nothing", "../z"])
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains("Error: nothing: there is no file of this name (not-found)"))
        .stderr(contains("Error: ../z: the file name leads to another folder (path-traversal)"));
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_text_cannot_be_sent() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let shop = Shop::open(&[]);
    let here = folder();
    let name = OsStr::from_bytes(b"\xb1\xca\xbc\xc7");
    if fs::write(here.path().join(name), b"").is_err() {
        support::skipped("this file system takes only names in UTF-8");
        return;
    }
    shop.client(&here, &["put"]).arg(name).assert().code(1).stderr(contains("not UTF-8"));
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_cannot_be_sent() {
    use std::os::unix::fs::PermissionsExt;

    let here = folder();
    write(&here, "a", b"secret");
    let path = here.path().join("a");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("our own file");
    if File::open(&path).is_ok() {
        support::skipped("nothing is forbidden to root");
        return;
    }
    let shop = Shop::open(&[]);
    let error = contains("Error: a: cannot open the file");
    shop.client(&here, &["put", "a"]).assert().code(1).stderr(error);
}

#[test]
fn a_file_that_shrinks_is_not_sent_as_if_it_were_whole() {
    let mut sent = Vec::new();
    let failure = send_body(&mut b"short".as_slice(), &mut sent, 6, |_| ()).expect_err("1 is gone");
    assert_eq!(failure.to_string(), "the file has become shorter: 1 of 6 bytes are gone (disk)");

    // The same with the real program, whose file is cut while the peer does not read.
    let here = folder();
    write(&here, "a", &vec![0; 50_000_000]);
    let file = File::options().write(true).open(here.path().join("a")).expect("our own file");
    let finished = meets(&here, &["put", "a"], |mut stream| {
        assert_eq!(recv_json(&mut stream)["filesize"], 50_000_000);
        file.set_len(10).expect("our own file");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("an orderly end");
        assert!(rest.len() < 50_000_000);
    });
    finished.fails_with("Error: a: the file has become shorter");
}

// ---- The client, and servers that mean no good

/// Runs the client against a server that the test plays.
fn meets(here: &TempDir, arguments: &[&str], server: impl FnOnce(TcpStream)) -> Finished {
    let (listener, address) = listen();
    let mut command = std::process::Command::new(CLIENT);
    command.current_dir(here.path()).args(["--server", &address.to_string()]).args(arguments);
    let program = Program::spawn(command);
    server(accept(&listener));
    program.finish()
}

/// The answer to `get a`, and its five bytes.
fn file_answer(changes: &[(&str, Value)]) -> Vec<u8> {
    let mut answer =
        json!({"status": "ok", "filename": "a", "filesize": 5, "md5": md5_hex(b"hello")});
    for (key, value) in changes {
        answer[key] = value.clone();
    }
    with_body(&answer, b"hello")
}

#[test]
fn a_download_may_arrive_byte_by_byte() {
    let here = folder();
    let finished = meets(&here, &["get", "a"], |mut stream| {
        assert_eq!(recv_json(&mut stream), json!({"action": "get", "filename": "a"}));
        send_in_pieces(&mut stream, file_answer(&[]).iter().map(slice::from_ref));
    });
    assert_eq!(finished.success().stdout, "get a: 5 bytes\n");
    assert_eq!(fs::read(here.path().join("a")).expect("it came"), b"hello");
}

#[test]
fn answers_that_are_no_good_leave_nothing() {
    let size = |size: &str| {
        let json = format!(r#"{{"status":"ok","filename":"a","filesize":{size}}}"#);
        frame(json.as_bytes()).expect("short enough")
    };
    let whole = file_answer(&[]);
    for (answer, error) in [
        (vec![], "the server closed the connection without an answer (peer-closed)"),
        (whole[..2].to_vec(), "(closed-mid-message)"),
        (whole[..9].to_vec(), "(closed-mid-message)"),
        (
            whole[..whole.len() - 5].to_vec(),
            "unexpected end: 0 of 5 bytes arrived (closed-mid-message)",
        ),
        (
            whole[..whole.len() - 1].to_vec(),
            "unexpected end: 4 of 5 bytes arrived (closed-mid-message)",
        ),
        ((-1_i32).to_le_bytes().to_vec(), "(negative-length)"),
        (i32::MAX.to_le_bytes().to_vec(), "(oversized-length)"),
        (frame(b"hello").expect("short"), "(malformed-header)"),
        (frame(b"\xff").expect("short"), "(malformed-header)"),
        (frame(b"{}").expect("short"), "neither ok nor error (malformed-header)"),
        (header(&json!({"status": 5})), "(malformed-header)"),
        (header(&json!({"status": "ok"})), "the header lacks filename (malformed-header)"),
        (file_answer(&[("filename", json!("../a"))]), "(path-traversal)"),
        (file_answer(&[("filename", json!("b"))]), "(path-traversal)"),
        (
            header(&json!({"status": "ok", "filename": "a"})),
            "the header lacks filesize (malformed-header)",
        ),
        (size("3.0"), "(malformed-header)"),
        (size("1111111111111111111111111111111111111111111111"), "(malformed-header)"),
        (size("-1"), "(negative-length)"),
        (size("1073741825"), "--max-reply"),
        (file_answer(&[("md5", json!(md5_hex(b"jello")))]), "(digest-mismatch)"),
        (header(&json!({"status": "error"})), "the server does not say why (no id)"),
        (
            header(&json!({"status": "error", "id": "disk", "message": "oh\n\u{1b}[31m"})),
            "Error: a: oh\\n\\u{1b}[31m (disk)\n",
        ),
    ] {
        let here = folder();
        let finished = meets(&here, &["get", "a"], |mut stream| {
            recv_json(&mut stream);
            stream.write_all(&answer).expect("the client takes the answer");
        });
        assert_eq!(finished.fails_with(error).stdout, "");
        assert_eq!(names(&here), [""; 0]);
    }
}

#[test]
fn a_download_that_ends_in_a_reset_leaves_nothing() {
    let here = folder();
    let finished = meets(&here, &["get", "a"], |mut stream| {
        recv_json(&mut stream);
        let answer = file_answer(&[]);
        stream.write_all(&answer[..answer.len() - 1]).expect("the client takes the answer");
        reset(stream);
    });
    finished.fails_with("(peer-reset)");
    assert_eq!(names(&here), [""; 0]);
}

#[test]
fn a_download_without_a_digest_is_remarked_on() {
    for md5 in [Value::Null, json!("abc")] {
        let here = folder();
        let finished = meets(&here, &["get", "a"], |mut stream| {
            recv_json(&mut stream);
            stream.write_all(&file_answer(&[("md5", md5)])).expect("the client takes the answer");
        });
        assert!(finished.success().stderr.starts_with("a: the header's md5 is not one"));
        assert_eq!(names(&here), ["a"]);
    }
}

#[test]
fn max_reply_sets_the_limit() {
    let shop = Shop::open(&[]);
    let here = folder();
    write(&shop.dir, "a", b"hello");
    shop.client(&here, &["get", "a", "--max-reply", "4"])
        .assert()
        .code(1)
        .stderr(contains("--max-reply BYTES sets the limit"))
        .stderr(contains("the peer announces 5 bytes; at most 4 are accepted (oversized-length)"));
    shop.client(&here, &["get", "a", "--max-reply", "5"]).assert().success();
}

#[test]
fn a_list_that_is_no_good() {
    let here = folder();
    for (answer, error) in [
        (vec![], "without an answer (peer-closed)"),
        (header(&json!({"status": "ok"})), "is no list of files"),
        (
            header(&json!({"status": "ok", "files": [{"filename": "a", "filesize": -1}]})),
            "(malformed-header)",
        ),
        (header(&json!({"status": "error", "id": "disk", "message": "no"})), "no (disk)"),
    ] {
        let finished = meets(&here, &["list"], |mut stream| {
            recv_json(&mut stream);
            stream.write_all(&answer).expect("the client takes the answer");
        });
        assert_eq!(finished.fails_with(error).stdout, "");
    }
    // What a name could do to the screen is not done.
    let answer = json!({"status": "ok", "files": [{"filename": "a\n\u{1b}[2J", "filesize": 1}]});
    let finished = meets(&here, &["list"], |mut stream| {
        recv_json(&mut stream);
        stream.write_all(&header(&answer)).expect("the client takes the answer");
    });
    assert_eq!(finished.success().stdout, "a\\n\\u{1b}[2J: 1 bytes\n");
}

#[test]
fn an_upload_that_the_server_does_not_take() {
    let here = folder();
    write(&here, "a", &noise(50_000_000, 10));

    // It says why and hangs up with the file unread: the write fails, the reason is heard.
    let refused = json!({"status": "error", "id": "disk", "message": "no room"});
    let finished = meets(&here, &["put", "a"], |mut stream| {
        recv_json(&mut stream);
        stream.write_all(&header(&refused)).expect("the client takes the answer");
    });
    if cfg!(target_os = "linux") {
        assert_eq!(finished.fails_with("Error: a: no room (disk)").stdout, "");
    } else {
        finished.code(1);
    }

    // It says nothing: no success is claimed.
    for how in [drop::<TcpStream>, reset] {
        let finished = meets(&here, &["put", "a"], |mut stream| {
            recv_json(&mut stream);
            how(stream);
        });
        assert_eq!(finished.fails_with("Error: a: cannot send the file: ").stdout, "");
    }

    // It takes all of it and answers nonsense, half an answer, or with a reset.
    write(&here, "b", b"hello");
    for (answer, error) in
        [(&b"\x02\0\0\0[]"[..], "(malformed-header)"), (b"\x02\0", "(closed-mid-message)")]
    {
        let finished = meets(&here, &["put", "b"], |mut stream| {
            recv_json(&mut stream);
            read_exactly(&mut stream, 5);
            stream.write_all(answer).expect("the client takes the answer");
        });
        assert_eq!(finished.fails_with(error).stdout, "");
    }
    let finished = meets(&here, &["put", "b"], |mut stream| {
        recv_json(&mut stream);
        read_exactly(&mut stream, 5);
        reset(stream);
    });
    assert_eq!(finished.fails_with("(peer-reset)").stdout, "");
}
