//! Delivers datagrams when they are due, one of them perhaps after the next.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a datagram is held back if no other comes to overtake it: long enough for a client
/// that hears nothing to try again.
const HOLD: Duration = Duration::from_secs(2);

/// A datagram on its way.
pub struct Parcel {
    /// What is to be delivered.
    pub bytes: Vec<u8>,
    /// How often.
    pub copies: usize,
    /// Whether it waits until the next one has passed. Never two in a row do.
    pub held: bool,
    /// When to deliver it.
    pub due: Instant,
}

/// Delivers each parcel when it is due, in their order but for those held back, until no more
/// can come.
///
/// # Errors
///
/// Those of `deliver`.
pub fn deliver_all(
    parcels: &Receiver<Parcel>,
    deliver: impl Fn(Parcel) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut held: Option<Parcel> = None;
    loop {
        let next = match &held {
            None => parcels.recv().map_err(RecvTimeoutError::from),
            Some(parcel) => parcels.recv_timeout(until(parcel.due + HOLD)),
        };
        match next {
            Ok(parcel) if parcel.held => held = Some(parcel),
            Ok(parcel) => {
                thread::sleep(until(parcel.due));
                deliver(parcel)?;
                held.take().map_or(Ok(()), &deliver)?;
            }
            // Nobody came to overtake it.
            Err(_) if held.is_some() => held.take().map_or(Ok(()), &deliver)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

fn until(time: Instant) -> Duration {
    time.saturating_duration_since(Instant::now())
}
