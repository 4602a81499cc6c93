//! Runs each command a client sends and answers with its output, and nothing
//! around it.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use clap::Parser;
use communication_loop::failure_id;
use connection_loop::{read_some, seconds};
use simple_echo::address;
use sticky_packets::{ADDRESS, Runner, listen};

/// Run each command that a client sends, and answer with its output
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

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let listener = listen(&args.address, args.allow_remote)?;
    println!("listening on {}", listener.local_addr()?);

    loop {
        // A client that gives up while it waits in the queue must not end the
        // server.
        let Ok((mut stream, peer)) = listener.accept() else {
            continue;
        };
        println!("client {peer}");
        let id = serve(&mut stream, &args)
            .unwrap_or_else(|error| failure_id(&error));
        println!("client {peer} gone: {id}");
    }
}

/// Runs command after command. Returns why the conversation is over.
fn serve(stream: &mut TcpStream, args: &Args) -> io::Result<&'static str> {
    stream.set_read_timeout(args.timeout)?;
    stream.set_write_timeout(args.timeout)?;

    let mut buffer = [0; 1024];
    loop {
        // One read is one command. That is wrong, and works while commands are
        // short and slow.
        let count = read_some(stream, &mut buffer)?;
        if count == 0 {
            return Ok("peer-closed");
        }
        let command = &buffer[..count];
        println!(
            "received {count} bytes: {:?}",
            String::from_utf8_lossy(command)
        );

        let mut answer = args.runner.run(command).joined();
        if answer.is_empty() {
            // Zero bytes would be no answer at all, and the client would wait
            // for ever.
            answer = b"(no output)".to_vec();
        }
        stream.write_all(&answer)?;
    }
}
