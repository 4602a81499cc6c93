//! The server of lesson 6, with the faults that it can have.

use std::time::Duration;

use clap::Parser;
use connection_loop::{log, seconds};
use dict_header::{ADDRESS, ReplyHeader, encode_header, md5_hex};
use failures::commands::{guarded, run};
use failures::{Fault, Reply, listen, one_of, serve};
use simple_echo::address;
use sticky_packets::Runner;

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

/// Puts a header in front of an answer.
fn reply(answer: Vec<u8>, fault: Option<Fault>) -> anyhow::Result<Reply> {
    // ANCHOR: wrong-count
    let total_size = if fault == Some(Fault::WrongCount) {
        // As many as there are characters, which is right while each of them is
        // one byte.
        String::from_utf8_lossy(&answer).chars().count()
    } else {
        answer.len()
    };
    // ANCHOR_END: wrong-count
    let header = ReplyHeader {
        md5: md5_hex(&answer),
        file_name: "output.txt",
        total_size,
    };
    let mut bytes = encode_header(&header)?;
    // ANCHOR: wrong-byte-order
    if fault == Some(Fault::WrongByteOrder) {
        // The highest byte first.
        bytes[..4].reverse();
    }
    // ANCHOR_END: wrong-byte-order
    // ANCHOR: stalled-write
    if fault == Some(Fault::StalledWrite) {
        // Two small writes: the second waits for the acknowledgement of the
        // first.
        return Ok(vec![bytes, answer]);
    }
    bytes.extend(answer);
    Ok(vec![bytes])
    // ANCHOR_END: stalled-write
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

/// Run each command that a client sends, and send its output with a JSON header
/// in front
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
