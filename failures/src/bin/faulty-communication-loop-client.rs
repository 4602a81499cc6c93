//! The client of lesson 2, with the faults that it can have.

use std::io::Write;

use anyhow::Context;
use clap::Parser;
use communication_loop::ADDRESS;
use failures::asking::{connect, next_message, print_answer, receive};
use failures::{Fault, one_of};
use simple_echo::address;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut stream = connect(&args.address, args.fault)?;

    let mut buffer = [0; 1024];
    while let Some(message) = next_message("message> ", args.fault)? {
        stream.write_all(&message).context("cannot send the message")?;

        let Some(answer) = receive(&mut stream, &mut buffer, args.fault)?
        else {
            break;
        };
        print_answer(answer, args.fault)?;
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

/// Send each line you type and print its answer; q or the end of the input
/// leaves
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
