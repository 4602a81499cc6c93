//! Exercise 6b: one header that serves two kinds of clients.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use serde_json::json;
use simple_echo::{ADDRESS, address};

/// Answer messages behind a header that every client understands
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let listener = TcpListener::bind(&args.address).with_context(|| {
        format!("cannot listen on {}; if the port is taken, try another", args.address)
    })?;
    println!("listening on {}", listener.local_addr()?);

    loop {
        // A client that gives up while it waits in the queue must not end the server.
        let Ok((mut stream, peer)) = listener.accept() else {
            continue;
        };
        println!("client {peer}");
        match converse(&mut stream) {
            Ok(()) => println!("client {peer} gone: peer-closed"),
            Err(error) => println!("client {peer} gone: {error}"),
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
        println!("received {count} bytes: {:?}", String::from_utf8_lossy(message));
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
