//! Takes one client and answers message after message, until it leaves.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use communication_loop::{ADDRESS, failure_id, next_message};
use simple_echo::address;

fn main() -> anyhow::Result<()> {
    let Args { address, reply } = Args::parse();

    let listener = TcpListener::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    println!("listening on {}", listener.local_addr()?);

    let (mut stream, peer) =
        listener.accept().context("cannot accept a client")?;
    println!("client {peer}");

    let outcome = converse(&mut stream, reply);
    let id = match &outcome {
        Ok(id) => id,
        Err(error) => failure_id(error),
    };
    println!("client {peer} gone: {id}");
    outcome
        .with_context(|| format!("the conversation with {peer} broke off"))?;
    Ok(())
}

/// Answers message after message. Returns why the conversation is over.
fn converse(stream: &mut TcpStream, reply: bool) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            // Not an empty message, for there are none: the client has closed
            // its side.
            return Ok("peer-closed");
        }
        let message = &buffer[..count];
        let text = String::from_utf8_lossy(message);
        println!("received {count} bytes: {text:?}");

        let answer = if reply {
            next_message("answer> ")?
        } else {
            Some(message.to_ascii_uppercase())
        };
        let Some(answer) = answer else {
            return Ok("hung-up");
        };
        stream.write_all(&answer)?;
    }
}

/// Take one client and answer each of its messages, until it leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// Type each answer yourself instead of sending the message back in
    /// capital letters; q hangs up
    #[arg(long)]
    reply: bool,
}
