//! Asks whom to talk to, sends them each line typed and prints what they
//! answer.

use std::net::UdpSocket;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use communication_loop::{next_message, read_line};
use connection_loop::seconds;
use simple_echo::address;
use struct_header::Failure;
use udp::{BUFFER, CHAT_ADDRESS, Friend, Friends, THEIRS, connect, recv, send};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let friends = friends(&args)?;
    eprintln!("friends: {}", friends.names());

    while let Some(name) = next_message("friend> ")? {
        let name = String::from_utf8_lossy(&name);
        let Some(friend) = friends.find(&name) else {
            eprintln!(
                "no friend is called {name:?}; choose from {}",
                friends.names()
            );
            continue;
        };
        match talk(friend, args.timeout) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            // The end of a conversation is not the end of the program.
            Err(error) => eprintln!("{error:#}"),
        }
    }
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

/// Talks to one friend. After `q` the program goes on; at the end of the input
/// it breaks off.
///
/// Each conversation has a socket of its own: an answer that comes after we
/// have given up is never taken for an answer in the next one.
fn talk(friend: &Friend, timeout: Duration) -> anyhow::Result<ControlFlow<()>> {
    let Friend { name, address } = friend;
    let socket = connect(address)
        .with_context(|| format!("cannot use the address {address}"))?;
    loop {
        let message = match read_line(&format!("to {name}> "))? {
            None => return Ok(ControlFlow::Break(())),
            Some(line) if line.is_empty() => continue,
            Some(line) if line == b"q" || line == b"quit" => {
                return Ok(ControlFlow::Continue(()));
            }
            Some(line) => line,
        };
        drop_unread(&socket)?;
        send(&socket, &message)?;

        // A message is never sent twice by itself: our friend would have to
        // answer it twice.
        let Some(answer) = recv(&socket, timeout)? else {
            let seconds = timeout.as_secs_f64();
            bail!(Failure::new(
                "lost-datagram",
                format!("no answer from {name} in {seconds} s")
            ));
        };
        let text = String::from_utf8_lossy(&answer);
        anstream::println!("{name}: {THEIRS}{text}{THEIRS:#}");
    }
}

/// Drops what came after the last answer, such as the same answer a second
/// time: it cannot be the answer to what we have not sent yet.
fn drop_unread(socket: &UdpSocket) -> anyhow::Result<()> {
    socket.set_nonblocking(true)?;
    let mut buffer = vec![0; BUFFER];
    while let Ok(count) = socket.recv(&mut buffer) {
        eprintln!("dropped {count} bytes that came after the answer");
    }
    socket.set_nonblocking(false)?;
    Ok(())
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
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60")]
    timeout: Duration,
}
