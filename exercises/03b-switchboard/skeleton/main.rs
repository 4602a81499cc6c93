//! Exercise 3b: connect clients in pairs, as a switchboard does (you write the
//! server).
//!
//! The contract:
//!
//! - The first client that comes and the second are a pair, the third and the
//!   fourth are the next.
//! - What one of a pair says, the other hears: any bytes, as soon as they
//!   arrive, in both directions at once. What a client said before its partner
//!   came is not lost.
//! - When one ends its side, the other finds the end of the stream, behind all
//!   that was said before. It may still talk back: only when both have finished
//!   the pair is over.
//! - When one vanishes (a reset), its partner's connection is ended too.
//! - Pairs do not wait for each other, and nothing that a client does ends the
//!   server.
//!
//! To look up: `TcpStream::try_clone` (a second handle of the same connection),
//! `thread::spawn`, `io::copy` (which passes on until the end of the stream),
//! `TcpStream::shutdown`. The compiler says what to import.
//!
//! Check it: `just exercise 3b` or `cargo checker exercise 3b`. A hint: `just
//! hint 3b`.

#![allow(clippy::todo)]

use std::io;
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use connection_loop::{elog, log};
use simple_echo::{ADDRESS, address};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();

    let listener = TcpListener::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let pair = next_client(&listener)
            .and_then(|first| Ok((first, next_client(&listener)?)))
            .and_then(|(first, second)| connect(first, second));
        if let Err(error) = pair {
            elog!("cannot connect a pair: {error}");
        }
    }
}

/// Waits for a client.
fn next_client(listener: &TcpListener) -> io::Result<TcpStream> {
    let (stream, peer) = listener.accept()?;
    log!("client {peer}");
    Ok(stream)
}

/// Lets two clients talk, and returns at once: the next pair shall not wait for
/// their end.
fn connect(first: TcpStream, second: TcpStream) -> io::Result<()> {
    todo!(
        "connect {first:?} with {second:?}, and let them talk while others come"
    )
}

/// Connect clients in pairs
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
