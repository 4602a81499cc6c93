//! Takes files and hands them out again, to several clients at once.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, elog, log, seconds};
use dict_header::Header;
use file_transfer::{
    ADDRESS, Answer, DIR, Folder, MAX_UPLOAD, Reply, Service, end_in_order,
};
use simple_echo::{address, shown};
use struct_header::{Failure, Id};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let address = &args.address;

    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    let folder =
        Folder::open(&args.dir, args.overwrite).with_context(|| {
            let dir = args.dir.display();
            format!("cannot use the folder {dir}; try another --dir")
        })?;
    let service = Arc::new(Service { folder, max_upload: args.max_upload });
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (stream, peer) = accept(&listener);
        log!("client {peer}");

        // A thread for each client: one that is slow makes nobody else wait.
        let service = Arc::clone(&service);
        let work = move || {
            let id = serve(stream, peer, &service, args.timeout)
                .unwrap_or_else(|failure| failure.id.as_str());
            log!("client {peer} gone: {id}");
        };
        if let Err(error) = thread::Builder::new().spawn(work) {
            elog!("client {peer}: cannot start a thread: {error}");
            log!("client {peer} gone: hung-up");
        }
    }
}

/// Serves one request. Returns why the connection is over.
fn serve(
    mut stream: TcpStream,
    peer: SocketAddr,
    service: &Service,
    timeout: Option<Duration>,
) -> Result<&'static str, Failure> {
    stream.set_read_timeout(timeout)?;
    stream.set_write_timeout(timeout)?;
    // The other cure of stalled-write: an answer and its file leave in several
    // writes, and Nagle's algorithm shall not hold the later ones back.
    stream.set_nodelay(true)?;

    let mut wants_answer = true;
    let outcome = match Header::recv(&mut stream) {
        Ok(Some(header)) => {
            // An upload of the older kind gets no answer, good or bad: its
            // client does not wait for one.
            wants_answer = !Service::is_plain_upload(&header);
            service.handle(&mut stream, peer, &header)
        }
        Ok(None) => return Ok("peer-closed"),
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(reply) => {
            if wants_answer {
                reply.send(&mut stream)?;
            }
            end_in_order(&mut stream, timeout)?;
            Ok("peer-closed")
        }
        // Nobody can be told anything who says nothing and hears nothing.
        Err(failure) if failure.id == Id::SILENT_PEER => Err(failure),
        Err(failure) => {
            elog!("client {peer}: {}", shown(&failure.to_string()));
            // However the client takes the answer: this is why it is gone.
            let _ = refuse(&mut stream, &failure, wants_answer, timeout);
            Err(failure)
        }
    }
}

/// Tells a client why it does not get what it wants.
fn refuse(
    stream: &mut TcpStream,
    failure: &Failure,
    wants_answer: bool,
    timeout: Option<Duration>,
) -> Result<(), Failure> {
    if wants_answer {
        Reply::new(&Answer::from(failure))?.send(stream)?;
    }
    Ok(end_in_order(stream, timeout)?)
}

/// Keep the files that clients send, and send them out again
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,

    /// Where to keep the files
    #[arg(long, default_value = DIR)]
    dir: PathBuf,

    /// Let an upload replace a file of the same name
    #[arg(long)]
    overwrite: bool,

    /// Refuse an upload that is longer than this
    #[arg(long, value_name = "BYTES", default_value_t = MAX_UPLOAD)]
    max_upload: usize,

    /// Let a client go that is silent for so long [default: wait for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
}
