//! Bytes in hexadecimal digits and as text, side by side.

use std::fmt::Write;

/// How many bytes stand in a row.
const ROW: usize = 16;

/// Where the text begins: behind two digits and a space for each byte, and two spaces more.
const TEXT: usize = 3 * ROW + 2;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Adds rows of bytes to `block`, each ended by a newline; `label` stands beside the first.
/// Of more than `show` bytes only the first are printed, and the number of the others.
pub fn add_rows(block: &mut String, bytes: &[u8], show: Option<usize>, label: &str) {
    let (shown, hidden) = bytes.split_at(show.unwrap_or(usize::MAX).min(bytes.len()));
    let mut label = label;
    for row in shown.chunks(ROW) {
        // Filled in by hand: to format each byte would take longer than all else the wire does.
        let mut line = [b' '; TEXT + ROW];
        for (index, &byte) in row.iter().enumerate() {
            line[3 * index] = DIGITS[(byte >> 4) as usize];
            line[3 * index + 1] = DIGITS[(byte & 15) as usize];
            line[TEXT + index] = visible(byte);
        }
        add_line(block, &format!("{}  {label}", String::from_utf8_lossy(&line)));
        label = "";
    }
    if !hidden.is_empty() {
        let more = if shown.is_empty() { "" } else { "more " };
        let rest = format!("… {} {more}{}", hidden.len(), noun(hidden.len()));
        add_line(block, &format!("{rest:<66}  {label}"));
    }
}

/// What to call so many of them.
pub fn noun(count: usize) -> &'static str {
    if count == 1 { "byte" } else { "bytes" }
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

    fn rows(bytes: &[u8], show: Option<usize>, label: &str) -> String {
        let mut block = String::new();
        add_rows(&mut block, bytes, show, label);
        block
    }

    #[test]
    fn a_short_row_is_padded_up_to_its_text() {
        assert_eq!(
            rows(b"hi\0\xff", None, "length 3"),
            "     68 69 00 ff                                       hi..              length 3\n"
        );
    }

    #[test]
    fn a_second_row_has_no_label() {
        assert_eq!(
            rows(b"abcdefghijklmnopq", None, "body"),
            "     61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70   abcdefghijklmnop  body\n     \
             71                                                q\n"
        );
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        assert_eq!(
            rows(b"abcde", Some(2), ""),
            "     61 62                                             ab\n     … 3 more bytes\n"
        );
        assert_eq!(rows(b"abc", Some(0), ""), "     … 3 bytes\n");
    }

    #[test]
    fn no_bytes_make_no_row() {
        assert_eq!(rows(b"", None, ""), "");
    }
}
