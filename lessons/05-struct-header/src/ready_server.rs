//! The first cure: tells the length as text, waits until the client is ready,
//! then sends.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, hang_up, log, read_some, seconds};
use simple_echo::address;
use sticky_packets::{Runner, guarded};
use struct_header::{ADDRESS, Failure, READY};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = guarded(&args.address, args.allow_remote)?;
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (stream, peer) = accept(&listener);
        log!("client {peer}");
        let id = serve(stream, args.runner, args.timeout)
            .unwrap_or_else(|failure| failure.id.as_str());
        log!("client {peer} gone: {id}");
    }
}

/// Runs command after command. Returns why the conversation is over.
fn serve(
    mut stream: TcpStream,
    runner: Runner,
    timeout: Option<Duration>,
) -> Result<&'static str, Failure> {
    stream.set_read_timeout(timeout)?;
    stream.set_write_timeout(timeout)?;

    let mut buffer = [0; 1024];
    loop {
        let count = read_some(&mut stream, &mut buffer)?;
        if count == 0 {
            return Ok("peer-closed");
        }
        let command = &buffer[..count];
        let text = String::from_utf8_lossy(command);
        log!("received {count} bytes: {text:?}");

        let answer = runner.run_for(&stream, command)?.joined();
        stream.write_all(answer.len().to_string().as_bytes())?;

        // A whole round trip for nothing but keeping the length and the answer
        // apart.
        let mut ready = [0; READY.len()];
        stream.read_exact(&mut ready)?;
        if ready != *READY {
            hang_up(stream);
            return Ok("malformed-header");
        }
        stream.write_all(&answer)?;
    }
}

/// Run each command that a client sends; tell the length of its output, and
/// send it on demand
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
}
