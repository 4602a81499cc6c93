//! Whom a server answers: anybody, but nobody for ever.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use connection_loop::elog;

/// How many answers a peer gets in a row. A person never asks so often.
pub const ANSWERS: u32 = 1000;

/// A peer that is silent for so long is forgotten the next time we look.
pub const SILENCE: Duration = Duration::from_secs(1);

/// The peers that have asked lately.
///
/// A datagram says itself where it comes from, and whoever forges one can name
/// another server there, or the server that gets it. Our answer would then be
/// answered, that answer too, and two machines would be busy for ever.
pub struct Peers {
    own: SocketAddr,
    most: u32,
    lately: HashMap<SocketAddr, Lately>,
    tidied: Instant,
}

/// How often a peer has asked in a row, and when it last did.
struct Lately {
    count: u32,
    last: Instant,
}

impl Peers {
    /// Begins for a server at the address `own`, which gives a peer at most
    /// `most` answers in a row.
    pub fn new(own: SocketAddr, most: u32) -> Self {
        Self { own, most, lately: HashMap::new(), tidied: Instant::now() }
    }

    /// Tells whether this peer is to be answered once more. If not, it says why
    /// on stderr.
    pub fn may_be_answered(&mut self, peer: SocketAddr) -> bool {
        if self.is_own(peer) {
            elog!("not answered: {peer} is our own address");
            return false;
        }
        // Who has been silent is forgotten, and may ask again.
        if self.tidied.elapsed() > SILENCE {
            self.lately.retain(|_, peer| peer.last.elapsed() < SILENCE);
            self.tidied = Instant::now();
        }

        let now = Instant::now();
        let lately =
            self.lately.entry(peer).or_insert(Lately { count: 0, last: now });
        lately.count = lately.count.saturating_add(1);
        lately.last = now;
        if lately.count == self.most + 1 {
            elog!("not answered: {peer} never pauses; it has to, for a second");
        }
        lately.count <= self.most
    }

    /// Tells whether an address is the server's own. One that listens at all
    /// addresses of its machine has many.
    fn is_own(&self, peer: SocketAddr) -> bool {
        // Only at an address of this machine can a socket be bound.
        let is_ours = || UdpSocket::bind((peer.ip(), 0)).is_ok();
        peer.port() == self.own.port()
            && (peer.ip() == self.own.ip()
                || self.own.ip().is_unspecified() && is_ours())
    }
}
