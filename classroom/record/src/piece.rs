//! A piece of a conversation, as `.bytes` files keep it: a head, and rows of bytes under it.

use std::fmt;

use crate::direction::Direction;
use crate::hex::noun;

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
}
