//! Exercise 3: number each client's messages, and outlive every client.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::{
    ADDRESS, accept, listen, log, read_some, seconds, why_gone,
};
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
    let (mut stream, peer) = accept(listener);
    log!("client {peer}");
    let id =
        converse(&mut stream, timeout).unwrap_or_else(|error| why_gone(&error));
    log!("client {peer} gone: {id}");
}

/// Numbers message after message. Returns why the conversation is over.
fn converse(
    stream: &mut TcpStream,
    timeout: Option<Duration>,
) -> io::Result<&'static str> {
    stream.set_read_timeout(timeout)?;
    stream.set_write_timeout(timeout)?;

    let mut buffer = [0; 1024];
    for number in 1_u64.. {
        let count = read_some(stream, &mut buffer)?;
        if count == 0 {
            break;
        }
        let message = &buffer[..count];
        log!("received {count} bytes: {:?}", String::from_utf8_lossy(message));
        stream.write_all(
            &[number.to_string().as_bytes(), b" ", message].concat(),
        )?;
    }
    Ok("peer-closed")
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
