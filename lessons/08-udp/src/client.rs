//! Sends one message, prints the answer, and ends. Tries again if no answer
//! comes.

use std::time::Duration;

use clap::Parser;
use connection_loop::seconds;
use simple_echo::address;
use udp::{ADDRESS, ask};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let mut message = args.message.into_bytes();
    if let Some(size) = args.size {
        message = message.into_iter().cycle().take(size as usize).collect();
    }
    let answer = ask(&args.address, &message, args.timeout)?;
    println!("{}", String::from_utf8_lossy(&answer));
    Ok(())
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
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(..=100_000))]
    size: Option<u32>,

    /// How long to wait for an answer before trying again
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "1")]
    timeout: Duration,
}
