//! Exercise 2: answer a client line by line, however its bytes arrive (you
//! write the server).
//!
//! The contract:
//!
//! - A message is what stands before a newline. The newline is no part of it.
//! - Each message is answered with its number of bytes, a blank, the message,
//!   and a newline: `hello\n` with `5 hello\n`, and an empty line with `0 \n`.
//! - One read may bring half a message, or three and a half: bytes of a message
//!   that is not whole yet are leftovers, and wait for the rest. A message may
//!   be of any length.
//! - A message may be any bytes. They go back as they came, text or not.
//! - The client has left when a read brings nothing. What is left over then was
//!   never finished: it is not answered, and the program ends with status 0.
//!
//! `whole_line` is written already. You write `next`, which reads when no line
//! is whole yet, and `answer`. To look up: `Read::read`,
//! `Vec::extend_from_slice`, `<[u8]>::concat`. The compiler says what to
//! import. (`BufReader` would do most of it, and leave you nothing to find
//! out.)
//!
//! Check it: `just exercise 2` or `cargo checker exercise 2`. A hint: `just
//! hint 2`.

#![allow(clippy::todo)]

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use simple_echo::{ADDRESS, address};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();

    let listener = TcpListener::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    println!("listening on {}", listener.local_addr()?);

    let (mut stream, peer) =
        listener.accept().context("cannot accept a client")?;
    println!("client {peer}");

    let mut lines = Lines::default();
    while let Some(line) =
        lines.next(&mut stream).context("cannot read a line")?
    {
        println!(
            "received {} bytes: {:?}",
            line.len(),
            String::from_utf8_lossy(&line)
        );
        stream.write_all(&answer(&line)).context("cannot answer")?;
    }
    println!("client {peer} gone: peer-closed");
    Ok(())
}

/// What has arrived and was not asked for yet.
#[derive(Default)]
struct Lines {
    leftovers: Vec<u8>,
}

impl Lines {
    /// Returns the next line without its newline, or `None` if the client has
    /// left.
    fn next(&mut self, stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
        todo!(
            "return {:?} if it is a line, or read on from {stream:?}",
            self.whole_line()
        )
    }

    /// Takes the first whole line out of the leftovers, without its newline,
    /// if there is one.
    fn whole_line(&mut self) -> Option<Vec<u8>> {
        let end = self.leftovers.iter().position(|&byte| byte == b'\n')?;
        let mut line: Vec<u8> = self.leftovers.drain(..=end).collect();
        line.pop();
        Some(line)
    }
}

/// What to answer to a line: its number of bytes, a blank, the line, and a
/// newline.
fn answer(line: &[u8]) -> Vec<u8> {
    todo!("answer \"{}\"", line.escape_ascii())
}

/// Answer each line of one client with its length and itself
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
