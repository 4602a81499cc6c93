//! Sends each command typed and prints the two datagrams that answer it.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use communication_loop::next_message;
use connection_loop::{elog, seconds};
use simple_echo::address;
use sticky_packets::{Encoding, print_output};
use struct_header::Failure;
use udp::{ADDRESS, connect, recv, send};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    while let Some(command) = next_message("command> ")? {
        match run(&command, &args) {
            Ok(texts) => {
                for text in texts {
                    print_output(&text, args.encoding)
                        .context("cannot print the answer")?;
                }
            }
            // The next command may be answered.
            Err(error) => elog!("{error:#}"),
        }
    }
    Ok(())
}

/// Sends one command, once: to run it again might do harm. Returns the texts
/// that are to be printed.
///
/// Each command has a socket of its own, so that a late answer to an earlier
/// one is never taken for the answer to this one.
fn run(command: &[u8], args: &Args) -> anyhow::Result<Vec<Vec<u8>>> {
    let socket = connect(&args.address)
        .with_context(|| format!("cannot use the address {}", args.address))?;
    send(&socket, command)?;

    let Some(stderr) = recv(&socket, args.timeout)? else {
        bail!(lost("no answer", args));
    };
    let Some(stdout) = recv(&socket, args.timeout)? else {
        // It may be either of the two: nothing in a datagram says which.
        elog!("{}", lost("only one of two datagrams", args));
        return Ok(vec![stderr]);
    };
    Ok(vec![marked(&stderr), stdout])
}

fn lost(what: &str, args: &Args) -> Failure {
    let seconds = args.timeout.as_secs_f64();
    Failure::new(
        "lost-datagram",
        format!("{what} from {} in {seconds} s", args.address),
    )
}

/// Puts `stderr: ` in front of each line.
fn marked(text: &[u8]) -> Vec<u8> {
    text.split_inclusive(|&byte| byte == b'\n')
        .flat_map(|line| [b"stderr: ", line].concat())
        .collect()
}

/// Send each command you type and print its output; q or the end of the input
/// leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How the server's shell writes its text: utf-8, gbk, …
    #[arg(long, default_value = "utf-8")]
    encoding: Encoding,

    /// How long to wait for an answer; a command may take 10 s
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "15")]
    timeout: Duration,
}
