//! The first cure: reads the length as text, says that it is ready, then reads
//! the answer.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, ensure};
use clap::Parser;
use communication_loop::next_message;
use simple_echo::address;
use sticky_packets::{Encoding, print_output};
use struct_header::{ADDRESS, MAX_REPLY, READY, check_length, recv_exactly};

fn main() -> anyhow::Result<()> {
    let Args { address, encoding, max_reply } = Args::parse();
    let mut stream = TcpStream::connect(&address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;

    let mut buffer = [0; 1024];
    while let Some(command) = next_message("command> ")? {
        stream.write_all(&command).context("cannot send the command")?;

        // Nothing marks the end of these digits. We trust that one read returns
        // all of them.
        let count =
            stream.read(&mut buffer).context("cannot read the length")?;
        ensure!(
            count > 0,
            "the server closed the connection without an answer (peer-closed)"
        );
        let digits = String::from_utf8_lossy(&buffer[..count]);
        let length = digits.parse().with_context(|| {
            format!("{digits:?} is no length (malformed-header)")
        })?;
        let length = check_length(length, max_reply)?;

        stream.write_all(READY).context("cannot ask for the answer")?;
        let answer = recv_exactly(&mut stream, length)
            .context("cannot receive the answer")?;
        print_output(&answer, encoding).context("cannot print the answer")?;
    }
    Ok(())
}

/// Send each command you type, ask for its answer and print it; q or the end of
/// the input leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How the server's shell writes its text: utf-8, gbk, …
    #[arg(long, default_value = "utf-8")]
    encoding: Encoding,

    /// Refuse an answer that is longer than this
    #[arg(long, value_name = "BYTES", default_value_t = MAX_REPLY)]
    max_reply: usize,
}
