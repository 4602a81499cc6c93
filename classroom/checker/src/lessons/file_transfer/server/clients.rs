//! Clients of lesson 7's server: how they connect, send a file and fetch one.

use std::fs;
use std::path::PathBuf;

use super::super::message::{md5, put, receive_ok};
use super::super::paths::expect_file;
use crate::bench::Bench;
use crate::peer::Peer;
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::Doing;

/// What is said of a server that waits when all has been sent.
const WAITS: &str = "the program waits itself, for something that has come already, or that never \
                     comes: `coalesced-messages` and `wrong-byte-order` try what draws an answer";

/// Some bytes that no text mode leaves as they are.
pub const FILE: &[u8] = b"a small file\r\n\x00\x1a\xff\n";

/// More than any answer has that is not a file.
pub const MAX_ANSWER: usize = 100_000;

/// The folder that holds the program's files, if it was told which.
pub fn told_folder(bench: &Bench) -> Option<PathBuf> {
    bench.has("dir").then(|| bench.folder().join("files"))
}

/// The folder that holds the program's files somewhere.
pub fn folder(bench: &Bench) -> PathBuf {
    told_folder(bench).unwrap_or_else(|| bench.folder().into())
}

/// Connects a client. Before the first, another has sent a file: a server that does not even keep
/// that one has nothing to say to whatever comes then.
pub fn connect(bench: &mut Bench) -> Outcome<Peer> {
    if bench.is_untouched() {
        next_client(bench, "opening.txt")?;
    }
    call(bench)
}

/// Connects a client to a server that is told where its files belong.
pub fn call(bench: &mut Bench) -> Outcome<Peer> {
    if let Some(folder) = told_folder(bench) {
        fs::create_dir_all(&folder)?;
        bench.set("dir", folder.to_string_lossy());
    }
    bench.connect()
}

/// Sends a file of this name, as a good client does. Returns the connection.
pub fn upload(bench: &mut Bench, name: &str) -> Outcome<Peer> {
    let mut peer = call(bench)?;
    match send_file(bench, &mut peer, name) {
        Ok(()) => Ok(peer),
        Err(stop) if peer.is_first() => Err(silence(bench, stop).in_plain(Plain::Opening)),
        Err(stop) => Err(stop),
    }
}

/// Sends a file under a name that none has yet.
pub fn upload_another(bench: &mut Bench) -> Outcome<Peer> {
    let name = format!("{}.txt", bench.story().lines().len());
    upload(bench, &name)
}

/// Where nothing comes back, the causes beside `works` are not those of what was seen.
fn silence(bench: &mut Bench, stop: Stop) -> Stop {
    match stop {
        Stop::Failed(failure) if failure.observed.starts_with("nothing came") => {
            match bench.settle() {
                Ok(Doing::Sleeps) => failure.only_cause(WAITS).into(),
                _ => Stop::Failed(failure),
            }
        }
        stop => stop,
    }
}

fn send_file(bench: &Bench, peer: &mut Peer, name: &str) -> Outcome {
    peer.send([put(name, FILE), FILE.into()].concat())?;
    receive_ok(peer, "the answer that the file is kept")?;
    expect_file(&folder(bench), name, FILE).map(drop)
}

/// A client that comes now is served. Most checks end with it: whatever happened before, the
/// server must go on.
pub fn next_client(bench: &mut Bench, name: &str) -> Outcome {
    upload(bench, name)?.close()
}

/// Receives a file that was asked for.
pub fn fetched(peer: &mut Peer, name: &str, file: &[u8]) -> Outcome {
    let what = format!("the answer that the file {name} follows");
    let answer = receive_ok(peer, &what)?;
    let right = answer["filename"] == name
        && answer["filesize"] == file.len()
        && answer["md5"].as_str().is_some_and(|digest| digest.eq_ignore_ascii_case(&md5(file)));
    ensure(right, || {
        let expected = format!("filename {name}, filesize {} and md5 {}", file.len(), md5(file));
        Failure::new(expected, format!("the answer is {answer}"))
    })?;
    peer.expect(file, "the bytes of the file")
}

/// Sends a header and half of its file, and waits until the server has taken it.
pub fn stop_within_file(bench: &mut Bench, name: &str) -> Outcome<Peer> {
    let mut peer = connect(bench)?;
    peer.send([&put(name, FILE), &FILE[..FILE.len() / 2]].concat())?;
    bench.settle()?;
    Ok(peer)
}
