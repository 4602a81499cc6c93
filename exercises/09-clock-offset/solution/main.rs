//! Exercise 9: find out how far another clock is ahead.

use std::io::{self, Write};
use std::str;
use std::time::{Duration, SystemTime};

use anyhow::{Context, ensure};
use clap::Parser;
use simple_echo::address;
use udp::{ADDRESS, connect, recv, send};

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
    let mut samples = Vec::new();
    for _ in 0..SAMPLES {
        samples.extend(sample(address)?);
    }
    let best = samples.into_iter().min_by(|a, b| a.trip.total_cmp(&b.trip));
    let best = best.with_context(|| {
        format!("no answer from {address}; is the server running?")
    })?;
    Ok(best.offset)
}

/// One question and its answer, in seconds.
struct Sample {
    trip: f64,
    offset: f64,
}

/// Asks once. `None` if no answer comes in time.
fn sample(address: &str) -> anyhow::Result<Option<Sample>> {
    let socket = connect(address)
        .with_context(|| format!("cannot use the address {address}"))?;
    let sent = now();
    send(&socket, FORMAT)?;
    let Some(answer) = recv(&socket, WAIT)? else {
        return Ok(None);
    };
    let received = now();

    let text = str::from_utf8(&answer).context("the answer is not text")?;
    let theirs: f64 =
        text.trim().parse().with_context(|| format!("no number: {text:?}"))?;
    ensure!(theirs.is_finite(), "no time: {text:?}");
    let offset = theirs - (sent + received) / 2.0;
    Ok(Some(Sample { trip: received - sent, offset }))
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
