//! Lesson 1: one client, one message, one answer.

use std::io::{self, Write};
use std::net::ToSocketAddrs;

/// Where the server listens, and the client looks for it, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:8080";

/// Checks an address on the command line: `IP:PORT`, or a host's name for the
/// IP.
///
/// # Errors
///
/// A text without a host, or without a port from 0 to 65535, or with a name
/// that nobody has.
pub fn address(text: &str) -> Result<String, String> {
    let usage = format!("usage: IP:PORT, as in {ADDRESS} or [::1]:8080");
    match text.rsplit_once(':') {
        Some((host, port))
            if !host.is_empty() && port.parse::<u16>().is_ok() =>
        {
            let found = text.to_socket_addrs();
            found.map_err(|_| format!("no host is called {host}; {usage}"))?;
            Ok(text.into())
        }
        _ => Err(usage),
    }
}

/// Prints what the other side has said, a line for each of its lines.
///
/// # Errors
///
/// Those of stdout: nobody reads it any more, for instance. (`println!` would
/// panic.)
pub fn print_answer(answer: &[u8]) -> io::Result<()> {
    let text = String::from_utf8_lossy(answer);
    for line in text.strip_suffix('\n').unwrap_or(&text).split('\n') {
        writeln!(io::stdout(), "{}", shown(line))?;
    }
    Ok(())
}

/// Makes a text from elsewhere fit for a line on the screen.
///
/// A terminal obeys control characters: some clear it, or go back and write
/// over what stands there. The marks of direction (Unicode Standard Annex 9)
/// turn text round. Both are shown as escapes, such as `\u{1b}`.
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars() {
        let turns_text = matches!(letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if turns_text || letter.is_control() {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}
