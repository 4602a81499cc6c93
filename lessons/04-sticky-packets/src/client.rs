//! Sends each command typed and takes one read for its answer. Long answers
//! stick.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, ensure};
use clap::Parser;
use communication_loop::next_message;
use simple_echo::address;
use sticky_packets::{ADDRESS, Encoding, print_output};

fn main() -> anyhow::Result<()> {
    let Args { address, encoding } = Args::parse();
    let mut stream = TcpStream::connect(&address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;

    let mut buffer = [0; 1024];
    while let Some(command) = next_message("command> ")? {
        stream.write_all(&command).context("cannot send the command")?;

        // At most 1024 bytes. What does not fit stays behind, and comes out
        // with the next read.
        let count =
            stream.read(&mut buffer).context("cannot read the answer")?;
        ensure!(
            count > 0,
            "the server closed the connection without an answer (peer-closed)"
        );
        print_output(&buffer[..count], encoding)
            .context("cannot print the answer")?;
    }
    Ok(())
}

/// Send each command you type and print what one read returns; q or the end of
/// the input leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How the server's shell writes its text: utf-8, gbk, …
    #[arg(long, default_value = "utf-8")]
    encoding: Encoding,
}
