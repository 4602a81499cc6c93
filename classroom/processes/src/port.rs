//! A free port for the program under test.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use socket2::{Domain, Protocol, Socket, Type};

use crate::transport::Transport;

/// Where ports are looked for: below those that systems give to whoever asks for any, so that
/// no client takes one before the program does.
const PORTS: std::ops::Range<u16> = 10_000..32_000;
const ATTEMPTS: usize = 1000;

/// Whoever tries a port, or starts a program, does so alone: a new process keeps all that was open
/// here until its program runs, and a port that was only tried would stay taken so long. What
/// is sent to it meanwhile would be lost.
static ALONE: Mutex<()> = Mutex::new(());

/// Waits until no port is being tried, and lets none be tried as long as this is kept.
pub fn none_is_tried() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A port that nobody uses, and no other play or check takes, as long as this is kept.
pub struct Port {
    number: u16,
    transport: Transport,
    /// The same number at the other transport, where it is in nobody's way: others who look for one see
    /// that it is taken.
    _sign: Sign,
}

enum Sign {
    Tcp { _taken: TcpListener },
    Udp { _taken: UdpSocket },
}

impl Port {
    /// Finds a port for a program that speaks over `transport`.
    ///
    /// # Errors
    ///
    /// Ports cannot be bound at all.
    pub fn find(transport: Transport) -> anyhow::Result<Self> {
        let mut outcome = Err(io::ErrorKind::AddrInUse.into());
        for _ in 0..ATTEMPTS {
            outcome = Self::take(transport, fastrand::u16(PORTS));
            if outcome.is_ok() {
                break;
            }
        }
        outcome.context("cannot find a free port")
    }

    /// The number.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// Tells whether somebody listens at this port, or waits there for datagrams. `None` where the
    /// system does not tell without being called.
    pub fn is_served(&self) -> Option<bool> {
        served(self.number, self.transport)
    }

    fn take(transport: Transport, number: u16) -> io::Result<Self> {
        let _alone = none_is_tried();
        let address = (Ipv4Addr::LOCALHOST, number);
        let everywhere = (Ipv4Addr::UNSPECIFIED, number);
        let sign = match transport {
            Transport::Tcp => {
                let sign = Sign::Udp { _taken: UdpSocket::bind(address)? };
                // Bound and let go: the program can have it. `TcpListener` would bind it also
                // while old connections linger in it, and not every program does. On Windows all
                // addresses together can be had while somebody has one of them.
                for at in [everywhere, address] {
                    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
                    socket.bind(&SocketAddr::from(at).into())?;
                }
                sign
            }
            Transport::Udp => {
                let sign = Sign::Tcp { _taken: TcpListener::bind(address)? };
                UdpSocket::bind(everywhere)?;
                UdpSocket::bind(address)?;
                sign
            }
        };
        Ok(Self { number, transport, _sign: sign })
    }
}

/// Looks for a socket that waits at this port and can be reached at 127.0.0.1.
#[cfg(target_os = "linux")]
fn served(port: u16, transport: Transport) -> Option<bool> {
    use std::net::IpAddr;

    let is_here = |at: &SocketAddr| match at.ip().to_canonical() {
        IpAddr::V4(ip) => ip.is_unspecified() || ip == Ipv4Addr::LOCALHOST,
        // The loopback address of IPv6 is another one.
        IpAddr::V6(ip) => ip.is_unspecified(),
    };
    let waiting = crate::listening::table(transport)?;
    Some(waiting.iter().any(|(at, _)| at.port() == port && is_here(at)))
}

/// This system does not tell.
#[cfg(not(target_os = "linux"))]
fn served(_port: u16, _transport: Transport) -> Option<bool> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn who_waits_at_a_port_is_seen_without_a_call() {
        let tcp = Port::find(Transport::Tcp).expect("a port");
        assert_eq!(tcp.is_served(), Some(false));
        if support::has_ipv6() {
            let loopback = std::net::Ipv6Addr::LOCALHOST;
            let _another = TcpListener::bind((loopback, tcp.number())).expect("it is free");
            assert_eq!(tcp.is_served(), Some(false));
        }
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, tcp.number())).expect("it is free");
        assert_eq!(tcp.is_served(), Some(true));

        let udp = Port::find(Transport::Udp).expect("a port");
        assert_eq!(udp.is_served(), Some(false));
        let _socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, udp.number())).expect("it is free");
        assert_eq!(udp.is_served(), Some(true));
    }
}
