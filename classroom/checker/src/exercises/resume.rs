//! Exercise 7: a client that goes on with an upload where it broke off.

use std::fs;

use processes::Status;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::exercises::headers::{expect, pack, receive};
use crate::lessons::tcp_client;
use crate::part::{Check, Part};
use crate::peer::{Peer, Then};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};
use crate::watch::Doing;

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 7,
    role: Role::Client,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "the server has nothing of the file yet, and gets all of it",
            run: |bench| sends_from(bench, 0),
            causes: &[
                "the request lacks a key, or its filename is a whole path",
                "the client ends before it has the second answer",
            ],
        },
        Check {
            id: "works-resume",
            about: "the server has 1234 bytes of the file, and gets the others",
            run: |bench| sends_from(bench, 1234),
            causes: &[
                "the whole file is sent, whatever the server has already",
                "the file is read on from the right place, but up to a wrong one",
            ],
        },
        Check {
            id: "works-complete",
            about: "the server has the whole file, and gets nothing",
            run: |bench| sends_from(bench, SIZE),
            causes: &[
                "an offset that is as large as the file is taken for an error",
                "the second answer is not read if nothing had to be sent",
            ],
        },
        Check {
            id: "interrupted-upload",
            about: "an upload is broken off, and the next run sends what is missing",
            run: interrupted,
            causes: &[
                "the file is sent from its beginning each time",
                "the client does not notice that the connection was lost, and ends well",
            ],
        },
        Check {
            id: "works-refusal",
            about: "the server refuses the request, and the client says so",
            run: refused_request,
            causes: &["the answer's status is not looked at", "its message is not printed"],
        },
        Check {
            id: "works-late-refusal",
            about: "the server refuses the file when it has come, and the client says so",
            run: refused_file,
            causes: &["the second answer is not read, or its status not looked at"],
        },
        Check {
            id: "short-read",
            about: "the answers arrive a byte at a time",
            run: short_read,
            causes: &["one read is taken for the whole length, or for the whole header"],
        },
        Check {
            id: "malformed-header",
            about: "an answer has no offset, and another has one that is no number",
            run: |bench| absurd(bench, &[json!({ "status": "ok" }), answer(&json!("12"))]),
            causes: &["an offset that is missing counts as 0"],
        },
        Check {
            id: "negative-length",
            about: "the server says that it has -1 bytes",
            run: |bench| absurd(bench, &[answer(&json!(-1))]),
            causes: &[
                "the offset becomes a huge one when it is made unsigned, or is taken as it is",
            ],
        },
        Check {
            id: "oversized-length",
            about: "the server says that it has more bytes than the file",
            run: |bench| absurd(bench, &[answer(&json!(SIZE + 1))]),
            causes: &[
                "the offset is not compared with the size of the file: seeking behind its end is no \
                 error, and there is nothing to read then",
            ],
        },
        Check {
            id: "peer-closed",
            about: "the server leaves instead of answering, first once, then when it has the file",
            run: peer_closed,
            causes: &[
                "the end of the connection is taken for a good answer",
                "whether the second answer has come is not asked",
            ],
        },
        Check {
            id: "connection-refused",
            about: "nobody listens at the address",
            run: |bench| {
                put_file(bench)?;
                tcp_client::connection_refused(bench)
            },
            causes: tcp_client::CONNECTION_REFUSED_CAUSES,
        },
    ],
};

const NAME: &str = "notes.bin";

/// The size of the file: more than one piece, and no round number.
const SIZE: usize = 200_003;

/// What is in the file: any bytes, which do not repeat soon.
fn content() -> Vec<u8> {
    (0..SIZE as u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// Puts the file there that is to be uploaded.
fn put_file(bench: &mut Bench) -> Outcome {
    let path = bench.folder().join(NAME);
    fs::write(&path, content())?;
    bench.set("file", path.display().to_string());
    Ok(())
}

/// The first answer, with this offset.
fn answer(offset: &Value) -> Value {
    json!({ "status": "ok", "offset": offset })
}

fn done() -> Vec<u8> {
    pack(&json!({ "status": "ok" }))
}

/// Starts the client, and takes its request.
fn request(bench: &mut Bench) -> Outcome<Peer> {
    put_file(bench)?;
    let mut peer = bench.accept()?;
    let header = receive(&mut peer)?;
    expect(&header, "action", &"resume".into())?;
    expect(&header, "filename", &NAME.into())?;
    expect(&header, "filesize", &SIZE.into())?;
    Ok(peer)
}

/// Expects the file from this place to its end.
fn rest(peer: &mut Peer, offset: usize) -> Outcome {
    let content = content();
    let wanted = &content[offset..];
    if wanted.is_empty() {
        return Ok(());
    }
    peer.expect(wanted, &format!("the bytes of the file from byte {offset} on"))
}

fn ends_well(bench: &mut Bench, mut peer: Peer) -> Outcome {
    let doing = bench.settle()?;
    ensure(!matches!(doing, Doing::Ended(_)), || {
        let expected = "a client that waits for the second answer, when all has been sent";
        Failure::new(expected, "the program has ended")
    })?;
    peer.send(done())?;
    peer.finish()?;
    let arrival = peer.receive_all(1024)?;
    ensure(arrival.bytes.is_empty(), || {
        let expected = "nothing more from the client, for the server has the whole file";
        Failure::new(expected, "more came").bytes([], arrival.bytes.as_slice())
    })?;
    bench.expect_good_end("the file has arrived")
}

/// Expects that the client ends with status 1, and no byte of the file before that.
fn ends_badly(bench: &mut Bench, mut peer: Peer, why: &str) -> Outcome {
    let arrival = peer.receive(1024)?;
    let observed = match &arrival.then {
        Then::End | Then::Reset => None,
        Then::More => Some(String::from("it sends bytes")),
        then => Some(peer.what(then)),
    };
    if let Some(observed) = observed {
        let expected = format!("a client that sends nothing and ends, for {why}");
        return Err(Failure::new(expected, observed).bytes([], arrival.bytes).into());
    }
    failed(bench, why)
}

fn failed(bench: &mut Bench, why: &str) -> Outcome {
    let status = bench.expect_program_end(why)?;
    ensure(status == Status::Code(1), || {
        let expected = format!("an end with status 1, for {why}");
        Failure::new(expected, format!("it ended with {status}"))
    })
}

fn sends_from(bench: &mut Bench, offset: usize) -> Outcome {
    let mut peer = request(bench)?;
    peer.send(pack(&answer(&json!(offset))))?;
    rest(&mut peer, offset)?;
    ends_well(bench, peer)
}

fn interrupted(bench: &mut Bench) -> Outcome {
    const TAKEN: usize = 70_000;

    let mut peer = request(bench)?;
    peer.send(pack(&answer(&json!(0))))?;
    let arrival = peer.receive_exactly(TAKEN)?;
    let wanted = &content()[..TAKEN];
    ensure(arrival.bytes == wanted, || {
        peer.unexpected("the first bytes of the file", wanted, &arrival)
    })?;
    peer.reset()?;
    failed(bench, "the connection was lost within the file")?;

    bench.kill();
    sends_from(bench, TAKEN)
}

const REFUSAL: &str = "the disk is full of llamas";

fn refusal() -> Vec<u8> {
    pack(&json!({ "status": "error", "id": "disk", "message": REFUSAL }))
}

fn refused_request(bench: &mut Bench) -> Outcome {
    let mut peer = request(bench)?;
    peer.send(refusal())?;
    ends_badly(bench, peer, "the server has refused the file")?;
    bench.expect_printed(REFUSAL)
}

fn refused_file(bench: &mut Bench) -> Outcome {
    let mut peer = request(bench)?;
    peer.send(pack(&answer(&json!(1234))))?;
    rest(&mut peer, 1234)?;
    peer.send(refusal())?;
    peer.finish()?;
    failed(bench, "the server has refused the file")?;
    bench.expect_printed(REFUSAL)
}

fn short_read(bench: &mut Bench) -> Outcome {
    let mut peer = request(bench)?;
    peer.send_bytewise(&pack(&answer(&json!(1234))))?;
    rest(&mut peer, 1234)?;
    peer.send_bytewise(&done())?;
    peer.finish()?;
    bench.expect_good_end("the file has arrived")
}

/// Gives answers that cannot be meant, each to a run of its own.
fn absurd(bench: &mut Bench, answers: &[Value]) -> Outcome {
    for answer in answers {
        let mut peer = request(bench)?;
        peer.send(pack(answer))?;
        ends_badly(bench, peer, &format!("the answer {answer} makes no sense"))?;
        bench.kill();
    }
    Ok(())
}

fn peer_closed(bench: &mut Bench) -> Outcome {
    let mut peer = request(bench)?;
    peer.finish()?;
    ends_badly(bench, peer, "the server has closed the connection without an answer")?;

    bench.kill();
    let mut peer = request(bench)?;
    peer.send(pack(&answer(&json!(1234))))?;
    rest(&mut peer, 1234)?;
    peer.finish()?;
    failed(bench, "the server has not said that it has the whole file")
}
