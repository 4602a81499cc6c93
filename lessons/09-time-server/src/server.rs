//! Tells each client the time, in the format that it asks for.

use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use simple_echo::address;
use time_server::{ADDRESS, answer};
use udp::BUFFER;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    // Looked up once. A machine that does not say where it is has the time of
    // Greenwich.
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);

    let socket = UdpSocket::bind(&args.address).with_context(|| {
        format!(
            "cannot listen on {}; if the port is taken, try another",
            args.address
        )
    })?;
    println!("listening on {}", socket.local_addr()?);

    let mut buffer = vec![0; BUFFER];
    loop {
        let (count, peer) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) => {
                eprintln!("cannot receive: {error}");
                continue;
            }
        };
        let request = &buffer[..count];
        println!(
            "received {count} bytes from {peer}: {:?}",
            String::from_utf8_lossy(request)
        );

        let now = Timestamp::now().to_zoned(zone.clone());
        if let Err(error) =
            socket.send_to(answer(request, &now).as_bytes(), peer)
        {
            eprintln!("cannot answer {peer}: {error}");
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
