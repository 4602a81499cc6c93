//! The relay for UDP: each client has a line of its own, on which datagrams may get lost, come
//! twice, change places or be cut.

mod bends;
mod client;
mod clients;
mod delivery;
mod fates;
mod lane;
mod way;

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{self, Sender};
use std::thread;

use anyhow::Context;
use record::Direction;

use crate::capture::Capture;
use crate::trace::Trace;
use clients::Clients;

pub use bends::Bends;

/// A buffer of so many bytes cuts no datagram, whoever sent it.
const BUFFER: usize = 65_535;

/// What all clients have in common.
struct Relay {
    /// Bound to the address that the clients call.
    socket: UdpSocket,
    /// Bound to another port: from there comes what the server never sent.
    stranger: Option<UdpSocket>,
    target: SocketAddr,
    bends: Bends,
    trace: Trace,
    capture: Option<Capture>,
    /// How many bytes wait for their delivery.
    waiting: AtomicUsize,
    /// Here a thread says why the relay must end.
    failures: Sender<anyhow::Error>,
}

/// Passes on to `target` what clients send to `socket`, and to each client what is answered.
///
/// It ends only when it fails. What befalls one datagram is printed, and ends nothing.
///
/// # Errors
///
/// Those of its own socket and thread, and of writing to stdout or to the capture.
pub fn relay(
    socket: UdpSocket,
    target: SocketAddr,
    bends: Bends,
    trace: Trace,
    capture: Option<Capture>,
) -> anyhow::Result<()> {
    let stray = bends.of(Direction::Reply).stray;
    let stranger = if stray { Some(neighbour(&socket)?) } else { None };
    let waiting = AtomicUsize::new(0);
    let (failures, failed) = mpsc::channel();
    let relay =
        Arc::new(Relay { socket, stranger, target, bends, trace, capture, waiting, failures });
    relay.start({
        let relay = Arc::clone(&relay);
        move || read_requests(&relay)
    })?;
    // The relay itself keeps the channel open.
    failed.recv().map_or(Ok(()), Err)
}

/// A socket at the same address and another port.
fn neighbour(socket: &UdpSocket) -> anyhow::Result<UdpSocket> {
    let address = socket.local_addr().context("cannot tell the own address")?;
    UdpSocket::bind((address.ip(), 0)).context("cannot bind another port for --stray")
}

/// Reads what the clients send, for ever.
fn read_requests(relay: &Arc<Relay>) -> anyhow::Result<()> {
    let mut clients = Clients::new(relay);
    let mut buffer = vec![0; BUFFER];
    loop {
        match relay.socket.recv_from(&mut buffer) {
            Ok((count, client)) => clients.request(client, &buffer[..count])?,
            Err(error) if is_pause(&error) => {}
            // Windows reports here that an earlier answer met nobody.
            Err(error) => relay.trace.complain(None, format!("cannot receive: {error}")),
        }
    }
}

impl Relay {
    /// Starts a thread. If its work fails, so does the relay.
    fn start(
        &self,
        work: impl FnOnce() -> anyhow::Result<()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let failures = self.failures.clone();
        let run = move || {
            if let Err(error) = work() {
                // Nobody listens any more when another thread failed before.
                let _ = failures.send(error);
            }
        };
        thread::Builder::new().spawn(run).context("cannot start a thread")?;
        Ok(())
    }

    /// Has a datagram sent, and puts it into the capture, if there is one and it could be sent.
    fn record(
        &self,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
        send: impl FnOnce() -> io::Result<usize>,
    ) -> anyhow::Result<io::Result<usize>> {
        match &self.capture {
            Some(capture) => capture.datagram(from, to, bytes, send),
            None => Ok(send()),
        }
    }
}

/// Nothing came in time, or a signal came (Ctrl-Z, then fg). A timeout has two names: Unix calls
/// it by the first, Windows by the second.
fn is_pause(error: &io::Error) -> bool {
    use ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}
