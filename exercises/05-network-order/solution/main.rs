//! Exercise 5: messages with their length in front, in network byte order.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, log};
use simple_echo::{ADDRESS, address};

/// The longest message that is accepted, in bytes.
const MAX_MESSAGE: usize = 10_000;

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();

    let listener = TcpListener::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (mut stream, peer) = accept(&listener);
        log!("client {peer}");
        match converse(&mut stream) {
            Ok(()) => log!("client {peer} gone: peer-closed"),
            Err(error) => log!("client {peer} gone: {error}"),
        }
    }
}

/// Answers message after message, until the client leaves.
fn converse(stream: &mut TcpStream) -> io::Result<()> {
    while let Some(message) = recv_message(stream)? {
        log!(
            "received {} bytes: {:?}",
            message.len(),
            String::from_utf8_lossy(&message)
        );
        send_message(stream, &message.to_ascii_uppercase())?;
    }
    Ok(())
}

/// Receives one message, or `None` if the client has left.
fn recv_message(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut header = [0; 4];
    match stream.read_exact(&mut header) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            return Ok(None);
        }
        outcome => outcome?,
    }
    let length = u32::from_be_bytes(header) as usize;
    // Asked before there is any room made: a length is cheap to claim.
    if length > MAX_MESSAGE {
        return Err(io::Error::other("oversized-length"));
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}

/// Sends one message with its length in front.
fn send_message(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], message].concat())
}

/// Answer messages that have their length in front
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
