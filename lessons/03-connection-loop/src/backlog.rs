//! Shows the queue of a server that never accepts: who connects, and who does
//! not.

use std::net::TcpStream;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::{ADDRESS, listen};
use simple_echo::address;

/// How long a client waits for its connection. Without a limit, `connect`
/// blocks for minutes.
const PATIENCE: Duration = Duration::from_millis(500);

/// Connect more clients than the queue has places, and accept none of them
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How many clients may wait in the queue
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(i32).range(0..=100))]
    backlog: i32,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let listener =
        listen(&args.address, args.backlog, true).with_context(|| {
            format!(
                "cannot listen on {}; if the port is taken, try another",
                args.address
            )
        })?;
    let address = listener.local_addr()?;
    println!("listening on {address}");
    println!("the backlog is {}, and nobody accepts", args.backlog);

    // Each stream is kept: a client that waits is still there.
    let mut clients = Vec::new();
    for number in 1..=args.backlog + 2 {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                println!("client {number}: connected, and waits in the queue");
                clients.push(stream);
            }
            Err(error) => println!("client {number}: not connected: {error}"),
        }
    }

    let (_first, _) =
        listener.accept().context("cannot accept the first client")?;
    println!("the first client is accepted, so a place in the queue is free");
    match TcpStream::connect_timeout(&address, PATIENCE) {
        Ok(_) => println!("one more client: connected"),
        Err(error) => println!("one more client: not connected: {error}"),
    }
    Ok(())
}
