//! What a peer needs that says exactly what it is told to say.

use std::io::{self, Write};
use std::net::TcpStream;

use bstr::ByteVec;
use connection_loop::{log, read_some};

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
            queue::wait_until_read(stream)?;
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

#[cfg(target_os = "linux")]
mod queue {
    use std::net::{SocketAddr, TcpStream};
    use std::time::Duration;
    use std::{fs, io, thread};

    /// How long to wait between two looks. The system does not tell when a peer
    /// reads.
    const MOMENT: Duration = Duration::from_millis(1);

    /// Waits until the peer has read all that was sent to it, or has closed its
    /// socket.
    pub fn wait_until_read(stream: &TcpStream) -> io::Result<()> {
        let (own, peer) = (hex(stream.local_addr()?), hex(stream.peer_addr()?));
        // What is on its way lies in no queue of the peer yet. So first all
        // must have arrived.
        wait(|| {
            queues(&own, &peer).map(|(unacknowledged, _)| unacknowledged == 0)
        })?;
        wait(|| queues(&peer, &own).map(|(_, unread)| unread == 0))
    }

    fn wait(reached: impl Fn() -> io::Result<bool>) -> io::Result<()> {
        while !reached()? {
            thread::sleep(MOMENT);
        }
        Ok(())
    }

    /// What lies in the two queues of the socket at `own`, whose peer is at
    /// `other`: how much it has sent that is not acknowledged, and how much it
    /// has got that is not read. None, if there is no such socket.
    fn queues(own: &str, other: &str) -> io::Result<(u64, u64)> {
        let table = fs::read_to_string("/proc/net/tcp")?;
        let ends = format!(" {own} {other} ");
        let line = table.lines().find(|line| line.contains(&ends));
        // The fifth field is tx_queue:rx_queue, in hexadecimal digits.
        let field = line
            .and_then(|line| line.split_whitespace().nth(4))
            .unwrap_or_default();
        let (sent, received) = field.split_once(':').unwrap_or_default();
        let count = |hex| u64::from_str_radix(hex, 16).unwrap_or_default();
        Ok((count(sent), count(received)))
    }

    /// An address as the table has it. Only IPv4 connections are looked up.
    fn hex(address: SocketAddr) -> String {
        match address {
            SocketAddr::V4(address) => {
                format!(
                    "{:08X}:{:04X}",
                    u32::from_ne_bytes(address.ip().octets()),
                    address.port()
                )
            }
            SocketAddr::V6(address) => address.to_string(),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod queue {
    use std::net::TcpStream;
    use std::time::Duration;
    use std::{io, thread};

    /// Gives the peer a moment to read: this system does not tell what lies
    /// unread.
    pub fn wait_until_read(_stream: &TcpStream) -> io::Result<()> {
        thread::sleep(Duration::from_millis(200));
        Ok(())
    }
}
