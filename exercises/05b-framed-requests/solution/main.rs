//! Exercise 5b: commands that have their length in front, as their answers
//! have.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, log, read_some};
use simple_echo::address;
use sticky_packets::{Runner, guarded};
use struct_header::{ADDRESS, Failure, Id, recv_exactly, send_message};

/// The longest command that is run, in bytes.
const MAX_REQUEST: usize = 4096;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = guarded(&args.address, false)?;
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (mut stream, peer) = accept(&listener);
        log!("client {peer}");
        let id = serve(&mut stream, &args.runner)
            .unwrap_or_else(|failure| failure.id.as_str());
        log!("client {peer} gone: {id}");
    }
}

/// Answers request after request. Returns why the conversation is over:
/// `peer-closed`.
///
/// # Errors
///
/// `negative-length`, `closed-mid-message`, or those of the stream.
fn serve(
    stream: &mut TcpStream,
    runner: &Runner,
) -> Result<&'static str, Failure> {
    while let Some(length) = recv_length(stream)? {
        let answer = if length > MAX_REQUEST {
            skip(stream, length)?;
            format!(
                "oversized-length: a command has at most {MAX_REQUEST} bytes\n"
            )
            .into_bytes()
        } else {
            let command = recv_exactly(stream, length)?;
            log!(
                "received {length} bytes: {:?}",
                String::from_utf8_lossy(&command)
            );
            runner.run_for(stream, &command)?.joined()
        };
        send_message(stream, &answer)?;
    }
    Ok("peer-closed")
}

/// Receives the length of the next request, or `None` if there is no further
/// one.
fn recv_length(stream: &mut TcpStream) -> Result<Option<usize>, Failure> {
    let mut header = [0; 4];
    let mut count = 0;
    while count < header.len() {
        match read_some(stream, &mut header[count..])? {
            // Between two requests is where a client may stop.
            0 if count == 0 => return Ok(None),
            0 => return Err(cut_off()),
            more => count += more,
        }
    }
    let length = i32::from_le_bytes(header);
    let negative = |_| {
        Failure::new("negative-length", format!("a request of {length} bytes"))
    };
    usize::try_from(length).map(Some).map_err(negative)
}

/// Takes so many bytes and keeps none of them.
fn skip(stream: &mut TcpStream, length: usize) -> Result<(), Failure> {
    let length = length as u64;
    let taken = io::copy(&mut stream.take(length), &mut io::sink())?;
    if taken < length {
        return Err(cut_off());
    }
    Ok(())
}

fn cut_off() -> Failure {
    Failure::new(Id::CLOSED_MID_MESSAGE, "the end came within a request")
}

/// Run commands that have their length in front
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    #[command(flatten)]
    runner: Runner,
}
