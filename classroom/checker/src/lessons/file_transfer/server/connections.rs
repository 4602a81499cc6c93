//! What clients do with their connections.

use super::super::message::{get, put, receive, receive_ok};
use super::super::paths::expect_file;
use super::clients::{
    FILE, MAX_ANSWER, call, connect, fetched, folder, next_client, stop_within_file, upload,
    upload_another,
};
use crate::bench::Bench;
use crate::lessons::lasting;
use crate::lessons::patience::{self, SLACK, TIMEOUT};
use crate::lessons::tcp_server::{goes_on, must_stand_a_pause, send_with_end};
use crate::peer::{Peer, Then};
use crate::verdict::{Failure, Outcome, Plain, ensure};

/// More than a client has sent when the server has looked at its header.
const LARGE: usize = 8 << 20;

/// The server is killed while a client is connected, and started again at the same port.
pub fn address_in_use(bench: &mut Bench) -> Outcome {
    let mut peer = upload(bench, "before.txt")?;
    // The side that closes first remembers the connection, and with it the port.
    bench.kill();
    peer.receive_all(MAX_ANSWER)?;
    peer.close()?;
    next_client(bench, "after.txt")
}

/// A client connects and leaves.
pub fn peer_closed(bench: &mut Bench) -> Outcome {
    next_client(bench, "before.txt")?;
    bench.settle()?;
    connect(bench)?.close()?;
    goes_on(bench, "a server that lets a client go that has left, and waits for the next")?;
    next_client(bench, "after.txt")
}

/// A client vanishes, at once and within its file.
pub fn peer_reset(bench: &mut Bench) -> Outcome {
    next_client(bench, "before.txt")?;
    bench.settle()?;
    connect(bench)?.reset()?;
    goes_on(bench, "a server that survives the reset of one connection")?;

    let peer = stop_within_file(bench, "half.txt")?;
    peer.reset()?;
    goes_on(bench, "a server that survives the reset of one connection")?;
    next_client(bench, "after.txt")
}

/// A client asks for a file and vanishes, so that the server writes to a connection that is closed.
pub fn write_after_close(bench: &mut Bench) -> Outcome {
    next_client(bench, "before.txt")?;
    bench.settle()?;
    let mut peer = connect(bench)?;
    must_stand_a_pause(bench, || Ok(()))?;
    bench.subject()?.pause()?;
    // After the end of our side a reset means that we do not listen either: on Linux the write
    // that follows is a broken pipe.
    peer.send(get("before.txt"))?;
    peer.finish()?;
    peer.reset()?;
    bench.subject()?.resume()?;
    goes_on(bench, "a server that survives a write to a connection that the client has closed")?;
    next_client(bench, "after.txt")
}

/// Clients come and go, in all ways.
pub fn leaked_descriptor(bench: &mut Bench) -> Outcome {
    lasting::leaked_descriptor(bench, &upload_another, &[&within_file, &asks])
}

fn within_file(bench: &mut Bench) -> Outcome<Peer> {
    let mut peer = call(bench)?;
    peer.send([&put("half.txt", FILE), &FILE[..FILE.len() / 2]].concat())?;
    Ok(peer)
}

fn asks(bench: &mut Bench) -> Outcome<Peer> {
    let mut peer = call(bench)?;
    peer.send(get("no-such-file.txt"))?;
    // Behind the end a write meets a broken pipe, and not only a read a reset.
    peer.finish()?;
    Ok(peer)
}

/// A client whose file is refused sends all of it.
pub fn unread_data_reset(bench: &mut Bench) -> Outcome {
    next_client(bench, "taken.txt")?;
    let file = vec![b'x'; LARGE];
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

/// A client ends its side, and waits for the answer.
pub fn half_close(bench: &mut Bench) -> Outcome {
    next_client(bench, "before.txt")?;
    let mut peer = connect(bench)?;
    send_with_end(&mut peer, &[put("notes.txt", FILE), FILE.into()].concat())?;
    receive_ok(&mut peer, "the answer that the file is kept")?;
    peer.close()?;

    let mut peer = connect(bench)?;
    peer.send(get("notes.txt"))?;
    peer.finish()?;
    fetched(&mut peer, "notes.txt", FILE)
}

/// A client says nothing, and another one stops within its file.
pub fn silent_peer(bench: &mut Bench) -> Outcome {
    patience::set_timeout(bench)?;
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
    next_client(bench, "after.txt")?;
    patience::keeps_the_talking(bench, Plain::Counted, &|bench, pauses| {
        let name = format!("slow-{}.txt", bench.story().lines().len());
        let mut peer = connect(bench)?;
        peer.send(put(&name, FILE))?;
        pauses.send_pieces(bench, &mut peer, FILE)?;
        receive_ok(&mut peer, "the answer that the file is kept")?;
        expect_file(&folder(bench), &name, FILE)?;
        peer.close()
    })
}

/// A signal comes while a client is within its file, and it is served on.
pub fn interrupted_call(bench: &mut Bench) -> Outcome {
    let mut peer = stop_within_file(bench, "half.txt")?;
    lasting::interrupted_call(bench, |_| {
        peer.send(&FILE[FILE.len() / 2..])?;
        receive_ok(&mut peer, "the answer that the file is kept").map(drop)
    })
    .map_err(|stop| stop.in_plain(Plain::Counted))
}

/// A client stops within its file, and another one comes.
pub fn crossed_answers(bench: &mut Bench) -> Outcome {
    let mut slow = stop_within_file(bench, "slow.txt")?;
    let mut quick = connect(bench)?;
    bench.settle()?;
    slow.send(&FILE[FILE.len() / 2..])?;
    // Whoever serves one after another has not even seen the second.
    let kept = receive_ok(&mut slow, "the answer to the first client, whose file has come")
        .and_then(|_| expect_file(&folder(bench), "slow.txt", FILE));
    kept.map_err(|stop| {
        stop.in_plain(Plain::Counted).only_cause(
            "the first client's connection is not found any more when a second one has come: both \
             stand in one variable",
        )
    })?;
    // Some servers wait for its end before they turn to the next.
    slow.close()?;
    quick.expect_no_more()?;
    quick.send([put("quick.txt", FILE), FILE.into()].concat())?;
    receive_ok(&mut quick, "the answer to the second client")?;
    expect_file(&folder(bench), "quick.txt", FILE)?;
    quick.close()?;

    // The same once more, and now both are within their files.
    let names = ["first.txt", "second.txt"];
    let first = stop_within_file(bench, names[0])?;
    let second = stop_within_file(bench, names[1])?;
    for (mut peer, name) in [first, second].into_iter().zip(names) {
        peer.send(&FILE[FILE.len() / 2..])?;
        receive_ok(&mut peer, "the answer that the file is kept")
            .and_then(|_| expect_file(&folder(bench), name, FILE))
            .map_err(|stop| {
                stop.only_cause("two clients' files, or their answers, take each other's place")
            })?;
        peer.close()?;
    }
    Ok(())
}

/// A client takes its time, and another one comes.
pub fn one_client_blocks_all(bench: &mut Bench) -> Outcome {
    let mut slow = connect(bench)?;
    bench.settle()?;
    next_client(bench, "quick.txt")?;
    // Now both have been accepted.
    let late = slow.send([put("slow.txt", FILE), FILE.into()].concat());
    late.and_then(|()| receive_ok(&mut slow, "the answer that the file of the slow client is kept"))
        .and_then(|_| expect_file(&folder(bench), "slow.txt", FILE))
        .map(drop)
        .map_err(|stop| stop.in_plain(Plain::Crossed))
}
