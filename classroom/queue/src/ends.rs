//! The ends of a connection, and what the receiver's is like.

use std::net::SocketAddr;

/// The two ends of a connection, first the one that is looked at.
#[derive(Clone, Copy)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux tells of it"))]
pub struct Ends {
    /// The address of the end that is looked at.
    pub own: SocketAddr,
    /// That of the other one.
    pub other: SocketAddr,
}

/// What lies at one end of a connection.
pub struct Queues {
    /// How many bytes have arrived since the beginning, if that is known.
    pub arrived: Option<u64>,
    /// How many of them lie there unread.
    pub unread: u64,
    /// How many bytes have been sent from here that the other end has not acknowledged.
    pub unacknowledged: u64,
}

impl Queues {
    /// Tells whether so many bytes have arrived, counted from the beginning. Where that is not
    /// known, they have.
    pub fn has(&self, bytes: u64) -> bool {
        self.arrived.is_none_or(|arrived| arrived >= bytes)
    }
}

/// What an end is like.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux tells of it"))]
pub enum Look {
    /// It is open.
    Open(Queues),
    /// It is closed: nobody takes anything any more.
    Gone,
}
