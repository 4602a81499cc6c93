//! Exercise 3: number each client's messages, and outlive every client (you
//! write the server).
//!
//! The contract:
//!
//! - Clients are served one after another, for ever. What one read brings is
//!   one message.
//! - A message is answered with its number, a blank, and the message: the first
//!   `hello` of a client with `1 hello`, the next with `2 hello`. Each client's
//!   messages are counted from 1.
//! - A message may be any bytes. They go back as they came, text or not.
//! - A client that leaves, that vanishes (a reset), or that is gone when it is
//!   to be answered, ends its own conversation and nothing else.
//! - With `--timeout SECONDS` a client that says nothing for so long is let go.
//!
//! To look up: `TcpStream::set_read_timeout`, `connection_loop::read_some` (a
//! `read` that goes on if a signal interrupts it), `Write::write_all`,
//! `connection_loop::why_gone` (which names an error). Give one
//! conversation a function of its own, that returns `io::Result`: then its
//! errors can be caught in one place. The compiler says what to import.
//!
//! Check it: `just exercise 3` or `cargo checker exercise 3`. A hint: `just
//! hint 3`.

#![allow(clippy::todo)]

use std::net::TcpListener;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::{ADDRESS, listen, log, seconds};
use simple_echo::address;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let listener = listen(&args.address, 5, true).with_context(|| {
        format!(
            "cannot listen on {}; try a free port of this machine",
            args.address
        )
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        serve_next(&listener, args.timeout);
    }
}

/// Accepts one client, prints that it is there, numbers its messages, and
/// prints why it is gone.
///
/// Whatever goes wrong is over when this returns: the next client shall not
/// notice.
fn serve_next(listener: &TcpListener, timeout: Option<Duration>) {
    todo!(
        "serve a client of {listener:?}, and let it go if it is silent \
         (timeout: {timeout:?})"
    )
}

/// Number the messages of one client after another
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// Let a client go that is silent for so long [default: wait for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
}
