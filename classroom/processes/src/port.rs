//! A free port for the program under test.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use socket2::{Domain, Protocol, Socket, Type};

/// What carries the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Connections.
    Tcp,
    /// Datagrams.
    Udp,
}

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

    fn take(transport: Transport, number: u16) -> io::Result<Self> {
        let _alone = none_is_tried();
        let address = (Ipv4Addr::LOCALHOST, number);
        let everywhere = (Ipv4Addr::UNSPECIFIED, number);
        let sign = match transport {
            Transport::Tcp => {
                let sign = Sign::Udp { _taken: UdpSocket::bind(address)? };
                // Bound and let go: the program can have it. `TcpListener` would bind it also
                // while old connections linger in it, and not every program does.
                let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
                socket.bind(&SocketAddr::from(everywhere).into())?;
                sign
            }
            Transport::Udp => {
                let sign = Sign::Tcp { _taken: TcpListener::bind(address)? };
                UdpSocket::bind(everywhere)?;
                sign
            }
        };
        Ok(Self { number, _sign: sign })
    }
}
