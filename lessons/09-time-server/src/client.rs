//! Sends each format typed and prints the time in it. An empty line asks for
//! the usual one.

use std::net::UdpSocket;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use communication_loop::read_line;
use connection_loop::seconds;
use simple_echo::{address, print_answer};
use time_server::ADDRESS;
use udp::{TRIES, connect, no_answer, recv, send};

fn main() -> anyhow::Result<()> {
    let Args { address, timeout } = Args::parse();

    while let Some(format) = read_line("format> ")? {
        if format == b"q" || format == b"quit" {
            break;
        }
        // A socket for each request: a late answer to an earlier one is never
        // taken for the answer to this one.
        let socket = connect(&address)
            .with_context(|| format!("cannot use the address {address}"))?;
        let time = ask(&socket, &format, timeout)?
            .ok_or_else(|| no_answer(&address, timeout))?;
        print_answer(&time).context("cannot print the time")?;
    }
    Ok(())
}

/// Asks until an answer comes, a few times. To ask twice does no harm.
fn ask(
    socket: &UdpSocket,
    request: &[u8],
    timeout: Duration,
) -> anyhow::Result<Option<Vec<u8>>> {
    for _ in 0..TRIES {
        // An empty line is a request too: a datagram of zero bytes arrives like
        // any other.
        send(socket, request)?;
        if let Some(answer) = recv(socket, timeout)? {
            return Ok(Some(answer));
        }
    }
    Ok(None)
}

/// Ask for the time in each format you type, such as %H:%M; q or the end of the
/// input leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How long to wait for an answer before asking again
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "1")]
    timeout: Duration,
}
