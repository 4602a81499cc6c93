//! Hands bytes to the receiver, all at once or as they are bent.

use std::io::{ErrorKind, Write};
use std::time::{Duration, Instant};

use receive_queue::Queue;
use record::Direction;

use crate::streams::bends::{Bends, Pause};
use crate::streams::connection::Connection;
use crate::streams::stop::Stop;

/// How many pieces a second a limited rate is cut into.
const PIECES: usize = 20;

/// How long the last bytes before a reset may be on their way.
const ARRIVAL: Duration = Duration::from_secs(1);

/// The receiving end of a direction.
pub struct Delivery<'a> {
    connection: &'a Connection,
    direction: Direction,
    drip: Option<usize>,
    whole_characters: bool,
    drip_first: u64,
    pause: Option<Pause>,
    rate: Option<usize>,
    /// When the rate allows the next piece.
    next: Instant,
    /// How many bytes have been delivered.
    sent: u64,
    /// Where they lie until they are taken. It is looked up when it is needed first.
    queue: Option<Queue>,
}

impl<'a> Delivery<'a> {
    /// Nothing has been delivered yet.
    pub fn new(connection: &'a Connection, direction: Direction, bends: &Bends) -> Self {
        let Bends { drip, rate, whole_characters, drip_first, pause, .. } = *bends;
        let drip_first = drip_first.map_or(u64::MAX, |count| count as u64);
        let (next, sent, queue) = (Instant::now(), 0, None);
        Self {
            connection,
            direction,
            drip,
            whole_characters,
            drip_first,
            pause,
            rate,
            next,
            sent,
            queue,
        }
    }

    /// Delivers bytes, and waits while the receiver takes none.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(self.next_piece(rest));
            rest = after;
            self.wait_for_rate(piece.len())?;
            self.connection.record(self.direction, piece)?;
            self.write(piece)?;
            if self.drips() {
                self.connection.count_piece();
                self.wait_until_taken()?;
            }
            if let Some(pause) = self.pause.filter(|pause| pause.after == self.sent) {
                self.connection.pause(pause.time)?;
            }
        }
        Ok(())
    }

    fn drips(&self) -> bool {
        self.drip.is_some() && self.sent < self.drip_first
    }

    /// How many of these bytes are delivered at once.
    fn next_piece(&self, bytes: &[u8]) -> usize {
        let mut size = self.rate.map_or(usize::MAX, |rate| rate.div_ceil(PIECES));
        if let Some(drip) = self.drip.filter(|_| self.drips()) {
            let continues = |byte: &&u8| self.whole_characters && (0x80..0xc0).contains(*byte);
            let rest = bytes.iter().skip(drip).take_while(continues).count();
            size = size.min(drip + rest);
        }
        let next = self.pause.filter(|pause| pause.after > self.sent);
        let until = next.map(|pause| (pause.after - self.sent) as usize);
        size.min(until.unwrap_or(usize::MAX)).min(bytes.len())
    }

    /// Waits until what was delivered has arrived: a reset would overtake it.
    pub fn wait_for_arrival(&mut self) -> Result<(), Stop> {
        let (connection, deadline) = (self.connection, Instant::now() + ARRIVAL);
        let sent = self.sent;
        self.queue().wait_for_arrival(sent, || {
            connection.check()?;
            Ok(Instant::now() < deadline)
        })
    }

    fn wait_until_taken(&mut self) -> Result<(), Stop> {
        let (connection, direction) = (self.connection, self.direction);
        let sent = self.sent;
        self.queue().wait_until_taken(sent, || {
            check(connection, direction)?;
            Ok(true)
        })
    }

    fn queue(&mut self) -> &mut Queue {
        let sink = self.connection.sink(self.direction);
        self.queue.get_or_insert_with(|| Queue::of_peer(sink))
    }

    fn wait_for_rate(&mut self, count: usize) -> Result<(), Stop> {
        let Some(rate) = self.rate else {
            return Ok(());
        };
        self.connection.sleep_until(self.next)?;
        let time = Duration::from_secs_f64(count as f64 / rate as f64);
        self.next = self.next.max(Instant::now()) + time;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let mut sink = self.connection.sink(self.direction);
        let mut rest = bytes;
        while !rest.is_empty() {
            match sink.write(rest) {
                Ok(count) => {
                    rest = &rest[count..];
                    self.sent += count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The receiver is slow.
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    self.connection.look_later();
                    check(self.connection, self.direction)?;
                }
                Err(error) => return Err(Stop::Lost(self.direction.back(), error)),
            }
        }
        Ok(())
    }
}

/// Looks whether it is of any use to wait for the receiver. Nobody reads from the sender
/// meanwhile, so a reset of its would not be noticed otherwise.
fn check(connection: &Connection, direction: Direction) -> Result<(), Stop> {
    connection.check()?;
    match connection.source(direction).take_error() {
        Ok(None) => Ok(()),
        Ok(Some(error)) | Err(error) => Err(Stop::Lost(direction, error)),
    }
}
