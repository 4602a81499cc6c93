//! The server of lesson 2, with the faults that it can have.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use communication_loop::{ADDRESS, failure_id};
use failures::asking::next_message;
use failures::{Fault, one_of};
use simple_echo::address;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let address = &args.address;
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    println!("listening on {}", listener.local_addr()?);

    let (mut stream, peer) =
        listener.accept().context("cannot accept a client")?;
    println!("client {peer}");

    let outcome = match args.fault {
        Some(Fault::MissingDelimiter) => answer_lines(&mut stream),
        Some(Fault::UnflushedWrite) => answer_into_a_buffer(&mut stream),
        _ => converse(&mut stream, &args),
    };
    // ANCHOR: peer-reset
    if args.fault == Some(Fault::PeerReset) {
        // A client that vanishes brings the program down before it can say why.
        let id = outcome.expect("the client stays until we are done");
        println!("client {peer} gone: {id}");
        return Ok(());
    }
    let id = match &outcome {
        Ok(id) => id,
        Err(error) => failure_id(error),
    };
    println!("client {peer} gone: {id}");
    outcome
        .with_context(|| format!("the conversation with {peer} broke off"))?;
    // ANCHOR_END: peer-reset
    Ok(())
}

/// Answers message after message. Returns why the conversation is over.
fn converse(stream: &mut TcpStream, args: &Args) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        // ANCHOR: peer-closed
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            if args.fault == Some(Fault::PeerClosed) {
                // Taken for an empty message, which is skipped: the next read
                // returns zero again.
                continue;
            }
            return Ok("peer-closed");
        }
        // ANCHOR_END: peer-closed
        // ANCHOR: stale-bytes
        let message = if args.fault == Some(Fault::StaleBytes) {
            // As a string in C: up to the first zero byte, wherever this
            // message ended.
            buffer.split(|&byte| byte == 0).next().unwrap_or_default()
        } else {
            &buffer[..count]
        };
        // ANCHOR_END: stale-bytes
        // ANCHOR: invalid-utf8
        let text = if args.fault == Some(Fault::InvalidUtf8) {
            // Whoever sends something else than text brings the program down.
            String::from_utf8(message.to_vec()).expect("the client sends text")
        } else {
            String::from_utf8_lossy(message).into_owned()
        };
        // ANCHOR_END: invalid-utf8
        println!("received {count} bytes: {text:?}");

        let answer = if args.reply {
            next_message("answer> ", args.fault)?
        } else {
            Some(message.to_ascii_uppercase())
        };
        let Some(answer) = answer else {
            return Ok("hung-up");
        };
        stream.write_all(&answer)?;
    }
}

/// Answers line after line, though nobody has said that a message is one.
// ANCHOR: missing-delimiter
fn answer_lines(stream: &mut TcpStream) -> io::Result<&'static str> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    // It returns when a newline has come, or the end.
    while reader.read_line(&mut line)? > 0 {
        println!("received {} bytes: {line:?}", line.len());
        stream.write_all(line.to_ascii_uppercase().as_bytes())?;
        line.clear();
    }
    Ok("peer-closed")
}
// ANCHOR_END: missing-delimiter

/// Answers into a buffer of its own, which it never flushes.
// ANCHOR: unflushed-write
fn answer_into_a_buffer(stream: &mut TcpStream) -> io::Result<&'static str> {
    let mut writer = BufWriter::new(stream.try_clone()?);
    let mut buffer = [0; 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok("peer-closed");
        }
        let text = String::from_utf8_lossy(&buffer[..count]);
        println!("received {count} bytes: {text:?}");
        // It waits there for company: 8 KiB, or the end of the writer.
        writer.write_all(&buffer[..count].to_ascii_uppercase())?;
    }
}
// ANCHOR_END: unflushed-write

const FAULTS: &[Fault] = &[
    Fault::EmptyMessage,
    Fault::PeerClosed,
    Fault::PeerReset,
    Fault::InvalidUtf8,
    Fault::StaleBytes,
    Fault::MissingDelimiter,
    Fault::UnflushedWrite,
];

/// Take one client and answer each of its messages, until it leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// Type each answer yourself instead of sending the message back in capital
    /// letters; q hangs up
    #[arg(long)]
    reply: bool,

    /// What to do wrong (empty-message needs --reply)
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
