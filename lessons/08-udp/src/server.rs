//! Answers `hi` to each datagram, whoever sent it.

use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use simple_echo::address;
use udp::ADDRESS;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let socket = UdpSocket::bind(&args.address).with_context(|| {
        format!(
            "cannot listen on {}; if the port is taken, try another",
            args.address
        )
    })?;
    println!("listening on {}", socket.local_addr()?);

    // One byte more than we take. If it is filled, the datagram was longer than
    // that.
    let wanted = usize::from(args.buffer);
    let mut buffer = vec![0; wanted + 1];
    loop {
        // One datagram that goes wrong must not end the server. (Windows
        // reports here that an earlier answer met nobody, and that a datagram
        // was cut. Others cut without a word.)
        let (count, peer) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) => {
                eprintln!("cannot receive: {error}");
                continue;
            }
        };
        let message = &buffer[..count.min(wanted)];
        let text = String::from_utf8_lossy(message);
        println!("received {} bytes from {peer}: {text:?}", message.len());
        if count > wanted {
            println!(
                "the datagram was longer: its rest is lost (truncated-datagram)"
            );
        }

        // The sender's address is the only way back: there is no connection.
        if let Err(error) = socket.send_to(b"hi", peer) {
            eprintln!("cannot answer {peer}: {error}");
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
        value_parser = clap::value_parser!(u16).range(1..))]
    buffer: u16,
}
