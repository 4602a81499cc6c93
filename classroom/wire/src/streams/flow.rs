//! One direction of a connection: reads, prints, bends, delivers.

use std::io::{self, ErrorKind, Read};
use std::time::Instant;

use record::{Direction, What};

use crate::labels::Labeller;
use crate::streams::bends::{Bends, Limit, Then};
use crate::streams::connection::Connection;
use crate::streams::delivery::Delivery;
use crate::streams::held::Held;
use crate::streams::stop::Stop;
use crate::trace::Label;

/// How many bytes are read at a time, at most. With less the wire wakes up more often, and is
/// slower than half a direct connection.
const PIECE: usize = 768 * 1024;

/// What is said of that which the receiver does not get.
const NOT_PASSED_ON: &str = "not passed on";

/// One direction of a connection.
pub struct Flow<'a> {
    connection: &'a Connection,
    direction: Direction,
    labeller: Option<Labeller>,
    held: Option<Held>,
    delivery: Delivery<'a>,
    limit: Option<Limit>,
    /// How many bytes have been read.
    count: usize,
}

impl<'a> Flow<'a> {
    /// Makes ready for the first byte.
    pub fn new(
        connection: &'a Connection,
        direction: Direction,
        bends: Bends,
        labeller: Option<Labeller>,
    ) -> Self {
        let delivery = Delivery::new(connection, direction, &bends);
        let (held, limit) = (Held::new(&bends), bends.limit);
        Self { connection, direction, labeller, held, delivery, limit, count: 0 }
    }

    /// Passes on what the sender sends, until its end or that of the connection.
    ///
    /// # Errors
    ///
    /// Those of writing to stdout or to the capture.
    pub fn run(mut self) -> anyhow::Result<()> {
        let outcome = match self.pass() {
            Err(Stop::Lost(sender, error)) if sender == self.direction => self.lose(error),
            outcome => outcome,
        };
        match outcome {
            Ok(()) | Err(Stop::Over) => Ok(()),
            Err(Stop::Lost(sender, error)) => self.connection.lose(sender, &error),
            Err(Stop::Failed(error)) => {
                // The other direction is not to go on alone.
                self.connection.stop();
                Err(error)
            }
        }
    }

    /// Passes on bytes until they end, or until the limit is reached.
    fn pass(&mut self) -> Result<(), Stop> {
        let mut buffer = vec![0; PIECE];
        self.say_limit()?;
        loop {
            if let Some(limit) = self.reached() {
                self.deliver_held()?;
                return self.turn(limit.then, &mut buffer);
            }
            match self.read(&mut buffer)? {
                0 => break,
                count => self.take(&buffer[..count])?,
            }
        }
        self.say_end(true)?;
        self.deliver_held_and_wait()?;
        self.connection.end(self.direction)
    }

    /// Waits for bytes, and delivers meanwhile what becomes due.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Stop> {
        loop {
            if let Some(held) = &self.held {
                let now = Instant::now();
                let due = held.next_due();
                if due.is_some_and(|due| due <= now || !held.has_room()) {
                    self.deliver_next()?;
                    continue;
                }
                let timeout = due.map(|due| due - now);
                let set = self.connection.source(self.direction).set_read_timeout(timeout);
                set.map_err(|error| Stop::Lost(self.direction, error))?;
            }
            if let Some(count) = self.read_once(buffer)? {
                return Ok(count);
            }
        }
    }

    /// Reads once. `None` means that nothing came in time.
    fn read_once(&self, buffer: &mut [u8]) -> Result<Option<usize>, Stop> {
        match self.connection.source(self.direction).read(buffer) {
            Ok(0) => self.connection.check_end(self.direction).map(|()| Some(0)),
            Ok(count) => Ok(Some(count)),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {
                    self.connection.look_later();
                    self.connection.check().map(|()| None)
                }
                _ => Err(Stop::Lost(self.direction, error)),
            },
        }
    }

    /// Prints what was read, and delivers what is within the limit, now or later.
    fn take(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let left = self.limit.map_or(usize::MAX, |limit| limit.after - self.count);
        let (passed, lost) = bytes.split_at(left.min(bytes.len()));
        self.show(passed, lost)?;
        self.count += passed.len();
        self.say_limit()?;
        match &mut self.held {
            Some(held) => held.add(passed),
            None => self.delivery.send(passed)?,
        }
        Ok(())
    }

    fn show(&mut self, passed: &[u8], lost: &[u8]) -> anyhow::Result<()> {
        if !self.connection.is_shown() {
            return Ok(());
        }
        let mut labels = match &mut self.labeller {
            Some(labeller) => labeller.labels(passed),
            None => vec![Label::new(passed.len(), "")],
        };
        labels.push(Label::new(lost.len(), NOT_PASSED_ON));
        self.connection.show(self.direction, &[passed, lost].concat(), &labels)
    }

    /// The limit, if it is reached.
    fn reached(&self) -> Option<Limit> {
        self.limit.filter(|limit| self.count == limit.after)
    }

    /// Says so where the limit is reached.
    fn say_limit(&self) -> anyhow::Result<()> {
        match self.reached() {
            Some(limit) => {
                let (direction, message) = (self.direction, limit.text());
                self.connection.say(&What::Bent { direction, message })
            }
            None => Ok(()),
        }
    }

    fn say_end(&self, passed_on: bool) -> anyhow::Result<()> {
        self.connection.say(&What::End { direction: self.direction, passed_on })
    }

    /// Delivers all that is held back, and waits until that is due which comes now.
    fn deliver_held_and_wait(&mut self) -> Result<(), Stop> {
        let due = self.held.as_ref().map_or_else(Instant::now, Held::due);
        self.deliver_held()?;
        self.connection.sleep_until(due)
    }

    /// Delivers all that is held back, each piece when it is due.
    fn deliver_held(&mut self) -> Result<(), Stop> {
        while self.held.as_ref().is_some_and(|held| held.next_due().is_some()) {
            self.deliver_next()?;
        }
        Ok(())
    }

    /// Delivers the next piece that is held back, when it is due.
    fn deliver_next(&mut self) -> Result<(), Stop> {
        if let Some((due, piece)) = self.held.as_mut().and_then(Held::take) {
            self.connection.sleep_until(due)?;
            self.delivery.send(&piece)?;
        }
        Ok(())
    }

    /// Does what is to happen at the limit.
    fn turn(&mut self, then: Then, buffer: &mut [u8]) -> Result<(), Stop> {
        match then {
            Then::Close => self.connection.end(self.direction)?,
            Then::Silence => {}
            Then::Leave => {
                self.delivery.wait_for_arrival()?;
                self.connection.stop();
                return Ok(());
            }
            Then::Reset => {
                self.delivery.wait_for_arrival()?;
                return Ok(self.connection.reset(self.direction)?);
            }
        }
        // The sender is not to notice anything, so it is read to its end.
        let forever = self.connection.source(self.direction).set_read_timeout(None);
        forever.map_err(|error| Stop::Lost(self.direction, error))?;
        loop {
            match self.read_once(buffer)? {
                Some(0) => break,
                Some(count) => self.show(&[], &buffer[..count])?,
                None => {}
            }
        }
        self.say_end(false)?;
        self.connection.mark_end(self.direction);
        Ok(())
    }

    /// Passes on that the sender is lost, after all that came before.
    fn lose(&mut self, error: io::Error) -> Result<(), Stop> {
        if self.reached().is_some_and(|limit| limit.then == Then::Silence) {
            self.connection.say(&Connection::loss(self.direction, &error, false))?;
            self.connection.mark_end(self.direction);
            return Ok(());
        }
        self.connection.say_loss(self.direction, &error)?;
        self.deliver_held_and_wait()?;
        self.delivery.wait_for_arrival()?;
        Err(Stop::Lost(self.direction, error))
    }
}
