//! A server of lessons 3 to 6, with the faults that it can have whatever it
//! answers.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Context;
use connection_loop::{accept, hang_up, log, read_some, why_gone};

use socket2::SockRef;

use crate::Fault;
use crate::commands::welcome;

/// How many clients may wait in the queue.
const BACKLOG: i32 = 5;

/// How many connections a server with [`Fault::LeakedDescriptor`] may have: the
/// client that it serves, and two that it keeps.
#[cfg(unix)]
const CONNECTIONS: usize = 3;

/// How long a server with [`Fault::HalfClose`] waits for a client to say
/// goodbye.
const GOODBYE: Duration = Duration::from_millis(20);

/// What a server sends in answer to one request: each element leaves in a write
/// of its own. A reply without any element hangs up.
pub type Reply = Vec<Vec<u8>>;

/// Listens for TCP clients as lesson 3 does.
///
/// [`Fault::AddressInUse`]: without SO_REUSEADDR.
///
/// # Errors
///
/// An address that cannot be resolved, or one that is taken.
pub fn listen(
    address: &str,
    fault: Option<Fault>,
) -> anyhow::Result<TcpListener> {
    // ANCHOR: address-in-use
    let reuse_address = fault != Some(Fault::AddressInUse);
    // ANCHOR_END: address-in-use
    let listener = connection_loop::listen(address, BACKLOG, reuse_address);
    listener.with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })
}

/// Serves clients one after another, for ever: one read of at most 1024 bytes
/// is one request, and `answer` makes the reply to it.
///
/// A client that is silent, or does not read, for `timeout` is let go; `None`
/// waits for ever. It has the faults of lesson 3 ([`Fault::PeerClosed`],
/// [`Fault::PeerReset`], [`Fault::WriteAfterClose`], [`Fault::UnreadDataReset`]
/// where the server hangs up, [`Fault::HalfClose`], [`Fault::SilentPeer`]),
/// [`Fault::InvalidUtf8`], and, where a reply is long, [`Fault::PartialWrite`].
///
/// # Errors
///
/// Those of `answer`, and those that only a server with a fault passes on.
pub fn serve(
    listener: &TcpListener,
    timeout: Option<Duration>,
    fault: Option<Fault>,
    mut answer: impl FnMut(&[u8]) -> anyhow::Result<Reply>,
) -> anyhow::Result<()> {
    // ANCHOR: silent-peer
    let timeout = if fault == Some(Fault::SilentPeer) { None } else { timeout };
    // ANCHOR_END: silent-peer
    if fault == Some(Fault::LeakedDescriptor) {
        allow_few_connections(listener)?;
    }
    let mut kept = Vec::new();
    loop {
        let (stream, peer) = accept(listener);
        if !welcome(peer, fault) {
            continue;
        }
        log!("client {peer}");
        // ANCHOR: leaked-descriptor
        if fault == Some(Fault::LeakedDescriptor) {
            // Somebody still holds the connection when the conversation is
            // over.
            let clone = stream.try_clone();
            kept.push(clone.context("cannot keep the connection")?);
        }
        // ANCHOR_END: leaked-descriptor
        // ANCHOR: wrong-socket
        if fault == Some(Fault::WrongSocket) {
            // The listening socket has no client at its other end. It can only
            // accept.
            let mut listening = &*SockRef::from(listener);
            let read = listening.read(&mut [0; 1024]);
            read.context("cannot read the message")?;
        }
        // ANCHOR_END: wrong-socket
        let id = converse(stream, timeout, fault, &mut answer)
            .with_context(|| format!("cannot serve {peer}"))?;
        log!("client {peer} gone: {id}");
    }
}

/// Answers request after request. Returns why the conversation is over.
fn converse(
    mut stream: TcpStream,
    timeout: Option<Duration>,
    fault: Option<Fault>,
    answer: &mut impl FnMut(&[u8]) -> anyhow::Result<Reply>,
) -> anyhow::Result<&'static str> {
    let set = stream
        .set_read_timeout(timeout)
        .and_then(|()| stream.set_write_timeout(timeout));
    if let Err(error) = set {
        return lost(error, fault);
    }
    if fault == Some(Fault::BusyWait) {
        stream.set_nonblocking(true)?;
    }

    let mut buffer = [0; 1024];
    loop {
        // ANCHOR: interrupted-call
        let read = match fault {
            // An error of kind Interrupted says: nothing has happened, call
            // again.
            Some(Fault::InterruptedCall) => stream.read(&mut buffer),
            _ => read_some(&mut stream, &mut buffer),
        };
        // ANCHOR_END: interrupted-call
        // ANCHOR: peer-closed
        let count = match read {
            // Taken for an empty message, which is skipped: the next read
            // returns zero again.
            Ok(0) if fault == Some(Fault::PeerClosed) => continue,
            Ok(0) => return Ok("peer-closed"),
            Ok(count) => count,
            // ANCHOR: busy-wait
            Err(error)
                if fault == Some(Fault::BusyWait) && is_not_yet(&error) =>
            {
                continue;
            }
            // ANCHOR_END: busy-wait
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                return Err(error.into());
            }
            Err(error) => return lost(error, fault),
        };
        // ANCHOR_END: peer-closed
        let request = &buffer[..count];
        log!("received {count} bytes: {:?}", text(request, fault)?);

        let reply = answer(request)?;
        if reply.is_empty() {
            leave(stream, fault);
            return Ok("hung-up");
        }
        // ANCHOR: half-close
        if fault == Some(Fault::HalfClose) && has_finished(&stream, timeout) {
            // The client has finished sending. That it does not listen either
            // is a guess.
            return Ok("peer-closed");
        }
        // ANCHOR_END: half-close
        if let Err(error) = send(&mut stream, &reply, fault) {
            return lost(error, fault);
        }
    }
}

/// Nothing has come yet. A non-blocking socket says so at once, however often
/// it is asked.
fn is_not_yet(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
}

/// Lets this program have descriptors for only a few connections, so that
/// nobody has to wait for days.
#[cfg(unix)]
fn allow_few_connections(listener: &TcpListener) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    use std::os::fd::AsRawFd;

    // Whoever has started the program may have left it files of its own. So it
    // is seen which descriptors the connections would get: the limit is the
    // first number that is none (getrlimit(2)).
    let clones: Vec<_> = (0..CONNECTIONS)
        .map(|_| listener.try_clone())
        .collect::<io::Result<_>>()?;
    let highest = clones.iter().map(AsRawFd::as_raw_fd).max().unwrap_or(0);
    let limit = u64::try_from(highest + 1).map_err(io::Error::other)?;
    let few = Rlimit { current: Some(limit), maximum: Some(limit) };
    Ok(setrlimit(Resource::Nofile, few)?)
}

/// There is no such limit here.
#[cfg(not(unix))]
fn allow_few_connections(_: &TcpListener) -> io::Result<()> {
    Ok(())
}

/// Decides what becomes of the server when a connection is lost.
// ANCHOR: peer-reset
fn lost(
    error: io::Error,
    fault: Option<Fault>,
) -> anyhow::Result<&'static str> {
    let id = why_gone(&error);
    match Fault::named(id) {
        // Passed on as an error of the server, it ends the server.
        Some(Fault::PeerReset | Fault::WriteAfterClose)
            if fault == Fault::named(id) =>
        {
            Err(error.into())
        }
        // It ends one conversation, and no more.
        _ => Ok(id),
    }
}
// ANCHOR_END: peer-reset

/// Makes text of what a client has sent.
// ANCHOR: invalid-utf8
fn text(bytes: &[u8], fault: Option<Fault>) -> anyhow::Result<String> {
    if fault == Some(Fault::InvalidUtf8) {
        String::from_utf8(bytes.to_vec())
            .context("the client sent something else than text")
    } else {
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}
// ANCHOR_END: invalid-utf8

/// Hangs up on a client.
// ANCHOR: unread-data-reset
fn leave(stream: TcpStream, fault: Option<Fault>) {
    if fault == Some(Fault::UnreadDataReset) {
        // Closed with what the client has sent still unread: the system sends a
        // reset.
        drop(stream);
    } else {
        hang_up(stream);
    }
}
// ANCHOR_END: unread-data-reset

/// Looks whether the client has ended its side, and gives it a moment to do so.
/// A look takes nothing.
fn has_finished(stream: &TcpStream, timeout: Option<Duration>) -> bool {
    let looked = stream
        .set_read_timeout(Some(GOODBYE))
        .and_then(|()| stream.peek(&mut [0]));
    // If the connection is lost meanwhile, the answer or the next read will say
    // so.
    let _ = stream.set_read_timeout(timeout);
    matches!(looked, Ok(0))
}

/// Sends each piece of a reply.
// ANCHOR: partial-write
#[allow(
    clippy::unused_io_amount,
    reason = "Clippy knows this fault, and would refuse it"
)]
fn send(
    stream: &mut TcpStream,
    reply: &Reply,
    fault: Option<Fault>,
) -> io::Result<()> {
    for piece in reply {
        if fault == Some(Fault::PartialWrite) {
            // It may take only part, and tells how much. Nobody looks.
            stream.write(piece)?;
        } else {
            stream.write_all(piece)?;
        }
    }
    Ok(())
}
// ANCHOR_END: partial-write
