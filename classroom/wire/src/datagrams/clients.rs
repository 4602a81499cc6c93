//! The clients, found by their addresses.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use record::{Opening, What};

use super::client::Client;
use super::relay::Relay;

/// How many clients are remembered. Each takes a socket and three threads, and some systems
/// allow a program no more than 256 files.
const CLIENTS: usize = 200;

/// The clients that were heard lately.
pub struct Clients {
    relay: Arc<Relay>,
    /// How many have come so far.
    count: usize,
    clients: HashMap<SocketAddr, Client>,
}

impl Clients {
    /// Nobody yet.
    pub fn new(relay: &Arc<Relay>) -> Self {
        Self { relay: Arc::clone(relay), count: 0, clients: HashMap::new() }
    }

    /// Takes a datagram from the client at `address`. One who is not known gets the next number.
    ///
    /// # Errors
    ///
    /// Those of stdout. A client that cannot be served is printed.
    pub fn request(&mut self, address: SocketAddr, bytes: &[u8]) -> anyhow::Result<()> {
        if let Some(client) = self.clients.get_mut(&address) {
            return client.request(bytes);
        }
        if self.clients.len() == CLIENTS {
            self.forget_one()?;
        }
        self.count += 1;
        let Relay { target, trace, .. } = &*self.relay;
        let opening = Opening::Appeared;
        trace.announce(self.count, &What::Opened { client: address, target: *target, opening })?;
        match Client::open(&self.relay, self.count, address) {
            Ok(mut client) => {
                client.request(bytes)?;
                self.clients.insert(address, client);
            }
            // Those whom we know go on.
            Err(error) => {
                let message = format!("cannot be passed on: {error:#}");
                trace.announce(self.count, &What::Complaint { direction: None, message })?;
            }
        }
        Ok(())
    }

    /// Forgets the client who was silent longest. If it comes again, it is a new one.
    fn forget_one(&mut self) -> anyhow::Result<()> {
        let silent = self.clients.iter().min_by_key(|(_, client)| client.last_heard());
        if let Some((&address, client)) = silent {
            let message = format!("forgotten: {CLIENTS} other clients were heard since");
            self.relay.trace.announce(client.number(), &What::Forgotten { message })?;
            self.clients.remove(&address);
        }
        Ok(())
    }
}
