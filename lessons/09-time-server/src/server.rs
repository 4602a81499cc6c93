//! Tells each client the time, in the format that it asks for.

use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use connection_loop::{elog, log};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use simple_echo::address;
use time_server::{ADDRESS, answer};
use udp::{ANSWERS, BUFFER, Peers, recv_from};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();

    let socket = UdpSocket::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", socket.local_addr()?);

    // Looked up once. A machine that does not say where it is has the time of
    // Greenwich.
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    let mut buffer = vec![0; BUFFER];
    let mut peers = Peers::new(socket.local_addr()?, ANSWERS);
    loop {
        let (count, peer) = recv_from(&socket, &mut buffer);
        let request = &buffer[..count];
        let text = String::from_utf8_lossy(request);
        log!("received {count} bytes from {peer}: {text:?}");
        if !peers.may_be_answered(peer) {
            continue;
        }

        let now = Timestamp::now().to_zoned(zone.clone());
        let answer = answer(request, &now);
        if let Err(error) = socket.send_to(answer.as_bytes(), peer) {
            elog!("cannot answer {peer}: {error}");
        }
    }
}

/// Tell the time in the format that each datagram asks for
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
