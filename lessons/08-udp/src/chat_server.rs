//! Shows each message that comes in, from whomever, and lets its operator type
//! one answer.

use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use communication_loop::next_message;
use simple_echo::address;
use udp::{BUFFER, CHAT_ADDRESS, THEIRS};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let socket = UdpSocket::bind(&args.address).with_context(|| {
        format!(
            "cannot listen on {}; if the port is taken, try another",
            args.address
        )
    })?;
    println!("listening on {}", socket.local_addr()?);

    let mut buffer = vec![0; BUFFER];
    loop {
        // Messages that come while we type wait in the receive buffer for their
        // turn.
        let (count, peer) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) => {
                eprintln!("cannot receive: {error}");
                continue;
            }
        };
        let text = String::from_utf8_lossy(&buffer[..count]);
        anstream::println!(
            "received {count} bytes from {peer}: {THEIRS}{text:?}{THEIRS:#}"
        );

        let Some(answer) = next_message("answer> ")? else {
            return Ok(());
        };
        if let Err(error) = socket.send_to(&answer, peer) {
            eprintln!("cannot answer {peer}: {error}");
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
