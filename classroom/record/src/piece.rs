//! The pieces of a conversation, as `.bytes` files keep them: of each a head, and rows of bytes
//! under it.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::direction::Direction;
use crate::event::{self, Event, What};
use crate::hex::{ROW, add_rows, noun, rest_row};

/// How many bytes of a part are kept: seven rows, which hold a header of lesson 6 or 7.
pub const SHOWN_BYTES: usize = 7 * ROW;

/// The line above the rows: `1  client → server  7 bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the connection, from 1.
    pub connection: usize,
    /// Which way the piece goes.
    pub direction: Direction,
    /// How many bytes it has.
    pub length: usize,
}

impl Head {
    /// Reads one; `None` if the line is none.
    pub fn read(line: &str) -> Option<Self> {
        let mut columns = line.split("  ");
        let (connection, way, count) = (columns.next()?, columns.next()?, columns.next()?);
        let ways = [Direction::Request, Direction::Reply];
        Some(Self {
            connection: connection.parse().ok()?,
            direction: ways.into_iter().find(|direction| direction.to_string() == way)?,
            length: count.split_once(' ')?.0.parse().ok()?,
        })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connection, direction, length } = self;
        write!(f, "{connection}  {direction}  {length} {}", noun(*length))
    }
}

/// What was sent in one direction before anything was sent in the other; or one datagram.
struct Piece {
    direction: Direction,
    count: usize,
    parts: Vec<Part>,
    /// Whether the wire has shown all of it so far.
    whole: bool,
}

/// Bytes that belong together: a length, a header, a body.
struct Part {
    label: String,
    bytes: Vec<u8>,
}

/// Tells what went over the connections of some wires, from the events on these. How many reads a
/// piece took differs from run to run, and is not told. Datagrams are, one by one.
pub fn told_pieces(wires: &[Vec<Event>], datagrams: bool) -> String {
    let connections = wires.iter().flat_map(|events| connections(events, datagrams).into_values());
    let mut text = String::new();
    for (index, pieces) in connections.enumerate() {
        pieces.iter().for_each(|piece| piece.tell(index + 1, &mut text));
    }
    text
}

/// The pieces of each connection.
fn connections(events: &[Event], datagrams: bool) -> BTreeMap<usize, Vec<Piece>> {
    let mut connections: BTreeMap<usize, Vec<Piece>> = BTreeMap::new();
    for event in events {
        let (Some(number), What::Bytes { direction, length, parts }) =
            (event.connection, &event.what)
        else {
            continue;
        };
        let pieces = connections.entry(number).or_default();
        if datagrams || pieces.last().is_none_or(|piece| piece.direction != *direction) {
            pieces.push(Piece::new(*direction));
        }
        if let Some(piece) = pieces.last_mut() {
            piece.count += length;
            parts.iter().for_each(|part| piece.add(part));
        }
    }
    connections
}

impl Piece {
    fn new(direction: Direction) -> Self {
        Self { direction, count: 0, parts: Vec::new(), whole: true }
    }

    fn add(&mut self, new: &event::Part) {
        if !self.whole {
            return;
        }
        // Behind a gap no more bytes are kept: where they begin is chance.
        self.whole = new.bytes.len() == new.length;
        // How much had come with a read depends on how large the read was.
        let label = match &new.progress {
            Some(progress) => format!("{}, {} bytes", new.label, progress.of),
            None => new.label.clone(),
        };
        match self.parts.last_mut() {
            Some(part) if label.is_empty() || label == part.label => {
                part.bytes.extend(&new.bytes);
            }
            _ => self.parts.push(Part { label, bytes: new.bytes.clone() }),
        }
    }

    fn tell(&self, number: usize, text: &mut String) {
        // A String takes whatever is written to it.
        let Self { direction, count: length, .. } = *self;
        let _ = writeln!(text, "{}", Head { connection: number, direction, length });
        let mut left = self.count;
        for part in &self.parts {
            left -= part.tell(text);
            if part.bytes.len() > SHOWN_BYTES {
                break;
            }
        }
        if left > 0 {
            let _ = writeln!(text, "{}", rest_row(&format!("{left} more {}", noun(left))));
        }
    }
}

impl Part {
    /// Tells of its first bytes, and returns how many these are.
    fn tell(&self, text: &mut String) -> usize {
        let shown = &self.bytes[..self.bytes.len().min(SHOWN_BYTES)];
        add_rows(text, shown, 0, &self.label);
        shown.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (line, direction) in [
            ("2  client ← server  1 byte", Direction::Reply),
            ("1  client → server  7 bytes", Direction::Request),
        ] {
            let head = Head::read(line).expect("it is a head");
            assert_eq!((head.direction, head.to_string().as_str()), (direction, line));
        }
        for line in ["", "client said hello", "     68 69", "1  client - server  7 bytes"] {
            assert_eq!(Head::read(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_left_out_is_counted_in_words_that_agree() {
        for (count, left) in [(113, "… 1 more byte\n"), (114, "… 2 more bytes\n")] {
            let (label, bytes) = ("body".into(), vec![b'a'; 112]);
            let part = event::Part { label, progress: None, length: count, bytes };
            let what =
                What::Bytes { direction: Direction::Request, length: count, parts: vec![part] };
            let event = Event { connection: Some(1), seconds: 0.1, what };
            let text = told_pieces(&[vec![event]], false);
            assert!(text.ends_with(left), "{text}");
        }
    }
}
