//! One direction of one client: what comes in is printed, meets its fate, and is delivered.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Sender};
use std::time::Instant;

use record::{Direction, What, noun};

use super::delivery::{Parcel, deliver_all};
use super::fates::{Fate, Fates};
use super::relay::Relay;

/// How many bytes may wait for their delivery, of all clients together.
const ROOM: usize = 64 << 20;

/// What a waiting datagram takes besides its bytes. An empty one takes room too.
const OVERHEAD: usize = 128;

/// One direction of one client. Its deliveries have a thread of their own, so that reading never
/// waits for them.
pub struct Lane {
    relay: Arc<Relay>,
    client: usize,
    direction: Direction,
    fates: Fates,
    parcels: Sender<Parcel>,
}

impl Lane {
    /// Opens a lane. `send` delivers one datagram.
    ///
    /// # Errors
    ///
    /// A thread that cannot be started.
    pub fn open(
        relay: &Arc<Relay>,
        client: usize,
        direction: Direction,
        send: impl Fn(&[u8]) -> anyhow::Result<()> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let bends = relay.bends.of(direction);
        let (parcels, queue) = mpsc::channel();
        relay.start({
            let relay = Arc::clone(relay);
            move || {
                deliver_all(&queue, |parcel| {
                    relay.waiting.fetch_sub(weight(&parcel.bytes), Ordering::Relaxed);
                    (0..parcel.copies).try_for_each(|_| send(&parcel.bytes))
                })
            }
        })?;
        let fates = Fates::new(bends, client, direction);
        Ok(Self { relay: Arc::clone(relay), client, direction, fates, parcels })
    }

    /// Takes a datagram: prints it, and what becomes of it.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn take(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.relay.trace.bytes(self.client, self.direction, bytes, &[])?;
        let Fate { copies, length, held, delay } = self.fates.next(bytes.len());
        if copies == 0 {
            return self.say("dropped");
        }
        if length < bytes.len() {
            self.say(&format!("cut to {length} {}", noun(length)))?;
        }
        if copies == 2 {
            self.say("duplicated")?;
        }
        if held {
            self.say("held back until the next one has passed")?;
        }
        self.put(Parcel {
            bytes: bytes[..length].to_vec(),
            copies,
            held,
            due: Instant::now() + delay,
        })
    }

    /// Leaves a parcel to the thread that delivers, if there is room.
    fn put(&self, parcel: Parcel) -> anyhow::Result<()> {
        let weight = weight(&parcel.bytes);
        if self.relay.waiting.fetch_add(weight, Ordering::Relaxed) + weight > ROOM {
            self.relay.waiting.fetch_sub(weight, Ordering::Relaxed);
            return self.say("dropped: too many wait for their delivery");
        }
        // That thread ends before this lane only when the relay has failed.
        let _ = self.parcels.send(parcel);
        Ok(())
    }

    /// Says how this direction is bent.
    fn say(&self, message: &str) -> anyhow::Result<()> {
        let what = What::Bent { direction: self.direction, message: message.into() };
        Ok(self.relay.trace.event(self.client, &what)?)
    }
}

fn weight(bytes: &[u8]) -> usize {
    bytes.len() + OVERHEAD
}
