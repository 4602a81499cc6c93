//! What becomes of the files.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use socket2::SockRef;

use super::super::message::{
    DIGITS_AS_LETTERS, expect_turned_away, get, in_capitals, put, receive_ok,
};
use super::super::paths::{
    BEHIND, END_OF_FILE, FINAL_NAME, OUTSIDE, Outside, RESET_PASSED_OVER, TOO_MUCH, Way,
    expect_file, expect_no_file, expect_nothing_behind, find,
};
use super::clients::{
    FILE, MAX_ANSWER, connect, folder, next_client, stop_within_file, told_folder,
};
use crate::bench::Bench;
use crate::lessons::tcp_server::by_staying;
use crate::peer::Then;
use crate::verdict::{Failure, Outcome, ensure};

/// How much is more than the system takes for a client that does not read, and how much room it
/// is given for that client.
const LARGE: usize = 16 << 20;
const SMALL_BUFFER: usize = 32 * 1024;

/// A client asks for a large file, and reads late.
pub fn partial_write(bench: &mut Bench) -> Outcome {
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
    let program = bench.program()?;
    peer.expect(&file, "the bytes of the file").map_err(|stop| {
        let interrupted = program.has_printed(b"Interrupted system call");
        if interrupted || program.has_printed(b"EINTR") {
            return stop.only_cause(
                "the checker paused the program, which interrupted its write (EINTR), and that is \
                 taken for the end of the connection",
            );
        }
        stop
    })
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

/// A file comes in pieces.
pub fn wrong_count(bench: &mut Bench) -> Outcome {
    let file: Vec<u8> = (0..3000).map(|position| b'a' + (position / 300) as u8).collect();
    let mut peer = connect(bench)?;
    peer.send(put("pieces.txt", &file))?;
    peer.send_pieces(file.chunks(300))?;
    receive_ok(&mut peer, "the answer that the file is kept, all of it")?;
    expect_file(&folder(bench), "pieces.txt", &file)?;
    peer.close()?;

    let name = "behind.txt";
    let mut peer = connect(bench)?;
    peer.try_send(&[put(name, FILE), FILE.into(), BEHIND.into()].concat())?;
    peer.finish()?;
    let answer = peer.receive_all(MAX_ANSWER)?.bytes;
    let is_another = String::from_utf8_lossy(&answer).contains("digest-mismatch");
    ensure(!is_another, || {
        let observed = "it says that the bytes are not those of the file";
        Failure::new("a server that reads no further than the file", observed).only_cause(TOO_MUCH)
    })?;
    peer.close()?;
    bench.settle()?;
    expect_nothing_behind(&folder(bench), name, FILE)
}

/// Clients leave within their files.
pub fn interrupted_upload(bench: &mut Bench) -> Outcome {
    let why = "the transfer has broken off";
    let mut peer = stop_within_file(bench, "ended.txt")?;
    let not_yet = expect_no_file(&folder(bench), "ended.txt", "it has not come whole yet")
        .map_err(|stop| stop.only_cause(FINAL_NAME));
    peer.finish()?;
    let arrival = peer.receive_all(MAX_ANSWER)?;
    ensure(matches!(arrival.then, Then::End | Then::Reset), || {
        let expected = "a server that notices the end within a file, and lets the client go";
        by_staying(Failure::new(expected, peer.what(&arrival.then)), &arrival.then)
    })?;
    peer.close()?;
    let cause = if not_yet.is_err() { FINAL_NAME } else { END_OF_FILE };
    expect_no_file(&folder(bench), "ended.txt", why).map_err(|stop| stop.only_cause(cause))?;
    not_yet?;
    // Nor does anything keep the whole file from being sent now.
    next_client(bench, "ended.txt")?;

    // Whether the server survives this is a question of its own: peer-reset.
    stop_within_file(bench, "vanished.txt")?.reset()?;
    bench.settle()?;
    expect_no_file(&folder(bench), "vanished.txt", why)
        .map_err(|stop| stop.only_cause(RESET_PASSED_OVER))
}

/// A file comes that is another one.
pub fn digest_mismatch(bench: &mut Bench) -> Outcome {
    let mut peer = connect(bench)?;
    let other: Vec<u8> = FILE.iter().rev().copied().collect();
    peer.send([put("damaged.txt", FILE), other].concat())?;
    expect_turned_away(&mut peer, "a refusal, for what has come is not the file that was meant")?;
    peer.close()?;
    expect_no_file(&folder(bench), "damaged.txt", "what has come is not it").map_err(|stop| {
        stop.only_cause("the file is kept before it is compared, and stays when it is another one")
    })?;
    next_client(bench, "after.txt")?;

    let mut peer = connect(bench)?;
    peer.send([in_capitals("capitals.txt", FILE, json!({"action": "put"})), FILE.into()].concat())?;
    receive_ok(&mut peer, "the answer that the file is kept, whose md5 is written in capitals")
        .map_err(|stop| stop.only_cause(DIGITS_AS_LETTERS))?;
    expect_file(&folder(bench), "capitals.txt", FILE)?;
    Ok(())
}

/// The cause of a file's being handed out that would not be kept.
const ONLY_WRITTEN: &str = "the name is looked at when a file is written, and not when one is read";

/// The cause of a link's leading elsewhere.
const LINK: &str = "a link in the folder is followed";

/// Names come that lead elsewhere.
pub fn path_traversal(bench: &mut Bench) -> Outcome {
    next_client(bench, "inside.txt")?;
    let kept = find(&folder(bench), "inside.txt").and_then(|path| path.parent().map(Into::into));
    let kept: PathBuf = kept.unwrap_or_else(|| folder(bench));
    let outside = Outside::new(bench, &kept)?;
    let secret = b"nobody's business";
    let [folder, _] = outside.folders();
    for folder in outside.folders() {
        fs::write(folder.join("secret.txt"), secret)?;
    }

    for Way { name, cause } in outside.ways("escaped.txt") {
        bench.story().tell("uploads a file whose name leads out of the folder");
        try_upload(bench, &name)?;
        outside.expect_no_file("escaped.txt", OUTSIDE, cause)?;
    }
    for (number, Way { name, cause }) in outside.ways("secret.txt").into_iter().enumerate() {
        bench.story().tell("asks for a file whose name leads out of the folder");
        let cause = if number == 0 { ONLY_WRITTEN } else { cause };
        refused_secret(bench, &name, secret).map_err(|stop| stop.only_cause(cause))?;
    }
    if link(&folder.join("secret.txt"), &kept.join("link.txt")) {
        bench.story().tell("asks for a link in the folder, and uploads a file of its name");
        follows_no_link(bench, folder, secret).map_err(|stop| stop.only_cause(LINK))?;
    }
    bench.story().tell("uploads a file whose name holds a zero byte");
    try_upload(bench, "a\0b.txt")?;
    next_client(bench, "after.txt")
}

fn follows_no_link(bench: &mut Bench, outside: &Path, secret: &[u8]) -> Outcome {
    refused_secret(bench, "link.txt", secret)?;
    try_upload(bench, "link.txt")?;
    expect_file(outside, "secret.txt", secret).map(drop)
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
fn link(to: &Path, at: &Path) -> bool {
    std::os::unix::fs::symlink(to, at).is_ok()
}

/// Makes no link: here that takes rights that few have.
#[cfg(not(unix))]
fn link(_to: &Path, _at: &Path) -> bool {
    false
}
