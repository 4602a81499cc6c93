//! The client of lesson 4, with the faults that it can have.
//!
//! That long answers stick is not one of them: it is what the lesson shows.

use std::io::Write;

use anyhow::Context;
use clap::Parser;
use failures::asking::{connect, next_message, receive};
use failures::replies::{print_text, text};
use failures::{Fault, one_of};
use simple_echo::address;
use sticky_packets::ADDRESS;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut stream = connect(&args.address, args.fault)?;

    let mut buffer = [0; 1024];
    while let Some(command) = next_message("command> ", args.fault)? {
        stream.write_all(&command).context("cannot send the command")?;

        let Some(answer) = receive(&mut stream, &mut buffer, args.fault)?
        else {
            break;
        };
        print_text(&text(answer, args.fault)?)?;
    }
    Ok(())
}

const FAULTS: &[Fault] = &[
    Fault::ConnectionRefused,
    Fault::EmptyMessage,
    Fault::PeerClosed,
    Fault::PeerReset,
    Fault::InvalidUtf8,
];

/// Send each command you type and print what one read returns; q or the end of
/// the input leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
