//! Measures how long the rest of an answer of lesson 5 is under way when its
//! first bytes are there.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use simple_echo::address;
use struct_header::{ADDRESS, MAX_REPLY, recv_message};

/// How many answers are measured: an odd number, so that there is one in the
/// middle.
const ANSWERS: usize = 15;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = &args.address;
    let mut stream = TcpStream::connect(address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;

    // The first answer on a connection is acknowledged at once, and tells
    // nothing.
    ask(&mut stream, &args.command)?;
    let mut times = Vec::new();
    for _ in 0..ANSWERS {
        times.push(ask(&mut stream, &args.command)?);
    }
    // What the machine is doing besides may delay some, or their first bytes.
    // So the median counts.
    times.sort_unstable();
    let median = times[ANSWERS / 2].as_millis();
    writeln!(
        io::stdout(),
        "{ANSWERS} answers; from the first byte to the last it took {median} ms"
    )
    .context("cannot print the result")
}

/// Has the command answered. Returns the time from the first byte of the answer
/// to its last.
fn ask(stream: &mut TcpStream, command: &str) -> anyhow::Result<Duration> {
    stream.write_all(command.as_bytes()).context("cannot send the command")?;
    // The command's own time is not counted.
    stream.peek(&mut [0]).context("cannot receive the answer")?;
    let start = Instant::now();
    recv_message(stream, MAX_REPLY)
        .context("cannot receive the answer")?
        .context(
            "the server closed the connection without an answer (peer-closed)",
        )?;
    Ok(start.elapsed())
}

/// Send the same command again and again, and print how long the rest of an
/// answer takes
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
