//! A client, with a lane in each direction.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use record::Direction;

use super::lane::Lane;
use super::relay::Relay;
use super::way::Way;

/// A client. When it goes out of scope, so do its socket and its threads.
pub struct Client {
    number: usize,
    last_heard: Instant,
    requests: Lane,
    way: Arc<Way>,
}

impl Client {
    /// Opens a way to the server and back.
    ///
    /// # Errors
    ///
    /// Those of making a socket and threads.
    pub fn open(relay: &Arc<Relay>, number: usize, address: SocketAddr) -> anyhow::Result<Self> {
        let way = Arc::new(Way::open(relay, number, address)?);
        let requests = Lane::open(relay, number, Direction::Request, {
            let way = Arc::clone(&way);
            move |bytes| way.deliver_request(bytes)
        })?;
        let replies = Lane::open(relay, number, Direction::Reply, {
            let way = Arc::clone(&way);
            move |bytes| way.deliver_reply(bytes)
        })?;
        relay.start({
            let way = Arc::clone(&way);
            move || way.read_replies(replies)
        })?;
        Ok(Self { number, last_heard: Instant::now(), requests, way })
    }

    /// Takes a datagram from the client.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn request(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.last_heard = Instant::now();
        self.requests.take(bytes)
    }

    /// Its number, in the order in which clients came.
    pub fn number(&self) -> usize {
        self.number
    }

    /// When it last sent something.
    pub fn last_heard(&self) -> Instant {
        self.last_heard
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.way.stop_reading();
    }
}
