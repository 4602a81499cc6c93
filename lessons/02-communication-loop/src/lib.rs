//! Lesson 2: the same connection, message after message.

use std::io::{self, BufRead, ErrorKind, IsTerminal};

/// Where the server listens, and the client looks for it, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:8080";

/// Reads one line from the keyboard, or from whatever stands in for it, without
/// its newline and outer spaces.
///
/// The prompt goes to stderr, and only if a person is there to see it. The
/// bytes are kept as they were typed: a line need not be UTF-8. `None` is the
/// end of the input (Ctrl-D, or Ctrl-Z and Enter on Windows).
///
/// # Errors
///
/// Those of reading stdin.
pub fn read_line(prompt: &str) -> io::Result<Option<Vec<u8>>> {
    let person = io::stdin().is_terminal();
    if person {
        eprint!("{prompt}");
    }
    let mut line = Vec::new();
    if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
        if person {
            eprintln!();
        }
        return Ok(None);
    }
    Ok(Some(line.trim_ascii().to_vec()))
}

/// Reads the next message that the person at the keyboard wants to send.
///
/// An empty line is asked for again: zero bytes send nothing, and both sides
/// would wait for each other. `None` means that the person is done: the end of
/// the input, `q` or `quit`.
///
/// # Errors
///
/// Those of reading stdin.
pub fn next_message(prompt: &str) -> io::Result<Option<Vec<u8>>> {
    while let Some(line) = read_line(prompt)? {
        match line.as_slice() {
            b"" => continue,
            b"q" | b"quit" => break,
            _ => return Ok(Some(line)),
        }
    }
    Ok(None)
}

/// Names the error that ended a conversation, by its id in the catalogue of
/// failures.
pub fn failure_id(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::BrokenPipe => "write-after-close",
        ErrorKind::UnexpectedEof => "closed-mid-message",
        // Only a socket with a timeout reports these two: from lesson 3 on.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "silent-peer",
        // Whatever else a connection reports, the peer is lost.
        _ => "peer-reset",
    }
}
