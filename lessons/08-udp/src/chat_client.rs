//! Asks whom to talk to, sends them each line typed and prints what they
//! answer.

use std::io::Write;
use std::net::UdpSocket;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use communication_loop::{next_message, read_line};
use connection_loop::{elog, seconds};
use simple_echo::{address, shown};
use struct_header::Failure;
use udp::{BUFFER, CHAT_ADDRESS, Friend, Friends, THEIRS, connect, recv, send};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let friends = friends(&args)?;
    elog!("friends: {}", friends.names());

    while let Some(name) = next_message("friend> ")? {
        let name = String::from_utf8_lossy(&name);
        let Some(friend) = friends.find(&name) else {
            let names = friends.names();
            elog!("no friend is called {name:?}; choose from {names}");
            continue;
        };
        // Each conversation has a socket of its own: an answer that comes after
        // we have given up is never taken for an answer in the next one.
        let socket = match connect(&friend.address) {
            Ok(socket) => socket,
            Err(error) => {
                elog!("cannot use the address {}: {error}", friend.address);
                continue;
            }
        };
        if talk(&socket, &friend.name, args.timeout)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Talks to one friend. After `q` the program goes on; at the end of the input
/// it breaks off.
fn talk(
    socket: &UdpSocket,
    name: &str,
    timeout: Duration,
) -> anyhow::Result<ControlFlow<()>> {
    loop {
        let message = match read_line(&format!("to {name}> "))? {
            None => return Ok(ControlFlow::Break(())),
            Some(line) if line.is_empty() => continue,
            Some(line) if line == b"q" || line == b"quit" => {
                return Ok(ControlFlow::Continue(()));
            }
            Some(line) => line,
        };
        match exchange(socket, &message, name, timeout) {
            Ok(answer) => {
                let text = shown(&String::from_utf8_lossy(&answer));
                writeln!(
                    anstream::stdout(),
                    "{name}: {THEIRS}{text}{THEIRS:#}"
                )
                .context("cannot print the answer")?;
            }
            // The end of a conversation is not the end of the program.
            Err(error) => {
                elog!("{error:#}");
                return Ok(ControlFlow::Continue(()));
            }
        }
    }
}

/// Sends one message and receives its answer. It is never sent twice by itself:
/// our friend would have to answer it twice.
fn exchange(
    socket: &UdpSocket,
    message: &[u8],
    name: &str,
    timeout: Duration,
) -> anyhow::Result<Vec<u8>> {
    drop_unread(socket)?;
    send(socket, message)?;
    let Some(answer) = recv(socket, timeout)? else {
        let seconds = timeout.as_secs_f64();
        let message = format!("no answer from {name} in {seconds} s");
        bail!(Failure::new("lost-datagram", message));
    };
    Ok(answer)
}

/// Drops what came after the last answer, such as the same answer a second
/// time: it cannot be the answer to what we have not sent yet.
fn drop_unread(socket: &UdpSocket) -> anyhow::Result<()> {
    socket.set_nonblocking(true)?;
    let mut buffer = vec![0; BUFFER];
    while let Ok(count) = socket.recv(&mut buffer) {
        elog!("dropped {count} bytes that came after the answer");
    }
    socket.set_nonblocking(false)?;
    Ok(())
}

/// The table of friends that the command line asks for.
fn friends(args: &Args) -> anyhow::Result<Friends> {
    if args.friend.is_empty() && args.friends.is_none() {
        return Ok(Friends::at(&args.address));
    }
    let mut friends = Friends::default();
    if let Some(path) = &args.friends {
        friends.add_file(path)?;
    }
    for friend in &args.friend {
        friends.add(friend.clone()).map_err(anyhow::Error::msg)?;
    }
    Ok(friends)
}

/// Talk to one friend after another; q or the end of the input leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where four friends listen if no others are given, as IP:PORT
    #[arg(default_value = CHAT_ADDRESS, value_parser = address)]
    address: String,

    /// A friend, and where they listen; may be given several times
    #[arg(long, value_name = "NAME=ADDRESS")]
    friend: Vec<Friend>,

    /// A file of friends, with a line `NAME ADDRESS` for each; # starts a
    /// comment
    #[arg(long, value_name = "FILE")]
    friends: Option<PathBuf>,

    /// How long to wait for an answer
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "60")]
    timeout: Duration,
}
