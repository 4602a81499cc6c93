//! The server of lesson 5, with the faults that it can have.

use std::time::Duration;

use clap::Parser;
use connection_loop::{log, seconds};
use failures::commands::{guarded, run};
use failures::{Fault, Reply, listen, one_of, serve};
use simple_echo::address;
use sticky_packets::Runner;
use struct_header::{ADDRESS, frame};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = guarded(&args.address, args.allow_remote, args.fault)?;
    let listener = listen(&address.to_string(), args.fault)?;
    log!("listening on {}", listener.local_addr()?);

    serve(&listener, args.timeout, args.fault, |command| {
        let answer = run(command, &args.runner, args.fault).joined();
        reply(answer, args.fault)
    })
}

/// Puts its length in front of an answer.
fn reply(answer: Vec<u8>, fault: Option<Fault>) -> anyhow::Result<Reply> {
    Ok(match fault {
        // ANCHOR: stalled-write
        // Two small writes: the second waits for the acknowledgement of the
        // first.
        Some(Fault::StalledWrite) => {
            let length = i32::try_from(answer.len())?;
            vec![length.to_le_bytes().into(), answer]
        }
        // ANCHOR_END: stalled-write
        // ANCHOR: wrong-byte-order
        // The highest byte first.
        Some(Fault::WrongByteOrder) => {
            let length = i32::try_from(answer.len())?;
            vec![[&length.to_be_bytes(), answer.as_slice()].concat()]
        }
        // ANCHOR_END: wrong-byte-order
        // ANCHOR: wrong-count
        // As many as there are characters, which is right while each of them is
        // one byte.
        Some(Fault::WrongCount) => {
            let length = i32::try_from(
                String::from_utf8_lossy(&answer).chars().count(),
            )?;
            vec![[&length.to_le_bytes(), answer.as_slice()].concat()]
        }
        // ANCHOR_END: wrong-count
        _ => vec![frame(&answer)?],
    })
}

const FAULTS: &[Fault] = &[
    Fault::AddressInUse,
    Fault::PeerClosed,
    Fault::PeerReset,
    Fault::WriteAfterClose,
    Fault::HalfClose,
    Fault::SilentPeer,
    Fault::InvalidUtf8,
    Fault::PipeDeadlock,
    Fault::InheritedStdin,
    Fault::EndlessCommand,
    Fault::ExposedShell,
    Fault::StalledWrite,
    Fault::PartialWrite,
    Fault::WrongByteOrder,
    Fault::WrongCount,
];

/// Run each command that a client sends, and send its output with its length in
/// front
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// Let other machines connect: whoever can reach the port can run any
    /// command
    #[arg(long)]
    allow_remote: bool,

    /// Let a client go that is silent for so long [default: wait for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,

    #[command(flatten)]
    runner: Runner,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
