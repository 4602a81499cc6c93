//! Sends one message, prints the answer, and ends. Tries again if no answer
//! comes.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Parser, value_parser};
use connection_loop::seconds;
use simple_echo::{address, print_answer};
use udp::{ADDRESS, TRIES, connect, no_answer, recv, send};

fn main() -> anyhow::Result<()> {
    let Args { address, message, size, timeout } = Args::parse();
    let message = repeated(message, size);

    let socket = connect(&address)
        .with_context(|| format!("cannot use the address {address}"))?;
    // Either datagram may be lost, and nobody says so. To say hello once more
    // does no harm.
    for _ in 0..TRIES {
        send(&socket, &message)?;
        if let Some(answer) = recv(&socket, timeout)? {
            print_answer(&answer).context("cannot print the answer")?;
            return Ok(());
        }
    }
    bail!(no_answer(&address, timeout))
}

/// The message again and again, up to a size, if there is one.
fn repeated(message: String, size: Option<u32>) -> Vec<u8> {
    let message = message.into_bytes();
    match size {
        Some(size) => message.into_iter().cycle().take(size as usize).collect(),
        None => message,
    }
}

/// Send one datagram and print the answer
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to say; an empty message is one too
    #[arg(default_value = "hello")]
    message: String,

    /// Say it again and again, in the same datagram, up to this size
    #[arg(long, value_name = "BYTES")]
    #[arg(value_parser = value_parser!(u32).range(..=100_000))]
    size: Option<u32>,

    /// How long to wait for an answer before trying again
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "1")]
    timeout: Duration,
}
