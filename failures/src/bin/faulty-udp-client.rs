//! The client of lesson 8, with the faults that it can have.

use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::seconds;
use failures::datagrams::{ask, text};
use failures::{Fault, one_of};
use simple_echo::{address, print_answer};
use udp::ADDRESS;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let answer =
        ask(&args.address, args.message.as_bytes(), args.timeout, args.fault)?;
    print_answer(text(&answer, args.fault)?.as_bytes())
        .context("cannot print the answer")
}

const FAULTS: &[Fault] = &[
    Fault::LostDatagram,
    Fault::StrayDatagram,
    Fault::PortUnreachable,
    Fault::TruncatedDatagram,
    Fault::InvalidUtf8,
];

/// Send one datagram and print the answer
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to say; an empty message is one too
    #[arg(default_value = "hello")]
    message: String,

    /// How long to wait for an answer before trying again
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "1")]
    timeout: Duration,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
