//! The server of lesson 8's chat, with the faults that it can have.

use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use communication_loop::next_message;
use failures::datagrams::{buffer, receive};
use failures::{Fault, one_of};
use simple_echo::address;
use udp::CHAT_ADDRESS;

const FAULTS: &[Fault] = &[Fault::EmptyDatagram, Fault::TruncatedDatagram, Fault::InvalidUtf8];

/// Type one answer to each message that comes in; q or the end of the input leaves
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

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let socket = UdpSocket::bind(&args.address).with_context(|| {
        format!("cannot listen on {}; if the port is taken, try another", args.address)
    })?;
    println!("listening on {}", socket.local_addr()?);

    let mut buffer = buffer(args.fault);
    while let Some((_, peer)) = receive(&socket, &mut buffer, args.fault)? {
        let Some(answer) = next_message("answer> ")? else {
            break;
        };
        if let Err(error) = socket.send_to(&answer, peer) {
            eprintln!("cannot answer {peer}: {error}");
        }
    }
    Ok(())
}
