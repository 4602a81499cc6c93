//! Exercise 6b: one header that serves two kinds of clients (you write the
//! server).
//!
//! Some clients of lesson 6 look for the size of an answer under `total_size`,
//! others under `data_size`. Neither knows of the other key, and the server
//! cannot know who is calling.
//!
//! The contract:
//!
//! - What one read brings is a message. Its answer is the same message in
//!   capital letters (ASCII letters only), behind a header. A message may be
//!   any bytes.
//! - In front of the header stands its length in bytes: four bytes, signed, the
//!   lowest first.
//! - The header is a JSON object in UTF-8 with `file_name`, which is `回声.txt`,
//!   and with `total_size` and `data_size`, both the length of the answer in
//!   bytes.
//! - All of a reply leaves in one write (lesson 5 says what happens otherwise).
//! - A client that leaves or vanishes ends its own conversation. The next
//!   client is served.
//!
//! To look up: `serde_json::json!`, `Value::to_string`, `String::len` (is that
//! bytes or characters?), `i32::to_le_bytes`, `Write::write_all`. The compiler
//! says what to import.
//!
//! Check it: `just exercise 6b` or `cargo checker exercise 6b`. A hint: `just
//! hint 6b`.

#![allow(clippy::todo)]

use std::io;
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, log};
use simple_echo::{ADDRESS, address};

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();

    let listener = TcpListener::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (mut stream, peer) = accept(&listener);
        log!("client {peer}");
        match converse(&mut stream) {
            Ok(()) => log!("client {peer} gone: peer-closed"),
            Err(error) => log!("client {peer} gone: {error}"),
        }
    }
}

/// Answers message after message, until the client leaves.
fn converse(stream: &mut TcpStream) -> io::Result<()> {
    todo!(
        "read messages from {stream:?}, and answer each with {:?}",
        reply(b"ITS ANSWER")?
    )
}

/// Puts together a reply: the length of its header, the header, and the body.
fn reply(body: &[u8]) -> io::Result<Vec<u8>> {
    todo!("put a header in front of \"{}\"", body.escape_ascii())
}

/// Answer messages behind a header that every client understands
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
