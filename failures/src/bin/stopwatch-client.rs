//! Measures how long a server of lesson 5 takes to answer.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use simple_echo::address;
use struct_header::{ADDRESS, MAX_REPLY, recv_message};

/// How many answers are measured.
const ANSWERS: usize = 15;

/// Send the same command again and again, and print how long the quickest answer takes
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to send
    #[arg(default_value = "echo hi")]
    command: String,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut stream = TcpStream::connect(&args.address)
        .with_context(|| format!("cannot connect to {}; is the server running?", args.address))?;

    // The first answer on a connection is acknowledged at once, and tells nothing.
    ask(&mut stream, &args.command)?;
    // What the machine is doing besides may delay some, even many. So the quickest counts.
    let mut quickest = Duration::MAX;
    for _ in 0..ANSWERS {
        let start = Instant::now();
        ask(&mut stream, &args.command)?;
        quickest = quickest.min(start.elapsed());
    }
    println!("{ANSWERS} answers; the quickest took {} ms", quickest.as_millis());
    Ok(())
}

fn ask(stream: &mut TcpStream, command: &str) -> anyhow::Result<()> {
    stream.write_all(command.as_bytes()).context("cannot send the command")?;
    recv_message(stream, MAX_REPLY)
        .context("cannot receive the answer")?
        .context("the server closed the connection without an answer (peer-closed)")?;
    Ok(())
}
