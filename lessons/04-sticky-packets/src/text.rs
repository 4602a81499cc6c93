//! How bytes from elsewhere become text on the screen.

use std::io::{self, Write};
use std::str::FromStr;

/// The encoding in which the other side writes text: `utf-8` unless told
/// otherwise, `gbk` for a Chinese Windows shell, or any other label of the
/// WHATWG Encoding Standard.
#[derive(Clone, Copy)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl FromStr for Encoding {
    type Err = String;

    fn from_str(label: &str) -> Result<Self, String> {
        encoding_rs::Encoding::for_label(label.as_bytes()).map(Self).ok_or_else(
            || format!("no encoding is called {label}; try utf-8 or gbk"),
        )
    }
}

/// Prints the output of a command, and ends its last line if it does not.
///
/// It is printed as it is: whoever sends a command wants to see what the
/// command prints, colours included. Bytes that are no text in this encoding
/// are shown as U+FFFD.
///
/// # Errors
///
/// Those of stdout.
pub fn print_output(output: &[u8], encoding: Encoding) -> io::Result<()> {
    let (text, _) = encoding.0.decode_without_bom_handling(output);
    let line_end =
        if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write!(io::stdout(), "{text}{line_end}")
}
