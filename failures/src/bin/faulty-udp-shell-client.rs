//! The client of lesson 8 that sends commands, with the faults that it can
//! have.

use std::time::Duration;

use anyhow::bail;
use clap::Parser;
use communication_loop::next_message;
use connection_loop::{elog, seconds};
use failures::datagrams::{Peer, text};
use failures::replies::print_text;
use failures::{Fault, one_of};
use simple_echo::address;
use struct_header::Failure;
use udp::ADDRESS;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    while let Some(command) = next_message("command> ")? {
        match run(&command, &args) {
            Ok((stderr, stdout)) => {
                print_text(&marked(&text(&stderr, args.fault)?))?;
                print_text(&text(&stdout, args.fault)?)?;
            }
            Err(error) => elog!("{error:#}"),
        }
    }
    Ok(())
}

/// Sends one command, once: to run it again might do harm. Returns its stderr
/// and its stdout.
fn run(command: &[u8], args: &Args) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let peer = Peer::new(&args.address, args.fault)?;
    peer.send(command)?;

    let Some(stderr) = peer.recv(args.timeout)? else {
        bail!(lost("no answer", args));
    };
    let Some(stdout) = peer.recv(args.timeout)? else {
        // It may be either of the two: nothing in a datagram says which.
        print_text(&text(&stderr, args.fault)?)?;
        bail!(lost("only one of two datagrams", args));
    };
    Ok((stderr, stdout))
}

fn lost(what: &str, args: &Args) -> Failure {
    let seconds = args.timeout.as_secs_f64();
    Failure::new(
        "lost-datagram",
        format!("{what} from {} in {seconds} s", args.address),
    )
}

/// Puts `stderr: ` in front of each line.
fn marked(text: &str) -> String {
    text.split_inclusive('\n').map(|line| format!("stderr: {line}")).collect()
}

const FAULTS: &[Fault] = &[
    Fault::LostDatagram,
    Fault::StrayDatagram,
    Fault::PortUnreachable,
    Fault::TruncatedDatagram,
    Fault::InvalidUtf8,
];

/// Send each command you type and print its output; q or the end of the input
/// leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How long to wait for an answer; a command may take 10 s
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "15")]
    timeout: Duration,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
