//! Exercise 8b: ask again until an answer comes, and know it from all others.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Parser;
use communication_loop::next_message;
use simple_echo::{address, print_answer};
use udp::{ADDRESS, connect, recv, send};

/// How often a request is sent before we give up.
const TRIES: u32 = 5;

/// How long each try waits for its answer.
const WAIT: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();
    // Connected, the socket hears only the server.
    let socket = connect(&address)
        .with_context(|| format!("cannot use the address {address}"))?;

    let mut number = 0;
    while let Some(line) = next_message("message> ")? {
        number += 1;
        let answer = ask(&socket, number, &line)?;
        print_answer(&answer).context("cannot print the answer")?;
    }
    Ok(())
}

/// Sends a request until its answer comes. Returns the answer without its
/// number.
///
/// # Errors
///
/// No try is answered, or the socket fails.
fn ask(
    socket: &UdpSocket,
    number: u64,
    line: &[u8],
) -> anyhow::Result<Vec<u8>> {
    // With its blank: without it 12 would be an answer to 1.
    let prefix = format!("{number} ").into_bytes();
    let request = [&prefix, line].concat();
    for _ in 0..TRIES {
        send(socket, &request)?;
        let deadline = Instant::now() + WAIT;
        while let Some(answer) = recv_until(socket, deadline)? {
            if let Some(answer) = answer.strip_prefix(&prefix[..]) {
                return Ok(answer.to_vec());
            }
        }
    }
    bail!("no answer to request {number} in {TRIES} tries (lost-datagram)")
}

/// Receives a message, or `None` if none comes before the deadline.
fn recv_until(
    socket: &UdpSocket,
    deadline: Instant,
) -> anyhow::Result<Option<Vec<u8>>> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Ok(None) } else { recv(socket, left) }
}

/// Send each line you type and print its answer, over a wire that loses some
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
