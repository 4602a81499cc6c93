//! Exercise 7: go on with an upload where it broke off (you write the client).
//!
//! The contract (all headers are those of lesson 6: four bytes with the length,
//! then JSON):
//!
//! - You send `{"action":"resume","filename":NAME,"filesize":N}`. The server
//!   answers `{"status":"ok","offset":K}`: so many bytes of the file it has
//!   already.
//! - You send the file's bytes from K to its end, and nothing that is there
//!   already. Then the server answers `{"status":"ok"}`: it has the whole file.
//!   If K is N, no byte is missing; the second answer comes all the same.
//! - In place of either answer may stand
//!   `{"status":"error","id":ID,"message":TEXT}`. You print the text to stderr,
//!   send nothing more, and end with status 1.
//! - A K that is missing, below 0, or larger than N cannot be meant: that is an
//!   error too (status 1, no byte of the file is sent). So is the end of the
//!   connection before the second answer.
//! - The file may be larger than the memory: it is sent in pieces.
//!
//! To look up: `dict_header::encode_header` (with `serde_json::json!`),
//! `Header::recv`, `Header::text` and `Header::size`,
//! `struct_header::check_length`, `Seek::seek`, `Read::take`, `io::copy`,
//! `anyhow::bail!`. The compiler says what to import.
//!
//! Check it: `just exercise 7` or `cargo checker exercise 7`. A hint: `just
//! hint 7`.

#![allow(clippy::todo)]

use std::fs::File;
use std::io::{self, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use simple_echo::address;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = &args.address;
    let path = args.file.display();
    let mut file = File::open(&args.file)
        .with_context(|| format!("cannot open {path}"))?;
    let size = file
        .metadata()
        .with_context(|| format!("cannot measure {path}"))?
        .len();
    let name = args.file.file_name().and_then(|name| name.to_str());
    let name =
        name.with_context(|| format!("{path} has no name that can be sent"))?;

    let mut stream = TcpStream::connect(address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;
    let sent = upload(&mut stream, &mut file, name, size)
        .with_context(|| format!("cannot upload {path}"))?;
    writeln!(io::stdout(), "sent {sent} of {size} bytes")
        .context("cannot print the result")
}

/// Sends what the server does not have yet of a file of `size` bytes. Returns
/// how many bytes that were.
///
/// # Errors
///
/// A server that refuses the file, whose answers make no sense, or that leaves.
fn upload(
    stream: &mut TcpStream,
    file: &mut File,
    name: &str,
    size: u64,
) -> anyhow::Result<u64> {
    todo!(
        "send what is missing of {name}, {size} bytes in {file:?}, \
         to {stream:?}"
    )
}

/// Upload a file, or what is missing of it
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(value_parser = address)]
    address: String,

    /// The file to upload
    file: PathBuf,
}
