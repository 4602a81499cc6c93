//! The second version: a function for each thing that is done.

use std::fs::{self, File};
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, elog, log, seconds};
use dict_header::{Header, MAX_HEADER, encode_header};
use file_transfer::{
    ADDRESS, DIR, MAX_UPLOAD, ascii, begin, check_free, check_name, disk,
    end_in_order, file_name, interrupted, keep, look_up, measure_for,
    open_to_read, recv_body, send_body,
};
use serde_json::json;
use simple_echo::{address, shown};
use struct_header::{Failure, Id, check_length};

fn main() -> anyhow::Result<()> {
    let args = Arc::new(Args::parse());
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
        let args = Arc::clone(&args);
        let work = move || {
            let id = serve(&mut stream, peer, &args)
                .unwrap_or_else(|failure| failure.id.as_str());
            log!("client {peer} gone: {id}");
        };
        if let Err(error) = thread::Builder::new().spawn(work) {
            elog!("client {peer}: cannot start a thread: {error}");
            log!("client {peer} gone: hung-up");
        }
    }
}

/// A header that is ready to be sent, and the file that follows it, if one
/// does.
type Reply = (Vec<u8>, Option<(File, u64)>);

/// Serves one request. Returns why the connection is over.
fn serve(
    stream: &mut TcpStream,
    peer: SocketAddr,
    args: &Args,
) -> Result<&'static str, Failure> {
    stream.set_read_timeout(args.timeout)?;
    stream.set_write_timeout(args.timeout)?;
    // The other cure of stalled-write.
    stream.set_nodelay(true)?;

    let mut wants_answer = true;
    let reply = match Header::recv(stream) {
        Ok(Some(header)) => {
            wants_answer = !matches!(header.text("action"), Ok(None));
            handle(stream, peer, &header, args)
        }
        Ok(None) => return Ok("peer-closed"),
        Err(failure) => Err(failure),
    };
    match reply {
        Ok(reply) => {
            if wants_answer {
                send(stream, reply)?;
            }
            end_in_order(stream, args.timeout)?;
            Ok("peer-closed")
        }
        // Nobody can be told anything who says nothing and hears nothing.
        Err(failure) if failure.id == Id::SILENT_PEER => Err(failure),
        Err(failure) => {
            elog!("client {peer}: {}", shown(&failure.to_string()));
            if !wants_answer || send(stream, refusal(&failure)?).is_ok() {
                let _ = end_in_order(stream, args.timeout);
            }
            Err(failure)
        }
    }
}

/// Does what a client asks for.
fn handle(
    stream: &mut TcpStream,
    peer: SocketAddr,
    header: &Header,
    args: &Args,
) -> Result<Reply, Failure> {
    match header.text("action")? {
        None | Some("put") => put(stream, peer, header, args),
        Some("get") => get(stream, peer, header, args),
        Some("list") => list(peer, args),
        Some(other) => {
            log!("client {peer} {}", shown(other));
            let message = "the actions are put, get and list";
            Err(Failure::new("unknown-action", message))
        }
    }
}

/// Receives a file and keeps it, if it is whole and what was announced.
fn put(
    stream: &mut TcpStream,
    peer: SocketAddr,
    header: &Header,
    args: &Args,
) -> Result<Reply, Failure> {
    let name = file_name(header)?;
    let size = header.size(&["filesize"])?;
    log!("client {peer} put {}, {size} bytes", shown(name));
    let size = check_length(size, args.max_upload)? as u64;
    check_name(name)?;
    let path = args.dir.join(name);
    check_free(&path, args.overwrite)?;

    let mut partial = begin(&args.dir)?;
    let md5 =
        recv_body(stream, &mut partial, size, |_| ()).map_err(interrupted)?;
    if let Some(remark) = header.check_md5(&md5)? {
        elog!("client {peer}: {remark}");
    }
    // Somebody may have been faster.
    check_free(&path, args.overwrite)?;
    keep(partial, &path, args.overwrite)?;
    Ok((encode_header(&json!({ "status": "ok" }))?, None))
}

/// Finds the file that is asked for.
fn get(
    stream: &mut TcpStream,
    peer: SocketAddr,
    header: &Header,
    args: &Args,
) -> Result<Reply, Failure> {
    let name = file_name(header)?;
    log!("client {peer} get {}", shown(name));
    check_name(name)?;

    let mut file = open_to_read(&args.dir.join(name))?;
    let header = |size, md5| {
        encode_header(&json!({
            "status": "ok", "filename": name, "filesize": size, "md5": md5,
        }))
    };
    let (header, size) = measure_for(stream, &mut file, header)?;
    Ok((header, Some((file, size))))
}

/// Lists the files, as many as fit into a header.
fn list(peer: SocketAddr, args: &Args) -> Result<Reply, Failure> {
    log!("client {peer} list");

    let mut names = Vec::new();
    let items =
        fs::read_dir(&args.dir).map_err(disk("cannot list the files"))?;
    for item in items {
        let item = item.map_err(disk("cannot list the files"))?;
        // A name that is not UTF-8 does not fit into JSON.
        names.extend(item.file_name().into_string());
    }
    names.sort();

    let mut files = Vec::new();
    let mut left_out = 0;
    let mut room = MAX_HEADER - AROUND_FILES;
    for name in names {
        if check_name(&name).is_err() {
            continue;
        }
        let Ok(Some(there)) = look_up(&args.dir.join(&name)) else { continue };
        if !there.is_file() {
            continue;
        }
        let entry = json!({ "filename": name, "filesize": there.len() });
        // Each takes one byte more, for the comma.
        let length = entry.to_string().len() + 1;
        if left_out == 0 && length <= room {
            room -= length;
            files.push(entry);
        } else {
            left_out += 1;
        }
    }
    let mut answer = json!({ "status": "ok", "files": files });
    if left_out > 0 {
        answer["left_out"] = left_out.into();
    }
    Ok((encode_header(&answer)?, None))
}

/// What a list needs around its files:
/// `{"status":"ok","files":[],"left_out":…}`.
const AROUND_FILES: usize = 64;

/// Tells a client why it does not get what it wants.
fn refusal(failure: &Failure) -> Result<Reply, Failure> {
    let answer = json!({
        "status": "error",
        "id": failure.id.as_str(),
        "message": ascii(&failure.message),
    });
    Ok((encode_header(&answer)?, None))
}

/// Sends a header, and the file after it.
fn send(stream: &mut TcpStream, (header, file): Reply) -> Result<(), Failure> {
    stream.write_all(&header)?;
    if let Some((mut file, size)) = file {
        send_body(&mut file, stream, size, |_| ())??;
    }
    Ok(())
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
