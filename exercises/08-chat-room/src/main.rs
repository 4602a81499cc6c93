//! Exercise 8: pass on what each says to all the others (you write the server).
//!
//! The contract (a message is one datagram; a peer is an address, the port included):
//!
//! - The first message of a peer is its name, here `Ada`. It is answered `welcome, Ada`.
//! - What it says from then on goes to every other peer, with its name in front: `Ada: hello`. It
//!   does not hear itself.
//! - `/bye` is answered `bye, Ada`. From then on it hears nothing, and when it comes again its
//!   first message is its name once more. A `/bye` of somebody unknown is a name like any other.
//! - An empty message is a message: the others hear `Ada: `. So may a name be empty.
//! - Names and messages may be any bytes. Two peers may have the same name: they are two.
//!
//! To look up: `Iterator::position` and `Iterator::filter`, `Vec::swap_remove`, or a
//! `HashMap<SocketAddr, Vec<u8>>` in place of the list; `<[&[u8]]>::concat`.
//!
//! Check it: `just exercise 8` or `cargo checker exercise 8`. A hint: `just hint 8`.

#![allow(clippy::todo)]

use std::net::{SocketAddr, UdpSocket};

use anyhow::Context;
use clap::Parser;
use simple_echo::address;

/// Pass on what each says to all the others
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = "127.0.0.1:8081", value_parser = address)]
    address: String,
}

/// Who is there: each peer's address and name.
#[derive(Default)]
struct Room {
    peers: Vec<(SocketAddr, Vec<u8>)>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let socket = UdpSocket::bind(&args.address).with_context(|| {
        format!("cannot listen on {}; if the port is taken, try another", args.address)
    })?;
    println!("listening on {}", socket.local_addr()?);

    let mut room = Room::default();
    // A buffer of so many bytes cuts no datagram.
    let mut buffer = vec![0; 65_535];
    loop {
        let (count, peer) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) => {
                eprintln!("cannot receive: {error}");
                continue;
            }
        };
        let message = &buffer[..count];
        println!("received {count} bytes from {peer}: {:?}", String::from_utf8_lossy(message));

        for (to, answer) in room.hear(peer, message) {
            // One datagram that cannot be sent must not end the server.
            if let Err(error) = socket.send_to(&answer, to) {
                eprintln!("cannot send to {to}: {error}");
            }
        }
    }
}

impl Room {
    /// Hears a message. Returns what is to be sent to whom.
    fn hear(&mut self, peer: SocketAddr, message: &[u8]) -> Vec<(SocketAddr, Vec<u8>)> {
        todo!(
            "{peer} says \"{}\", and {} are in the room",
            message.escape_ascii(),
            self.peers.len()
        )
    }
}
