//! Lesson 7: three versions of a file transfer.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Component, Path};
use std::slice;

use dict_header::{MAX_HEADER, encode_header, md5_hex};
use file_transfer::{Answer, Entry, Listing, check_name, measure, recv_body, send_body};
use proptest::prelude::*;
use struct_header::Failure;
use support::PATIENCE;
use types::{Shop, folder, noise, write};

#[path = "lesson_07/first.rs"]
mod first;
#[path = "lesson_07/pair.rs"]
#[allow(clippy::duplicate_mod, reason = "the same holds for both versions")]
mod functions;
#[path = "lesson_07/pair.rs"]
#[allow(clippy::duplicate_mod, reason = "the same holds for both versions")]
mod types;

/// Sizes around which buffers begin and end.
const SIZES: [usize; 8] = [0, 1, 1023, 1024, 1025, 65_535, 65_536, 65_537];

// ---- The library

/// A connection that takes a few bytes of each write, as one with a timeout may.
struct TakesLittle(Vec<u8>);

impl Write for TakesLittle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(1000);
        self.0.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn partial_write_of_a_body_loses_nothing() {
    let file = noise(200_001, 5);
    let mut connection = TakesLittle(Vec::new());
    send_body(&mut file.as_slice(), &mut connection, 200_001, |_| ())
        .expect("it is readable")
        .expect("all is sent");
    assert!(connection.0 == file, "{} of 200001 bytes were sent", connection.0.len());
}

/// Something in the place of a file, put there between a look at it and its opening.
#[cfg(unix)]
#[test]
fn what_is_swapped_in_for_a_file_is_not_opened() {
    use std::os::unix::fs::symlink;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Instant;

    use file_transfer::Folder;

    let dir = folder();
    let outside = folder();
    write(&outside, "secret", b"secret!!");
    let folder = Folder::open(dir.path(), false).expect("a folder");
    let place = |name: &str| dir.path().join(name);
    let fifo = std::process::Command::new("mkfifo").arg(place("fifo")).status();
    assert!(fifo.is_ok_and(|status| status.success()), "mkfifo makes a pipe");

    let (done, finished) = mpsc::channel();
    // Not in a scope: who opens a pipe as if it were a file hangs, and the test must not.
    thread::spawn(move || {
        let mut met = Vec::new();
        while met.len() < 2000 {
            if let Ok(mut file) = folder.read("f") {
                let mut content = String::new();
                file.read_to_string(&mut content).expect("a file can be read");
                met.push(content);
            }
        }
        done.send(met)
    });
    let deadline = Instant::now() + PATIENCE;
    let met = loop {
        // Three things take turns under one name, each put there in one step.
        let next = place("next");
        fs::write(&next, b"harmless").expect("a file");
        fs::rename(&next, place("f")).expect("a step");
        fs::hard_link(place("fifo"), &next).expect("another name for the pipe");
        fs::rename(&next, place("f")).expect("a step");
        symlink(outside.path().join("secret"), &next).expect("a link");
        fs::rename(&next, place("f")).expect("a step");
        if let Ok(met) = finished.try_recv() {
            break met;
        }
        assert!(Instant::now() < deadline, "it waits for somebody who writes into the pipe");
    };
    assert!(met.iter().all(|content| content == "harmless"), "something else was read");
}

// ---- Properties

/// A stream that brings its bytes in pieces of these sizes, over and over.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<slice::Iter<'a, usize>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = *self.sizes.next().expect("a cycle has no end");
        let count = size.min(buffer.len());
        self.bytes.read(&mut buffer[..count])
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_body_survives_any_pieces(
        size in 0_usize..200_000,
        sizes in prop::collection::vec(1_usize..70_000, 1..10),
        after in 0_usize..10,
    ) {
        let bytes = noise(size + after, size as u64);
        let body = &bytes[..size];
        let mut stream = Pieces { bytes: &bytes, sizes: sizes.iter().cycle() };
        let (mut file, mut moved) = (Vec::new(), 0);
        let md5 = recv_body(&mut stream, &mut file, size as u64, |count| moved += count)
            .expect("it is whole");
        prop_assert_eq!((&file[..], moved), (body, size));
        prop_assert_eq!(&md5, &md5_hex(body));
        // What comes after it is still there.
        prop_assert_eq!(stream.bytes.len(), after);

        let mut stream = Pieces { bytes: body, sizes: sizes.iter().cycle() };
        prop_assert_eq!(measure(&mut stream, || Ok(())).expect("readable"), (size as u64, md5));

        let mut stream = Pieces { bytes: &bytes, sizes: sizes.iter().cycle() };
        let mut sent = Vec::new();
        send_body(&mut stream, &mut sent, size as u64, |_| ())
            .expect("it is long enough")
            .expect("a vector takes all");
        prop_assert_eq!(sent, body);

        let mut stream = Pieces { bytes: &bytes, sizes: sizes.iter().cycle() };
        let short = recv_body(&mut stream, &mut Vec::new(), bytes.len() as u64 + 1, |_| ());
        prop_assert_eq!(short.expect_err("a byte is missing").id.as_str(), "closed-mid-message");
    }

    #[test]
    fn an_accepted_name_stays_in_the_folder(name in r"[./\\:aC~ \x00]{0,4}|\PC{0,8}") {
        if check_name(&name).is_ok() {
            let components: Vec<_> = Path::new(&name).components().collect();
            prop_assert_eq!(components, [Component::Normal(name.as_ref())]);
        }
    }

    #[test]
    fn a_list_fits_into_a_header(names in prop::collection::vec(r"\PC{1,250}", 0..300)) {
        let count = names.len();
        let entry = |filename| Entry { filename, filesize: u64::MAX };
        let listing = Listing::fitting(names.into_iter().map(entry).collect());
        prop_assert_eq!(listing.files.len() + listing.left_out, count);
        let bytes = encode_header(&Answer::Files(listing)).expect("a header");
        prop_assert!(bytes.len() <= 4 + MAX_HEADER);
    }

    #[test]
    fn a_refusal_is_ascii(message in ".*") {
        let answer = Answer::from(&Failure::new("disk", message));
        prop_assert!(encode_header(&answer).expect("a header")[4..].is_ascii());
    }
}

// ---- What takes minutes

#[test]
#[ignore = "takes minutes; .ci/run runs it"]
fn a_thousand_transfers() {
    let shop = Shop::open(&[]);
    let (home, away) = (folder(), folder());
    let size = |number: usize| match number % 10 {
        8 => number * 7,
        9 => number * 1009,
        index => SIZES[index],
    };
    let all: Vec<String> = (0..500).map(|number| format!("{number}.bin")).collect();
    for (number, name) in all.iter().enumerate() {
        write(&home, name, &noise(size(number), number as u64));
    }
    // Each program sends or fetches fifty, each over a connection of its own.
    for names in all.chunks(50) {
        let arguments = |action| -> Vec<&str> {
            [action].into_iter().chain(names.iter().map(String::as_str)).collect()
        };
        shop.client(&home, &arguments("put")).assert().success();
        shop.client(&away, &arguments("get")).assert().success();
    }
    for (number, name) in all.iter().enumerate() {
        let content = noise(size(number), number as u64);
        assert!(shop.content(name) == content, "{name} is not what was sent");
        let fetched = fs::read(away.path().join(name)).expect("it came");
        assert!(fetched == content, "{name} is not what was fetched");
    }
}

#[test]
#[ignore = "takes minutes; .ci/run runs it"]
fn files_of_200_megabytes() {
    let shop = Shop::open(&["--overwrite"]);
    let (home, away) = (folder(), folder());
    for round in 0..3 {
        let content = noise(200_000_000, round);
        write(&home, "big", &content);
        let patient = 6 * PATIENCE;
        shop.client(&home, &["put", "big"]).timeout(patient).assert().success();
        assert!(shop.content("big") == content, "the upload is not what was sent");
        shop.client(&away, &["get", "big", "--overwrite"]).timeout(patient).assert().success();
        let fetched = fs::read(away.path().join("big")).expect("it came");
        assert!(fetched == content, "the download is not what was fetched");
    }
}

/// The most memory that a program has needed so far, in bytes.
#[cfg(target_os = "linux")]
fn peak_memory(program: &support::Program) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.id())).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("Linux counts it");
    let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("kB");
    kilobytes * 1024
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "takes minutes; .ci/run runs it"]
fn a_gigabyte_needs_little_memory() {
    use std::fs::File;
    use std::net::SocketAddr;

    use serde_json::json;
    use support::{Program, accept, listen};
    use tempfile::TempDir;
    use types::{header, recv_json};

    const CLIENT: &str = env!("CARGO_BIN_EXE_file-transfer-client");
    const SIZE: u64 = 1 << 30;
    const LIMIT: u64 = 32 << 20;
    let start = |here: &TempDir, address: SocketAddr, action: &str| {
        let mut command = std::process::Command::new(CLIENT);
        command.current_dir(here.path()).args(["--server", &address.to_string(), action, "big"]);
        Program::spawn(command)
    };
    // A file of nothing but a hole: it needs no room on the disk.
    let hollow = |dir: &TempDir| {
        File::create(dir.path().join("big")).and_then(|file| file.set_len(SIZE)).expect("a file");
    };
    let (home, away) = (folder(), folder());
    hollow(&home);

    // The server, in both directions. A program's end closes its lines: patience is for silence.
    let shop = Shop::open(&[]);
    let patient = 6 * PATIENCE;
    shop.client(&home, &["put", "big"]).timeout(patient).assert().success();
    assert_eq!(fs::metadata(shop.dir.path().join("big")).expect("it came").len(), SIZE);
    hollow(&shop.dir);
    shop.client(&away, &["get", "big"]).timeout(patient).assert().success();
    let server = peak_memory(&shop.server);
    assert_eq!(fs::metadata(away.path().join("big")).expect("it came").len(), SIZE);
    drop((shop, away));

    // The client sends: all has left it when all has arrived, and it still waits for an answer.
    let (listener, address) = listen();
    let sender = start(&home, address, "put");
    let mut stream = accept(&listener);
    let request = recv_json(&mut stream);
    let mut body = (&mut stream).take(SIZE);
    assert_eq!(std::io::copy(&mut body, &mut std::io::sink()).expect("the file"), SIZE);
    let sending = peak_memory(&sender);
    stream.write_all(&header(&json!({"status": "ok"}))).expect("the client takes the answer");
    sender.finish().success();

    // The client receives: all but the last byte has left us, so most of it has arrived.
    let away = folder();
    let receiver = start(&away, address, "get");
    let mut stream = accept(&listener);
    recv_json(&mut stream);
    let answer =
        json!({"status": "ok", "filename": "big", "filesize": SIZE, "md5": request["md5"]});
    stream.write_all(&header(&answer)).expect("the client takes the answer");
    let mut zeros = std::io::repeat(0).take(SIZE - 1);
    std::io::copy(&mut zeros, &mut stream).expect("the client takes the file");
    let receiving = peak_memory(&receiver);
    stream.write_all(&[0]).expect("the client takes the last byte");
    receiver.finish().success();

    for (who, peak) in [("server", server), ("sender", sending), ("receiver", receiving)] {
        eprintln!("{who}: {} KiB", peak / 1024);
        assert!(peak <= LIMIT, "the {who} needed {peak} bytes");
    }
}
