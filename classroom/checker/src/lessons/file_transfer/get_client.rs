//! The checks of lesson 7's client that downloads a file.

use serde_json::json;

use super::client::{
    CLOSED_MID_MESSAGE_CAUSES, MALFORMED_HEADER_CAUSES, NO_ANSWER_YET, NO_LOOK,
    OVERSIZED_LENGTH_CAUSES, PEER_RESET_CAUSES, SAID_ALL, SHORT_READ_CAUSES,
    WRONG_BYTE_ORDER_CAUSES, by_its_end, expect_complaint, expect_error, expect_no_crash,
};
use super::message::{DIGITS_AS_LETTERS, framed, header, here_is, in_capitals, md5, receive};
use super::paths::{END_OF_FILE, FINAL_NAME, Outside, Way, clear, expect_file, expect_no_file};
use crate::bench::Bench;
use crate::lessons::framed_client::expect_room;
use crate::lessons::lasting;
use crate::lessons::length;
use crate::lessons::tcp_client::{self, ends_with_error};
use crate::part::{Check, Part};
use crate::peer::Peer;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};

/// The checks of the client that downloads `{name}`.
pub const GET_CLIENT: Part = Part {
    lesson: 7,
    role: Role::GetClient,
    transport: Transport::Tcp,
    checks: &[
        Check {
            id: "works",
            about: "the file {name} is asked for, received and kept",
            run: works,
            causes: &[
                "the file is written in text mode, which changes some of its bytes",
                "the answer's header is not read before the file, or not whole",
                "the file is kept elsewhere than in the working directory",
            ],
        },
        Check {
            id: "works-refusal",
            about: "the server does not have the file, and the client says so",
            run: works_refusal,
            causes: &["the status of the answer is not looked at"],
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
            about: "the server closes the connection without an answer",
            run: peer_closed,
            causes: &[NO_ANSWER_YET, PASSED_OVER],
        },
        Check {
            id: "peer-reset",
            about: "the server vanishes without an answer",
            run: peer_reset,
            causes: PEER_RESET_CAUSES,
        },
        Check {
            id: "short-read",
            about: "the answer's header arrives a byte at a time",
            run: short_read,
            causes: SHORT_READ_CAUSES,
        },
        Check {
            id: "closed-mid-message",
            about: "the server ends its side within the answer's header",
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
            about: "a header of 2 GiB is announced",
            run: oversized_length,
            causes: OVERSIZED_LENGTH_CAUSES,
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
            about: "the file arrives in pieces, and is kept whole",
            run: wrong_count,
            causes: &[
                "what was asked for is subtracted from what is missing, or the size of the \
                 buffer; a read returns what has come so far",
                "all that has come so far is added, each time, and not the last piece",
            ],
        },
        Check {
            id: "malformed-header",
            about: "the answer is not UTF-8, not JSON, or lacks the size",
            run: malformed_header,
            causes: MALFORMED_HEADER_CAUSES,
        },
        Check {
            id: "path-traversal",
            about: "the server answers with another file name, one that leads elsewhere",
            run: path_traversal,
            causes: &[THEIR_NAME],
        },
        Check {
            id: "interrupted-upload",
            about: "the server ends its side within the file; nothing is left of it",
            run: interrupted_upload,
            causes: &[FINAL_NAME, END_OF_FILE],
        },
        Check {
            id: "digest-mismatch",
            about: "a file comes that is not what its md5 says",
            run: digest_mismatch,
            causes: &["the md5 of the header is not compared with that of what has come"],
        },
    ],
};

/// The cause of no answer's being taken for one.
const PASSED_OVER: &str =
    "that no answer came is passed over, and the program ends as after a success";

/// The cause of a file's coming to lie wherever a server wants it.
const THEIR_NAME: &str = "the file is kept under the name that the server gives it: the name was \
                          the client's to choose";

/// The cause of a file's lying there though the program has complained of it.
const LEFT_BEHIND: &str =
    "what is wrong is noticed, and what has come is left under the file's name";

/// The file, and its name.
const NAME: &str = "report.bin";
const FILE: &[u8] = b"a few bytes";

/// Starts the client in an empty folder: what an earlier try has kept is no file of its own, which
/// it may refuse to replace.
fn start(bench: &mut Bench) -> Outcome<Peer> {
    clear(bench.folder())?;
    bench.set("name", NAME);
    bench.accept()
}

/// Starts the client, and receives what it asks for.
fn asked(bench: &mut Bench) -> Outcome<Peer> {
    let mut peer = start(bench)?;
    asks(&mut peer).map_err(|stop| stop.in_plain(Plain::Opening))?;
    Ok(peer)
}

fn asks(peer: &mut Peer) -> Outcome {
    let what = format!("a header that asks for {NAME}, with the action get");
    let request = receive(peer, &what)?;
    ensure(request["action"] == "get" && request["filename"] == NAME, || {
        Failure::new(what, format!("the header is {request}"))
    })
}

/// Expects that the client ends well and has kept the file.
fn kept(bench: &mut Bench, file: &[u8]) -> Outcome {
    bench.expect_success("the file has arrived")?;
    expect_file(bench.folder(), NAME, file)?;
    Ok(())
}

fn works(bench: &mut Bench) -> Outcome {
    let file: Vec<u8> = (0..=255).chain(*b"\r\n\x1a\n").collect();
    given(bench, &file)
}

/// The file is asked for, and comes in one piece with its header.
fn given(bench: &mut Bench, file: &[u8]) -> Outcome {
    given_behind(bench, &here_is(NAME, file), file)
}

fn given_behind(bench: &mut Bench, header: &[u8], file: &[u8]) -> Outcome {
    let mut peer = asked(bench)?;
    peer.send([header, file].concat())?;
    peer.finish()?;
    kept(bench, file)
}

/// Starts the client anew, and expects that all goes well: what it has turned away before was not
/// turned away for another reason.
fn goes_well_anew(bench: &mut Bench) -> Outcome {
    bench.kill();
    given(bench, FILE).map_err(|stop| stop.in_plain(Plain::Opening))
}

/// Answers, and expects that the program ends, and not as if all were well.
fn answered_wrongly(bench: &mut Bench, answer: &[u8], why: &str) -> Outcome {
    answer_with(bench, answer, |bench, before| expect_complaint(bench, why, before))?;
    let complains = bench.program()?.status().is_some_and(|status| !status.is_success());
    expect_no_file(bench.folder(), NAME, why)
        .map_err(|stop| if complains { stop.only_cause(LEFT_BEHIND) } else { stop })
}

/// Answers, and expects that the program ends, and says by its status that it has no file.
fn answered_with_error(bench: &mut Bench, answer: &[u8], why: &str) -> Outcome {
    answer_with(bench, answer, |bench, _| expect_error(bench, why))?;
    expect_no_file(bench.folder(), NAME, why)
}

/// Answers. The end of the program is judged by `ends`, which is told how much it had printed.
fn answer_with(
    bench: &mut Bench,
    answer: &[u8],
    ends: impl FnOnce(&mut Bench, usize) -> Outcome,
) -> Outcome {
    let mut peer = asked(bench)?;
    let before = bench.program()?.all_output().len();
    // It may have had enough before the end.
    peer.try_send(answer)?;
    peer.finish()?;
    ends(bench, before)
}

fn works_refusal(bench: &mut Bench) -> Outcome {
    let refusal = json!({"status": "error", "id": "not-found", "message": "there is no such file"});
    answered_with_error(bench, &header(&refusal), "the server does not have the file")
}

/// A client that ends well after a refusal does so after anything.
fn any(bench: &mut Bench, stop: Stop) -> Stop {
    bench.kill();
    match works_refusal(bench) {
        Err(Stop::Failed(_)) => stop.in_plain(Plain::Refused),
        _ => stop,
    }
}

fn connection_refused(bench: &mut Bench) -> Outcome {
    bench.set("name", NAME);
    tcp_client::calls_when_somebody_listens(bench)?;
    bench.listen_no_more(Transport::Tcp)?;
    bench.start()?;
    ends_with_error(bench)
}

fn interrupted_call(bench: &mut Bench) -> Outcome {
    let mut peer = asked(bench)?;
    lasting::interrupted_call(bench, |_| {
        peer.send([&here_is(NAME, FILE), FILE].concat())?;
        peer.finish()
    })?;
    kept(bench, FILE)
}

fn peer_closed(bench: &mut Bench) -> Outcome {
    answered_wrongly(bench, b"", "the server has closed the connection without an answer")
        .map_err(|stop| by_its_end(bench, stop, NO_ANSWER_YET, PASSED_OVER))?;
    goes_well_anew(bench)
}

fn peer_reset(bench: &mut Bench) -> Outcome {
    let peer = asked(bench)?;
    let before = bench.program()?.all_output().len();
    peer.reset()?;
    expect_complaint(bench, "the server has vanished", before)?;
    goes_well_anew(bench)
}

fn short_read(bench: &mut Bench) -> Outcome {
    let mut peer = asked(bench)?;
    let header = here_is(NAME, FILE);
    // The file goes along with the last piece: this is about the header.
    let (bytes, rest) = header.split_at(header.len() - 10);
    let rest = [rest, FILE].concat();
    peer.send_pieces(bytes.chunks(1).chain([&rest[..]]))?;
    peer.finish()?;
    kept(bench, FILE)
}

fn closed_mid_message(bench: &mut Bench) -> Outcome {
    let header = here_is(NAME, FILE);
    for count in [2, 4 + 10] {
        answered_wrongly(bench, &header[..count], "the connection has ended within the header")
            .map_err(|stop| by_its_end(bench, stop, NO_LOOK, SAID_ALL))?;
        bench.kill();
    }
    goes_well_anew(bench)
}

fn wrong_byte_order(bench: &mut Bench) -> Outcome {
    let plain = |bench: &mut Bench| given(bench, FILE);
    length::expect_this_order(
        bench,
        plain,
        &[
            |bench| any_order(bench, length::swapped(here_is(NAME, FILE))),
            |bench| any_order(bench, here_is(NAME, FILE)),
        ],
    )
}

fn any_order(bench: &mut Bench, answer: Vec<u8>) -> Outcome {
    let mut peer = start(bench)?;
    peer.take_any_order();
    asks(&mut peer)?;
    peer.send([&answer[..], FILE].concat())?;
    peer.finish()?;
    kept(bench, FILE)
}

fn oversized_length(bench: &mut Bench) -> Outcome {
    let mut peer = asked(bench)?;
    let before = bench.program()?.all_output().len();
    peer.send(i32::MAX.to_le_bytes())?;
    expect_complaint(bench, "no header has 2 GiB", before)?;
    expect_room(&*bench.program()?, "an error: no header has 2 GiB")?;
    goes_well_anew(bench)
}

fn negative_length(bench: &mut Bench) -> Outcome {
    answered_wrongly(bench, &(-1_i32).to_le_bytes(), "no header has -1 bytes")?;
    bench.kill();
    let answer = json!({"status": "ok", "filename": NAME, "filesize": -1, "md5": md5(b"")});
    answered_wrongly(bench, &header(&answer), "no file has -1 bytes")?;
    goes_well_anew(bench)
}

fn wrong_count(bench: &mut Bench) -> Outcome {
    let file: Vec<u8> = (0..3000).map(|position| b'a' + (position / 300) as u8).collect();
    let mut peer = asked(bench)?;
    peer.send(here_is(NAME, &file))?;
    peer.send_pieces(file.chunks(300))?;
    peer.finish()?;
    kept(bench, &file)
}

fn malformed_header(bench: &mut Bench) -> Outcome {
    let no_size = json!({"status": "ok", "filename": NAME, "md5": md5(FILE)}).to_string();
    let text = json!({"status": "ok", "filename": NAME, "filesize": "many"}).to_string();
    for (what, json) in [
        ("is not UTF-8", &b"{\"status\":\"\xff\xfe\"}"[..]),
        ("is not JSON", b"{\"status\":"),
        ("lacks the size", no_size.as_bytes()),
        ("has a text for a size", text.as_bytes()),
    ] {
        let why = format!("the answer's header {what}");
        answered_with_error(bench, &framed(json), &why).map_err(|stop| any(bench, stop))?;
        expect_no_crash(bench, &why)?;
        bench.kill();
    }
    goes_well_anew(bench)
}

fn path_traversal(bench: &mut Bench) -> Outcome {
    let outside = Outside::new(bench, bench.folder())?;
    for (number, Way { name, cause }) in outside.ways("escaped.bin").into_iter().enumerate() {
        let cause = if number < 2 { THEIR_NAME } else { cause };
        let mut peer = asked(bench)?;
        bench.story().tell("answers with a file whose name leads elsewhere");
        peer.try_send(&[&here_is(&name, FILE), FILE].concat())?;
        peer.finish()?;
        // Whether it keeps the file under its own name, or refuses it, is left open.
        bench.expect_program_end("the file is over")?;
        let why = "it lies outside of the working directory";
        outside.expect_no_file("escaped.bin", why, cause)?;
        bench.kill();
    }
    goes_well_anew(bench)
}

fn interrupted_upload(bench: &mut Bench) -> Outcome {
    let half = [&here_is(NAME, FILE), &FILE[..FILE.len() / 2]].concat();
    answered_wrongly(bench, &half, "the transfer has broken off")
        .map_err(|stop| by_its_end(bench, stop, NO_LOOK, END_OF_FILE))?;
    goes_well_anew(bench)
}

fn digest_mismatch(bench: &mut Bench) -> Outcome {
    let other: Vec<u8> = FILE.iter().rev().copied().collect();
    let answer = [here_is(NAME, FILE), other].concat();
    answered_wrongly(bench, &answer, "what has come is not the file that was meant")?;
    goes_well_anew(bench)?;

    bench.kill();
    bench.story().tell("the same with its md5, in capitals");
    let capitals = in_capitals(NAME, FILE, json!({"status": "ok"}));
    given_behind(bench, &capitals, FILE).map_err(|stop| stop.only_cause(DIGITS_AS_LETTERS))
}
