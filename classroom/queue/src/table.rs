//! The system's table of connections (Linux), for places where it may not be asked otherwise.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::ends::{Ends, Look, Queues};

/// The states of a socket that can still read, as the table numbers them.
const OPEN: [&str; 3] = ["01", "04", "05"];

/// A line of the table.
pub struct Table {
    path: &'static str,
    /// How the line names this end and the other.
    names: [String; 2],
}

impl Table {
    /// Makes ready to find a connection.
    pub fn new(ends: Ends) -> Self {
        let path = if ends.own.is_ipv4() { "/proc/net/tcp" } else { "/proc/net/tcp6" };
        Self { path, names: [name(ends.own), name(ends.other)] }
    }

    /// Looks at this end.
    ///
    /// # Errors
    ///
    /// Those of reading the table.
    pub fn look(&self) -> io::Result<Look> {
        let table = fs::read_to_string(self.path)?;
        for line in table.lines() {
            // sl, local, remote, state, tx_queue:rx_queue, ...
            let fields: Vec<_> = line.split_whitespace().take(5).collect();
            let [_, own, other, state, queues] = fields[..] else {
                continue;
            };
            if [own, other] == self.names && OPEN.contains(&state) {
                let (unacknowledged, unread) = queues.split_once(':').unwrap_or_default();
                let number = |hex| u64::from_str_radix(hex, 16).unwrap_or_default();
                return Ok(Look::Open(Queues {
                    arrived: None,
                    unread: number(unread),
                    unacknowledged: number(unacknowledged),
                }));
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use socket2::SockRef;

    use super::*;

    #[test]
    fn the_table_tells_what_is_unread() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            // Not every machine has IPv6.
            let Ok(listener) = TcpListener::bind(address) else {
                continue;
            };
            let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (mut receiver, peer) = listener.accept().unwrap();
            let table = Table::new(Ends { own: receiver.local_addr().unwrap(), other: peer });

            sender.write_all(b"abc").unwrap();
            receiver.peek(&mut [0]).unwrap();
            assert!(matches!(table.look().unwrap(), Look::Open(Queues { unread: 3, .. })));
            receiver.read_exact(&mut [0; 3]).unwrap();
            assert!(matches!(table.look().unwrap(), Look::Open(Queues { unread: 0, .. })));
            SockRef::from(&receiver).set_linger(Some(Duration::ZERO)).unwrap();
            drop(receiver);
            assert!(matches!(table.look().unwrap(), Look::Gone));
        }
    }
}
