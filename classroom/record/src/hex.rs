//! Bytes in hexadecimal digits and as text, side by side.

use std::fmt::Write;

/// How many bytes stand in a row.
const ROW: usize = 16;

/// Where the text begins: behind two digits and a space for each byte, and two spaces more.
const TEXT: usize = 3 * ROW + 2;

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
        add_line(block, &format!("{}  {label}", String::from_utf8_lossy(&line)));
        label = "";
    }
    if hidden > 0 {
        let more = if bytes.is_empty() { "" } else { "more " };
        let rest = format!("… {hidden} {more}{}", noun(hidden));
        add_line(block, &format!("{rest:<66}  {label}"));
    }
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
    let _ = writeln!(block, "     {}", line.trim_end());
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
