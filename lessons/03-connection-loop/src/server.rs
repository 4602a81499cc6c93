//! Serves clients one after another, for ever.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use communication_loop::{failure_id, read_line};
use connection_loop::{ADDRESS, hang_up, listen, read_some, seconds};
use simple_echo::address;

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

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let listener = listen(&args.address, args.backlog, !args.no_reuse_address)
        .with_context(|| {
            format!(
                "cannot listen on {}; if the port is taken, try another",
                args.address
            )
        })?;
    println!("listening on {}", listener.local_addr()?);

    loop {
        // A client that gives up while it waits in the queue must not end the
        // server.
        let Ok((stream, peer)) = listener.accept() else {
            continue;
        };
        println!("client {peer}");
        // Whatever goes wrong in one conversation ends that conversation, and
        // no more.
        let id =
            converse(stream, &args).unwrap_or_else(|error| failure_id(&error));
        println!("client {peer} gone: {id}");
    }
}

/// Answers message after message. Returns why the conversation is over.
fn converse(mut stream: TcpStream, args: &Args) -> io::Result<&'static str> {
    stream.set_read_timeout(args.timeout)?;
    stream.set_write_timeout(args.timeout)?;

    let mut buffer = [0; 1024];
    loop {
        let count = read_some(&mut stream, &mut buffer)?;
        if count == 0 {
            return Ok("peer-closed");
        }
        let message = &buffer[..count];
        println!(
            "received {count} bytes: {:?}",
            String::from_utf8_lossy(message)
        );

        let answer = if args.reply {
            read_line("answer> ")?.unwrap_or_default()
        } else {
            message.to_ascii_uppercase()
        };
        if answer.is_empty() {
            hang_up(stream);
            return Ok("hung-up");
        }
        stream.write_all(&answer)?;
    }
}
