//! Sends several words in quick writes, one write each, and leaves.

use std::io::Write;
use std::net::TcpStream;

use anyhow::Context;
use clap::Parser;
use simple_echo::address;
use sticky_packets::ADDRESS;

fn main() -> anyhow::Result<()> {
    let Args { address, words } = Args::parse();
    let mut stream = TcpStream::connect(&address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;

    for word in &words {
        stream.write_all(word.as_bytes()).context("cannot send a word")?;
    }
    Ok(())
}

/// Send each word in a write of its own, and leave
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to send
    #[arg(default_values = ["hello", "world"])]
    words: Vec<String>,
}
