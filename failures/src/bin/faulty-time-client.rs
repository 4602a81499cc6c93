//! The client of lesson 9, with the faults that it can have.

use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use communication_loop::read_line;
use connection_loop::seconds;
use failures::datagrams::{ask, text};
use failures::{Fault, one_of};
use simple_echo::{address, print_answer};
use time_server::ADDRESS;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    while let Some(format) = read_line("format> ")? {
        if format == b"q" || format == b"quit" {
            break;
        }
        let time = ask(&args.address, &format, args.timeout, args.fault)?;
        print_answer(text(&time, args.fault)?.as_bytes())
            .context("cannot print the time")?;
    }
    Ok(())
}

const FAULTS: &[Fault] = &[
    Fault::LostDatagram,
    Fault::StrayDatagram,
    Fault::PortUnreachable,
    Fault::TruncatedDatagram,
    Fault::InvalidUtf8,
];

/// Ask for the time in each format you type, such as %H:%M; q or the end of the
/// input leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How long to wait for an answer before asking again
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "1")]
    timeout: Duration,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
