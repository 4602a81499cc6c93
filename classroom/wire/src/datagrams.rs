//! The relay for UDP: each client has a line of its own, on which datagrams may get lost, come
//! twice, change places or be cut.

mod bends;
mod client;
mod clients;
mod delivery;
mod fates;
mod lane;
mod relay;
mod way;

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc;
use std::thread;

use anyhow::Context;
use record::Direction;

use crate::capture::Capture;
use crate::trace::Trace;
use clients::Clients;
use relay::{BUFFER, RECEIVE_AGAIN, Relay, is_pause, nobody_listens};

pub use bends::Bends;

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
            Err(error) => {
                relay.trace.complain(None, format!("cannot receive: {error}"));
                // Windows reports here that an earlier answer met nobody: that is over already.
                if !nobody_listens(&error) {
                    thread::sleep(RECEIVE_AGAIN);
                }
            }
        }
    }
}
