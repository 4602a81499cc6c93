//! What a peer needs that says exactly what it is told to say.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use bstr::ByteVec;

/// Reads bytes from text in which `\x00`, `\n` and their kin stand for single bytes.
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
/// On Linux, and within one machine, a piece leaves when the peer has read the one before it,
/// so that no two arrive in one read.
///
/// # Errors
///
/// Those of the stream.
pub fn send_pieces(stream: &mut TcpStream, pieces: &[Vec<u8>]) -> io::Result<()> {
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

/// Prints what comes, a line for each read, and then how it ended: `end` or `reset`.
///
/// # Errors
///
/// Those of the stream, but for a reset.
pub fn print_what_comes(stream: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => {
                println!("end");
                return Ok(());
            }
            Ok(count) => println!("received {count} bytes: \"{}\"", buffer[..count].escape_ascii()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                println!("reset");
                return Ok(());
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

    /// How long to wait between two looks. The system does not tell when a peer reads.
    const MOMENT: Duration = Duration::from_millis(1);

    /// Waits until the peer has read all that was sent to it, or has closed its socket.
    pub fn wait_until_read(stream: &TcpStream) -> io::Result<()> {
        let ends = format!(" {} {} ", hex(stream.peer_addr()?), hex(stream.local_addr()?));
        while unread(&fs::read_to_string("/proc/net/tcp")?, &ends) {
            thread::sleep(MOMENT);
        }
        Ok(())
    }

    /// Tells whether bytes lie unread in the socket between these two ends.
    fn unread(table: &str, ends: &str) -> bool {
        let line = table.lines().find(|line| line.contains(ends));
        // The fifth field is tx_queue:rx_queue.
        let queues = line.and_then(|line| line.split_whitespace().nth(4));
        queues.is_some_and(|queues| !queues.ends_with(":00000000"))
    }

    /// An address as the table has it. Only IPv4 connections are looked up.
    fn hex(address: SocketAddr) -> String {
        match address {
            SocketAddr::V4(address) => {
                format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port())
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

    /// Gives the peer a moment to read: this system does not tell what lies unread.
    pub fn wait_until_read(_stream: &TcpStream) -> io::Result<()> {
        thread::sleep(Duration::from_millis(200));
        Ok(())
    }
}
