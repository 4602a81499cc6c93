//! The way of one client to the server, and back.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use record::{Direction, What};
use socket2::SockRef;

use super::lane::Lane;
use super::relay::{BUFFER, RECEIVE_AGAIN, Relay, is_pause, nobody_listens};

/// What somebody else answers, with `--stray`.
const STRAY: &[u8] = b"a stray datagram from the wire";

/// How often the thread that reads the answers looks whether it is to stop, if nothing wakes it.
const GLANCE: Duration = Duration::from_secs(1);

/// Where datagrams of one client leave the relay.
pub struct Way {
    relay: Arc<Relay>,
    client: usize,
    address: SocketAddr,
    /// The address of ours that the client sees.
    own_ip: IpAddr,
    /// By this socket the server knows the client. What others send to it does not come in.
    upstream: UdpSocket,
    /// Whether answers are read no more.
    stopped: AtomicBool,
}

impl Way {
    /// Makes a socket for one client.
    ///
    /// # Errors
    ///
    /// A server's address that cannot be reached from here.
    pub fn open(relay: &Arc<Relay>, client: usize, address: SocketAddr) -> anyhow::Result<Self> {
        let target = relay.target;
        let upstream =
            connect(target).with_context(|| format!("cannot make a socket for {target}"))?;
        let own_ip = own_ip(&relay.socket, address).context("cannot tell the own address")?;
        let stopped = AtomicBool::new(false);
        Ok(Self { relay: Arc::clone(relay), client, address, own_ip, upstream, stopped })
    }

    /// Sends a datagram to the server.
    ///
    /// # Errors
    ///
    /// Those of stdout and the capture. If it cannot be sent, that is printed.
    pub fn deliver_request(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let to = self.own_address(&self.relay.socket)?;
        let send = || self.relay.record(self.address, to, bytes, || self.upstream.send(bytes));
        match send()? {
            Err(error) if nobody_listens(&error) => {
                // That is what became of an earlier datagram. This one is not sent yet.
                self.say_refused()?;
                self.say_failed(Direction::Request, send()?)
            }
            sent => self.say_failed(Direction::Request, sent),
        }
    }

    /// Sends a datagram to the client, after one from somebody else if that is wanted.
    ///
    /// # Errors
    ///
    /// Those of stdout and the capture. If it cannot be sent, that is printed.
    pub fn deliver_reply(&self, bytes: &[u8]) -> anyhow::Result<()> {
        if let Some(stranger) = &self.relay.stranger {
            let from = self.own_address(stranger)?;
            let what = What::Stray { from, length: STRAY.len() };
            self.relay.trace.event(self.client, &what)?;
            self.send(stranger, STRAY)?;
        }
        self.send(&self.relay.socket, bytes)
    }

    /// Sends a datagram to the client from one of our sockets.
    fn send(&self, socket: &UdpSocket, bytes: &[u8]) -> anyhow::Result<()> {
        let (from, to) = (self.own_address(socket)?, self.address);
        let sent = self.relay.record(from, to, bytes, || socket.send_to(bytes, to))?;
        self.say_failed(Direction::Reply, sent)
    }

    /// The address of one of our sockets, as the client sees it.
    fn own_address(&self, socket: &UdpSocket) -> anyhow::Result<SocketAddr> {
        Ok(SocketAddr::new(self.own_ip, socket.local_addr()?.port()))
    }

    /// Reads the server's answers, until [`Way::stop_reading`].
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn read_replies(&self, mut replies: Lane) -> anyhow::Result<()> {
        self.upstream.set_read_timeout(Some(GLANCE)).context("cannot set a timeout")?;
        let mut buffer = vec![0; BUFFER];
        loop {
            let received = self.upstream.recv(&mut buffer);
            if self.stopped.load(Ordering::Acquire) {
                return Ok(());
            }
            match received {
                Ok(count) => replies.take(&buffer[..count])?,
                Err(error) if is_pause(&error) => {}
                Err(error) if nobody_listens(&error) => self.say_refused()?,
                Err(error) => {
                    self.say(Direction::Reply, format!("cannot be read: {error}"))?;
                    thread::sleep(RECEIVE_AGAIN);
                }
            }
        }
    }

    /// Ends the reading of answers. Requests that wait are still sent.
    pub fn stop_reading(&self) {
        self.stopped.store(true, Ordering::Release);
        // It wakes the thread that reads. Where a system does not do so, the thread looks itself.
        let _ = SockRef::from(&self.upstream).shutdown(Shutdown::Read);
    }

    fn say_refused(&self) -> anyhow::Result<()> {
        let target = self.relay.target;
        let text = format!("refused: nobody listens at {target} (port-unreachable)");
        self.say(Direction::Request, text)
    }

    fn say_failed(&self, direction: Direction, sent: io::Result<usize>) -> anyhow::Result<()> {
        match sent {
            Ok(_) => Ok(()),
            Err(error) => self.say(direction, format!("cannot be sent: {error}")),
        }
    }

    fn say(&self, direction: Direction, message: String) -> anyhow::Result<()> {
        let what = What::Complaint { direction: Some(direction), message };
        Ok(self.relay.trace.event(self.client, &what)?)
    }
}

/// The address of ours from which `socket` sends to `peer`.
fn own_ip(socket: &UdpSocket, peer: SocketAddr) -> io::Result<IpAddr> {
    let ip = socket.local_addr()?.ip();
    // A socket that is bound to no address in particular sends from the one that the system
    // chooses for each receiver.
    if ip.is_unspecified() { Ok(connect(peer)?.local_addr()?.ip()) } else { Ok(ip) }
}

/// Makes a socket that hears `peer` and nobody else.
fn connect(peer: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = match peer {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(peer)?;
    Ok(socket)
}
