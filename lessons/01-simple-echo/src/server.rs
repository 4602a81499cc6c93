//! Takes one client, reads one message, answers it in capital letters, and
//! ends.

use std::io::{Read, Write};
use std::net::TcpListener;

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

    let mut buffer = [0; 1024];
    let count = stream
        .read(&mut buffer)
        .with_context(|| format!("cannot read from {peer}"))?;
    if count == 0 {
        // The client left without a word. Nobody is there to be answered.
        println!("client {peer} gone: peer-closed");
        return Ok(());
    }
    let message = &buffer[..count];
    let text = String::from_utf8_lossy(message);
    println!("received {count} bytes: {text:?}");

    stream
        .write_all(&message.to_ascii_uppercase())
        .with_context(|| format!("cannot answer {peer}"))?;
    println!("client {peer} gone: answered");

    // Both sockets are closed here, where `stream` and `listener` go out of
    // scope.
    Ok(())
}

/// Take one client, answer its message in capital letters, and end
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
