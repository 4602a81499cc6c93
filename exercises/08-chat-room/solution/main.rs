//! Exercise 8: pass on what each says to all the others.

use std::net::{SocketAddr, UdpSocket};

use anyhow::Context;
use clap::Parser;
use connection_loop::{elog, log};
use simple_echo::address;
use udp::{ANSWERS, BUFFER, CHAT_ADDRESS, Peers, recv_from};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();

    let socket = UdpSocket::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", socket.local_addr()?);

    let mut room = Room::default();
    let mut peers = Peers::new(socket.local_addr()?, ANSWERS);
    let mut buffer = vec![0; BUFFER];
    loop {
        let (count, peer) = recv_from(&socket, &mut buffer);
        let message = &buffer[..count];
        log!(
            "received {count} bytes from {peer}: {:?}",
            String::from_utf8_lossy(message)
        );
        if !peers.may_be_answered(peer) {
            continue;
        }

        for (to, answer) in room.hear(peer, message) {
            // One datagram that cannot be sent must not end the server.
            if let Err(error) = socket.send_to(&answer, to) {
                elog!("cannot send to {to}: {error}");
            }
        }
    }
}

/// Who is there: each peer's address and name.
#[derive(Default)]
struct Room {
    peers: Vec<(SocketAddr, Vec<u8>)>,
}

impl Room {
    /// Hears a message. Returns what is to be sent to whom.
    fn hear(
        &mut self,
        peer: SocketAddr,
        message: &[u8],
    ) -> Vec<(SocketAddr, Vec<u8>)> {
        let Some(place) =
            self.peers.iter().position(|(address, _)| *address == peer)
        else {
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

/// Pass on what each says to all the others
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = CHAT_ADDRESS, value_parser = address)]
    address: String,
}
