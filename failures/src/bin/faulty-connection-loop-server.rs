//! The server of lesson 3, with the faults that it can have.

use std::time::Duration;

use clap::Parser;
use communication_loop::read_line;
use connection_loop::{ADDRESS, log, seconds};
use failures::{Fault, Reply, listen, one_of, serve};
use simple_echo::address;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let listener = listen(&args.address, args.fault)?;
    log!("listening on {}", listener.local_addr()?);

    serve(&listener, args.timeout, args.fault, |message| {
        if args.reply {
            typed_answer(args.fault)
        } else {
            Ok(vec![message.to_ascii_uppercase()])
        }
    })
}

/// Lets the operator type an answer.
// ANCHOR: empty-message
fn typed_answer(fault: Option<Fault>) -> anyhow::Result<Reply> {
    match read_line("answer> ")? {
        // Sent as it is: zero bytes, which are nothing. Now both sides wait.
        Some(line) if fault == Some(Fault::EmptyMessage) => Ok(vec![line]),
        Some(line) if !line.is_empty() => Ok(vec![line]),
        // Nothing to say: hang up.
        _ => Ok(Vec::new()),
    }
}
// ANCHOR_END: empty-message

const FAULTS: &[Fault] = &[
    Fault::AddressInUse,
    Fault::EmptyMessage,
    Fault::PeerClosed,
    Fault::PeerReset,
    Fault::WriteAfterClose,
    Fault::UnreadDataReset,
    Fault::HalfClose,
    Fault::SilentPeer,
    Fault::InvalidUtf8,
    Fault::WrongSocket,
    Fault::LeakedDescriptor,
    Fault::BusyWait,
    Fault::InterruptedCall,
];

/// Serve clients one after another, each until it leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// Type each answer yourself; an empty one hangs up
    #[arg(long)]
    reply: bool,

    /// Let a client go that is silent for so long [default: wait for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,

    /// What to do wrong (empty-message and unread-data-reset need --reply)
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
