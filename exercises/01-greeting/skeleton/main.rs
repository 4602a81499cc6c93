//! Exercise 1: greet one client by its name (you write the server).
//!
//! The contract:
//!
//! - The client sends its name and a newline: `Ada\n`. It is one piece of at
//!   most 1024 bytes.
//! - You answer `hello, Ada\n`, close the connection, and end with status 0.
//! - Blanks around the name are no part of it, nor is the newline, nor is the
//!   carriage return that some clients put before it (`Ada\r\n`).
//! - A client that sends an empty line (`\n`) is answered `hello, stranger\n`.
//! - A name may be any bytes. They go back as they came, text or not.
//! - A client that leaves without a word is not answered. That is no error: you
//!   end with status 0.
//!
//! To look up: `Read::read` and what it returns at the end of the stream,
//! `Write::write_all`, `<[u8]>::trim_ascii`, `<[&[u8]]>::concat`. The compiler
//! says what to import.
//!
//! Check it: `just exercise 1` or `cargo checker exercise 1`. A hint: `just
//! hint 1`.

#![allow(clippy::todo)]

use std::io;
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use simple_echo::{ADDRESS, address};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();

    let listener = TcpListener::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    println!("listening on {}", listener.local_addr()?);

    let (mut stream, peer) =
        listener.accept().context("cannot accept a client")?;
    println!("client {peer}");
    greet(&mut stream).with_context(|| format!("cannot greet {peer}"))
}

/// Reads one line, and answers it with a greeting. A client that sends nothing
/// gets no answer.
fn greet(stream: &mut TcpStream) -> io::Result<()> {
    todo!("read a line from {stream:?}, and answer it with its greeting")
}

/// Greet one client by its name, and end
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
