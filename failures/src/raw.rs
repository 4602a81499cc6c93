//! What a peer needs that says exactly what it is told to say.

use std::convert::Infallible;
use std::io::{self, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use bstr::ByteVec;
use connection_loop::{log, read_some};
use receive_queue::Queue;

/// Reads bytes from text in which `\x00`, `\n` and their kin stand for single
/// bytes.
///
/// It refuses nothing: a backslash that begins no escape stands for itself.
///
/// # Errors
///
/// None; the command line wants to be told so.
pub fn unescape(text: &str) -> Result<Vec<u8>, String> {
    Ok(Vec::unescape_bytes(text))
}

/// Sends each piece on its own.
///
/// On Linux, and within one machine, a piece leaves when the peer has read the
/// one before it, so that no two arrive in one read.
///
/// # Errors
///
/// Those of the stream.
pub fn send_pieces(
    stream: &mut TcpStream,
    pieces: &[Vec<u8>],
) -> io::Result<()> {
    // Without this, Nagle's algorithm would hold back what is small.
    stream.set_nodelay(true)?;
    for (position, piece) in pieces.iter().enumerate() {
        if position > 0 {
            wait_until_read(stream);
        }
        stream.write_all(piece)?;
    }
    Ok(())
}

/// Sends the first piece, and each other one when somebody has pressed Enter.
///
/// # Errors
///
/// Those of the stream, and of stdin.
pub fn send_by_hand(
    stream: &mut TcpStream,
    pieces: &[Vec<u8>],
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    for (position, piece) in pieces.iter().enumerate() {
        if position > 0 {
            communication_loop::read_line("next> ")?;
        }
        stream.write_all(piece)?;
    }
    Ok(())
}

/// Sends each piece in a write of its own, as fast as the connection takes
/// them, and prints a line for each.
///
/// # Errors
///
/// Those of the stream.
pub fn send_at_once(
    stream: &mut TcpStream,
    pieces: &[Vec<u8>],
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    for piece in pieces {
        stream.write_all(piece)?;
        log!("sent {} bytes", piece.len());
    }
    Ok(())
}

/// Prints what comes, a line for each read, and then how it ended: `end` or
/// `reset`.
///
/// # Errors
///
/// Those of the stream, but for a reset.
pub fn print_what_comes(stream: &mut TcpStream) -> io::Result<()> {
    let mut stdout = io::stdout();
    let end = take_all(stream, |piece| {
        let (count, text) = (piece.len(), piece.escape_ascii());
        writeln!(stdout, "received {count} bytes: \"{text}\"")
    })?;
    writeln!(io::stdout(), "{end}")
}

/// Prints how many bytes come, and then how it ended: `end` or `reset`.
///
/// # Errors
///
/// Those of the stream, but for a reset.
pub fn count_what_comes(stream: &mut TcpStream) -> io::Result<()> {
    let mut count = 0;
    let end = take_all(stream, |piece| {
        count += piece.len();
        Ok(())
    })?;
    writeln!(io::stdout(), "received {count} bytes in all\n{end}")
}

/// Reads until nothing more comes. Returns how it ended.
fn take_all(
    stream: &mut TcpStream,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        match read_some(stream, &mut buffer) {
            Ok(0) => return Ok("end"),
            Ok(count) => each(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                return Ok("reset");
            }
            Err(error) => return Err(error),
        }
    }
}

/// Waits until the peer has read all that was sent to it, or is gone. Where the
/// system does not tell, the peer gets a moment.
fn wait_until_read(stream: &TcpStream) {
    if cfg!(target_os = "linux") {
        let go_on = || Ok::<_, Infallible>(true);
        let Ok(()) = Queue::wait_until_all_taken(stream, go_on);
    } else {
        thread::sleep(Duration::from_millis(200));
    }
}
