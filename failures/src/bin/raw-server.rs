//! A server that answers exactly what it is told, whatever it is asked.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use connection_loop::{accept, hang_up, log, read_some, why_gone};
use failures::raw::{send_at_once, send_by_hand, send_pieces, unescape};
use simple_echo::address;
use socket2::SockRef;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = &args.address;
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (stream, peer) = accept(&listener);
        log!("client {peer}");
        let id =
            converse(stream, &args).unwrap_or_else(|error| why_gone(&error));
        log!("client {peer} gone: {id}");
    }
}

/// Answers the first request, and only that. Returns why the conversation is
/// over.
fn converse(mut stream: TcpStream, args: &Args) -> io::Result<&'static str> {
    if !take_request(&mut stream)? {
        return Ok("peer-closed");
    }
    let send = match (args.at_once, args.by_hand) {
        (true, _) => send_at_once,
        (_, true) => send_by_hand,
        _ => send_pieces,
    };
    send(&mut stream, &args.pieces)?;
    match args.then {
        Then::Listen => {
            while take_request(&mut stream)? {}
            return Ok("peer-closed");
        }
        Then::Close => hang_up(stream),
        Then::Reset => {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?
        }
    }
    Ok("hung-up")
}

/// Prints what one read returns. Tells whether it was anything.
fn take_request(stream: &mut TcpStream) -> io::Result<bool> {
    let mut buffer = [0; 1024];
    let count = read_some(stream, &mut buffer)?;
    if count > 0 {
        log!(
            "received {count} bytes: {:?}",
            String::from_utf8_lossy(&buffer[..count])
        );
    }
    Ok(count > 0)
}

/// Answer the first request of each client with the pieces given
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(value_parser = address)]
    address: String,

    /// What to send, as in '\x05\x00hello': each leaves when the client has
    /// read the one before
    #[arg(value_parser = unescape)]
    pieces: Vec<Vec<u8>>,

    /// Send each piece at once, in a write of its own, and tell of each
    #[arg(long)]
    at_once: bool,

    /// Send each piece but the first when you press Enter
    #[arg(long, conflicts_with = "at_once")]
    by_hand: bool,

    /// What to do when the last piece is sent
    #[arg(long, value_enum, default_value_t = Then::Listen)]
    then: Then,
}

#[derive(Clone, Copy, ValueEnum)]
enum Then {
    /// Take what else comes, and say nothing more
    Listen,
    /// Close the connection
    Close,
    /// Close the connection with a reset, as a server that vanishes
    Reset,
}
