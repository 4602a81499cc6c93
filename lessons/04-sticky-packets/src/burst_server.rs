//! Reads only when its operator presses Enter, and sees several writes arrive
//! as one.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use communication_loop::read_line;
use connection_loop::{
    accept, elog, hang_up, log, read_some, seconds, why_gone,
};
use simple_echo::address;
use sticky_packets::ADDRESS;

fn main() -> anyhow::Result<()> {
    let Args { address, timeout } = Args::parse();
    let listener = TcpListener::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (stream, peer) = accept(&listener);
        log!("client {peer}");
        let id =
            receive(stream, timeout).unwrap_or_else(|error| why_gone(&error));
        log!("client {peer} gone: {id}");
    }
}

/// Takes one read for each time the operator presses Enter. Returns why there
/// are no more.
fn receive(
    mut stream: TcpStream,
    timeout: Option<Duration>,
) -> io::Result<&'static str> {
    stream.set_read_timeout(timeout)?;

    let mut buffer = [0; 1024];
    loop {
        // Whatever arrives while the operator hesitates gathers in the receive
        // buffer.
        if !operator_presses_enter() {
            hang_up(stream);
            return Ok("hung-up");
        }
        let count = read_some(&mut stream, &mut buffer)?;
        if count == 0 {
            return Ok("peer-closed");
        }
        let text = String::from_utf8_lossy(&buffer[..count]);
        log!("received {count} bytes: {text:?}");
    }
}

/// Waits for the operator, and tells whether there is one.
fn operator_presses_enter() -> bool {
    match read_line("Enter to read> ") {
        Ok(line) => line.is_some(),
        Err(error) => {
            elog!("{error}");
            false
        }
    }
}

/// Take a client's words, reading each time you press Enter
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
