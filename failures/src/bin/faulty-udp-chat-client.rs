//! The client of lesson 8's chat, with the faults that it can have.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use communication_loop::{next_message, read_line};
use connection_loop::{elog, seconds};
use failures::datagrams::{Peer, text};
use failures::{Fault, one_of};
use simple_echo::{address, shown};
use struct_header::Failure;
use udp::{CHAT_ADDRESS, Friend, Friends};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let friends = friends(&args)?;
    elog!("friends: {}", friends.names());

    while let Some(name) = next_message("friend> ")? {
        let name = String::from_utf8_lossy(&name);
        let Some(friend) = friends.find(&name) else {
            elog!(
                "no friend is called {name:?}; choose from {}",
                friends.names()
            );
            continue;
        };
        match talk(friend, &args)? {
            ControlFlow::Continue(()) => {}
            ControlFlow::Break(()) => break,
        }
    }
    Ok(())
}

fn friends(args: &Args) -> anyhow::Result<Friends> {
    if args.friend.is_empty() {
        return Ok(Friends::at(&args.address));
    }
    let mut friends = Friends::default();
    for friend in &args.friend {
        friends.add(friend.clone()).map_err(anyhow::Error::msg)?;
    }
    Ok(friends)
}

/// Talks to one friend. After `q` the program goes on; at the end of the input
/// it breaks off.
fn talk(friend: &Friend, args: &Args) -> anyhow::Result<ControlFlow<()>> {
    let Friend { name, address } = friend;
    let peer = match Peer::new(address, args.fault) {
        Ok(peer) => peer,
        Err(error) => return Ok(give_up(&error)),
    };
    loop {
        let message = match read_line(&format!("to {name}> "))? {
            None => return Ok(ControlFlow::Break(())),
            Some(line) if line.is_empty() => continue,
            Some(line) if line == b"q" || line == b"quit" => {
                return Ok(ControlFlow::Continue(()));
            }
            Some(line) => line,
        };
        match exchange(&peer, name, &message, args.timeout) {
            Ok(answer) => {
                let text = shown(&text(&answer, args.fault)?);
                writeln!(io::stdout(), "{name}: {text}")
                    .context("cannot print the answer")?;
            }
            Err(error) => return Ok(give_up(&error)),
        }
    }
}

/// The end of a conversation is not the end of the program.
fn give_up(error: &anyhow::Error) -> ControlFlow<()> {
    elog!("{error:#}");
    ControlFlow::Continue(())
}

/// Sends one message, once, and waits for its answer.
fn exchange(
    peer: &Peer,
    name: &str,
    message: &[u8],
    timeout: Duration,
) -> anyhow::Result<Vec<u8>> {
    peer.drop_unread()?;
    peer.send(message)?;
    let Some(answer) = peer.recv(timeout)? else {
        let seconds = timeout.as_secs_f64();
        bail!(Failure::new(
            "lost-datagram",
            format!("no answer from {name} in {seconds} s")
        ));
    };
    Ok(answer)
}

const FAULTS: &[Fault] = &[
    Fault::LostDatagram,
    Fault::StrayDatagram,
    Fault::PortUnreachable,
    Fault::TruncatedDatagram,
    Fault::InvalidUtf8,
];

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

    /// How long to wait for an answer
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "60")]
    timeout: Duration,

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
