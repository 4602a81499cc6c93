//! The checks of lesson 7's server that takes uploads and answers nobody, as in the notes.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::message::{framed, header};
use super::paths::{
    BEHIND, END_OF_FILE, FINAL_NAME, IN_THE_WAY, NAMES_CAUSES, OUTSIDE, Outside, RESET_PASSED_OVER,
    Way, expect_file, expect_no_file, expect_nothing_behind, find,
};
use crate::bench::Bench;
use crate::lessons::patience::{self, SLACK, TIMEOUT};
use crate::lessons::tcp_server::{self, by_staying, goes_on};
use crate::part::{Check, Part};
use crate::peer::{Peer, Then};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, Plain, ensure};

/// The checks of a server that only receives.
pub const RECEIVER: Part = Part {
    lesson: 7,
    role: Role::Receiver,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "a file is sent with a plain header, and kept under its name",
            run: works,
            causes: &[
                "the file is written in text mode, which changes some of its bytes",
                "the connection is not closed when the file has come",
            ],
        },
        Check {
            id: "works-refusal",
            about: "a second file of the same name does not take the place of the first",
            run: works_refusal,
            causes: &["a file is overwritten by another one of the same name"],
        },
        Check {
            id: "address-in-use",
            about: "the server is killed with a client connected, and started again",
            run: address_in_use,
            causes: tcp_server::ADDRESS_IN_USE_CAUSES,
        },
        Check {
            id: "peer-closed",
            about: "a client leaves without a word, and the next one is served",
            run: peer_closed,
            causes: &[
                "a read of zero bytes, where a header should begin, is taken for nothing yet, and \
                 read again, for ever",
                "a client that sends nothing is an error that ends the server",
            ],
        },
        Check {
            id: "peer-reset",
            about: "a client vanishes, at once and within a file; the next one is served",
            run: peer_reset,
            causes: tcp_server::PEER_RESET_CAUSES,
        },
        Check {
            id: "silent-peer",
            about: "one client says nothing, one stops within a file; both are let go after \
                    {timeout}; one that pauses is kept",
            run: silent_peer,
            causes: patience::SILENT_PEER_CAUSES,
        },
        Check {
            id: "one-client-blocks-all",
            about: "a client takes its time, and another one is served meanwhile",
            run: one_client_blocks_all,
            causes: &["the next client is accepted when the one before is done"],
        },
        Check {
            id: "short-read",
            about: "a header arrives in pieces",
            run: short_read,
            causes: &[
                "one read is taken for all of the header: it returns what has come so far",
                "the length is read whole, but not the JSON after it",
            ],
        },
        Check {
            id: "closed-mid-message",
            about: "clients end their side within a header; the server lets them go",
            run: closed_mid_message,
            causes: tcp_server::CLOSED_MID_MESSAGE_CAUSES,
        },
        Check {
            id: "oversized-length",
            about: "a header and a file of absurd length are announced",
            run: oversized_length,
            causes: &[
                "whatever length is announced is waited for, or memory is made ready for it",
                "the error of making so much room ends the server",
            ],
        },
        Check {
            id: "negative-length",
            about: "a header and a file of -1 bytes are announced",
            run: negative_length,
            causes: &[
                "a length below zero is not looked for: the loop that reads ends before it has \
                 begun, and an empty file is kept",
            ],
        },
        Check {
            id: "wrong-count",
            about: "a file arrives in pieces, and one with bytes behind it; no more and no less \
                    is kept",
            run: wrong_count,
            causes: &[
                "what was asked for is subtracted from what is missing, or the size of the \
                 buffer; a read returns what has come so far",
                "all that has come so far is added, each time, and not the last piece",
            ],
        },
        Check {
            id: "malformed-header",
            about: "headers come that are not UTF-8, not JSON, or lack something",
            run: malformed_header,
            causes: &["the header is decoded and used as if nothing could be wrong with it"],
        },
        Check {
            id: "path-traversal",
            about: "files come whose names lead out of the folder",
            run: path_traversal,
            causes: NAMES_CAUSES,
        },
        Check {
            id: "interrupted-upload",
            about: "a client ends, and one vanishes, within a file; nothing is left of it",
            run: interrupted_upload,
            causes: &[IN_THE_WAY],
        },
    ],
};

/// Some bytes that no text mode leaves as they are.
const FILE: &[u8] = b"a small file\r\n\x00\x1a\xff\n";

/// More than any server of this kind says.
const MAX_ANSWER: usize = 100_000;

/// No program needs so much memory for what is sent to it here.
const MEMORY: u64 = 512 << 20;

/// The header of an upload as in the notes.
fn plain(name: &str, size: usize) -> Vec<u8> {
    header(&json!({"filepath": "/home/me", "filename": name, "filesize": size}))
}

/// Where the program keeps its files, at the top or further down.
fn folder(bench: &Bench) -> PathBuf {
    if bench.has("dir") { bench.folder().join("files") } else { bench.folder().into() }
}

fn connect(bench: &mut Bench) -> Outcome<Peer> {
    if bench.has("dir") {
        let folder = folder(bench);
        fs::create_dir_all(&folder)?;
        bench.set("dir", folder.to_string_lossy());
    }
    bench.connect()
}

/// Expects the end of the connection. An answer is not asked for, and does no harm.
fn let_go(peer: &mut Peer, expected: &str) -> Outcome {
    ends(peer, expected, |failure, _| failure)
}

/// Expects the end of the connection of a client that has ended its side within something.
fn notices_end(peer: &mut Peer, expected: &str) -> Outcome {
    ends(peer, expected, by_staying)
}

fn ends(peer: &mut Peer, expected: &str, why: fn(Failure, &Then) -> Failure) -> Outcome {
    let arrival = peer.receive_all(MAX_ANSWER)?;
    ensure(matches!(arrival.then, Then::End | Then::Reset), || {
        why(Failure::new(expected, peer.what(&arrival.then)), &arrival.then)
    })
}

/// Sends these bytes, and expects the end of the connection.
fn send(bench: &mut Bench, bytes: &[u8]) -> Outcome {
    let mut peer = connect(bench)?;
    peer.try_send(bytes)?;
    peer.finish()?;
    let_go(&mut peer, "the end of the connection, for the client has ended its side")?;
    peer.close()
}

/// A good client, whose file must be kept.
fn upload(bench: &mut Bench, name: &str) -> Outcome {
    send(bench, &[&plain(name, FILE.len()), FILE].concat())?;
    expect_file(&folder(bench), name, FILE).map(drop)
}

/// A good client in front of what a check is about.
fn opening(bench: &mut Bench, name: &str) -> Outcome {
    upload(bench, name).map_err(|stop| stop.in_plain(Plain::Opening))
}

/// Sends a header and half of its file, and waits until the server has taken it.
fn stop_within_file(bench: &mut Bench, name: &str) -> Outcome<Peer> {
    let mut peer = connect(bench)?;
    peer.send([&plain(name, FILE.len()), &FILE[..FILE.len() / 2]].concat())?;
    bench.settle()?;
    Ok(peer)
}

fn works(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    peer.send([&plain("notes.txt", FILE.len()), FILE].concat())?;
    peer.finish()?;
    let arrival = peer.receive_all(MAX_ANSWER)?;
    ensure(matches!(arrival.then, Then::End), || {
        Failure::new("the end of the connection, in order", peer.what(&arrival.then))
    })?;
    peer.close()?;
    expect_file(&folder(bench), "notes.txt", FILE)?;
    upload(bench, "学习笔记.md")
}

fn works_refusal(bench: &mut Bench) -> Outcome {
    opening(bench, "notes.txt")?;
    let other = b"another file";
    send(bench, &[&plain("notes.txt", other.len()), &other[..]].concat())?;
    expect_file(&folder(bench), "notes.txt", FILE)?;
    upload(bench, "after.txt")
}

fn address_in_use(bench: &mut Bench) -> Outcome {
    opening(bench, "before.txt")?;
    let mut peer = stop_within_file(bench, "half.txt")?;
    // The side that closes first remembers the connection, and with it the port.
    bench.kill();
    peer.receive_all(MAX_ANSWER)?;
    peer.close()?;
    upload(bench, "after.txt")
}

fn peer_closed(bench: &mut Bench) -> Outcome {
    opening(bench, "before.txt")?;
    bench.settle()?;
    connect(bench)?.close()?;
    goes_on(bench, "a server that lets a client go that has left, and waits for the next")?;
    upload(bench, "after.txt")
}

fn peer_reset(bench: &mut Bench) -> Outcome {
    opening(bench, "before.txt")?;
    bench.settle()?;
    connect(bench)?.reset()?;
    goes_on(bench, "a server that survives the reset of one connection")?;
    stop_within_file(bench, "half.txt")?.reset()?;
    goes_on(bench, "a server that survives the reset of one connection")?;
    upload(bench, "after.txt")
}

fn silent_peer(bench: &mut Bench) -> Outcome {
    patience::set_timeout(bench)?;
    opening(bench, "before.txt")?;
    let silent = connect(bench)?;
    let within_file = stop_within_file(bench, "half.txt")?;
    for mut peer in [silent, within_file] {
        peer.wait_for(Some(TIMEOUT + SLACK));
        let_go(
            &mut peer,
            "a server that lets a client go that says nothing for 1 s, as {timeout} says",
        )?;
        peer.close()?;
    }
    upload(bench, "after.txt")?;
    patience::keeps_the_talking(bench, Plain::Counted, &|bench, pauses| {
        let name = format!("slow-{}.txt", bench.story().lines().len());
        let mut peer = connect(bench)?;
        peer.send(plain(&name, FILE.len()))?;
        pauses.send_pieces(bench, &mut peer, FILE)?;
        peer.finish()?;
        let_go(&mut peer, "the end of the connection, for the file has come")?;
        peer.close()?;
        expect_file(&folder(bench), &name, FILE).map(drop)
    })
}

fn one_client_blocks_all(bench: &mut Bench) -> Outcome {
    opening(bench, "before.txt")?;
    let mut slow = connect(bench)?;
    bench.settle()?;
    upload(bench, "quick.txt")?;
    slow.send([&plain("slow.txt", FILE.len()), FILE].concat())?;
    slow.finish()?;
    let_go(&mut slow, "the end of the connection, for the file has come")?;
    expect_file(&folder(bench), "slow.txt", FILE).map(drop)
}

fn short_read(bench: &mut Bench) -> Outcome {
    opening(bench, "before.txt")?;
    let request = plain("pieces.txt", FILE.len());
    let (length, json) = request.split_at(4);
    // The file goes along with the last piece: this is about the header.
    let (start, rest) = json.split_at(json.len() / 2);
    let rest = [rest, FILE].concat();
    let mut peer = connect(bench)?;
    peer.send_pieces(length.chunks(1).chain([start, &rest]))?;
    peer.finish()?;
    let_go(&mut peer, "the end of the connection, for the file has come")?;
    expect_file(&folder(bench), "pieces.txt", FILE).map(drop)
}

fn closed_mid_message(bench: &mut Bench) -> Outcome {
    opening(bench, "before.txt")?;
    let request = plain("cut.txt", FILE.len());
    for count in [2, 4 + 10] {
        let mut peer = connect(bench)?;
        peer.send(&request[..count])?;
        peer.finish()?;
        notices_end(&mut peer, "a server that notices the end, and lets the client go")?;
        peer.close()?;
    }
    goes_on(bench, "a server that waits for its next client")?;
    upload(bench, "after.txt")
}

fn oversized_length(bench: &mut Bench) -> Outcome {
    opening(bench, "before.txt")?;
    let mut peer = connect(bench)?;
    peer.send(i32::MAX.to_le_bytes())?;
    let_go(&mut peer, "the end of the connection, for no header has 2 GiB")?;
    peer.close()?;

    // A file may be as long as it likes, as long as nobody makes room for it before it comes.
    let mut peer = connect(bench)?;
    let size = 1_u64 << 60;
    peer.send(header(&json!({"filename": "huge.txt", "filesize": size})))?;
    goes_on(bench, "a server that survives the announcement of a huge file")?;
    let memory = bench.program()?.memory();
    ensure(memory < MEMORY, || {
        let expected = "a server whose memory grows with what has come, not with what is announced";
        Failure::new(expected, "it holds more than 512 MiB when nothing of the file has come")
    })?;
    peer.finish()?;
    peer.receive_all(MAX_ANSWER)?;
    peer.close()?;
    expect_no_file(&folder(bench), "huge.txt", "nothing of it has come")?;
    upload(bench, "after.txt")
}

fn negative_length(bench: &mut Bench) -> Outcome {
    opening(bench, "before.txt")?;
    let mut peer = connect(bench)?;
    peer.send((-1_i32).to_le_bytes())?;
    let_go(&mut peer, "the end of the connection, for no header has -1 bytes")?;
    peer.close()?;
    send(bench, &header(&json!({"filename": "negative.txt", "filesize": -1})))?;
    expect_no_file(&folder(bench), "negative.txt", "no file has -1 bytes")?;
    upload(bench, "after.txt")
}

fn wrong_count(bench: &mut Bench) -> Outcome {
    let file: Vec<u8> = (0..3000).map(|position| b'a' + (position / 300) as u8).collect();
    opening(bench, "before.txt")?;
    let mut peer = connect(bench)?;
    peer.send(plain("pieces.txt", file.len()))?;
    peer.send_pieces(file.chunks(300))?;
    peer.finish()?;
    let_go(&mut peer, "the end of the connection, for the file has come")?;
    expect_file(&folder(bench), "pieces.txt", &file)?;
    peer.close()?;

    let name = "behind.txt";
    let mut peer = connect(bench)?;
    peer.try_send(&[&plain(name, FILE.len()), FILE, BEHIND].concat())?;
    peer.finish()?;
    let_go(&mut peer, "the end of the connection, for the file has come")?;
    peer.close()?;
    bench.settle()?;
    expect_nothing_behind(&folder(bench), name, FILE)
}

fn malformed_header(bench: &mut Bench) -> Outcome {
    opening(bench, "before.txt")?;
    for json in [
        b"{\"filename\":\"\xff\xfe\"}".to_vec(),
        b"{\"filename\":".to_vec(),
        b"[1, 2]".to_vec(),
        json!({"filesize": 0}).to_string().into(),
        json!({"filename": "a.txt"}).to_string().into(),
        json!({"filename": "a.txt", "filesize": "many"}).to_string().into(),
        json!({"filename": 7, "filesize": 0}).to_string().into(),
        // A number of 46 digits: some languages hold it, and then wait for the file.
        format!("{{\"filename\":\"a.txt\",\"filesize\":1{}}}", "0".repeat(45)).into(),
    ] {
        send(bench, &framed(&json))?;
    }
    expect_no_file(&folder(bench), "a.txt", "no header made sense")?;
    upload(bench, "after.txt")
}

fn path_traversal(bench: &mut Bench) -> Outcome {
    opening(bench, "inside.txt")?;
    let kept = find(&folder(bench), "inside.txt").and_then(|path| path.parent().map(Into::into));
    let kept: PathBuf = kept.unwrap_or_else(|| folder(bench));
    let outside = Outside::new(bench, &kept)?;
    for Way { name, cause } in outside.ways("escaped.txt") {
        bench.story().tell("uploads a file whose name leads out of the folder");
        send(bench, &[&plain(&name, FILE.len()), FILE].concat())?;
        bench.settle()?;
        outside.expect_no_file("escaped.txt", OUTSIDE, cause)?;
    }
    bench.story().tell("uploads a file whose name holds a zero byte");
    send(bench, &[&plain("a\0b.txt", FILE.len()), FILE].concat())?;
    upload(bench, "after.txt")
}

fn interrupted_upload(bench: &mut Bench) -> Outcome {
    let why = "the transfer has broken off";
    opening(bench, "before.txt")?;
    let mut peer = stop_within_file(bench, "ended.txt")?;
    let not_yet = expect_no_file(&folder(bench), "ended.txt", "it has not come whole yet")
        .map_err(|stop| stop.only_cause(FINAL_NAME));
    peer.finish()?;
    notices_end(&mut peer, "a server that notices the end within a file, and lets the client go")?;
    peer.close()?;
    let cause = if not_yet.is_err() { FINAL_NAME } else { END_OF_FILE };
    expect_no_file(&folder(bench), "ended.txt", why).map_err(|stop| stop.only_cause(cause))?;
    not_yet?;
    // Nor does anything keep the whole file from being sent now.
    upload(bench, "ended.txt")?;

    // Whether the server survives this is a question of its own: peer-reset.
    stop_within_file(bench, "vanished.txt")?.reset()?;
    bench.settle()?;
    expect_no_file(&folder(bench), "vanished.txt", why)
        .map_err(|stop| stop.only_cause(RESET_PASSED_OVER))
}
