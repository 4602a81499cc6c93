//! Sends each command typed, prints the header of its answer, and checks what
//! follows.

use std::io::Write;
use std::net::TcpStream;

use anyhow::Context;
use clap::Parser;
use communication_loop::next_message;
use connection_loop::elog;
use dict_header::{ADDRESS, Header, MAX_HEADER, md5_hex};
use simple_echo::{address, shown};
use sticky_packets::{Encoding, print_output};
use struct_header::{MAX_REPLY, check_length, recv_exactly, recv_message};

fn main() -> anyhow::Result<()> {
    let Args { address, encoding, max_reply } = Args::parse();
    let mut stream = TcpStream::connect(&address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;

    while let Some(command) = next_message("command> ")? {
        stream.write_all(&command).context("cannot send the command")?;

        let json = recv_message(&mut stream, MAX_HEADER)
            .context("cannot receive the header")?
            .context(
                "the server closed the connection without an answer \
                 (peer-closed)",
            )?;
        elog!("header {}", shown(&String::from_utf8_lossy(&json)));
        let header = Header::parse(&json)?;

        let size = header.size(&["total_size", "data_size"])?;
        let size = check_length(size, max_reply)?;
        let answer = recv_exactly(&mut stream, size)
            .context("cannot receive the answer")?;
        if let Some(remark) = header.check_md5(&md5_hex(&answer))? {
            elog!("{remark}");
        }
        print_output(&answer, encoding).context("cannot print the answer")?;
    }
    Ok(())
}

/// Send each command you type, print its answer and the header; q or the end of
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
