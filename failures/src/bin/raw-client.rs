//! A client that sends exactly what it is told, and prints what comes and how
//! it ended.

use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use failures::raw::{
    count_what_comes, print_what_comes, send_by_hand, send_pieces, unescape,
};
use simple_echo::address;
use socket2::SockRef;

/// How long to wait for a server's system to take notice that we have left.
const PATIENCE: Duration = Duration::from_secs(20);

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = &args.address;
    let mut stream = TcpStream::connect(address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;
    let send = if args.by_hand { send_by_hand } else { send_pieces };
    send(&mut stream, &args.pieces).context("cannot send the pieces")?;

    match args.then {
        Then::Listen => {}
        Then::HalfClose => stream.shutdown(Shutdown::Write)?,
        // Closing waits until the server's system knows of it: what happens
        // next is sure then.
        Then::Leave => {
            return Ok(SockRef::from(&stream).set_linger(Some(PATIENCE))?);
        }
        // Without any lingering, closing resets.
        Then::Reset => {
            return Ok(SockRef::from(&stream).set_linger(Some(Duration::ZERO))?);
        }
    }
    let take = if args.count { count_what_comes } else { print_what_comes };
    take(&mut stream).context("cannot read what comes")
}

/// Send the pieces given, and print what comes and how it ended
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(value_parser = address)]
    address: String,

    /// What to send, as in '\x05\x00hello': each leaves when the server has
    /// read the one before
    #[arg(value_parser = unescape)]
    pieces: Vec<Vec<u8>>,

    /// Send each piece but the first when you press Enter
    #[arg(long)]
    by_hand: bool,

    /// What to do when the last piece is sent
    #[arg(long, value_enum, default_value_t = Then::Listen)]
    then: Then,

    /// Print only how many bytes come, not each read
    #[arg(long)]
    count: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Then {
    /// Print what comes, until the server ends
    Listen,
    /// End our side, and print what comes
    HalfClose,
    /// Close at once
    Leave,
    /// Close at once with a reset, as a client that vanishes
    Reset,
}
