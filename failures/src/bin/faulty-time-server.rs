//! The server of lesson 9, with the faults that it can have.

use std::net::UdpSocket;

use anyhow::Context;
use clap::Parser;
use connection_loop::{elog, log};
use failures::datagrams::{buffer, receive};
use failures::{Fault, one_of};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use simple_echo::address;
use time_server::{ADDRESS, DEFAULT_FORMAT, answer};
use udp::{ANSWERS, Peers};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    let address = &args.address;
    let socket = UdpSocket::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", socket.local_addr()?);

    let mut buffer = buffer(args.fault);
    let mut peers = Peers::new(socket.local_addr()?, ANSWERS);
    while let Some((request, peer)) = receive(&socket, &mut buffer, args.fault)?
    {
        if !peers.may_be_answered(peer) {
            continue;
        }
        let now = Timestamp::now().to_zoned(zone.clone());
        let text = write_time(request, &now, args.fault)?;

        // ANCHOR: oversized-datagram
        let sent = socket.send_to(text.as_bytes(), peer);
        if args.fault == Some(Fault::OversizedDatagram) {
            // What cannot be sent ends the server.
            sent.with_context(|| format!("cannot answer {peer}"))?;
        } else if let Err(error) = sent {
            elog!("cannot answer {peer}: {error}");
        }
        // ANCHOR_END: oversized-datagram
    }
    Ok(())
}

/// Writes the time in the format that a request asks for.
fn write_time(
    request: &[u8],
    now: &Zoned,
    fault: Option<Fault>,
) -> anyhow::Result<String> {
    match fault {
        // ANCHOR: bad-format
        // The client's mistake becomes an error of the server, and ends it.
        Some(Fault::BadFormat) => {
            served(request, now).context("cannot write the time")
        }
        // ANCHOR_END: bad-format
        // What can be written is sent, however long it is.
        Some(Fault::OversizedDatagram) => {
            Ok(served(request, now).unwrap_or_else(|_| answer(request, now)))
        }
        // Whatever was asked for, there is an answer.
        _ => Ok(answer(request, now)),
    }
}

/// The time, or an error for a format that cannot be served.
fn served(request: &[u8], now: &Zoned) -> anyhow::Result<String> {
    let format = if request.is_empty() {
        DEFAULT_FORMAT
    } else {
        str::from_utf8(request)?
    };
    Ok(strtime::format(format, now)?)
}

const FAULTS: &[Fault] = &[
    Fault::BadFormat,
    Fault::EmptyDatagram,
    Fault::TruncatedDatagram,
    Fault::OversizedDatagram,
    Fault::InvalidUtf8,
];

/// Tell the time in the format that each datagram asks for
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
