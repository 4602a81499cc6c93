//! The server of lesson 8's chat, with the faults that it can have.

use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use communication_loop::next_message;
use connection_loop::{elog, log};
use failures::datagrams::{buffer, receive};
use failures::{Fault, one_of};
use simple_echo::address;
use udp::{ANSWERS, CHAT_ADDRESS, Peers};

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
        let Some(answer) = next_message("answer> ")? else {
            break;
        };
        if let Err(error) = socket.send_to(&answer, peer) {
            elog!("cannot answer {peer}: {error}");
        }
    }
    Ok(())
}

const FAULTS: &[Fault] =
    &[Fault::EmptyDatagram, Fault::TruncatedDatagram, Fault::InvalidUtf8];

/// Type one answer to each message that comes in; q or the end of the input
/// leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = CHAT_ADDRESS, value_parser = address)]
    address: String,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
