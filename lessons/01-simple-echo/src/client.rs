//! Sends one message, prints the answer, and ends.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, ensure};
use clap::Parser;
use simple_echo::{ADDRESS, address, print_answer};

fn main() -> anyhow::Result<()> {
    let Args { address, message } = Args::parse();
    // Zero bytes are no message: nothing would be sent, and both sides would
    // wait.
    ensure!(!message.is_empty(), "the message is empty; type some text");

    let mut stream = TcpStream::connect(&address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;
    stream.write_all(message.as_bytes()).context("cannot send the message")?;

    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer).context("cannot read the answer")?;
    ensure!(
        count > 0,
        "the server closed the connection without an answer (peer-closed)"
    );
    print_answer(&buffer[..count]).context("cannot print the answer")?;
    Ok(())
}

/// Send one message and print the answer
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to say
    #[arg(default_value = "hello")]
    message: String,
}
