//! The checks of lesson 7's server.

mod clients;
mod connections;
mod files;
mod headers;

use serde_json::json;

use self::clients::{
    FILE, MAX_ANSWER, connect, fetched, folder, next_client, upload, upload_another,
};
use super::message::{get, header, put, receive_ok, receive_refusal};
use super::paths::{IN_THE_WAY, NAMES_CAUSES, expect_file};
use crate::bench::Bench;
use crate::lessons::framed_client::TIMEOUT_MID_MESSAGE_CAUSES;
use crate::lessons::{lasting, patience, tcp_server, waiting};
use crate::part::{Check, Part};
use crate::peer::Then;
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};

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
        waiting::busy_server_check(|bench| {
            let peer = connect(bench)?;
            waiting::sleeps(bench)?;
            peer.close()
        }),
        lasting::wrong_socket_check(|bench| lasting::wrong_socket(bench, upload_another)),
        lasting::leaked_descriptor_check(connections::leaked_descriptor),
        Check {
            id: "address-in-use",
            about: "the server is killed with a client connected, and started again",
            run: connections::address_in_use,
            causes: tcp_server::ADDRESS_IN_USE_CAUSES,
        },
        Check {
            id: "peer-closed",
            about: "a client leaves without a word, and the next one is served",
            run: connections::peer_closed,
            causes: &[
                "a read of zero bytes, where a header should begin, is taken for nothing yet, and \
                 read again, for ever",
                "a client that asks for nothing is an error that ends the server",
            ],
        },
        Check {
            id: "peer-reset",
            about: "a client vanishes, at once and within a file; the next one is served",
            run: connections::peer_reset,
            causes: tcp_server::PEER_RESET_CAUSES,
        },
        Check {
            id: "write-after-close",
            about: "a client asks for a file and is gone before it comes; the next one is served",
            run: connections::write_after_close,
            causes: tcp_server::WRITE_AFTER_CLOSE_CAUSES,
        },
        Check {
            id: "unread-data-reset",
            about: "a client whose file is refused sends all of it, and reads why",
            run: connections::unread_data_reset,
            causes: &[
                "the connection is closed while the client still sends its file: what lies unread \
                 then turns the end into a reset, and the refusal may be lost with it",
            ],
        },
        Check {
            id: "half-close",
            about: "a client ends its side behind its file, and is still answered",
            run: connections::half_close,
            causes: tcp_server::HALF_CLOSE_CAUSES,
        },
        Check {
            id: "silent-peer",
            about: "one client says nothing, one stops within a file; both are let go after \
                    {timeout}; one that pauses is kept",
            run: connections::silent_peer,
            causes: patience::SILENT_PEER_CAUSES,
        },
        Check {
            id: "one-client-blocks-all",
            about: "a client takes its time, and another one is served meanwhile",
            run: connections::one_client_blocks_all,
            causes: &["the next client is accepted when the one before is done"],
        },
        Check {
            id: "coalesced-messages",
            about: "a header and its file arrive together",
            run: headers::coalesced_messages,
            causes: &[
                "the read for the header takes what there is, the beginning of the file with it, \
                 and that is thrown away",
            ],
        },
        Check {
            id: "short-read",
            about: "a header arrives in pieces",
            run: headers::short_read,
            causes: &[
                "one read is taken for all of the header: it returns what has come so far",
                "the length is read whole, but not the JSON after it",
            ],
        },
        Check {
            id: "closed-mid-message",
            about: "clients end their side within a header; the server lets them go",
            run: headers::closed_mid_message,
            causes: tcp_server::CLOSED_MID_MESSAGE_CAUSES,
        },
        Check {
            id: "partial-write",
            about: "a file is fetched by a client that reads late",
            run: files::partial_write,
            causes: &["a write takes only part of the bytes and tells how many, and nobody looks \
                 (in Python, send is such a write)"],
        },
        Check {
            id: "wrong-byte-order",
            about: "the length in front of a header has its lowest byte first, both ways",
            run: headers::wrong_byte_order,
            causes: &["the length is packed and unpacked with the highest byte first ('>i', '!i')"],
        },
        Check {
            id: "oversized-length",
            about: "a header and a file of absurd length are announced",
            run: headers::oversized_length,
            causes: &[
                "whatever length is announced is waited for, or memory is made ready for it",
                "the error of making so much room ends the server",
            ],
        },
        Check {
            id: "negative-length",
            about: "a header and a file of -1 bytes are announced",
            run: headers::negative_length,
            causes: &[
                "a length below zero is not looked for: the loop that reads ends before it has \
                 begun, and an empty file is kept",
            ],
        },
        Check {
            id: "wrong-count",
            about: "a file arrives in pieces, and one with bytes behind it; no more and no less \
                    is kept",
            run: files::wrong_count,
            causes: &[
                "what was asked for is subtracted from what is missing, or the size of the \
                 buffer; a read returns what has come so far",
                "all that has come so far is added, each time, and not the last piece",
            ],
        },
        lasting::interrupted_call_check(connections::interrupted_call),
        Check {
            id: "crossed-answers",
            about: "a client stops within its file, another one comes; each gets its own answer",
            run: connections::crossed_answers,
            causes: &[
                "what belongs to a connection (the socket, the name, the buffer) stands in a \
                 variable that all clients share: the next client's takes its place",
            ],
        },
        Check {
            id: "timeout-mid-message",
            about: "a request pauses for more than a second, within its header and its file",
            run: headers::timeout_mid_message,
            causes: TIMEOUT_MID_MESSAGE_CAUSES,
        },
        Check {
            id: "malformed-header",
            about: "headers come that are not UTF-8, not JSON, or lack something",
            run: headers::malformed_header,
            causes: &[
                "the header is decoded and used as if nothing could be wrong with it",
                "the error ends the connection, or the server, instead of being told to the client",
            ],
        },
        Check {
            id: "path-traversal",
            about: "names that lead out of the folder, to write there and to read",
            run: files::path_traversal,
            causes: NAMES_CAUSES,
        },
        Check {
            id: "interrupted-upload",
            about: "a client ends, and one vanishes, within a file; nothing is left of it",
            run: files::interrupted_upload,
            causes: &[IN_THE_WAY],
        },
        Check {
            id: "digest-mismatch",
            about: "a file comes that is not what its md5 says",
            run: files::digest_mismatch,
            causes: &["the md5 of the header is not compared with that of what has come"],
        },
    ],
};

fn works(bench: &mut Bench) -> Outcome {
    let mut peer = upload(bench, "notes.txt")?;
    peer.expect_end("for each connection is for one file")?;
    peer.close()?;

    let mut peer = connect(bench)?;
    peer.send(get("notes.txt"))?;
    fetched(&mut peer, "notes.txt", FILE)?;
    peer.expect_end("for the file is over")
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
