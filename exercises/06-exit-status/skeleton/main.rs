//! Exercise 6: tell in the header how a command has ended (you write the
//! server).
//!
//! The contract:
//!
//! - As in lesson 6, what one read brings is a command, and its answer is a
//!   header and a body. In front of the header stands its length: four bytes,
//!   the lowest first.
//! - The header is a JSON object with `md5`, `file_name`, `total_size` (as in
//!   lesson 6) and `status`: the exit status of the command, an integer. `exit
//!   3` is answered with 3.
//! - A command that was ended by a signal has minus the signal's number, as in
//!   Python's `subprocess`: -9 for `kill -9 $$`.
//! - The body is what the command wrote to stdout, and then what it wrote to
//!   stderr, byte for byte.
//! - The command gets no input. It may print more than fits into a pipe, to
//!   either of its outputs. (That it may never end is left to the runner of
//!   lesson 4.)
//!
//! To look up: `Command::output`, `ExitStatus::code`,
//! `std::os::unix::process::ExitStatusExt`, `serde_json::json!`,
//! `dict_header::send_with_header`, `dict_header::md5_hex`. The compiler says
//! what to import.
//!
//! Check it: `just exercise 6` or `cargo checker exercise 6`. A hint: `just
//! hint 6`.

#![allow(clippy::todo)]

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, log, read_some, why_gone};
use dict_header::ADDRESS;
use simple_echo::address;
use sticky_packets::guarded;

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();
    let address = guarded(&address, false)?;
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (mut stream, peer) = accept(&listener);
        log!("client {peer}");
        let id = serve(&mut stream).unwrap_or_else(|error| why_gone(&error));
        log!("client {peer} gone: {id}");
    }
}

/// Answers command after command. Returns why the conversation is over.
fn serve(stream: &mut TcpStream) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        let count = read_some(stream, &mut buffer)?;
        if count == 0 {
            return Ok("peer-closed");
        }
        let command = &buffer[..count];
        log!("received {count} bytes: {:?}", String::from_utf8_lossy(command));
        answer(stream, &mut shell(command))?;
    }
}

/// Runs a command, and sends its header and what it printed.
fn answer(stream: &mut TcpStream, command: &mut Command) -> io::Result<()> {
    todo!("run {command:?}, and answer {stream:?}")
}

/// A shell that runs this, not started yet.
#[cfg(unix)]
fn shell(command: &[u8]) -> Command {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let mut shell = Command::new("sh");
    shell.arg("-c").arg(OsStr::from_bytes(command));
    shell
}

/// A shell that runs this, not started yet.
#[cfg(windows)]
fn shell(command: &[u8]) -> Command {
    use std::os::windows::process::CommandExt;

    let mut shell = Command::new("cmd");
    shell.arg("/C").raw_arg(&*String::from_utf8_lossy(command));
    shell
}

/// Run commands, and tell how they have ended
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
