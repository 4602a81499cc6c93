//! Bytes that have been read and are not due yet.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::streams::bends::Bends;

/// How many bytes are held back at most. Then nothing more is read until some are due.
const MOST: usize = 1 << 20;

/// Bytes that wait, the oldest first.
pub struct Held {
    pieces: VecDeque<(Instant, Vec<u8>)>,
    size: usize,
    time: Duration,
    together: bool,
}

impl Held {
    /// Nothing is held yet; `None` if these bends hold nothing back.
    pub fn new(bends: &Bends) -> Option<Self> {
        let (time, together) = match (bends.gather, bends.delay) {
            (Some(time), _) => (time, true),
            (None, Some(time)) => (time, false),
            (None, None) => return None,
        };
        Some(Self { pieces: VecDeque::new(), size: 0, time, together })
    }

    /// When that is due which comes now.
    pub fn due(&self) -> Instant {
        Instant::now() + self.time
    }

    /// Whether there is room for more.
    pub fn has_room(&self) -> bool {
        self.size < MOST
    }

    /// Takes what was just read.
    pub fn add(&mut self, bytes: &[u8]) {
        self.size += bytes.len();
        match self.pieces.back_mut() {
            Some((_, piece)) if self.together => piece.extend(bytes),
            _ => self.pieces.push_back((self.due(), bytes.to_vec())),
        }
    }

    /// When the next bytes are due.
    pub fn next_due(&self) -> Option<Instant> {
        self.pieces.front().map(|(due, _)| *due)
    }

    /// Hands over the next bytes, with the time when they are due.
    pub fn take(&mut self) -> Option<(Instant, Vec<u8>)> {
        let (due, piece) = self.pieces.pop_front()?;
        self.size -= piece.len();
        Some((due, piece))
    }
}
