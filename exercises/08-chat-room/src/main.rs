//! Exercise 8: pass on what each says to all the others (you write the server).
//!
//! The contract (a message is one datagram; a peer is an address, the port
//! included):
//!
//! - The first message of a peer is its name, here `Ada`. It is answered
//!   `welcome, Ada`.
//! - What it says from then on goes to every other peer, with its name in
//!   front: `Ada: hello`. It does not hear itself.
//! - `/bye` is answered `bye, Ada`. From then on it hears nothing, and when it
//!   comes again its first message is its name once more. A `/bye` of somebody
//!   unknown is a name like any other.
//! - An empty message is a message: the others hear `Ada: `. So may a name be
//!   empty.
//! - Names and messages may be any bytes. Two peers may have the same name:
//!   they are two.
//!
//! To look up: `Iterator::position` and `Iterator::filter`, `Vec::swap_remove`,
//! or a `HashMap<SocketAddr, Vec<u8>>` in place of the list;
//! `<[&[u8]]>::concat`.
//!
//! Check it: `just exercise 8` or `cargo checker exercise 8`. A hint: `just
//! hint 8`.

#![allow(clippy::todo)]

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
        todo!(
            "{peer} says \"{}\", and {} are in the room",
            message.escape_ascii(),
            self.peers.len()
        )
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
