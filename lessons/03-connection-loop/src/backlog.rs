//! Shows the queue of a server that never accepts: who connects, and who does
//! not.

use std::net::TcpStream;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, value_parser};
use connection_loop::{ADDRESS, listen, log};
use simple_echo::address;

/// How long a client waits for its connection. Without a limit, `connect`
/// blocks for minutes.
const PATIENCE: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    let Args { address, backlog } = Args::parse();
    let listener = listen(&address, backlog, true).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    let address = listener.local_addr()?;
    log!("listening on {address}");
    log!("the backlog is {backlog}, and nobody accepts");

    // Each stream is kept: a client that waits is still there.
    let mut clients = Vec::new();
    for number in 1..=backlog + 2 {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                log!("client {number}: connected, and waits in the queue");
                clients.push(stream);
            }
            Err(error) => log!("client {number}: not connected: {error}"),
        }
    }

    let (_first, _) =
        listener.accept().context("cannot accept the first client")?;
    log!("the first client is accepted, so a place in the queue is free");
    match TcpStream::connect_timeout(&address, PATIENCE) {
        Ok(_) => log!("one more client: connected"),
        Err(error) => log!("one more client: not connected: {error}"),
    }
    Ok(())
}

/// Connect more clients than the queue has places, and accept none of them
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How many clients may wait in the queue
    #[arg(long, default_value_t = 5)]
    #[arg(value_parser = value_parser!(i32).range(0..=100))]
    backlog: i32,
}
