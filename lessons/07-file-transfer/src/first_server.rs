//! The first version: one function that receives a file.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, elog, log, read_some, seconds};
use dict_header::Header;
use file_transfer::{
    ADDRESS, DIR, MAX_UPLOAD, PARTIAL, check_name, disk, end_in_order,
    file_name, interrupted, keep,
};
use simple_echo::{address, shown};
use struct_header::{Failure, check_length};
use tempfile::Builder;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = &args.address;
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    fs::create_dir_all(&args.dir).with_context(|| {
        let dir = args.dir.display();
        format!("cannot use the folder {dir}; try another --dir")
    })?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (mut stream, peer) = accept(&listener);
        log!("client {peer}");

        // A thread for each client: one that is slow makes nobody else wait.
        let dir = args.dir.clone();
        let work = move || {
            let id = receive(&mut stream, peer, &dir, args.timeout)
                .unwrap_or_else(|failure| {
                    elog!("client {peer}: {}", shown(&failure.to_string()));
                    failure.id.as_str()
                });
            let _ = end_in_order(&mut stream, args.timeout);
            log!("client {peer} gone: {id}");
        };
        if let Err(error) = thread::Builder::new().spawn(work) {
            elog!("client {peer}: cannot start a thread: {error}");
            log!("client {peer} gone: hung-up");
        }
    }
}

/// Receives one file. Returns why the connection is over.
fn receive(
    stream: &mut TcpStream,
    peer: SocketAddr,
    dir: &Path,
    timeout: Option<Duration>,
) -> Result<&'static str, Failure> {
    stream.set_read_timeout(timeout)?;

    // A header, which tells the name and the size of the file.
    let Some(header) = Header::recv(stream)? else {
        return Ok("peer-closed");
    };
    let name = file_name(&header)?;
    let size = header.size(&["filesize"])?;
    log!("client {peer} put {}, {size} bytes", shown(name));
    check_name(name)?;
    let size = check_length(size, MAX_UPLOAD)?;

    // The file, piece by piece, under a name that nobody asks for.
    let mut partial = Builder::new()
        .prefix(PARTIAL)
        .tempfile_in(dir)
        .map_err(disk("cannot make a file"))?;
    let mut piece = vec![0; 64 * 1024];
    let mut missing = size;
    while missing > 0 {
        // Never ask for more than is still missing.
        let wanted = missing.min(piece.len());
        let count = read_some(stream, &mut piece[..wanted])
            .map_err(|error| interrupted(error.into()))?;
        if count == 0 {
            let message = format!("{missing} of {size} bytes did not come");
            return Err(Failure::new("interrupted-upload", message));
        }
        partial
            .write_all(&piece[..count])
            .map_err(disk("cannot write the file"))?;
        // What has arrived counts, not what was asked for.
        missing -= count;
    }

    // It is whole: now it gets its name, if nothing else has it.
    keep(partial, &dir.join(name), false)?;
    Ok("peer-closed")
}

/// Keep the files that clients send
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// Where to keep the files
    #[arg(long, default_value = DIR)]
    dir: PathBuf,

    /// Let a client go that is silent for so long [default: wait for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
}
