//! Shows each message that comes in, from whomever, and lets its operator type
//! one answer.

use std::io::Write;
use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use communication_loop::next_message;
use connection_loop::{elog, log};
use simple_echo::address;
use udp::{ANSWERS, BUFFER, CHAT_ADDRESS, Peers, THEIRS, recv_from};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();

    let socket = UdpSocket::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", socket.local_addr()?);

    let mut buffer = vec![0; BUFFER];
    let mut peers = Peers::new(socket.local_addr()?, ANSWERS);
    loop {
        // Messages that come while we type wait in the receive buffer for their
        // turn.
        let (count, peer) = recv_from(&socket, &mut buffer);
        let text = String::from_utf8_lossy(&buffer[..count]);
        let text = format!("{THEIRS}{text:?}{THEIRS:#}");
        let line = format!("received {count} bytes from {peer}: {text}");
        // As `log!` does; and only a terminal gets the colour.
        let _ = writeln!(anstream::stdout(), "{line}");
        if !peers.may_be_answered(peer) {
            continue;
        }

        let Some(answer) = next_message("answer> ")? else {
            return Ok(());
        };
        if let Err(error) = socket.send_to(&answer, peer) {
            elog!("cannot answer {peer}: {error}");
        }
    }
}

/// Type one answer to each message that comes in; q or the end of the input
/// leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = CHAT_ADDRESS, value_parser = address)]
    address: String,
}
