//! Exercise 9: find out how far another clock is ahead (you write the client).
//!
//! The contract:
//!
//! - You send the request `%s.%f` in a datagram. The answer is the server's
//!   time, in seconds since 1970, as in `1767225600.250000`; lesson 9's server
//!   gives it with nine digits.
//! - The answer was on its way for a while, and so was the request. Suppose
//!   that both took equally long: then the server's clock said so when your
//!   clock was half-way between sending and receiving. The difference is the
//!   offset.
//! - You ask five times, one after another, each with a socket of its own (so
//!   that a late answer to one is not taken for that to the next). The quicker
//!   the answer, the less there is to suppose: of the five the offset with the
//!   shortest way there and back is printed.
//! - You print one line: `offset +1.234 s`, always with its sign and three
//!   decimals; plus means that the server's clock is ahead.
//! - What is not answered within half a second is left out. If nothing is
//!   answered at all, or if an answer is not a number, you say so on stderr and
//!   end with status 1.
//!
//! To look up: `udp::{connect, send, recv}`, `str::from_utf8`, `str::parse`,
//! `f64::is_finite`, `f64::total_cmp` (with `Iterator::min_by`), the format
//! `{:+.3}`. The compiler says what to import.
//!
//! Check it: `just exercise 9` or `cargo checker exercise 9`. A hint: `just
//! hint 9`.

#![allow(clippy::todo)]

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use clap::Parser;
use simple_echo::address;
use udp::ADDRESS;

/// What asks for seconds since 1970, and for their decimals.
const FORMAT: &[u8] = b"%s.%f";

/// How often we ask.
const SAMPLES: usize = 5;

/// How long we wait for each answer.
const WAIT: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();
    let offset = measure(&address)?;
    writeln!(io::stdout(), "offset {offset:+.3} s")
        .context("cannot print the offset")
}

/// Asks several times, and returns the best of the offsets, in seconds.
///
/// # Errors
///
/// Nothing is answered, or something that is no number.
fn measure(address: &str) -> anyhow::Result<f64> {
    todo!(
        "at {:.3} s ask {address} for \"{}\", {SAMPLES} times, \
         each for {WAIT:?}",
        now(),
        FORMAT.escape_ascii()
    )
}

/// Our clock, in seconds since 1970.
fn now() -> f64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs_f64()
}

/// Print how far the clock of a time server is ahead of ours
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
