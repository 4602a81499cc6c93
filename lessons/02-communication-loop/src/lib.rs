//! Lesson 2: the same connection, message after message.

use std::io::{self, BufRead, ErrorKind, IsTerminal, Write};

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
        // That nobody sees the prompt is no reason to stop; `eprint!` would.
        let _ = write!(io::stderr(), "{prompt}");
    }
    let mut line = Vec::new();
    let read = io::stdin().lock().read_until(b'\n', &mut line);
    let count = read.map_err(|error| {
        let message = format!("cannot read what is typed: {error}");
        io::Error::new(error.kind(), message)
    })?;
    if count == 0 {
        if person {
            let _ = writeln!(io::stderr());
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

/// Names the error that ended a conversation: by its id in the catalogue of
/// failures, if the connection has failed.
pub fn failure_id(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::NotConnected
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable => "peer-reset",
        // The trouble is on our side, and so we are the ones who hang up.
        _ => "hung-up",
    }
}
