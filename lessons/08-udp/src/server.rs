//! Answers `hi` to each datagram, whoever sent it.

use std::net::UdpSocket;

use anyhow::Context;
use clap::{Parser, value_parser};
use connection_loop::{elog, log};
use simple_echo::address;
use udp::{ADDRESS, ANSWERS, Peers, recv_from};

fn main() -> anyhow::Result<()> {
    let Args { address, buffer } = Args::parse();

    let socket = UdpSocket::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", socket.local_addr()?);

    // One byte more than we take. If it is filled, the datagram was longer.
    let wanted = usize::from(buffer);
    let mut buffer = vec![0; wanted + 1];
    let mut peers = Peers::new(socket.local_addr()?, ANSWERS);
    loop {
        let (count, peer) = recv_from(&socket, &mut buffer);
        let message = &buffer[..count.min(wanted)];
        let text = String::from_utf8_lossy(message);
        log!("received {} bytes from {peer}: {text:?}", message.len());
        if count > wanted {
            log!(
                "the datagram was longer: its rest is lost \
                 (truncated-datagram)"
            );
        }

        if !peers.may_be_answered(peer) {
            continue;
        }
        // The sender's address is the only way back: there is no connection.
        if let Err(error) = socket.send_to(b"hi", peer) {
            elog!("cannot answer {peer}: {error}");
        }
    }
}

/// Answer hi to each datagram
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// Take no more than this of each datagram; what is longer is cut
    #[arg(long, value_name = "BYTES", default_value_t = u16::MAX,
        value_parser = value_parser!(u16).range(1..))]
    buffer: u16,
}
