//! Exercise 4: read each answer to the blank line behind it.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use anyhow::{Context, ensure};
use clap::Parser;
use communication_loop::next_message;
use simple_echo::{ADDRESS, address};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();
    let mut stream = TcpStream::connect(&address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;

    while let Some(line) = next_message("message> ")? {
        let answer = ask(&mut stream, &line)?;
        let mut out = io::stdout().lock();
        out.write_all(&answer)
            .and_then(|()| out.flush())
            .context("cannot print the answer")?;
    }
    Ok(())
}

/// Sends a line, and receives its answer without the blank line behind it.
///
/// # Errors
///
/// Those of the stream, or its end before anything came.
fn ask(stream: &mut TcpStream, line: &[u8]) -> anyhow::Result<Vec<u8>> {
    stream
        .write_all(&[line, b"\n"].concat())
        .context("cannot send the message")?;

    let mut answer = Vec::new();
    let mut piece = [0; 1024];
    loop {
        let count =
            stream.read(&mut piece).context("cannot read the answer")?;
        if count == 0 {
            ensure!(
                !answer.is_empty(),
                "the server closed the connection without an answer \
                 (peer-closed)"
            );
            return Ok(answer);
        }
        answer.extend_from_slice(&piece[..count]);
        // Nothing follows the blank line, so it can only stand at the end of
        // what we have.
        if answer == b"\n" || answer.ends_with(b"\n\n") {
            answer.pop();
            return Ok(answer);
        }
    }
}

/// Send each line you type and print its answer; q or the end of the input
/// leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
