//! Exercise 7: go on with an upload where it broke off.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Parser;
use dict_header::{Header, encode_header};
use serde_json::json;
use simple_echo::address;
use struct_header::check_length;

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
    let request =
        json!({ "action": "resume", "filename": name, "filesize": size });
    stream
        .write_all(&encode_header(&request)?)
        .context("cannot send the request")?;

    let offset = recv_answer(stream)?.size(&["offset"])?;
    // What is larger than the file, or below zero, cannot be there already.
    let offset = check_length(offset, usize::try_from(size)?)? as u64;
    file.seek(SeekFrom::Start(offset)).context("cannot read on from there")?;

    let sent = io::copy(&mut file.take(size - offset), stream)
        .context("cannot send the file")?;
    recv_answer(stream)?;
    Ok(sent)
}

/// Receives an answer that is not a refusal.
fn recv_answer(stream: &mut TcpStream) -> anyhow::Result<Header> {
    let answer = Header::recv(stream).context("cannot receive the answer")?;
    let answer =
        answer.context("the server closed the connection without an answer")?;
    match answer.text("status")? {
        Some("ok") => Ok(answer),
        _ => bail!(
            "the server refuses: {}",
            answer.text("message")?.unwrap_or("it does not say why")
        ),
    }
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
