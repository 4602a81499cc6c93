//! The server of lesson 4, with the faults that it can have.

use std::time::Duration;

use clap::Parser;
use connection_loop::{log, seconds};
use failures::commands::{guarded, run};
use failures::{Fault, listen, one_of, serve};
use simple_echo::address;
use sticky_packets::{ADDRESS, Runner};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = guarded(&args.address, args.allow_remote, args.fault)?;
    let listener = listen(&address.to_string(), args.fault)?;
    log!("listening on {}", listener.local_addr()?);

    serve(&listener, args.timeout, args.fault, |command| {
        let mut answer = run(command, &args.runner, args.fault).joined();
        // ANCHOR: empty-message
        if answer.is_empty() && args.fault != Some(Fault::EmptyMessage) {
            // Zero bytes would be no answer at all, and the client would wait
            // for ever.
            answer = b"(no output)".to_vec();
        }
        // ANCHOR_END: empty-message
        Ok(vec![answer])
    })
}

const FAULTS: &[Fault] = &[
    Fault::AddressInUse,
    Fault::EmptyMessage,
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
];

/// Run each command that a client sends, and answer with its output
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
