//! How a server receives datagrams.

use std::net::{SocketAddr, UdpSocket};

use connection_loop::log;
use udp::{BUFFER, recv_from};

use super::client::{SHORT, text};
use crate::Fault;

/// A buffer for what comes.
///
/// [`Fault::TruncatedDatagram`]: one that cuts what is longer than 1024 bytes.
// ANCHOR: truncated-datagram
pub fn buffer(fault: Option<Fault>) -> Vec<u8> {
    // What a datagram has more than the buffer is gone, and most systems do not
    // say so.
    let size =
        if fault == Some(Fault::TruncatedDatagram) { SHORT } else { BUFFER };
    vec![0; size]
}
// ANCHOR_END: truncated-datagram

/// Receives one datagram, and prints it. `None` ends the server.
///
/// [`Fault::EmptyDatagram`]: one of zero bytes is taken for an end.
///
/// # Errors
///
/// [`Fault::InvalidUtf8`]: bytes that are not text are an error.
pub fn receive<'a>(
    socket: &UdpSocket,
    buffer: &'a mut [u8],
    fault: Option<Fault>,
) -> anyhow::Result<Option<(&'a [u8], SocketAddr)>> {
    let (count, peer) = recv_from(socket, buffer);
    // ANCHOR: empty-datagram
    if fault == Some(Fault::EmptyDatagram) && count == 0 {
        // With TCP, zero bytes are the end. Here they are a message, and
        // anybody can send it.
        log!("client {peer} gone: peer-closed");
        return Ok(None);
    }
    // ANCHOR_END: empty-datagram
    let message = &buffer[..count];
    log!("received {count} bytes from {peer}: {:?}", text(message, fault)?);
    Ok(Some((message, peer)))
}
