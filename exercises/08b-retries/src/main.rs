//! Exercise 8b: ask again until an answer comes, and know it from all others
//! (you write the client).
//!
//! On this wire datagrams get lost, come late, or come twice. So each request
//! has a number.
//!
//! The contract:
//!
//! - Each line that is typed is a request: its number, a blank, and the line,
//!   in one datagram. The first line has the number 1: `1 hello`. The answer
//!   has the same number in front: `1 HELLO`. What stands behind the number and
//!   the blank is printed, and a newline.
//! - If no answer comes within half a second, the same request is sent again,
//!   with the same number; five times in all. Then you give up: you say so, and
//!   end with status 1.
//! - A datagram with another number is the late answer to an earlier request:
//!   it is passed over. So is whatever has no number and blank in front.
//!   Neither makes the half second longer.
//! - What anybody but the server sends is not heard.
//!
//! To look up: `udp::send` and `udp::recv` (which waits for a given time),
//! `Instant::now`, `Instant::saturating_duration_since`,
//! `<[u8]>::strip_prefix`, `anyhow::bail!`. A time of zero is no time to wait:
//! ask `Duration::is_zero` before. The compiler says what to import.
//!
//! Check it: `just exercise 8b` or `cargo checker exercise 8b`. A hint: `just
//! hint 8b`.

#![allow(clippy::todo)]

use std::net::UdpSocket;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use communication_loop::next_message;
use simple_echo::{address, print_answer};
use udp::{ADDRESS, connect};

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
    todo!(
        "ask {socket:?} for \"{number} {}\", {TRIES} times at most, \
         each for {WAIT:?}",
        line.escape_ascii()
    )
}

/// Send each line you type and print its answer, over a wire that loses some
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
