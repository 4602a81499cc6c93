//! The checks of lesson 7's server.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use socket2::SockRef;

use super::message::{
    expect_turned_away, framed, get, header, md5, put, receive, receive_ok, receive_refusal,
};
use super::paths::{Outside, expect_file, expect_no_file, find};
use crate::bench::Bench;
use crate::lessons::serving::{self, goes_on};
use crate::lessons::{Check, Part};
use crate::peer::{Peer, Then};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, Stop, ensure};

/// The server's checks.
pub const SERVER: Part = Part {
    lesson: 7,
    role: Role::Server,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "a file is sent, kept under its name, and fetched again",
            run: works,
            causes: &[
                "the answer to an upload is missing, or comes without its length in front",
                "the file is written in text mode, which changes some of its bytes",
                "the connection is not closed after the answer",
            ],
        },
        Check {
            id: "works-list",
            about: "the list names the file that was sent, with its size",
            run: works_list,
            causes: &["the list lacks files, or a filename or filesize in it"],
        },
        Check {
            id: "works-plain-upload",
            about: "an upload without an action, as in the notes, is kept as well",
            run: works_plain_upload,
            causes: &["the header is expected to have an action, or an md5"],
        },
        Check {
            id: "works-refusal",
            about: "an unknown file, and a second one of the same name, are refused",
            run: works_refusal,
            causes: &[
                "a file is overwritten by another one of the same name",
                "the error of opening a file ends the connection, and no answer is sent",
            ],
        },
        Check {
            id: "address-in-use",
            about: "the server is killed with a client connected, and started again",
            run: address_in_use,
            causes: serving::ADDRESS_IN_USE_CAUSES,
        },
        Check {
            id: "peer-reset",
            about: "a client vanishes, at once and within a file; the next one is served",
            run: peer_reset,
            causes: serving::PEER_RESET_CAUSES,
        },
        Check {
            id: "unread-data-reset",
            about: "a client whose file is refused sends all of it, and reads why",
            run: unread_data_reset,
            causes: &[
                "the connection is closed while the client still sends its file: what lies unread \
                 then turns the end into a reset, and the refusal may be lost with it",
            ],
        },
        Check {
            id: "half-close",
            about: "a client ends its side behind its file, and is still answered",
            run: half_close,
            causes: serving::HALF_CLOSE_CAUSES,
        },
        Check {
            id: "silent-peer",
            about: "one client says nothing, one stops within a file; both are let go after {timeout}",
            run: silent_peer,
            causes: serving::SILENT_PEER_CAUSES,
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
            causes: &[
                "the loop that waits for the rest does not look for a read of zero bytes",
                "the end is noticed, and ends the server",
            ],
        },
        Check {
            id: "partial-write",
            about: "a file is fetched by a client that reads late",
            run: partial_write,
            causes: &["a write takes only part of the bytes and tells how many, and nobody looks \
                 (in Python, send is such a write)"],
        },
        Check {
            id: "wrong-byte-order",
            about: "the length in front of a header has its lowest byte first, both ways",
            run: wrong_byte_order,
            causes: &["the length is packed and unpacked with the highest byte first ('>i', '!i')"],
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
            about: "a file arrives in pieces, and is kept whole",
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
            causes: &[
                "the header is decoded and used as if nothing could be wrong with it",
                "the error ends the connection, or the server, instead of being told to the client",
            ],
        },
        Check {
            id: "path-traversal",
            about: "names that lead out of the folder, to write there and to read",
            run: path_traversal,
            causes: &[
                "the client's file name is joined to the folder as it is: ../ leads out of it, and \
                 an absolute path takes its place",
                "the name is looked at when a file is written, and not when one is read",
                "a link in the folder is followed",
            ],
        },
        Check {
            id: "interrupted-upload",
            about: "a client ends, and one vanishes, within a file; nothing is left of it",
            run: interrupted_upload,
            causes: &[
                "the file has its final name from the start, and what has come of it stays there",
                "it is removed when the client closes, but not when the connection is reset",
            ],
        },
        Check {
            id: "digest-mismatch",
            about: "a file comes that is not what its md5 says",
            run: digest_mismatch,
            causes: &[
                "the md5 of the header is not compared with that of what has come",
                "the file is kept before it is compared",
            ],
        },
    ],
};

/// Some bytes that no text mode leaves as they are.
const FILE: &[u8] = b"a small file\r\n\x00\x1a\xff\n";

/// How much is more than the system takes for a client that does not read, and how much room it
/// is given for that client.
const LARGE: usize = 16 << 20;
const SMALL_BUFFER: usize = 32 * 1024;

/// What `{timeout}` is when a client keeps silent, and how much later it must be gone at last.
const TIMEOUT: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_secs(6);

/// No program needs so much memory for what is sent to it here.
const MEMORY: u64 = 512 << 20;

// ---- plain good runs

/// The folder that holds the program's files, if it was told which.
fn told_folder(bench: &Bench) -> Option<PathBuf> {
    bench.has("dir").then(|| bench.folder().join("files"))
}

/// The folder that holds the program's files somewhere.
fn folder(bench: &Bench) -> PathBuf {
    told_folder(bench).unwrap_or_else(|| bench.folder().into())
}

fn connect(bench: &mut Bench) -> Outcome<Peer> {
    if let Some(folder) = told_folder(bench) {
        fs::create_dir_all(&folder)?;
        bench.set("dir", folder.to_string_lossy());
    }
    bench.connect()
}

/// Sends a file of this name, as a good client does. Returns the connection.
fn upload(bench: &mut Bench, name: &str) -> Outcome<Peer> {
    let mut peer = connect(bench)?;
    peer.send([put(name, FILE), FILE.into()].concat())?;
    receive_ok(&mut peer, "the answer that the file is kept")?;
    expect_file(&folder(bench), name, FILE)?;
    Ok(peer)
}

/// A client that comes now is served. Most checks end with it: whatever happened before, the
/// server must go on.
fn next_client(bench: &mut Bench, name: &str) -> Outcome {
    upload(bench, name)?.close()
}

fn works(bench: &mut Bench) -> Outcome {
    let mut peer = upload(bench, "notes.txt")?;
    peer.expect_end("for each connection is for one file")?;
    peer.close()?;

    let mut peer = connect(bench)?;
    peer.send(get("notes.txt"))?;
    fetched(&mut peer, "notes.txt", FILE)?;
    peer.expect_end("for the file is over")
}

/// Receives a file that was asked for.
fn fetched(peer: &mut Peer, name: &str, file: &[u8]) -> Outcome {
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

fn works_list(bench: &mut Bench) -> Outcome {
    next_client(bench, "notes.txt")?;
    let mut peer = connect(bench)?;
    peer.send(header(&json!({"action": "list"})))?;
    let what = "a list of the files, with notes.txt in it";
    let answer = receive_ok(&mut peer, what)?;
    let files = answer["files"].as_array().cloned().unwrap_or_default();
    let listed =
        files.iter().any(|file| file["filename"] == "notes.txt" && file["filesize"] == FILE.len());
    ensure(listed, || Failure::new(what, format!("the answer is {answer}")))
}

fn works_plain_upload(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    let plain = json!({"filepath": "/home/me", "filename": "plain.txt", "filesize": FILE.len()});
    peer.send([header(&plain), FILE.into()].concat())?;
    peer.finish()?;
    // An answer is not asked for, and does no harm. Behind the end the file must be there.
    let arrival = peer.receive_all(MAX_ANSWER)?;
    expect_file(&folder(bench), "plain.txt", FILE)?;
    ensure(!matches!(arrival.then, Then::Reset), || {
        Failure::new("the end of the connection", peer.what(&arrival.then))
    })?;
    peer.close()?;
    next_client(bench, "after.txt")
}

/// More than any answer has that is not a file.
const MAX_ANSWER: usize = 100_000;

fn works_refusal(bench: &mut Bench) -> Outcome {
    next_client(bench, "notes.txt")?;

    let mut peer = connect(bench)?;
    peer.send(get("no-such-file.txt"))?;
    let what = "a refusal: there is no such file";
    expect_id("not-found", &receive_refusal(&mut peer, what)?)?;
    peer.close()?;

    let other = b"another file";
    let mut peer = connect(bench)?;
    peer.send([put("notes.txt", other), other.into()].concat())?;
    let what = "a refusal: there is a file of this name already";
    expect_id("already-exists", &receive_refusal(&mut peer, what)?)?;
    expect_file(&folder(bench), "notes.txt", FILE)?;
    Ok(())
}

fn expect_id(wanted: &str, id: &str) -> Outcome {
    ensure(id == wanted, || {
        Failure::new(format!("a refusal with the id {wanted}"), format!("its id is {id}"))
    })
}

// ---- connections

fn address_in_use(bench: &mut Bench) -> Outcome {
    let mut peer = upload(bench, "before.txt")?;
    // The side that closes first remembers the connection, and with it the port.
    bench.kill();
    peer.receive_all(MAX_ANSWER)?;
    peer.close()?;
    next_client(bench, "after.txt")
}

fn peer_reset(bench: &mut Bench) -> Outcome {
    next_client(bench, "before.txt")?;
    bench.settle()?;
    connect(bench)?.reset()?;
    goes_on(bench, "a server that survives the reset of one connection")?;

    let peer = stop_within_file(bench, "half.txt")?;
    peer.reset()?;
    goes_on(bench, "a server that survives the reset of one connection")?;
    next_client(bench, "after.txt")
}

/// Sends a header and half of its file, and waits until the server has taken it.
fn stop_within_file(bench: &mut Bench, name: &str) -> Outcome<Peer> {
    let mut peer = connect(bench)?;
    peer.send([&put(name, FILE), &FILE[..FILE.len() / 2]].concat())?;
    bench.settle()?;
    Ok(peer)
}

fn unread_data_reset(bench: &mut Bench) -> Outcome {
    next_client(bench, "taken.txt")?;
    let file = vec![b'x'; LARGE / 2];
    let mut peer = connect(bench)?;
    let (count, then) = peer.try_send(&[put("taken.txt", &file), file].concat())?;
    ensure(matches!(then, Then::More), || {
        let expected = "a server that takes a file that it refuses, to its end";
        Failure::new(expected, format!("it took {count} bytes, then {}", peer.what(&then)))
    })?;
    peer.finish()?;
    receive(&mut peer, "the answer that the file is refused")?;
    let arrival = peer.receive_all(MAX_ANSWER)?;
    ensure(!matches!(arrival.then, Then::Reset), || {
        Failure::new("the end of the connection, in order", peer.what(&arrival.then))
    })?;
    peer.close()?;
    next_client(bench, "after.txt")
}

fn half_close(bench: &mut Bench) -> Outcome {
    next_client(bench, "before.txt")?;
    let mut peer = connect(bench)?;
    // Paused, the server finds the file and the end together, every time.
    let paused = bench.subject()?.pause()?;
    peer.send([put("notes.txt", FILE), FILE.into()].concat())?;
    peer.finish()?;
    if paused {
        bench.subject()?.resume()?;
    }
    receive_ok(&mut peer, "the answer that the file is kept")?;
    peer.close()?;

    let mut peer = connect(bench)?;
    peer.send(get("notes.txt"))?;
    peer.finish()?;
    fetched(&mut peer, "notes.txt", FILE)
}

fn silent_peer(bench: &mut Bench) -> Outcome {
    if !bench.has("timeout") {
        let why = "the command has no {timeout}, the seconds after which a silent client must go";
        return Err(Stop::Skipped(why.into()));
    }
    bench.set_timeout(TIMEOUT);
    let silent = connect(bench)?;
    let within_file = stop_within_file(bench, "half.txt")?;
    for mut peer in [silent, within_file] {
        peer.wait_for(Some(TIMEOUT + SLACK));
        let arrival = peer.receive_all(MAX_ANSWER)?;
        ensure(matches!(arrival.then, Then::End | Then::Reset), || {
            let expected = format!(
                "a server that lets a client go that says nothing for {} s, as {{timeout}} says",
                TIMEOUT.as_secs()
            );
            let observed = format!("the client is still connected: {}", peer.what(&arrival.then));
            Failure::new(expected, observed)
        })?;
        peer.close()?;
    }
    next_client(bench, "after.txt")
}

fn one_client_blocks_all(bench: &mut Bench) -> Outcome {
    let mut slow = connect(bench)?;
    bench.settle()?;
    next_client(bench, "quick.txt")?;
    slow.send([put("slow.txt", FILE), FILE.into()].concat())?;
    receive_ok(&mut slow, "the answer that the file of the slow client is kept")?;
    expect_file(&folder(bench), "slow.txt", FILE)?;
    Ok(())
}

// ---- headers

fn short_read(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    let request = put("pieces.txt", FILE);
    let (length, json) = request.split_at(4);
    // The file goes along with the last piece: this is about the header.
    let (start, rest) = json.split_at(json.len() / 2);
    let rest = [rest, FILE].concat();
    peer.send_pieces(length.chunks(1).chain([start, &rest]))?;
    receive_ok(&mut peer, "the answer that the file is kept")?;
    expect_file(&folder(bench), "pieces.txt", FILE)?;
    Ok(())
}

fn closed_mid_message(bench: &mut Bench) -> Outcome {
    next_client(bench, "before.txt")?;
    let request = get("before.txt");
    for count in [2, 4 + 10] {
        let mut peer = connect(bench)?;
        peer.send(&request[..count])?;
        peer.finish()?;
        let arrival = peer.receive_all(MAX_ANSWER)?;
        ensure(matches!(arrival.then, Then::End | Then::Reset), || {
            let expected = "a server that notices the end, and lets the client go";
            Failure::new(expected, peer.what(&arrival.then))
        })?;
        peer.close()?;
    }
    goes_on(bench, "a server that waits for its next client")?;
    next_client(bench, "after.txt")
}

fn wrong_byte_order(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    peer.send([put("notes.txt", FILE), FILE.into()].concat())?;
    receive_ok(&mut peer, "the answer that the file is kept")?;
    Ok(())
}

fn oversized_length(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    peer.send(i32::MAX.to_le_bytes())?;
    expect_turned_away(&mut peer, "a refusal of a header of 2 GiB, or the end of the connection")?;
    peer.close()?;

    // A file may be as long as it likes, as long as nobody makes room for it before it comes.
    let mut peer = connect(bench)?;
    let size = 1_u64 << 60;
    peer.send(header(&json!({"action": "put", "filename": "huge.txt", "filesize": size})))?;
    goes_on(bench, "a server that survives the announcement of a huge file")?;
    let memory = bench.program()?.activity().map_or(0, |activity| activity.memory);
    ensure(memory < MEMORY, || {
        let expected = "a server whose memory grows with what has come, not with what is announced";
        Failure::new(expected, "it holds more than 512 MiB when nothing of the file has come")
    })?;
    peer.finish()?;
    peer.receive_all(MAX_ANSWER)?;
    peer.close()?;
    expect_no_file(&folder(bench), "huge.txt", "nothing of it has come")?;
    next_client(bench, "after.txt")
}

fn negative_length(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    peer.send((-1_i32).to_le_bytes())?;
    expect_turned_away(&mut peer, "a refusal of a header of -1 bytes, or the end")?;
    peer.close()?;

    let mut peer = connect(bench)?;
    peer.send(header(&json!({
        "action": "put", "filename": "negative.txt", "filesize": -1, "md5": md5(b""),
    })))?;
    expect_turned_away(&mut peer, "a refusal of a file of -1 bytes, or the end")?;
    peer.close()?;
    expect_no_file(&folder(bench), "negative.txt", "no file has -1 bytes")?;
    next_client(bench, "after.txt")
}

fn malformed_header(bench: &mut Bench) -> Outcome {
    let size = FILE.len();
    for (what, json) in [
        ("is not UTF-8", b"{\"action\":\"\xff\xfe\"}".to_vec()),
        ("is not JSON", b"{\"action\":".to_vec()),
        ("is no object", b"[1, 2]".to_vec()),
        ("lacks the name", json!({"action": "put", "filesize": size}).to_string().into()),
        ("lacks the size", json!({"action": "put", "filename": "a.txt"}).to_string().into()),
        (
            "has a text for a size",
            json!({"action": "put", "filename": "a.txt", "filesize": "many"}).to_string().into(),
        ),
        ("has a number for a name", json!({"action": "get", "filename": 7}).to_string().into()),
    ] {
        let mut peer = connect(bench)?;
        peer.send(framed(&json))?;
        receive_refusal(&mut peer, &format!("a refusal, for the header {what}"))?;
        peer.close()?;
    }

    // A number of 46 digits: some languages hold it, and then wait for the file.
    let huge = format!("{{\"filename\":\"a.txt\",\"filesize\":1{}}}", "0".repeat(45));
    let mut peer = connect(bench)?;
    peer.send(framed(huge.as_bytes()))?;
    peer.finish()?;
    peer.receive_all(MAX_ANSWER)?;
    peer.close()?;
    next_client(bench, "after.txt")
}

// ---- files

fn partial_write(bench: &mut Bench) -> Outcome {
    let file: Vec<u8> = (0..LARGE).map(|position| b'a' + (position / 1000 % 26) as u8).collect();
    give(bench, "large.bin", &file)?;

    let mut peer = connect(bench)?;
    SockRef::from(peer.stream()).set_recv_buffer_size(SMALL_BUFFER)?;
    peer.send(get("large.bin"))?;
    receive_ok(&mut peer, "the answer that the file large.bin follows")?;
    bench.settle()?;
    // A write that waits is cut short when its program is paused, on Linux at least.
    if bench.subject()?.pause()? {
        bench.subject()?.resume()?;
    }
    peer.expect(&file, "the bytes of the file")
}

/// Sees to it that the server has a file.
fn give(bench: &mut Bench, name: &str, file: &[u8]) -> Outcome {
    if let Some(folder) = told_folder(bench) {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), file)?;
        return Ok(());
    }
    let mut peer = connect(bench)?;
    peer.send([&put(name, file), file].concat())?;
    receive_ok(&mut peer, "the answer that the file is kept")?;
    peer.close()
}

fn wrong_count(bench: &mut Bench) -> Outcome {
    let file: Vec<u8> = (0..3000).map(|position| b'a' + (position / 300) as u8).collect();
    let mut peer = connect(bench)?;
    peer.send(put("pieces.txt", &file))?;
    peer.send_pieces(file.chunks(300))?;
    receive_ok(&mut peer, "the answer that the file is kept, all of it")?;
    expect_file(&folder(bench), "pieces.txt", &file)?;
    Ok(())
}

fn interrupted_upload(bench: &mut Bench) -> Outcome {
    let why = "the transfer has broken off";
    let mut peer = stop_within_file(bench, "ended.txt")?;
    peer.finish()?;
    let arrival = peer.receive_all(MAX_ANSWER)?;
    ensure(matches!(arrival.then, Then::End | Then::Reset), || {
        let expected = "a server that notices the end within a file, and lets the client go";
        Failure::new(expected, peer.what(&arrival.then))
    })?;
    peer.close()?;
    expect_no_file(&folder(bench), "ended.txt", why)?;
    // Nor does anything keep the whole file from being sent now.
    next_client(bench, "ended.txt")?;

    // Whether the server survives this is a question of its own: peer-reset.
    stop_within_file(bench, "vanished.txt")?.reset()?;
    bench.settle()?;
    expect_no_file(&folder(bench), "vanished.txt", why)
}

fn digest_mismatch(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    let other: Vec<u8> = FILE.iter().rev().copied().collect();
    peer.send([put("damaged.txt", FILE), other].concat())?;
    expect_turned_away(&mut peer, "a refusal, for what has come is not the file that was meant")?;
    peer.close()?;
    expect_no_file(&folder(bench), "damaged.txt", "what has come is not it")?;
    next_client(bench, "after.txt")
}

fn path_traversal(bench: &mut Bench) -> Outcome {
    next_client(bench, "inside.txt")?;
    let kept = find(&folder(bench), "inside.txt").and_then(|path| path.parent().map(Into::into));
    let kept: PathBuf = kept.unwrap_or_else(|| folder(bench));
    let outside = Outside::new(bench, &kept)?;
    let secret = b"nobody's business";
    fs::write(outside.path().join("secret.txt"), secret)?;

    for name in outside.names("escaped.txt") {
        bench.story().tell("uploads a file whose name leads out of the folder");
        try_upload(bench, &name)?;
        expect_no_file(outside.path(), "escaped.txt", "it lies outside of the server's folder")?;
    }
    for name in outside.names("secret.txt") {
        bench.story().tell("asks for a file whose name leads out of the folder");
        refused_secret(bench, &name, secret)?;
    }
    if link(&outside.path().join("secret.txt"), &kept.join("link.txt")) {
        bench.story().tell("asks for a link in the folder, and uploads a file of its name");
        refused_secret(bench, "link.txt", secret)?;
        try_upload(bench, "link.txt")?;
        expect_file(outside.path(), "secret.txt", secret)?;
    }
    bench.story().tell("uploads a file whose name holds a zero byte");
    try_upload(bench, "a\0b.txt")?;
    next_client(bench, "after.txt")
}

/// Uploads a file under a name that must lead nowhere. Whether it is refused, or kept under
/// another name, is left open.
fn try_upload(bench: &mut Bench, name: &str) -> Outcome {
    let mut peer = connect(bench)?;
    peer.try_send(&[put(name, FILE), FILE.into()].concat())?;
    peer.finish()?;
    peer.receive_all(MAX_ANSWER)?;
    peer.close()?;
    bench.settle()?;
    Ok(())
}

/// Asks for a file that must not be handed out.
fn refused_secret(bench: &mut Bench, name: &str, secret: &[u8]) -> Outcome {
    let mut peer = connect(bench)?;
    peer.send(get(name))?;
    peer.finish()?;
    let arrival = peer.receive_all(MAX_ANSWER)?;
    peer.close()?;
    ensure(!arrival.bytes.ends_with(secret), || {
        let expected = "a refusal, for the file lies outside of the server's folder";
        Failure::new(expected, "the server hands it out").bytes([], arrival.bytes.as_slice())
    })
}

/// Makes a link, where that can be done.
#[cfg(unix)]
fn link(to: &std::path::Path, at: &std::path::Path) -> bool {
    std::os::unix::fs::symlink(to, at).is_ok()
}

/// Makes no link: here that takes rights that few have.
#[cfg(not(unix))]
fn link(_to: &std::path::Path, _at: &std::path::Path) -> bool {
    false
}
