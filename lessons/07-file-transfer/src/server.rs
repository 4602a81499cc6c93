//! Takes files and hands them out again, to several clients at once.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::seconds;
use dict_header::Header;
use file_transfer::{
    ADDRESS, DIR, Folder, MAX_UPLOAD, Reply, Service, end_in_order,
};
use simple_echo::address;
use struct_header::Failure;

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

/// How long to wait after a client could not be accepted.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let folder =
        Folder::open(&args.dir, args.overwrite).with_context(|| {
            format!(
                "cannot use the folder {}; try another --dir",
                args.dir.display()
            )
        })?;
    let service = Arc::new(Service { folder, max_upload: args.max_upload });

    let listener = TcpListener::bind(&args.address).with_context(|| {
        format!(
            "cannot listen on {}; if the port is taken, try another",
            args.address
        )
    })?;
    println!("listening on {}", listener.local_addr()?);

    loop {
        let (stream, peer) = match listener.accept() {
            Ok(client) => client,
            Err(error) => {
                // Mostly this is about one client, which gave up while it waited. If the system
                // has no room for more connections, trying at once again would be of no use.
                eprintln!("cannot accept a client: {error}");
                thread::sleep(ACCEPT_AGAIN);
                continue;
            }
        };
        println!("client {peer}");

        // A thread for each client: one that is slow makes nobody else wait.
        let service = Arc::clone(&service);
        let work = move || {
            let id = serve(stream, peer, &service, args.timeout)
                .unwrap_or_else(|failure| failure.id);
            println!("client {peer} gone: {id}");
        };
        if let Err(error) = thread::Builder::new().spawn(work) {
            eprintln!("client {peer}: cannot start a thread: {error}");
            println!("client {peer} gone: hung-up");
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
    // The other cure of stalled-write: an answer and its file leave in several writes, and
    // Nagle's algorithm shall not hold the later ones back.
    stream.set_nodelay(true)?;

    let header = match Header::recv(&mut stream) {
        Ok(Some(header)) => header,
        Ok(None) => return Ok("peer-closed"),
        Err(failure) => {
            return Ok(refuse(&mut stream, peer, failure, true, timeout));
        }
    };
    // An upload of the older kind gets no answer, good or bad: its client does not wait for one.
    let wants_answer = !Service::is_plain_upload(&header);

    match service.handle(&mut stream, peer, &header) {
        Ok(reply) if wants_answer => reply.send(&mut stream)?,
        Ok(_) => {}
        Err(failure) => {
            return Ok(refuse(
                &mut stream,
                peer,
                failure,
                wants_answer,
                timeout,
            ));
        }
    }
    end_in_order(&mut stream, timeout)?;
    Ok("peer-closed")
}

/// Tells a client why it does not get what it wants. Returns the id of the reason, which is
/// why the client is gone, however it takes the answer.
fn refuse(
    stream: &mut TcpStream,
    peer: SocketAddr,
    failure: Failure,
    wants_answer: bool,
    timeout: Option<Duration>,
) -> &'static str {
    // Nobody can be told anything who says nothing and hears nothing.
    if failure.id != "silent-peer" {
        eprintln!("client {peer}: {failure}");
        if !wants_answer || Reply::from(&failure).send(stream).is_ok() {
            let _ = end_in_order(stream, timeout);
        }
    }
    failure.id
}
