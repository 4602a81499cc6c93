//! A relay that shows the bytes between a client and a server, and bends the line.

mod args;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::{self, ExitCode};

use anyhow::{Context, ensure};
use record::Direction;
use wire::capture::Capture;
use wire::datagrams;
use wire::streams::Relay;
use wire::trace::Trace;

use crate::args::{Args, Format};

fn main() -> ExitCode {
    let args = Args::read();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            args.format.print_error(&error);
            ExitCode::FAILURE
        }
    }
}

/// Relays until something fails.
fn run(args: &Args) -> anyhow::Result<()> {
    if args.udp {
        let cannot_listen = || cannot_listen(args.listen);
        let socket = UdpSocket::bind(args.listen).with_context(cannot_listen)?;
        let (trace, capture) = begin(args, socket.local_addr().with_context(cannot_listen)?)?;
        return datagrams::relay(socket, args.target, args.datagram_bends(), trace, capture);
    }

    let cannot_listen = || cannot_listen(args.listen);
    let listener = TcpListener::bind(args.listen).with_context(cannot_listen)?;
    let (trace, capture) = begin(args, listener.local_addr().with_context(cannot_listen)?)?;
    let relay = Relay {
        target: args.target,
        requests: args.stream_bends(Direction::Request),
        replies: args.stream_bends(Direction::Reply),
        only: None,
        lesson: args.lesson,
        trace,
        capture,
    };
    relay.run(listener)
}

fn cannot_listen(address: SocketAddr) -> String {
    format!("cannot listen on {address}; try a free port of this machine")
}

/// Makes ready for the first client, and says so.
fn begin(args: &Args, address: SocketAddr) -> anyhow::Result<(Trace, Option<Capture>)> {
    let itself = leads_to(args.target, address);
    ensure!(!itself, "the wire listens on {address} itself; where is the server?");

    let capture = match &args.save {
        Some(path) => Some(Capture::create(path)?),
        None => None,
    };
    end_on_interrupt(capture.clone(), args.format)?;
    let trace = Trace::new(args.quiet, args.show, args.format == Format::Json);
    trace.listening(address)?;
    Ok((trace, capture))
}

/// Whether a call to `target` reaches the one who listens on `address`.
fn leads_to(target: SocketAddr, address: SocketAddr) -> bool {
    let target_ip = match target.ip().to_canonical() {
        // To call no address in particular is to call this machine.
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let ip = address.ip().to_canonical();
    // Only an address of this machine can be bound.
    let is_ours = || UdpSocket::bind((target_ip, 0)).is_ok();
    target.port() == address.port() && (target_ip == ip || ip.is_unspecified() && is_ours())
}

/// On Ctrl-C, ends the capture as a whole file; the system closes the sockets.
fn end_on_interrupt(capture: Option<Capture>, format: Format) -> anyhow::Result<()> {
    let end = move || {
        let ended = capture.as_ref().map_or(Ok(()), Capture::finish);
        if let Err(error) = &ended {
            format.print_error(error);
        }
        process::exit(ended.is_err().into());
    };
    ctrlc::set_handler(end).context("cannot wait for Ctrl-C")
}
