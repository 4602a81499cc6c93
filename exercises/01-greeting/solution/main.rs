//! Exercise 1: greet one client by its name.

use std::io::{self, Read, Write};
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
    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer)?;
    if count == 0 {
        // No line, and there will be none: the client has left.
        return Ok(());
    }
    stream.write_all(&greeting(&buffer[..count]))
}

/// What to answer to a line: `hello, NAME` and a newline.
fn greeting(line: &[u8]) -> Vec<u8> {
    let name = match line.trim_ascii() {
        b"" => b"stranger",
        name => name,
    };
    // Bytes all the way: text would have to be valid, and a name may be
    // anything.
    [b"hello, ", name, b"\n"].concat()
}

/// Greet one client by its name, and end
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
