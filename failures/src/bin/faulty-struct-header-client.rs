//! The client of lesson 5, with the faults that it can have.

use std::io::{Read, Write};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use failures::answers::{Answer, next_answer, recv_answer};
use failures::asking::{connect, next_message};
use failures::replies::{print_text, recv_length};
use failures::{Fault, one_of};
use simple_echo::address;
use struct_header::{ADDRESS, Failure, Id, MAX_REPLY};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut stream = connect(&args.address, args.fault)?;
    if args.fault == Some(Fault::TimeoutMidMessage) {
        stream.set_read_timeout(Some(PATIENCE))?;
    }

    while let Some(command) = next_message("command> ", args.fault)? {
        stream.write_all(&command).context("cannot send the command")?;

        let receive = |stream: &mut dyn Read| match args.fault {
            Some(Fault::TimeoutMidMessage) => receive_at_last(stream),
            fault => receive(stream, fault),
        };
        let Some(answer) = next_answer(&mut stream, args.fault, receive)?
        else {
            break;
        };
        print_text(&answer.text)?;
    }
    Ok(())
}

/// Receives an answer, and begins anew when it takes long.
// ANCHOR: timeout-mid-message
fn receive_at_last(stream: &mut dyn Read) -> Result<Option<Answer>, Failure> {
    loop {
        match receive(stream, None) {
            // What has come of the answer until now is forgotten.
            Err(failure) if failure.id == Id::SILENT_PEER => {
                eprintln!("nothing yet; trying again");
            }
            outcome => return outcome,
        }
    }
}
// ANCHOR_END: timeout-mid-message

/// Receives the length, then the answer.
fn receive(
    stream: &mut dyn Read,
    fault: Option<Fault>,
) -> Result<Option<Answer>, Failure> {
    let Some(length) = recv_length(stream, MAX_REPLY, fault)? else {
        return Ok(None);
    };
    recv_answer(stream, length, fault).map(Some)
}

/// How long a client with [`Fault::TimeoutMidMessage`] waits before it tries
/// again.
const PATIENCE: Duration = Duration::from_millis(200);

const FAULTS: &[Fault] = &[
    Fault::ConnectionRefused,
    Fault::EmptyMessage,
    Fault::PeerClosed,
    Fault::PeerReset,
    Fault::InvalidUtf8,
    Fault::LeftoverBytes,
    Fault::CoalescedMessages,
    Fault::SplitCharacter,
    Fault::ShortRead,
    Fault::ClosedMidMessage,
    Fault::TimeoutMidMessage,
    Fault::WrongByteOrder,
    Fault::OversizedLength,
    Fault::NegativeLength,
    Fault::WrongCount,
];

/// Send each command you type and print its whole answer; q or the end of the
/// input leaves
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
