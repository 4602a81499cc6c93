//! Reads only when its operator presses Enter, and sees several writes arrive
//! as one.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use communication_loop::{failure_id, read_line};
use connection_loop::{hang_up, read_some, seconds};
use simple_echo::address;
use sticky_packets::ADDRESS;

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

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let listener = TcpListener::bind(&args.address).with_context(|| {
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
        let id = receive(stream, args.timeout)
            .unwrap_or_else(|error| failure_id(&error));
        println!("client {peer} gone: {id}");
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
        if read_line("Enter to read> ")?.is_none() {
            hang_up(stream);
            return Ok("hung-up");
        }
        let count = read_some(&mut stream, &mut buffer)?;
        if count == 0 {
            return Ok("peer-closed");
        }
        println!(
            "received {count} bytes: {:?}",
            String::from_utf8_lossy(&buffer[..count])
        );
    }
}
