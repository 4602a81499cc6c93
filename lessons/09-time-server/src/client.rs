//! Sends each format typed and prints the time in it. An empty line asks for
//! the usual one.

use std::time::Duration;

use clap::Parser;
use communication_loop::read_line;
use connection_loop::seconds;
use simple_echo::address;
use time_server::ADDRESS;
use udp::ask;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    while let Some(format) = read_line("format> ")? {
        if format == b"q" || format == b"quit" {
            break;
        }
        // An empty line is a request too: a datagram of zero bytes arrives like
        // any other. And to ask twice does no harm, so we may.
        let time = ask(&args.address, &format, args.timeout)?;
        println!("{}", String::from_utf8_lossy(&time));
    }
    Ok(())
}

/// Ask for the time in each format you type, such as %H:%M; q or the end of the
/// input leaves
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// How long to wait for an answer before asking again
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "1")]
    timeout: Duration,
}
