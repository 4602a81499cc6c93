//! What stands in a header, and how it comes.

use std::thread;

use serde_json::json;

use super::super::message::{
    expect_turned_away, framed, get, header, md5, put, receive_ok, receive_refusal,
};
use super::super::paths::{expect_file, expect_no_file};
use super::clients::{FILE, MAX_ANSWER, call, connect, folder, next_client};
use crate::bench::Bench;
use crate::lessons::framed_client::LULL;
use crate::lessons::length;
use crate::lessons::tcp_server::{by_staying, goes_on};
use crate::peer::Then;
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};

/// No program needs so much memory for what is sent to it here.
const MEMORY: u64 = 512 << 20;

/// A header comes in pieces.
pub fn short_read(bench: &mut Bench) -> Outcome {
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

/// A header and its file arrive together; if that goes wrong, the file once more behind the header.
pub fn coalesced_messages(bench: &mut Bench) -> Outcome {
    let failure = match next_client(bench, "together.txt") {
        Err(Stop::Failed(failure)) => failure,
        outcome => return outcome,
    };
    bench.kill();
    if kept_apart(bench).is_err() {
        return Err(failure.in_plain(Plain::Opening).into());
    }
    let expected = "a file that is kept, also when it arrives together with its header";
    Err(Failure::new(expected, "it is kept only if it comes when the header has been read").into())
}

fn kept_apart(bench: &mut Bench) -> Outcome {
    let mut peer = call(bench)?;
    peer.send_pieces([put("apart.txt", FILE)])?;
    bench.settle()?;
    peer.send(FILE)?;
    receive_ok(&mut peer, "the answer that the file is kept")?;
    expect_file(&folder(bench), "apart.txt", FILE).map(drop)
}

/// A request pauses, within its length, its header and its file. The server may lose its patience;
/// then it lets the client go, and keeps nothing.
pub fn timeout_mid_message(bench: &mut Bench) -> Outcome {
    in_slow_pieces(bench).map_err(|stop| {
        // Pieces as such are the matter of others.
        stop.in_plain(Plain::Pieces).in_plain(Plain::Counted)
    })
}

fn in_slow_pieces(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    let request = put("slow.txt", FILE);
    let (length, header) = request.split_at(2);
    let (begin, end) = header.split_at(header.len() / 2);
    let (half, rest) = FILE.split_at(FILE.len() / 2);
    let pieces = [length.to_vec(), begin.to_vec(), [end, half].concat(), rest.to_vec()];
    for (position, piece) in pieces.iter().enumerate() {
        if position > 0 {
            bench.story().tell(format!("a pause of {:.1} s", LULL.as_secs_f64()));
            thread::sleep(LULL);
        }
        peer.try_send(piece)?;
    }
    let arrival = peer.receive_exactly(4)?;
    if matches!(arrival.then, Then::End | Then::Reset) {
        expect_no_file(&folder(bench), "slow.txt", "its client was let go")?;
        peer.close()?;
        return next_client(bench, "after.txt");
    }
    let expected = "the answer that the file is kept, or the end: the line was slow, and nothing \
                    was lost";
    ensure(arrival.bytes.len() == 4, || {
        Failure::new(expected, format!("nothing came: {}", peer.what(&arrival.then)))
    })?;
    bench.settle()?;
    expect_file(&folder(bench), "slow.txt", FILE)?;
    peer.close()?;
    next_client(bench, "after.txt")
}

/// A client ends its side within a header.
pub fn closed_mid_message(bench: &mut Bench) -> Outcome {
    next_client(bench, "before.txt")?;
    let request = get("before.txt");
    for count in [2, 4 + 10] {
        let mut peer = connect(bench)?;
        peer.send(&request[..count])?;
        peer.finish()?;
        let arrival = peer.receive_all(MAX_ANSWER)?;
        ensure(matches!(arrival.then, Then::End | Then::Reset), || {
            let expected = "a server that notices the end, and lets the client go";
            by_staying(Failure::new(expected, peer.what(&arrival.then)), &arrival.then)
        })?;
        peer.close()?;
    }
    goes_on(bench, "a server that waits for its next client")?;
    next_client(bench, "after.txt")
}

/// The length in front of a header is looked at as it is.
pub fn wrong_byte_order(bench: &mut Bench) -> Outcome {
    let plain = |bench: &mut Bench| next_client(bench, "notes.txt");
    length::expect_this_order(
        bench,
        plain,
        &[
            |bench| any_order(bench, length::swapped(put("swapped.txt", FILE))),
            |bench| any_order(bench, put("answered.txt", FILE)),
        ],
    )
}

fn any_order(bench: &mut Bench, request: Vec<u8>) -> Outcome {
    let mut peer = call(bench)?;
    peer.take_any_order();
    peer.send([request, FILE.into()].concat())?;
    receive_ok(&mut peer, "the answer that the file is kept").map(drop)
}

/// A header and a file of absurd length are announced.
pub fn oversized_length(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    peer.send(i32::MAX.to_le_bytes())?;
    expect_turned_away(&mut peer, "a refusal of a header of 2 GiB, or the end of the connection")?;
    peer.close()?;

    // A file may be as long as it likes, as long as nobody makes room for it before it comes.
    let mut peer = connect(bench)?;
    let size = 1_u64 << 60;
    peer.send(header(&json!({"action": "put", "filename": "huge.txt", "filesize": size})))?;
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
    next_client(bench, "after.txt")
}

/// A header and a file of a length below zero are announced.
pub fn negative_length(bench: &mut Bench) -> Outcome {
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

/// Headers come that make no sense.
pub fn malformed_header(bench: &mut Bench) -> Outcome {
    for (what, json) in [
        ("is not UTF-8", b"{\"action\":\"\xff\xfe\"}".to_vec()),
        ("is not JSON", b"{\"action\":".to_vec()),
        ("is no object", b"[1, 2]".to_vec()),
        ("lacks the name", json!({"action": "put", "filesize": 0}).to_string().into()),
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
