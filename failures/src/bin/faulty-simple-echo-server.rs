//! The server of lesson 1, with the faults that it can have.

use std::io::{Read, Write};
use std::net::TcpListener;

use anyhow::Context;
use clap::Parser;
use failures::{Fault, one_of};
use simple_echo::{ADDRESS, address};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let address = &args.address;
    let listener = TcpListener::bind(address).with_context(|| {
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
        println!("client {peer} gone: peer-closed");
        return Ok(());
    }
    let message = &buffer[..count];
    // ANCHOR: invalid-utf8
    let text = if args.fault == Some(Fault::InvalidUtf8) {
        // Whoever sends something else than text ends the server.
        String::from_utf8(message.to_vec())
            .context("the client sent something else than text")?
    } else {
        String::from_utf8_lossy(message).into_owned()
    };
    // ANCHOR_END: invalid-utf8
    println!("received {count} bytes: {text:?}");

    stream
        .write_all(&message.to_ascii_uppercase())
        .with_context(|| format!("cannot answer {peer}"))?;
    println!("client {peer} gone: answered");
    Ok(())
}

const FAULTS: &[Fault] = &[Fault::InvalidUtf8];

/// Take one client, answer its message in capital letters, and end
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
