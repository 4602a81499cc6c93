//! Exercise 6b: one header that serves two kinds of clients.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, log};
use serde_json::json;
use simple_echo::{ADDRESS, address};

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
    let mut buffer = [0; 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        let message = &buffer[..count];
        log!("received {count} bytes: {:?}", String::from_utf8_lossy(message));
        stream.write_all(&reply(&message.to_ascii_uppercase())?)?;
    }
}

/// Puts together a reply: the length of its header, the header, and the body.
fn reply(body: &[u8]) -> io::Result<Vec<u8>> {
    // Either kind of client finds its key, and passes over the other.
    let header = json!({
        "file_name": "回声.txt",
        "total_size": body.len(),
        "data_size": body.len(),
    });
    let json = header.to_string();
    // In bytes: the name has fewer characters than that.
    let length = i32::try_from(json.len()).map_err(io::Error::other)?;
    Ok([&length.to_le_bytes()[..], json.as_bytes(), body].concat())
}

/// Answer messages behind a header that every client understands
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
