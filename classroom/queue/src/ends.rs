//! The ends of a connection, and what the receiver's is like.

use std::net::SocketAddr;

/// The two ends of a connection, the receiver's first.
#[derive(Clone, Copy)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux tells of it"))]
pub struct Ends {
    /// The receiver's address.
    pub receiver: SocketAddr,
    /// Our own.
    pub sender: SocketAddr,
}

/// What the receiver's end is like.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux tells of it"))]
pub enum Look {
    /// It is open.
    Open {
        /// How many bytes have arrived since the beginning, if that is known.
        arrived: Option<u64>,
        /// How many of them lie there unread.
        unread: u64,
    },
    /// It is closed: nobody takes anything any more.
    Gone,
}
