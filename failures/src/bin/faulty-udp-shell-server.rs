//! The server of lesson 8 that runs commands, with the faults that it can have.

use std::net::{SocketAddr, UdpSocket};

use anyhow::Context;
use clap::Parser;
use connection_loop::{elog, log};
use failures::datagrams::{buffer, receive};
use failures::{Fault, commands, one_of};
use simple_echo::address;
use sticky_packets::{Output, Runner, with_remark};
use udp::{ADDRESS, MAX_DATAGRAM, Peers, fit};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let fault = args.fault;
    let address = commands::guarded(&args.address, args.allow_remote, fault)?;
    let socket = UdpSocket::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", socket.local_addr()?);

    let mut buffer = buffer(fault);
    let mut peers = Peers::new(socket.local_addr()?, 100);
    while let Some((command, peer)) = receive(&socket, &mut buffer, fault)? {
        if !peers.may_be_answered(peer) {
            continue;
        }
        if !commands::welcome(peer, fault) {
            continue;
        }
        let output = commands::run(command, &args.runner, fault);
        for text in datagrams(output, fault) {
            answer(&socket, peer, &text, fault)?;
        }
    }
    Ok(())
}

/// The two datagrams that answer a command: its stderr, then its stdout.
// ANCHOR: datagrams
fn datagrams(output: Output, fault: Option<Fault>) -> [Vec<u8>; 2] {
    let Output { stdout, stderr, remark } = output;
    let (stdout, stderr) = if fault == Some(Fault::OversizedDatagram) {
        (stdout, stderr)
    } else {
        // The server's own remark goes with stderr, and must not be what is
        // left out of it.
        let room =
            remark.as_ref().map_or(0, |remark| remark.len() + "\n()\n".len());
        (fit(stdout, MAX_DATAGRAM), fit(stderr, MAX_DATAGRAM - room))
    };
    let stderr = match remark {
        Some(remark) => with_remark(stderr, &remark),
        None => stderr,
    };
    [stderr, stdout]
}
// ANCHOR_END: datagrams

/// Sends one datagram, also when there is nothing to say: the client waits for
/// two.
// ANCHOR: oversized-datagram
fn answer(
    socket: &UdpSocket,
    peer: SocketAddr,
    text: &[u8],
    fault: Option<Fault>,
) -> anyhow::Result<()> {
    let Err(error) = socket.send_to(text, peer) else {
        return Ok(());
    };
    if fault == Some(Fault::OversizedDatagram) {
        // What cannot be sent ends the server.
        return Err(error).with_context(|| format!("cannot answer {peer}"));
    }
    elog!("cannot answer {peer}: {error}");
    // A short text may get through where a long one did not. If not, the client
    // times out.
    let _ = socket.send_to(
        b"(the server could not send this part of the output)\n",
        peer,
    );
    Ok(())
}
// ANCHOR_END: oversized-datagram

const FAULTS: &[Fault] = &[
    Fault::PipeDeadlock,
    Fault::InheritedStdin,
    Fault::EndlessCommand,
    Fault::ExposedShell,
    Fault::OversizedDatagram,
    Fault::TruncatedDatagram,
    Fault::EmptyDatagram,
    Fault::InvalidUtf8,
];

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

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
