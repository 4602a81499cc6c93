//! The server of lesson 8, with the faults that it can have.

use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use connection_loop::{elog, log};
use failures::datagrams::{buffer, receive};
use failures::{Fault, one_of};
use simple_echo::address;
use udp::{ADDRESS, ANSWERS, Peers};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = &args.address;
    let socket = UdpSocket::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", socket.local_addr()?);

    let mut buffer = buffer(args.fault);
    let mut peers = Peers::new(socket.local_addr()?, ANSWERS);
    while let Some((_, peer)) = receive(&socket, &mut buffer, args.fault)? {
        if !peers.may_be_answered(peer) {
            continue;
        }
        if let Err(error) = socket.send_to(b"hi", peer) {
            elog!("cannot answer {peer}: {error}");
        }
    }
    Ok(())
}

const FAULTS: &[Fault] =
    &[Fault::EmptyDatagram, Fault::TruncatedDatagram, Fault::InvalidUtf8];

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
