//! The bytes of a scene, as they are kept beside it: what went over each connection, in order.

use std::collections::BTreeMap;
use std::fmt::Write;

use record::{Direction, Event, Head, What, add_rows, noun};

/// How many bytes stand in a row, and how many rows each part has at most.
const ROW: usize = 16;
const ROWS: usize = 7;

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
pub fn told(wires: &[Vec<Event>], datagrams: bool) -> String {
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

    fn add(&mut self, new: &record::Part) {
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
            if part.bytes.len() > ROW * ROWS {
                break;
            }
        }
        if left > 0 {
            let _ = writeln!(text, "     … {left} more {}", noun(left));
        }
    }
}

impl Part {
    /// Tells of its first bytes, and returns how many these are.
    fn tell(&self, text: &mut String) -> usize {
        let shown = &self.bytes[..self.bytes.len().min(ROW * ROWS)];
        add_rows(text, shown, 0, &self.label);
        shown.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Event, What, told};

    #[test]
    fn what_is_left_out_is_counted_in_words_that_agree() {
        for (count, left) in [(113, "… 1 more byte\n"), (114, "… 2 more bytes\n")] {
            let (label, bytes) = ("body".into(), vec![b'a'; 112]);
            let part = record::Part { label, progress: None, length: count, bytes };
            let what =
                What::Bytes { direction: Direction::Request, length: count, parts: vec![part] };
            let event = Event { connection: Some(1), seconds: 0.1, what };
            let text = told(&[vec![event]], false);
            assert!(text.ends_with(left), "{text}");
        }
    }
}
