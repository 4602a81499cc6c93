//! Exercise 3b: connect clients in pairs, as a switchboard does.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use anyhow::Context;
use clap::Parser;
use connection_loop::{elog, log};
use simple_echo::{ADDRESS, address};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();

    let listener = TcpListener::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let pair = next_client(&listener)
            .and_then(|first| Ok((first, next_client(&listener)?)))
            .and_then(|(first, second)| connect(first, second));
        if let Err(error) = pair {
            elog!("cannot connect a pair: {error}");
        }
    }
}

/// Waits for a client.
fn next_client(listener: &TcpListener) -> io::Result<TcpStream> {
    let (stream, peer) = listener.accept()?;
    log!("client {peer}");
    Ok(stream)
}

/// Lets two clients talk, and returns at once: the next pair shall not wait for
/// their end.
fn connect(first: TcpStream, second: TcpStream) -> io::Result<()> {
    let back = (second.try_clone()?, first.try_clone()?);
    // A thread for each direction: neither waits for what the other side has to
    // say.
    thread::Builder::new().spawn(move || pass_on(first, second))?;
    thread::Builder::new().spawn(move || pass_on(back.0, back.1))?;
    Ok(())
}

/// Passes on all that one says, and then that it has finished.
fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    match io::copy(&mut from, &mut to) {
        // It may still want to hear what the other says: only this direction is
        // over. An error means that the other has gone meanwhile.
        Ok(_) => drop(to.shutdown(Shutdown::Write)),
        // One of them is lost, and nobody is left to talk with.
        Err(error) => {
            elog!("a connection is lost: {error}");
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        }
    }
}

/// Connect clients in pairs
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
