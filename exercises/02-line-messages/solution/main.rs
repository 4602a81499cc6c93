//! Exercise 2: answer a client line by line, however its bytes arrive.

use std::io::{self, Read, Write};
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
        let mut piece = [0; 1024];
        loop {
            if let Some(line) = self.whole_line() {
                return Ok(Some(line));
            }
            let count = stream.read(&mut piece)?;
            if count == 0 {
                return Ok(None);
            }
            self.leftovers.extend_from_slice(&piece[..count]);
        }
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
    [line.len().to_string().as_bytes(), b" ", line, b"\n"].concat()
}

/// Answer each line of one client with its length and itself
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
