//! Runs each command that comes in and answers with two datagrams: its stderr,
//! then its stdout.

use std::net::{SocketAddr, UdpSocket};

use anyhow::Context;
use clap::Parser;
use simple_echo::address;
use sticky_packets::{Output, Runner, guarded};
use udp::{ADDRESS, BUFFER, MAX_DATAGRAM, fit};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let address = guarded(&args.address, args.allow_remote)?;
    let socket = UdpSocket::bind(address).with_context(|| {
        format!("cannot listen on {address}; if the port is taken, try another")
    })?;
    println!("listening on {}", socket.local_addr()?);

    let mut buffer = vec![0; BUFFER];
    loop {
        // One datagram is one command: what TCP could not promise, UDP does.
        let (count, peer) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) => {
                eprintln!("cannot receive: {error}");
                continue;
            }
        };
        let command = &buffer[..count];
        println!(
            "received {count} bytes from {peer}: {:?}",
            String::from_utf8_lossy(command)
        );

        let Output { stdout, stderr, remark } = args.runner.run(command);
        // The server's own remark goes with stderr, and must not be what is
        // left out of it.
        let room =
            remark.as_ref().map_or(0, |remark| remark.len() + "\n()\n".len());
        let errors = Output {
            stdout: fit(stderr, MAX_DATAGRAM - room),
            remark,
            ..Output::default()
        };
        answer(&socket, peer, &errors.joined());
        answer(&socket, peer, &fit(stdout, MAX_DATAGRAM));
    }
}

/// Sends one datagram, also when there is nothing to say: the client waits for
/// two.
fn answer(socket: &UdpSocket, peer: SocketAddr, text: &[u8]) {
    if let Err(error) = socket.send_to(text, peer) {
        eprintln!("cannot answer {peer}: {error}");
        // A short text may get through where a long one did not. If not, the
        // client times out.
        let _ = socket.send_to(
            b"(the server could not send this part of the output)\n",
            peer,
        );
    }
}

/// Run each command that comes in, and answer with its stderr, then its stdout
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// Let other machines send commands: whoever can reach the port can run any
    #[arg(long)]
    allow_remote: bool,

    #[command(flatten)]
    runner: Runner,
}
