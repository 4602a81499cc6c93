//! Runs each command that comes in and answers with two datagrams: its stderr,
//! then its stdout.

use std::net::{SocketAddr, UdpSocket};

use anyhow::Context;
use clap::Parser;
use connection_loop::{elog, log};
use simple_echo::address;
use sticky_packets::{Runner, guarded, with_remark};
use udp::{ADDRESS, BUFFER, MAX_DATAGRAM, Peers, fit, recv_from};

/// How many commands a peer may send without a pause. Each takes a process.
const COMMANDS: u32 = 100;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let address = guarded(&args.address, args.allow_remote)?;
    let socket = UdpSocket::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", socket.local_addr()?);

    let mut buffer = vec![0; BUFFER];
    let mut peers = Peers::new(socket.local_addr()?, COMMANDS);
    loop {
        // One datagram is one command: what TCP could not promise, UDP does.
        let (count, peer) = recv_from(&socket, &mut buffer);
        let command = &buffer[..count];
        let text = String::from_utf8_lossy(command);
        log!("received {count} bytes from {peer}: {text:?}");
        if !peers.may_be_answered(peer) {
            continue;
        }

        let output = args.runner.run(command);
        let stderr = fit_with_remark(output.stderr, output.remark);
        answer(&socket, peer, &stderr);
        answer(&socket, peer, &fit(output.stdout, MAX_DATAGRAM));
    }
}

/// Makes what a command wrote to stderr fit into a datagram, with the server's
/// own remark behind it, which must not be what is left out.
fn fit_with_remark(stderr: Vec<u8>, remark: Option<String>) -> Vec<u8> {
    let Some(remark) = remark else {
        return fit(stderr, MAX_DATAGRAM);
    };
    let room = remark.len() + "\n()\n".len();
    with_remark(fit(stderr, MAX_DATAGRAM - room), &remark)
}

/// Sends one datagram, also when there is nothing to say: the client waits for
/// two.
fn answer(socket: &UdpSocket, peer: SocketAddr, text: &[u8]) {
    if let Err(error) = socket.send_to(text, peer) {
        elog!("cannot answer {peer}: {error}");
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
