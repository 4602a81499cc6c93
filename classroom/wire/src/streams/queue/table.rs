//! The system's table of connections (Linux), for places where it may not be asked otherwise.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::streams::queue::{Ends, Look};

/// The states of a socket that can still read, as the table numbers them.
const OPEN: [&str; 3] = ["01", "04", "05"];

/// A line of the table.
pub struct Table {
    path: &'static str,
    /// How the line names the receiver's end and ours.
    names: [String; 2],
}

impl Table {
    /// Makes ready to find a connection.
    pub fn new(ends: Ends) -> Self {
        let path = if ends.receiver.is_ipv4() { "/proc/net/tcp" } else { "/proc/net/tcp6" };
        Self { path, names: [name(ends.receiver), name(ends.sender)] }
    }

    /// Looks at the receiver's end.
    ///
    /// # Errors
    ///
    /// Those of reading the table.
    pub fn look(&self) -> io::Result<Look> {
        let table = fs::read_to_string(self.path)?;
        for line in table.lines() {
            // sl, local, remote, state, tx_queue:rx_queue, ...
            let fields: Vec<_> = line.split_whitespace().take(5).collect();
            let [_, receiver, sender, state, queues] = fields[..] else {
                continue;
            };
            if [receiver, sender] == self.names && OPEN.contains(&state) {
                let unread = queues.split_once(':').map_or("", |(_, unread)| unread);
                let unread = u64::from_str_radix(unread, 16).unwrap_or_default();
                return Ok(Look::Open { arrived: None, unread });
            }
        }
        Ok(Look::Gone)
    }
}

/// An address as the table writes it: in groups of four bytes, each read as one number.
fn name(address: SocketAddr) -> String {
    let bytes = match address.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let groups = bytes.as_chunks().0.iter();
    let ip: String = groups.map(|&group| format!("{:08X}", u32::from_ne_bytes(group))).collect();
    format!("{ip}:{:04X}", address.port())
}
