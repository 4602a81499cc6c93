//! Exercise 5: messages with their length in front, in network byte order (you
//! write the server).
//!
//! The contract:
//!
//! - Every message, in both directions, is four bytes with its length and then
//!   as many bytes. The length is unsigned, its highest byte first, as the
//!   Internet's protocols have it: `hello` is `00 00 00 05 68 65 6c 6c 6f`.
//! - Each message is answered with the same message in capital letters (ASCII
//!   letters only). An empty message (`00 00 00 00`) is answered with an empty
//!   one.
//! - The pieces that arrive have nothing to do with the messages: a read may
//!   bring one byte, or two messages at once.
//! - A message of more than 10,000 bytes is not accepted: the connection is
//!   closed at once, without waiting for its bytes, and without memory for
//!   them.
//! - A client that leaves, between two messages or within one, or that
//!   vanishes, ends its own conversation. The next client is served.
//! - An answer leaves in one write (lesson 5 says what happens otherwise).
//!
//! To look up: `u32::from_be_bytes`, `u32::to_be_bytes`, `Read::read_exact` and
//! the error it gives at the end of the stream, `io::ErrorKind`,
//! `io::Error::other`. The compiler says what to import.
//!
//! Check it: `just exercise 5` or `cargo checker exercise 5`. A hint: `just
//! hint 5`.

#![allow(clippy::todo)]

use std::io;
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
    todo!("receive a message of at most {MAX_MESSAGE} bytes from {stream:?}")
}

/// Sends one message with its length in front.
fn send_message(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    todo!("send \"{}\" to {stream:?}", message.escape_ascii())
}

/// Answer messages that have their length in front
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
