//! Sends each line typed and prints its answer, until the end of the input or
//! `q`.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, ensure};
use clap::Parser;
use communication_loop::{ADDRESS, next_message};
use simple_echo::{address, print_answer};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();
    let mut stream = TcpStream::connect(&address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;

    let mut buffer = [0; 1024];
    while let Some(message) = next_message("message> ")? {
        stream.write_all(&message).context("cannot send the message")?;

        let count =
            stream.read(&mut buffer).context("cannot read the answer")?;
        ensure!(
            count > 0,
            "the server closed the connection without an answer (peer-closed)"
        );
        print_answer(&buffer[..count]).context("cannot print the answer")?;
    }
    Ok(())
}

/// Send each line you type and print its answer; q or the end of the input
/// leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
