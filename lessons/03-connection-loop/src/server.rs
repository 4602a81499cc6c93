//! Serves clients one after another, for ever.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use communication_loop::read_line;
use connection_loop::{
    ADDRESS, accept, elog, hang_up, listen, log, read_some, seconds, why_gone,
};
use simple_echo::address;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = &args.address;

    let listener = listen(address, args.backlog, !args.no_reuse_address);
    let listener = listener.with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (stream, peer) = accept(&listener);
        log!("client {peer}");
        // Whatever goes wrong in one conversation ends that conversation, and
        // no more.
        let id = converse(stream, args.reply, args.timeout)
            .unwrap_or_else(|error| why_gone(&error));
        log!("client {peer} gone: {id}");
    }
}

/// Answers message after message. Returns why the conversation is over.
fn converse(
    mut stream: TcpStream,
    reply: bool,
    timeout: Option<Duration>,
) -> io::Result<&'static str> {
    stream.set_read_timeout(timeout)?;
    stream.set_write_timeout(timeout)?;

    let mut buffer = [0; 1024];
    loop {
        let count = read_some(&mut stream, &mut buffer)?;
        if count == 0 {
            return Ok("peer-closed");
        }
        let message = &buffer[..count];
        let text = String::from_utf8_lossy(message);
        log!("received {count} bytes: {text:?}");

        let answer =
            if reply { typed_answer() } else { message.to_ascii_uppercase() };
        if answer.is_empty() {
            hang_up(stream);
            return Ok("hung-up");
        }
        stream.write_all(&answer)?;
    }
}

/// What the operator types. Who cannot type any more says nothing.
fn typed_answer() -> Vec<u8> {
    match read_line("answer> ") {
        Ok(line) => line.unwrap_or_default(),
        Err(error) => {
            elog!("{error}");
            Vec::new()
        }
    }
}

/// Serve clients one after another, each until it leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How many clients may wait in the queue while one is served
    #[arg(long, default_value_t = 5)]
    backlog: i32,

    /// Leave SO_REUSEADDR off, to see what it is good for
    #[arg(long)]
    no_reuse_address: bool,

    /// Type each answer yourself; an empty one hangs up
    #[arg(long)]
    reply: bool,

    /// Let a client go that is silent for so long [default: wait for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
}
