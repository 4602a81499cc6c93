//! The addresses of a scene. The system chooses the real ports; the audience reads the same
//! ones at every run.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use regex_lite::Captures;

use crate::expectation::ADDRESS;

/// The first port that a client is shown with.
const FIRST_CLIENT: u16 = 50001;

/// The port that a side is shown with whose program has no default address.
pub const NO_DEFAULT: u16 = 9090;

/// Where the sides listen, and how every address reads.
#[derive(Default)]
pub struct Addresses {
    listeners: HashMap<String, Listener>,
    /// How each real port reads.
    shown: HashMap<u16, u16>,
    clients: u16,
    /// The ports of clients that have left. While they are kept here, the system lends them to
    /// nobody else, who would read as the one before.
    kept: HashMap<u16, TcpListener>,
}

/// A side that listens, or will.
#[derive(Default)]
struct Listener {
    address: Option<SocketAddr>,
    shown: u16,
    running: bool,
}

impl Addresses {
    /// Takes note that a side starts, with the default port of its program. Returns the port
    /// that a free one will read as: the default, or the next if another side has it.
    pub fn starts(&mut self, side: &str, default_port: Option<u16>) -> u16 {
        let mut shown = default_port.unwrap_or(NO_DEFAULT);
        while self.is_taken(side, shown) {
            shown += 1;
        }
        let listener = self.listeners.entry(side.into()).or_default();
        listener.running = true;
        listener.shown = shown;
        shown
    }

    fn is_taken(&self, side: &str, port: u16) -> bool {
        self.listeners.iter().any(|(name, other)| {
            name != side && other.running && other.address.is_some() && other.shown == port
        })
    }

    /// Takes note of where a side listens.
    pub fn listens(&mut self, side: &str, address: SocketAddr) {
        let listener = self.listeners.entry(side.into()).or_default();
        listener.address = Some(address);
        // One that comes back to its port reads as before.
        listener.shown = *self.shown.entry(address.port()).or_insert(listener.shown);
    }

    /// Takes note that a side has ended. Its address is still known, for another run.
    pub fn ends(&mut self, side: &str) {
        if let Some(listener) = self.listeners.get_mut(side) {
            listener.running = false;
        }
        for (&port, _) in self.shown.iter().filter(|&(_, &shown)| shown >= FIRST_CLIENT) {
            // That of a client which is still there cannot be had.
            if !self.kept.contains_key(&port)
                && let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            {
                self.kept.insert(port, listener);
            }
        }
    }

    /// Where a side listens.
    pub fn of(&self, side: &str) -> Option<SocketAddr> {
        self.listeners.get(side)?.address
    }

    /// Numbers the address of a client, unless it is known.
    pub fn number(&mut self, address: SocketAddr) {
        self.shown.entry(address.port()).or_insert_with(|| {
            self.clients += 1;
            FIRST_CLIENT + self.clients - 1
        });
    }

    /// Puts the shown addresses in place of the real ones.
    pub fn disguise(&self, text: &str) -> String {
        let shown = |found: &Captures| match found[1].parse::<SocketAddr>() {
            Ok(mut address) => {
                if let Some(&port) = self.shown.get(&address.port()) {
                    address.set_port(port);
                }
                address.to_string()
            }
            // Looks like an address and is none; it stays as it is.
            Err(_) => found[1].to_string(),
        };
        ADDRESS.replace_all(text, shown).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn nobody_gets_the_port_of_a_client_that_has_left() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let client = TcpStream::connect(server.local_addr().expect("an address"));
        let address = client.as_ref().map(|client| client.local_addr().expect("an address"));
        let address = *address.as_ref().expect("the server listens");
        let mut addresses = Addresses::default();
        addresses.number(address);
        addresses.ends("another");
        assert!(addresses.kept.is_empty());
        drop((client, server));
        addresses.ends("client");
        assert!(TcpListener::bind(address).is_err());
    }
}
