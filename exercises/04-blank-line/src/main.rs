//! Exercise 4: read each answer to the blank line behind it (you write the
//! client).
//!
//! The contract:
//!
//! - Each line that is typed is sent with a newline behind it.
//! - The answer is any number of lines, each with its newline, and then a blank
//!   line, which is no part of it: `one\ntwo\n\n` is the answer `one\ntwo\n`.
//!   An answer may be empty: `\n`.
//! - Its bytes arrive in pieces of any size, and it may be of any length.
//!   Behind the blank line nothing comes until you send the next line.
//! - A server may end its last answer by ending the connection, without a blank
//!   line. What came is the answer then, as it is. If nothing came at all, that
//!   is an error: you say so, and end with status 1.
//! - An answer may be any bytes. It is printed as it came, text or not.
//!
//! To look up: `Write::write_all`, `Read::read` and what it returns at the end
//! of the stream, `<[u8]>::ends_with`, `anyhow::ensure!`. The compiler says
//! what to import.
//!
//! Check it: `just exercise 4` or `cargo checker exercise 4`. A hint: `just
//! hint 4`.

#![allow(clippy::todo)]

use std::io::{self, Write};
use std::net::TcpStream;

use anyhow::Context;
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
    todo!(
        "send \"{}\" to {stream:?}, and receive the whole answer",
        line.escape_ascii()
    )
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
