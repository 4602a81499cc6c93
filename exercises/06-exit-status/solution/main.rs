//! Exercise 6: tell in the header how a command has ended.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitStatus};

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, log, read_some, why_gone};
use dict_header::{ADDRESS, md5_hex, send_with_header};
use serde_json::json;
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
    // Starts it without input, and reads both of its pipes at the same time.
    let output = command.output()?;
    let mut body = output.stdout;
    body.extend(output.stderr);

    let header = json!({
        "md5": md5_hex(&body),
        "file_name": "output.txt",
        "total_size": body.len(),
        "status": exit_status(output.status),
    });
    send_with_header(stream, &header, &body)
}

/// The exit status, or minus the number of the signal that has ended the
/// command.
#[cfg(unix)]
fn exit_status(status: ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt;

    status.code().or_else(|| status.signal().map(|signal| -signal))
}

/// The exit status. There are no signals here.
#[cfg(not(unix))]
fn exit_status(status: ExitStatus) -> Option<i32> {
    status.code()
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
