//! The server of lesson 8, with the faults that it can have.

use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use failures::datagrams::{buffer, receive};
use failures::{Fault, one_of};
use simple_echo::address;
use udp::ADDRESS;

const FAULTS: &[Fault] = &[Fault::EmptyDatagram, Fault::TruncatedDatagram, Fault::InvalidUtf8];

/// Answer hi to each datagram
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let socket = UdpSocket::bind(&args.address).with_context(|| {
        format!("cannot listen on {}; if the port is taken, try another", args.address)
    })?;
    println!("listening on {}", socket.local_addr()?);

    let mut buffer = buffer(args.fault);
    while let Some((_, peer)) = receive(&socket, &mut buffer, args.fault)? {
        if let Err(error) = socket.send_to(b"hi", peer) {
            eprintln!("cannot answer {peer}: {error}");
        }
    }
    Ok(())
}
