//! The client of lesson 6, with the faults that it can have.

use std::io::{Read, Write};

use anyhow::Context;
use clap::Parser;
use connection_loop::elog;
use dict_header::{ADDRESS, Header, MAX_HEADER, md5_hex};
use failures::answers::{Answer, next_answer, recv_answer};
use failures::asking::{connect, next_message};
use failures::replies::{check_length, print_text, recv_message};
use failures::{Fault, one_of};
use simple_echo::{address, shown};
use struct_header::{Failure, MAX_REPLY};

/// Under which keys a header may tell the size of its answer.
const SIZES: &[&str] = &["total_size", "data_size"];

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut stream = connect(&args.address, args.fault)?;

    while let Some(command) = next_message("command> ", args.fault)? {
        stream.write_all(&command).context("cannot send the command")?;

        let receive = |stream: &mut dyn Read| receive(stream, args.fault);
        let Some(answer) = next_answer(&mut stream, args.fault, receive)?
        else {
            break;
        };
        print_text(&answer.text)?;
    }
    Ok(())
}

/// Receives the header, then the answer.
fn receive(
    stream: &mut dyn Read,
    fault: Option<Fault>,
) -> Result<Option<Answer>, Failure> {
    let Some(json) = recv_message(stream, MAX_HEADER, fault)? else {
        return Ok(None);
    };
    elog!("header {}", shown(&String::from_utf8_lossy(&json)));

    // ANCHOR: malformed-header
    let (header, size) = if fault == Some(Fault::MalformedHeader) {
        // What is not as it should be counts as nothing. The answer is lost,
        // and nobody is told.
        let header = Header::parse(&json).or_else(|_| Header::parse(b"{}"))?;
        let size = header.size(SIZES).unwrap_or(0);
        (header, size)
    } else {
        let header = Header::parse(&json)?;
        let size = header.size(SIZES)?;
        (header, size)
    };
    // ANCHOR_END: malformed-header
    let size = check_length(size, MAX_REPLY, fault)?;
    let answer = recv_answer(stream, size, fault)?;
    // ANCHOR: digest-mismatch
    if fault == Some(Fault::DigestMismatch) {
        // The header tells the digest, and nobody looks at it.
        return Ok(Some(answer));
    }
    if let Some(remark) = header.check_md5(&md5_hex(&answer.bytes))? {
        elog!("{remark}");
    }
    // ANCHOR_END: digest-mismatch
    Ok(Some(answer))
}

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
    Fault::WrongByteOrder,
    Fault::OversizedLength,
    Fault::NegativeLength,
    Fault::WrongCount,
    Fault::MalformedHeader,
    Fault::DigestMismatch,
];

/// Send each command you type, print its answer and the header; q or the end of
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
