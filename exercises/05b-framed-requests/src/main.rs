//! Exercise 5b: commands that have their length in front, as their answers have
//! (you write the server).
//!
//! In lessons 4 to 6 one read is one command: a long one is cut, and two quick
//! ones become one.
//!
//! The contract:
//!
//! - A request is a length of four bytes, signed, its lowest byte first, and
//!   then a command of so many bytes. The answer is what the command prints,
//!   with its length in front in the same way.
//! - A client may send many requests without waiting. They are answered one
//!   after another.
//! - A request of more than 4096 bytes is not run. Its bytes are taken and
//!   thrown away, without being kept; it is answered with a text that begins
//!   with `oversized-length`; and the next request on the same connection is
//!   served.
//! - Behind a length below zero nobody knows where the next request begins: the
//!   connection is closed.
//! - A request that the end of the stream cuts is not run. Whatever a client
//!   does, the next one is served.
//!
//! To look up: `struct_header::{recv_exactly, send_message}`,
//! `connection_loop::read_some`, `Runner::run` and `Output::joined`,
//! `i32::from_le_bytes`, `Read::take`, `io::copy`, `io::sink`. The compiler
//! says what to import.
//!
//! Check it: `just exercise 5b` or `cargo checker exercise 5b`. A hint: `just
//! hint 5b`.

#![allow(clippy::todo)]

use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, log};
use simple_echo::address;
use sticky_packets::{Runner, guarded};
use struct_header::{ADDRESS, Failure};

/// The longest command that is run, in bytes.
const MAX_REQUEST: usize = 4096;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = guarded(&args.address, false)?;
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (mut stream, peer) = accept(&listener);
        log!("client {peer}");
        let id = serve(&mut stream, &args.runner)
            .unwrap_or_else(|failure| failure.id.as_str());
        log!("client {peer} gone: {id}");
    }
}

/// Answers request after request. Returns why the conversation is over:
/// `peer-closed`.
///
/// # Errors
///
/// `negative-length`, `closed-mid-message`, or those of the stream.
fn serve(
    stream: &mut TcpStream,
    runner: &Runner,
) -> Result<&'static str, Failure> {
    todo!(
        "serve {stream:?}: run commands of at most {MAX_REQUEST} bytes \
         with {runner:?}"
    )
}

/// Run commands that have their length in front
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    #[command(flatten)]
    runner: Runner,
}
