//! The bytes of a scene, as they are kept beside it: what went over each connection, in order.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use regex_lite::Regex;

/// The line above the bytes of one read: connection, time, direction, count.
static READ: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(\d+)  [0-9.]+ s  (client . server)  (\d+) bytes?$")
        .expect("a pattern of ours is well formed")
});

/// How much of a body has come with a read, which depends on how large the read was.
static SO_FAR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r", \d+ of (\d+) bytes$").expect("a pattern of ours is well formed")
});

/// How many bytes stand in a row, and how many rows each part has at most.
const ROW: usize = 16;
const ROWS: usize = 7;

/// Where the wire prints the digits of a row, and where it says what they are.
const DIGITS: std::ops::Range<usize> = 5..53;
const LABEL: usize = 73;

/// What was sent in one direction before anything was sent in the other; or one datagram.
struct Piece {
    direction: String,
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

/// Tells what went over the connections of some wires, from what these have printed. How many
/// reads a piece took differs from run to run, and is not told. Datagrams are, one by one.
pub fn told(wires: &[Vec<String>], datagrams: bool) -> String {
    let connections = wires.iter().flat_map(|lines| connections(lines, datagrams).into_values());
    let mut text = String::new();
    for (index, pieces) in connections.enumerate() {
        pieces.iter().for_each(|piece| piece.tell(index + 1, &mut text));
    }
    text
}

/// The pieces of each connection.
fn connections(lines: &[String], datagrams: bool) -> BTreeMap<usize, Vec<Piece>> {
    let mut connections: BTreeMap<usize, Vec<Piece>> = BTreeMap::new();
    let mut current = 0;
    for line in lines {
        if let Some(found) = READ.captures(line) {
            current = found[1].parse().unwrap_or_default();
            let pieces = connections.entry(current).or_default();
            let same = pieces.last().is_some_and(|piece| piece.direction == found[2]);
            if datagrams || !same {
                pieces.push(Piece::new(&found[2]));
            }
            if let Some(piece) = pieces.last_mut() {
                piece.count += found[3].parse::<usize>().unwrap_or_default();
            }
        } else if line.starts_with(' ')
            && let Some(piece) = connections.get_mut(&current).and_then(|all| all.last_mut())
        {
            piece.add_row(line);
        }
    }
    connections
}

impl Piece {
    fn new(direction: &str) -> Self {
        Self { direction: direction.into(), count: 0, parts: Vec::new(), whole: true }
    }

    fn add_row(&mut self, row: &str) {
        let bytes = bytes_in(row);
        // Behind a gap no more rows are kept: where they begin is chance.
        self.whole &= !bytes.is_empty();
        if !self.whole {
            return;
        }
        let label: String = row.chars().skip(LABEL).collect();
        let label = SO_FAR.replace(&label, ", $1 bytes").into_owned();
        match self.parts.last_mut() {
            Some(part) if label.is_empty() || label == part.label => part.bytes.extend(bytes),
            _ => self.parts.push(Part { label, bytes }),
        }
    }

    fn tell(&self, number: usize, text: &mut String) {
        let s = plural(self.count);
        // A String takes whatever is written to it.
        let _ = writeln!(text, "{number}  {}  {} byte{s}", self.direction, self.count);
        let mut left = self.count;
        for part in &self.parts {
            left -= part.tell(text);
            if part.bytes.len() > ROW * ROWS {
                break;
            }
        }
        if left > 0 {
            let _ = writeln!(text, "     … {left} more byte{}", plural(left));
        }
    }
}

impl Part {
    /// Tells of its first bytes, and returns how many these are.
    fn tell(&self, text: &mut String) -> usize {
        let shown = &self.bytes[..self.bytes.len().min(ROW * ROWS)];
        let mut label = self.label.as_str();
        for row in shown.chunks(ROW) {
            let digits: String = row.iter().map(|byte| format!("{byte:02x} ")).collect();
            let letters: String = row.iter().map(|&byte| visible(byte)).collect();
            let line = format!("     {digits:<48}  {letters:<ROW$}  {label}");
            let _ = writeln!(text, "{}", line.trim_end());
            label = "";
        }
        shown.len()
    }
}

/// The ending of a word for so many things.
fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn bytes_in(row: &str) -> Vec<u8> {
    let digits: String = row.chars().skip(DIGITS.start).take(DIGITS.len()).collect();
    let bytes = digits.split_whitespace().map(|pair| u8::from_str_radix(pair, 16));
    bytes.collect::<Result<_, _>>().unwrap_or_default()
}

/// A byte as a letter, if it is a visible one of ASCII.
fn visible(byte: u8) -> char {
    match byte {
        b' '..=b'~' => char::from(byte),
        _ => '.',
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn what_is_left_out_is_counted_in_words_that_agree() {
        for (count, left) in [(113, "… 1 more byte\n"), (114, "… 2 more bytes\n")] {
            let head = format!("1  0.1 s  client → server  {count} bytes");
            let row = format!("     {}  {}  body", "61 ".repeat(16), "a".repeat(16));
            let lines = [vec![head], vec![row; 7]].concat();
            let text = told(&[lines], false);
            assert!(text.ends_with(left), "{text}");
        }
    }
}
