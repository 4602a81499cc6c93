//! Sends files to the server, fetches files from it, and lists what is there.

use std::fs::{self, File};
use std::io::Seek;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::{Parser, Subcommand};
use connection_loop::elog;
use dict_header::{Header, MAX_HEADER};
use file_transfer::{
    ADDRESS, Folder, Listing, Request, check_answer, check_name, file_name,
    measure, progress_bar, recv_body, send_body,
};
use simple_echo::{address, print_answer, shown};
use struct_header::{MAX_REPLY, check_length, recv_message};

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    // One file, one connection.
    let connect = || -> anyhow::Result<TcpStream> {
        let server = &args.server;
        let stream = TcpStream::connect(server).with_context(|| {
            format!("cannot connect to {server}; is the server running?")
        })?;
        // The other cure of stalled-write: a request and its file leave in
        // several writes, and Nagle's algorithm shall not hold the later ones
        // back.
        stream
            .set_nodelay(true)
            .context("cannot turn Nagle's algorithm off")?;
        Ok(stream)
    };

    let mut status = ExitCode::SUCCESS;
    // What goes wrong with one file does not keep the others from being sent.
    let mut report = |name: &str, outcome: anyhow::Result<()>| {
        if let Err(error) = outcome {
            let error = format!("{error:#}");
            elog!("Error: {}: {}", shown(name), shown(&error));
            status = ExitCode::FAILURE;
        }
    };
    match args.action {
        Action::Put { files } => {
            for file in &files {
                report(&file.to_string_lossy(), put(connect, file));
            }
        }
        Action::Get { names, overwrite } => {
            let here = Folder::open(".", overwrite)
                .context("cannot use the current folder")?;
            for name in &names {
                report(name, get(connect, name, &here, args.max_reply));
            }
        }
        Action::List => list(connect)?,
    }
    Ok(status)
}

/// Sends one file.
fn put(
    connect: impl Fn() -> anyhow::Result<TcpStream>,
    path: &Path,
) -> anyhow::Result<()> {
    let name = path.file_name().context("this is no file's name")?;
    let name = name
        .to_str()
        .context("the file name is not UTF-8, and JSON can hold no other")?;
    check_name(name)?;
    // Looked at before it is opened: to open a pipe would wait for whoever
    // writes into it.
    let kind = fs::metadata(path).context("cannot open the file")?;
    ensure!(
        kind.is_file(),
        "this is no regular file; send the files in a folder one by one"
    );
    let mut file = File::open(path).context("cannot open the file")?;
    let (filesize, md5) = measure(&mut file, || Ok(()))?;
    file.rewind().context("cannot read the file again")?;

    let mut stream = connect()?;
    let request = Request::Put { filename: name, filesize, md5: &md5 };
    request.send(&mut stream).context("cannot send the request")?;
    let bar = progress_bar(name, filesize);
    // A file that cannot be read ends it here: the server still waits for the
    // rest of it, and would not answer.
    let sent = send_body(&mut file, &mut stream, filesize, |count| {
        bar.inc(count as u64)
    })?;
    bar.finish_and_clear();

    // Also when the stream failed: perhaps the server says why.
    let answer = recv_message(&mut stream, MAX_HEADER);
    if let Ok(Some(json)) = &answer {
        check_answer(&Header::parse(json)?)?;
    }
    sent.context("cannot send the file")?;
    match answer.context("cannot receive the answer")? {
        Some(_) => say(&format!("put {name}: {filesize} bytes")),
        None => {
            let name = shown(name);
            elog!(
                "{name}: {filesize} bytes sent; unconfirmed, for no answer came"
            );
            Ok(())
        }
    }
}

/// Fetches one file.
fn get(
    connect: impl Fn() -> anyhow::Result<TcpStream>,
    name: &str,
    here: &Folder,
    max_reply: usize,
) -> anyhow::Result<()> {
    // A name that leads out of the folder is the server's to refuse; if it does
    // not, we do.
    let good_name = check_name(name);
    if good_name.is_ok() {
        here.check_free(name)?;
    }

    let mut stream = connect()?;
    Request::Get { filename: name }
        .send(&mut stream)
        .context("cannot send the request")?;
    let header = Header::parse(&recv_answer(&mut stream)?)?;
    check_answer(&header)?;
    good_name?;

    // The name was ours to choose. Another one would be kept where we did not
    // look.
    if file_name(&header)? != name {
        bail!("the answer is for another file name (path-traversal)");
    }
    let filesize = check_length(header.size(&["filesize"])?, max_reply)
        .context("cannot accept this size (--max-reply BYTES sets the limit)")?
        as u64;

    let mut partial = here.begin()?;
    let bar = progress_bar(name, filesize);
    let md5 = recv_body(&mut stream, &mut partial, filesize, |count| {
        bar.inc(count as u64)
    });
    bar.finish_and_clear();
    if let Some(remark) =
        header.check_md5(&md5.context("cannot receive the file")?)?
    {
        elog!("{}: {remark}", shown(name));
    }
    here.keep(partial, name)?;
    say(&format!("get {name}: {filesize} bytes"))
}

/// Prints a line for each file that the server has.
fn list(connect: impl Fn() -> anyhow::Result<TcpStream>) -> anyhow::Result<()> {
    let mut stream = connect()?;
    Request::List.send(&mut stream).context("cannot send the request")?;
    let json = recv_answer(&mut stream)?;
    check_answer(&Header::parse(&json)?)?;
    let listing = Listing::parse(&json)?;

    for entry in &listing.files {
        say(&format!("{}: {} bytes", shown(&entry.filename), entry.filesize))?;
    }
    if listing.left_out > 0 {
        elog!(
            "{} more files are there; the answer had no room for them",
            listing.left_out
        );
    }
    Ok(())
}

/// Receives the header of an answer that must come.
fn recv_answer(stream: &mut TcpStream) -> anyhow::Result<Vec<u8>> {
    recv_message(stream, MAX_HEADER)
        .context("cannot receive the answer")?
        .context(
            "the server closed the connection without an answer (peer-closed)",
        )
}

/// Prints a line.
fn say(line: &str) -> anyhow::Result<()> {
    print_answer(line.as_bytes()).context("cannot print")
}

/// Send files to the server, or fetch them from it
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where the server listens, as IP:PORT
    #[arg(long, global = true, default_value = ADDRESS, value_parser = address)]
    #[arg(value_name = "ADDRESS")]
    server: String,

    /// Refuse a file that is longer than this
    #[arg(long, value_name = "BYTES", default_value_t = MAX_REPLY)]
    #[arg(global = true)]
    max_reply: usize,

    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Send files
    Put {
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Fetch files into the current folder
    Get {
        #[arg(value_name = "NAME", required = true)]
        names: Vec<String>,

        /// Replace a file that is there already
        #[arg(long)]
        overwrite: bool,
    },
    /// List the files that the server has
    List,
}
