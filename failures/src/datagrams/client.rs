//! How a client talks to its server in datagrams.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use anyhow::{Context, bail};
use connection_loop::resolve;
use struct_header::Failure;
use udp::{BUFFER, TRIES, no_answer};

use crate::Fault;

/// What the notes receive at most, as if a datagram could not be longer.
pub const SHORT: usize = 1024;

/// A server, and a socket to talk to it.
pub struct Peer {
    socket: UdpSocket,
    address: SocketAddr,
    fault: Option<Fault>,
}

impl Peer {
    /// Makes a socket for one server.
    ///
    /// [`Fault::StrayDatagram`]: it takes what anybody sends.
    /// [`Fault::PortUnreachable`]: it does not hear that nobody listens.
    ///
    /// # Errors
    ///
    /// An address that cannot be resolved or reached.
    pub fn new(address: &str, fault: Option<Fault>) -> anyhow::Result<Self> {
        let usable = || format!("cannot use the address {address}");
        let server = resolve(address).with_context(usable)?;
        // ANCHOR: stray-datagram
        let socket = if is_unconnected(fault) {
            // Bound and not connected: what comes in may come from anybody, and
            // no error of the server's system comes in at all.
            UdpSocket::bind((any(server), 0)).context("cannot make a socket")?
        } else {
            udp::connect(address).with_context(usable)?
        };
        // ANCHOR_END: stray-datagram
        Ok(Self { socket, address: server, fault })
    }

    /// Sends one message.
    ///
    /// # Errors
    ///
    /// Those of [`udp::send`].
    pub fn send(&self, message: &[u8]) -> anyhow::Result<()> {
        if is_unconnected(self.fault) {
            self.socket
                .send_to(message, self.address)
                .context("cannot send the message")?;
            return Ok(());
        }
        udp::send(&self.socket, message)
    }

    /// Receives one message, or `None` if none comes in time.
    ///
    /// [`Fault::LostDatagram`]: there is no time that is too long.
    /// [`Fault::TruncatedDatagram`]: what is longer than 1024 bytes is cut.
    ///
    /// # Errors
    ///
    /// `port-unreachable` if what we sent met nobody; else those of the socket.
    pub fn recv(&self, timeout: Duration) -> anyhow::Result<Option<Vec<u8>>> {
        // ANCHOR: lost-datagram
        if self.fault == Some(Fault::LostDatagram) {
            // One lost datagram, and this waits for ever.
            self.socket.set_read_timeout(None)?;
        } else {
            self.socket.set_read_timeout(Some(timeout))?;
        }
        // ANCHOR_END: lost-datagram

        // ANCHOR: truncated-datagram
        // What a datagram has more than the buffer is gone, and most systems do
        // not say so.
        let size = if self.fault == Some(Fault::TruncatedDatagram) {
            SHORT
        } else {
            BUFFER
        };
        let mut buffer = vec![0; size];
        // ANCHOR_END: truncated-datagram
        loop {
            match self.socket.recv_from(&mut buffer) {
                // Where the system does not look who it is from, the program
                // can.
                Ok((_, from))
                    if self.fault == Some(Fault::PortUnreachable)
                        && from != self.address =>
                {
                    continue;
                }
                Ok((count, _)) => {
                    buffer.truncate(count);
                    return Ok(Some(buffer));
                }
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => continue,
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                        return Ok(None);
                    }
                    ErrorKind::ConnectionRefused
                    | ErrorKind::ConnectionReset => {
                        bail!(unreachable(self.address))
                    }
                    _ => {
                        return Err(error).context("cannot receive the answer");
                    }
                },
            }
        }
    }

    /// Drops what came after the last answer, as the chat of lesson 8 does.
    ///
    /// # Errors
    ///
    /// Those of the socket.
    pub fn drop_unread(&self) -> anyhow::Result<()> {
        self.socket.set_nonblocking(true)?;
        // Windows makes an error of what has no room in the buffer.
        while self.socket.recv(&mut [0; BUFFER]).is_ok() {}
        self.socket.set_nonblocking(false)?;
        Ok(())
    }
}

/// Sends a request and waits for its answer, and tries again a few times, as
/// the client of lesson 8 does.
///
/// # Errors
///
/// `lost-datagram` if no try is answered in time; else those of [`Peer`].
pub fn ask(
    address: &str,
    request: &[u8],
    timeout: Duration,
    fault: Option<Fault>,
) -> anyhow::Result<Vec<u8>> {
    let peer = Peer::new(address, fault)?;
    for _ in 0..TRIES {
        peer.send(request)?;
        if let Some(answer) = peer.recv(timeout)? {
            return Ok(answer);
        }
    }
    bail!(no_answer(address, timeout))
}

/// Makes text of what came.
///
/// # Errors
///
/// [`Fault::InvalidUtf8`]: bytes that are not text are an error.
// ANCHOR: invalid-utf8
pub fn text(bytes: &[u8], fault: Option<Fault>) -> anyhow::Result<String> {
    if fault == Some(Fault::InvalidUtf8) {
        String::from_utf8(bytes.to_vec()).context("what came is not text")
    } else {
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}
// ANCHOR_END: invalid-utf8

/// Tells whether a fault is to leave the socket unconnected.
fn is_unconnected(fault: Option<Fault>) -> bool {
    matches!(fault, Some(Fault::StrayDatagram | Fault::PortUnreachable))
}

/// The address that means any of this machine.
fn any(server: SocketAddr) -> IpAddr {
    match server.ip() {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

fn unreachable(address: SocketAddr) -> Failure {
    let message =
        format!("nobody listens at {address}; is the server running?");
    Failure::new("port-unreachable", message)
}
