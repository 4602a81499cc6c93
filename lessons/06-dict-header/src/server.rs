//! Runs each command a client sends, and sends its output with a JSON header in
//! front.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, log, read_some, seconds, why_gone};
use dict_header::{ADDRESS, ReplyHeader, md5_hex, send_with_header};
use simple_echo::address;
use sticky_packets::{Runner, guarded};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = guarded(&args.address, args.allow_remote)?;
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (mut stream, peer) = accept(&listener);
        log!("client {peer}");
        let id = serve(&mut stream, args.runner, args.timeout)
            .unwrap_or_else(|error| why_gone(&error));
        log!("client {peer} gone: {id}");
    }
}

/// Runs command after command. Returns why the conversation is over.
fn serve(
    stream: &mut TcpStream,
    runner: Runner,
    timeout: Option<Duration>,
) -> io::Result<&'static str> {
    stream.set_read_timeout(timeout)?;
    stream.set_write_timeout(timeout)?;

    let mut buffer = [0; 1024];
    loop {
        let count = read_some(stream, &mut buffer)?;
        if count == 0 {
            return Ok("peer-closed");
        }
        let command = &buffer[..count];
        let text = String::from_utf8_lossy(command);
        log!("received {count} bytes: {text:?}");

        let answer = runner.run_for(stream, command)?.joined();
        let header = ReplyHeader {
            md5: md5_hex(&answer),
            file_name: "output.txt",
            total_size: answer.len(),
        };
        send_with_header(stream, &header, &answer)?;
    }
}

/// Run each command that a client sends, and send its output with a JSON header
/// in front
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
