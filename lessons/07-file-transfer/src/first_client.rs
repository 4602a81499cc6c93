//! The first version: one function that sends a file.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Parser;
use connection_loop::read_some;
use dict_header::encode_header;
use file_transfer::check_name;
use serde_json::json;
use simple_echo::{address, print_answer};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = &args.address;
    let mut stream = TcpStream::connect(address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })?;

    let path = &args.file;
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.context("this is no file's name in UTF-8")?;
    check_name(name)?;
    // Looked at first: to open a pipe would wait for whoever writes into it.
    let there = fs::metadata(path).context("cannot open the file")?;
    ensure!(there.is_file(), "this is no regular file");
    let mut file = File::open(path).context("cannot open the file")?;

    let size = there.len();
    let header = json!({ "filename": name, "filesize": size });
    stream
        .write_all(&encode_header(&header)?)
        .context("cannot send the header")?;

    let mut piece = vec![0; 64 * 1024];
    let mut missing = size;
    while missing > 0 {
        let wanted = missing.min(piece.len() as u64) as usize;
        let count =
            file.read(&mut piece[..wanted]).context("cannot read the file")?;
        ensure!(count > 0, "the file has become shorter");
        stream.write_all(&piece[..count]).context("cannot send the file")?;
        missing -= count as u64;
    }

    // No answer belongs to this protocol. The server's end must do.
    stream.shutdown(Shutdown::Write).context("cannot end our side")?;
    read_some(&mut stream, &mut piece)
        .context("the server has vanished (peer-reset)")?;
    print_answer(format!("sent {name}: {size} bytes").as_bytes())
        .context("cannot print")
}

/// Send a file to the server
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(value_parser = address)]
    address: String,

    /// The file to send
    #[arg(value_name = "FILE")]
    file: PathBuf,
}
