//! The client of lesson 1, with the faults that it can have.

use std::io::Write;
use std::net::TcpStream;

use anyhow::{Context, ensure};
use clap::Parser;
use failures::asking::{print_answer, receive};
use failures::{Fault, one_of};
use simple_echo::{ADDRESS, address};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    ensure!(!args.message.is_empty(), "the message is empty; type some text");

    // ANCHOR: connection-refused
    let mut stream = match TcpStream::connect(&args.address) {
        Ok(stream) => stream,
        // Nobody is there, so nothing is done; and nobody is told so.
        Err(_) if args.fault == Some(Fault::ConnectionRefused) => return Ok(()),
        Err(error) => {
            return Err(error).with_context(|| {
                format!(
                    "cannot connect to {}; is the server running?",
                    args.address
                )
            });
        }
    };
    // ANCHOR_END: connection-refused
    stream
        .write_all(args.message.as_bytes())
        .context("cannot send the message")?;

    let mut buffer = [0; 1024];
    if let Some(answer) = receive(&mut stream, &mut buffer, args.fault)? {
        print_answer(answer, args.fault)?;
    }
    Ok(())
}

const FAULTS: &[Fault] = &[
    Fault::ConnectionRefused,
    Fault::PeerClosed,
    Fault::PeerReset,
    Fault::InvalidUtf8,
];

/// Send one message and print the answer
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// What to say
    #[arg(default_value = "hello")]
    message: String,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
