//! Bytes in hexadecimal digits and as text, side by side.

use std::fmt::Write;

/// How many bytes stand in a row.
pub const ROW: usize = 16;

/// Where the text begins: behind two digits and a space for each byte, and two spaces more.
const TEXT: usize = 3 * ROW + 2;

/// What stands in front of each row.
const MARGIN: &str = "     ";

/// How a row begins that stands in place of others.
const REST: char = '…';

/// What stands between the text and the label.
const GAP: &str = "  ";

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Adds rows of bytes to `block`, each ended by a newline; `label` stands beside the first.
/// `hidden` bytes more are not shown, and counted.
pub fn add_rows(block: &mut String, bytes: &[u8], hidden: usize, label: &str) {
    let mut label = label;
    for row in bytes.chunks(ROW) {
        // Filled in by hand: to format each byte would take longer than all else the wire does.
        let mut line = [b' '; TEXT + ROW];
        for (index, &byte) in row.iter().enumerate() {
            let [high, low] = pair(byte);
            line[3 * index] = high;
            line[3 * index + 1] = low;
            line[TEXT + index] = visible(byte);
        }
        add_line(block, &format!("{}{GAP}{label}", String::from_utf8_lossy(&line)));
        label = "";
    }
    if hidden > 0 {
        let more = if bytes.is_empty() { "" } else { "more " };
        let rest = format!("{REST} {hidden} {more}{}", noun(hidden));
        add_line(block, &format!("{rest:<width$}{GAP}{label}", width = TEXT + ROW));
    }
}

/// A row in place of what is not shown, which `words` tell: `3 more reads, 60 bytes`.
pub fn rest_row(words: &str) -> String {
    format!("{MARGIN}{REST} {words}")
}

/// A line of what is written of bytes, as [`read_row`] reads it.
#[derive(Debug, PartialEq, Eq)]
pub enum Row {
    /// Some bytes.
    Bytes {
        /// Two digits each, with a space between them.
        hex: String,
        /// The same as text; in a row with a label as wide as a full one.
        text: String,
        /// What they are; empty where nothing is said of them.
        label: String,
    },
    /// How many bytes are not shown, in words.
    Rest(String),
}

/// Reads a row; `None` if the line is none.
pub fn read_row(line: &str) -> Option<Row> {
    let row = line.strip_prefix(MARGIN)?;
    if row.starts_with(REST) {
        return Some(Row::Rest(row.trim_end().into()));
    }
    let columns = |start, count| row.chars().skip(start).take(count).collect::<String>();
    Some(Row::Bytes {
        hex: columns(0, TEXT).trim_end().into(),
        text: columns(TEXT, ROW),
        label: columns(TEXT + ROW + GAP.len(), usize::MAX),
    })
}

/// What to call so many of them.
pub fn noun(count: usize) -> &'static str {
    if count == 1 { "byte" } else { "bytes" }
}

/// The two digits of a byte.
fn pair(byte: u8) -> [u8; 2] {
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

/// Bytes as a text of two digits each, in one piece: `03000000`.
pub mod digits {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    use super::pair;

    /// Writes them.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let digits: String = bytes.iter().flat_map(|&byte| pair(byte)).map(char::from).collect();
        serializer.serialize_str(&digits)
    }

    /// Reads them.
    ///
    /// # Errors
    ///
    /// A text that is no pairs of hexadecimal digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes = pairs.iter().map(|&[high, low]| Some(value(high)? << 4 | value(low)?));
        let bytes = bytes.collect::<Option<_>>().filter(|_| rest.is_empty());
        bytes.ok_or_else(|| Error::custom("bytes are two hexadecimal digits each"))
    }

    fn value(digit: u8) -> Option<u8> {
        let value = char::from(digit).to_digit(16)?;
        u8::try_from(value).ok()
    }
}

fn add_line(block: &mut String, line: &str) {
    // A String takes whatever is written to it.
    let _ = writeln!(block, "{MARGIN}{}", line.trim_end());
}

/// A byte as a letter, if it is a visible one of ASCII.
fn visible(byte: u8) -> u8 {
    match byte {
        b' '..=b'~' => byte,
        _ => b'.',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8], hidden: usize, label: &str) -> String {
        let mut block = String::new();
        add_rows(&mut block, bytes, hidden, label);
        block
    }

    #[test]
    fn a_short_row_is_padded_up_to_its_text() {
        assert_eq!(
            rows(b"hi\0\xff", 0, "length 3"),
            "     68 69 00 ff                                       hi..              length 3\n"
        );
    }

    #[test]
    fn a_second_row_has_no_label() {
        assert_eq!(
            rows(b"abcdefghijklmnopq", 0, "body"),
            "     61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70   abcdefghijklmnop  body\n     \
             71                                                q\n"
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let read = |text: &str| text.lines().map(read_row).collect::<Option<Vec<_>>>();
        let row = |hex: &str, text: &str, label: &str| Row::Bytes {
            hex: hex.into(),
            text: text.into(),
            label: label.into(),
        };
        let first = "61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 20";
        assert_eq!(
            read(&rows(b"abcdefghijklmno q", 3, "body, 20 bytes")),
            Some(vec![
                row(first, "abcdefghijklmno ", "body, 20 bytes"),
                row("71", "q", ""),
                Row::Rest("… 3 more bytes".into()),
            ])
        );
        assert_eq!(read(&rows(b"hi", 0, "a")), Some(vec![row("68 69", "hi              ", "a")]));
        assert_eq!(read_row("1  client → server  7 bytes"), None);
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        assert_eq!(
            rows(b"ab", 3, ""),
            "     61 62                                             ab\n     … 3 more bytes\n"
        );
        assert_eq!(rows(b"", 3, ""), "     … 3 bytes\n");
    }

    #[test]
    fn no_bytes_make_no_row() {
        assert_eq!(rows(b"", 0, ""), "");
    }
}
