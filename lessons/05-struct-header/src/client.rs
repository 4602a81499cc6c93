//! Sends each command typed and prints its whole answer, however long it is.

use std::io::Write;
use std::net::TcpStream;

use anyhow::Context;
use clap::Parser;
use communication_loop::next_message;
use simple_echo::address;
use sticky_packets::{Encoding, print_output};
use struct_header::{ADDRESS, MAX_REPLY, recv_message};

fn main() -> anyhow::Result<()> {
    let Args { address, encoding, max_reply } = Args::parse();
    let mut stream = TcpStream::connect(&address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;

    while let Some(command) = next_message("command> ")? {
        stream.write_all(&command).context("cannot send the command")?;

        let answer = recv_message(&mut stream, max_reply)
            .context("cannot receive the answer")?
            .context(
                "the server closed the connection without an answer \
                 (peer-closed)",
            )?;
        print_output(&answer, encoding).context("cannot print the answer")?;
    }
    Ok(())
}

/// Send each command you type and print its whole answer; q or the end of the
/// input leaves
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
