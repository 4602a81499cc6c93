//! Exercise 8: pass on what each says to all the others.

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
        let Some(place) = self.peers.iter().position(|(address, _)| *address == peer) else {
            self.peers.push((peer, message.to_vec()));
            return vec![(peer, [b"welcome, ", message].concat())];
        };
        if message == b"/bye" {
            let (_, name) = self.peers.swap_remove(place);
            return vec![(peer, [b"bye, ", &name[..]].concat())];
        }
        let (_, name) = &self.peers[place];
        let text = [&name[..], b": ", message].concat();
        let others = self.peers.iter().filter(|(other, _)| *other != peer);
        others.map(|(other, _)| (*other, text.clone())).collect()
    }
}
