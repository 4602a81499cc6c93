//! The checks of lesson 7's client that uploads a file.

use std::fs;

use bstr::ByteSlice;
use serde_json::{Value, json};

use super::message::{framed, header, md5, receive};
use crate::bench::Bench;
use crate::lessons::framed_client::expect_room;
use crate::lessons::lasting;
use crate::lessons::length;
use crate::lessons::tcp_client::{self, ends_with_error};
use crate::part::{Check, Part};
use crate::peer::Peer;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::Doing;

/// The client's checks.
pub const CLIENT: Part = Part {
    lesson: 7,
    role: Role::Client,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "the file is sent behind its header, and the answer read",
            run: |bench| works(bench, "notes.txt", &file()),
            causes: &[
                "the file is read in text mode, which changes some of its bytes",
                "the header's filename or filesize is missing, or is not the file's",
            ],
        },
        Check {
            id: "works-other-letters",
            about: "a file with a name in Chinese, and nothing in it, is sent",
            run: |bench| works(bench, "学习笔记.md", b""),
            causes: &[
                "the length in front of the header counts its characters, and not its bytes",
                "an empty file is taken for none",
            ],
        },
        Check {
            id: "works-refusal",
            about: "the server refuses the file, and the client says so",
            run: works_refusal,
            causes: &["the server's answer is not read, or its status not looked at"],
        },
        Check {
            id: "connection-refused",
            about: "nobody listens at the address",
            run: connection_refused,
            causes: tcp_client::CONNECTION_REFUSED_CAUSES,
        },
        lasting::client_interrupted_call_check(interrupted_call),
        Check {
            id: "peer-closed",
            about: "the server takes the file and closes without an answer",
            run: peer_closed,
            causes: &[NO_ANSWER_YET],
        },
        Check {
            id: "peer-reset",
            about: "the server takes the file and vanishes",
            run: peer_reset,
            causes: PEER_RESET_CAUSES,
        },
        Check {
            id: "short-read",
            about: "the answer arrives a byte at a time",
            run: short_read,
            causes: SHORT_READ_CAUSES,
        },
        Check {
            id: "closed-mid-message",
            about: "the server ends its side within the answer",
            run: closed_mid_message,
            causes: CLOSED_MID_MESSAGE_CAUSES,
        },
        Check {
            id: "wrong-byte-order",
            about: "the length in front of a header has its lowest byte first, both ways",
            run: wrong_byte_order,
            causes: WRONG_BYTE_ORDER_CAUSES,
        },
        Check {
            id: "oversized-length",
            about: "an answer of 2 GiB is announced",
            run: oversized_length,
            causes: OVERSIZED_LENGTH_CAUSES,
        },
        Check {
            id: "malformed-header",
            about: "the answer is not UTF-8, not JSON, or lacks its status",
            run: malformed_header,
            causes: MALFORMED_HEADER_CAUSES,
        },
    ],
};

/// The cause of waiting for an answer that never comes.
pub const NO_ANSWER_YET: &str = "a read of zero bytes, where the answer should begin, is taken for \
                                 nothing yet, and read again, for ever";

/// Causes of a reset going wrong.
pub const PEER_RESET_CAUSES: &[&str] = &[
    "the error of a read or a write is passed over, and the program ends as after a success",
    "a reset is taken for the server's orderly end",
];

/// Causes of an answer in pieces going wrong.
pub const SHORT_READ_CAUSES: &[&str] = &[
    "one read is taken for all of the header: it returns what has come so far",
    "the length is read whole, but not the JSON after it",
];

/// Causes of a broken-off answer going wrong.
pub const CLOSED_MID_MESSAGE_CAUSES: &[&str] = &[NO_LOOK, SAID_ALL];
pub const NO_LOOK: &str = "the loop that waits for the rest does not look for a read of zero bytes";
pub const SAID_ALL: &str = "the end is taken for that of a server that has said all";

/// Causes of lengths read backwards.
pub const WRONG_BYTE_ORDER_CAUSES: &[&str] =
    &["the length is packed and unpacked with the highest byte first ('>i', '!i')"];

/// Causes of believing any length.
pub const OVERSIZED_LENGTH_CAUSES: &[&str] =
    &["whatever length is announced is waited for, or memory is made ready for it"];

/// Causes of headers that nobody expects bringing a client down.
pub const MALFORMED_HEADER_CAUSES: &[&str] = &[
    "the header is decoded and used as if nothing could be wrong with it",
    "the error is passed over, and the program ends as after a success",
];

/// What is sent where it does not matter what is sent.
const PLAIN: &[u8] = b"a few bytes";

/// Some bytes that no text mode leaves as they are, more than one read gives.
fn file() -> Vec<u8> {
    (0..=255).chain(*b"\r\n\x1a\n").cycle().take(300_000).collect()
}

/// Starts the client with a file to be sent.
fn accept(bench: &mut Bench, name: &str, file: &[u8]) -> Outcome<Peer> {
    offer(bench, name, file)?;
    bench.accept()
}

fn offer(bench: &mut Bench, name: &str, file: &[u8]) -> Outcome {
    let folder = bench.folder().join("files");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    fs::write(&path, file)?;
    let path = path.to_string_lossy().into_owned();
    bench.set_variable("UPLOAD", path.clone());
    bench.set("file", path);
    Ok(())
}

/// Receives the file. Returns whether the client wants to hear that it has come.
fn receive_file(peer: &mut Peer, name: &str, file: &[u8]) -> Outcome<bool> {
    let request = receive(peer, "a header, and a file behind it")?;
    look_at(&request, name, file)?;
    peer.expect(file, "the bytes of the file")?;
    Ok(request.get("action").is_some())
}

fn look_at(request: &Value, name: &str, file: &[u8]) -> Outcome {
    let told = || format!("the header is {request}");
    let wrong = |expected: String| Failure::new(expected, told());
    let filename = request["filename"].as_str().unwrap_or_default();
    ensure(filename == name, || {
        let failure = wrong(format!("a header whose filename is {name}"));
        if filename.ends_with(name) {
            return failure
                .only_cause("the whole path is sent, of which the server wants the name");
        }
        failure
    })?;
    ensure(request["filesize"] == file.len(), || {
        wrong(format!("a header whose filesize is {}", file.len()))
    })?;
    ensure(request.get("action").is_none_or(|action| action == "put"), || {
        wrong("a header whose action is put, if it has one".into())
    })?;
    let digest = request.get("md5").map(|digest| digest.as_str().unwrap_or_default());
    ensure(digest.is_none_or(|digest| digest.eq_ignore_ascii_case(&md5(file))), || {
        wrong(format!("a header whose md5 is {}, if it has one", md5(file)))
    })
}

/// The file is received and, where that is wanted, answered; the client ends well.
fn works(bench: &mut Bench, name: &str, file: &[u8]) -> Outcome {
    let mut peer = accept(bench, name, file)?;
    if receive_file(&mut peer, name, file)? {
        peer.send(ok())?;
    }
    peer.finish()?;
    ends_well(bench)?;
    peer.expect_end("for all has been said")
}

fn ok() -> Vec<u8> {
    header(&json!({"status": "ok"}))
}

fn ends_well(bench: &mut Bench) -> Outcome {
    bench.expect_success("the file has arrived")
}

fn works_refusal(bench: &mut Bench) -> Outcome {
    let mut peer = wants_answer(bench)?;
    let before = bench.program()?.all_output().len();
    let refusal = json!({"status": "error", "id": "disk", "message": "the disk is full"});
    peer.send(header(&refusal))?;
    peer.finish()?;
    expect_error(bench, "the server has refused the file").map_err(|stop| said(bench, stop, before))
}

/// A client that tells of the refusal has read it.
fn said(bench: &mut Bench, stop: Stop, before: usize) -> Stop {
    let output = bench.program().map(|program| program.all_output()).unwrap_or_default();
    let printed = output.get(before..).unwrap_or_default();
    if printed.contains_str("the disk is full") {
        return stop.only_cause(
            "the refusal is printed, and then the program ends as after a success: whoever has \
             started it learns of it by its exit status",
        );
    }
    stop
}

/// Starts the client, receives its file, and skips the check if it wants no answer.
fn wants_answer(bench: &mut Bench) -> Outcome<Peer> {
    let mut peer = accept(bench, "notes.txt", PLAIN)?;
    let sent = receive_file(&mut peer, "notes.txt", PLAIN);
    if sent.map_err(|stop| stop.in_plain(Plain::Opening))? {
        return Ok(peer);
    }
    Err(Stop::Skipped("the header has no action: such a client waits for no answer".into()))
}

/// Expects that the program ends, and says by its status that what it was to do is not done.
pub fn expect_error(bench: &mut Bench, why: &str) -> Outcome {
    let status = bench.expect_program_end(why)?;
    ensure(!status.is_success(), || {
        let expected = format!("an end with a status other than 0, for {why}");
        Failure::new(expected, "it ended with status 0, as if all were well")
    })
}

/// Expects that the program ends, and not as if all were well: with another status than 0, or
/// with a remark behind the first `before` bytes that it has printed.
pub fn expect_complaint(bench: &mut Bench, why: &str, before: usize) -> Outcome {
    let status = bench.expect_program_end(why)?;
    let output = bench.program()?.all_output();
    let remark = output.get(before..).unwrap_or_default().trim_ascii();
    ensure(!status.is_success() || !remark.is_empty(), || {
        let expected = format!("a client that says that something is wrong: {why}");
        Failure::new(expected, "it ended with status 0 and said nothing, as if all were well")
    })
}

/// Names the cause of a program's not complaining: whether it is still awake tells which.
pub fn by_its_end(bench: &mut Bench, stop: Stop, awake: &str, ended: &str) -> Stop {
    match (stop, bench.settle()) {
        (Stop::Failed(failure), Ok(doing)) if failure.cause.is_none() => match doing {
            Doing::Ended(_) => failure.only_cause(ended),
            Doing::Spins(_) | Doing::Floods => failure.only_cause(awake),
            _ => *failure,
        }
        .into(),
        (stop, _) => stop,
    }
}

fn connection_refused(bench: &mut Bench) -> Outcome {
    offer(bench, "notes.txt", PLAIN)?;
    tcp_client::calls_when_somebody_listens(bench)?;
    bench.listen_no_more(Transport::Tcp)?;
    bench.start()?;
    ends_with_error(bench)
}

fn interrupted_call(bench: &mut Bench) -> Outcome {
    let mut peer = wants_answer(bench)?;
    lasting::interrupted_call(bench, |_| {
        peer.send(ok())?;
        peer.finish()
    })?;
    ends_well(bench)
}

fn peer_closed(bench: &mut Bench) -> Outcome {
    let mut peer = wants_answer(bench)?;
    peer.finish()?;
    // As from the servers of the notes, no answer came. Whether that is an error is left open.
    bench.expect_program_end("the server has closed the connection").map(drop)
}

fn peer_reset(bench: &mut Bench) -> Outcome {
    let peer = wants_answer(bench)?;
    let before = bench.program()?.all_output().len();
    peer.reset()?;
    expect_complaint(bench, "the server has vanished", before)
}

fn short_read(bench: &mut Bench) -> Outcome {
    let mut peer = wants_answer(bench)?;
    peer.send_bytewise(&ok())?;
    peer.finish()?;
    ends_well(bench)
}

fn closed_mid_message(bench: &mut Bench) -> Outcome {
    for count in [2, 4 + 5] {
        let mut peer = wants_answer(bench)?;
        let before = bench.program()?.all_output().len();
        peer.send(&ok()[..count])?;
        peer.finish()?;
        expect_complaint(bench, "the connection has ended within the answer", before)
            .map_err(|stop| by_its_end(bench, stop, NO_LOOK, SAID_ALL))?;
        bench.kill();
    }
    works(bench, "notes.txt", PLAIN)
}

fn wrong_byte_order(bench: &mut Bench) -> Outcome {
    let plain = |bench: &mut Bench| works(bench, "notes.txt", PLAIN);
    length::expect_this_order(
        bench,
        plain,
        &[|bench| any_order(bench, length::swapped(ok())), |bench| any_order(bench, ok())],
    )
}

fn any_order(bench: &mut Bench, answer: Vec<u8>) -> Outcome {
    let mut peer = accept(bench, "notes.txt", PLAIN)?;
    peer.take_any_order();
    if receive_file(&mut peer, "notes.txt", PLAIN)? {
        peer.send(answer)?;
    }
    peer.finish()?;
    ends_well(bench)
}

fn oversized_length(bench: &mut Bench) -> Outcome {
    let mut peer = wants_answer(bench)?;
    let before = bench.program()?.all_output().len();
    peer.send(i32::MAX.to_le_bytes())?;
    expect_complaint(bench, "no answer has 2 GiB", before)?;
    expect_room(&*bench.program()?, "an error: no answer has 2 GiB")?;
    bench.kill();
    works(bench, "notes.txt", PLAIN)
}

fn malformed_header(bench: &mut Bench) -> Outcome {
    for (what, json) in [
        ("is not UTF-8", &b"{\"status\":\"\xff\xfe\"}"[..]),
        ("is not JSON", b"{\"status\":"),
        ("lacks its status", b"{}"),
    ] {
        let mut peer = wants_answer(bench)?;
        peer.send(framed(json))?;
        peer.finish()?;
        expect_error(bench, &format!("the answer {what}")).map_err(|stop| any(bench, stop))?;
        expect_no_crash(bench, &format!("the answer {what}"))?;
        bench.kill();
    }
    works(bench, "notes.txt", PLAIN)
}

/// A client that takes even a refusal for a success looks at no answer.
fn any(bench: &mut Bench, stop: Stop) -> Stop {
    bench.kill();
    match works_refusal(bench) {
        Err(Stop::Failed(_)) => stop.in_plain(Plain::Refused),
        _ => stop,
    }
}

/// Expects that an error that ended the program was one that it had thought of.
pub fn expect_no_crash(bench: &mut Bench, why: &str) -> Outcome {
    let program = bench.program()?;
    ensure(!program.has_crashed(), || {
        let expected = format!("a client that says in its own words that {why}");
        let status = program.status().map_or(String::new(), |status| format!(" with {status}"));
        let words = program.last_words().unwrap_or_default();
        Failure::new(expected, format!("it crashed{status}. Its last words: {words}"))
    })
}
