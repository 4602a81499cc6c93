//! The client of lesson 7, with the faults that it can have.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use connection_loop::elog;
use dict_header::Header;
use failures::asking::connect;
use failures::files::{
    Folder, check_filesize, recv_header, send_header, trusted,
};
use failures::{Fault, one_of};
use file_transfer::{
    ADDRESS, Request, check_answer, check_name, file_name, measure, send_body,
};
use simple_echo::{address, shown};
use struct_header::{Failure, MAX_REPLY};

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();

    let mut status = ExitCode::SUCCESS;
    let mut report = |name: &str, outcome: anyhow::Result<()>| {
        if let Err(error) = outcome {
            // ANCHOR: peer-reset
            if args.fault == Some(Fault::PeerReset) && is_reset(&error) {
                // The connection is over, it thinks, and so all is done.
                return;
            }
            // ANCHOR_END: peer-reset
            elog!("Error: {}: {error:#}", shown(name));
            // Nobody looks at what connect says. That nothing can be sent then
            // is said, and the program ends as after a success.
            let unseen = args.fault == Some(Fault::ConnectionRefused)
                && has_failed(&error, &[Fault::WriteAfterClose]);
            if !unseen {
                status = ExitCode::FAILURE;
            }
        }
    };
    match &args.action {
        Action::Put { files } => {
            for file in files {
                report(&file.to_string_lossy(), put(file, &args));
            }
        }
        Action::Get { names, overwrite } => {
            let here = Folder::open(".", *overwrite, args.fault)
                .context("cannot use the current folder")?;
            for name in names {
                report(name, get(name, &here, &args));
            }
        }
    }
    Ok(status)
}

/// Sends one file.
fn put(path: &Path, args: &Args) -> anyhow::Result<()> {
    let fault = args.fault;
    let name = path.file_name().context("this is no file's name")?;
    let name = name
        .to_str()
        .context("the file name is not UTF-8, and JSON can hold no other")?;
    check_name(name)?;
    let mut file = File::open(path).context("cannot open the file")?;
    let (filesize, md5) = measure(&mut file, || Ok(()))?;
    file.rewind().context("cannot read the file again")?;

    let mut stream = call(args)?;
    let request = Request::Put { filename: name, filesize, md5: &md5 };
    send_header(&mut stream, &request, fault)
        .context("cannot send the request")?;
    let sent = send_body(&mut file, &mut stream, filesize, |_| ())?;

    // Also when the write failed: perhaps the server says why.
    let answer = recv_answer(&mut stream, fault);
    if let Ok(Some(header)) = &answer {
        check_answer(header)?;
    }
    sent.context("cannot send the file")?;
    match answer.context("cannot receive the answer")? {
        Some(_) => writeln!(io::stdout(), "put {name}: {filesize} bytes")
            .context("cannot print that it is sent")?,
        None => elog!(
            "{name}: {filesize} bytes sent; unconfirmed, for no answer came"
        ),
    }
    Ok(())
}

/// Fetches one file.
fn get(asked_for: &str, here: &Folder, args: &Args) -> anyhow::Result<()> {
    let fault = args.fault;
    // A name that leads out of the folder is the server's to refuse; if it does
    // not, we do.
    let good_name = check_name(asked_for);
    if good_name.is_ok() {
        here.check_free(asked_for)?;
    }

    let mut stream = call(args)?;
    send_header(&mut stream, &Request::Get { filename: asked_for }, fault)
        .context("cannot send the request")?;
    let header = recv_answer(&mut stream, fault)
        .context("cannot receive the answer")?
        .context(
            "the server closed the connection without an answer (peer-closed)",
        )?;
    check_answer(&header)?;

    let name = trusted(file_name(&header), fault)?;
    // ANCHOR: path-traversal
    if fault == Some(Fault::PathTraversal) {
        // The file is kept under the name that the server gives it, wherever
        // that leads.
        here.check_free(name)?;
    } else {
        good_name?;
        // The name was ours to choose. Another one would be kept where we did
        // not look.
        if name != asked_for {
            let message = "the answer is for another file name";
            return Err(Failure::new("path-traversal", message).into());
        }
    }
    // ANCHOR_END: path-traversal
    let filesize = check_filesize(&header, args.max_reply, fault).context(
        "cannot accept this size (--max-reply BYTES sets the limit)",
    )?;

    here.recv(&mut stream, &header, name, filesize)
        .context("cannot receive the file")?;
    writeln!(io::stdout(), "get {}: {filesize} bytes", shown(name))
        .context("cannot print that it is here")
}

/// Receives the header of the answer, or `None` if the server has closed the
/// connection instead.
// ANCHOR: peer-closed
fn recv_answer(
    stream: &mut TcpStream,
    fault: Option<Fault>,
) -> Result<Option<Header>, Failure> {
    loop {
        let header = recv_header(stream, fault)?;
        // Nothing came; so it looks again, for ever.
        if header.is_some() || fault != Some(Fault::PeerClosed) {
            return Ok(header);
        }
    }
}
// ANCHOR_END: peer-closed

fn is_reset(error: &anyhow::Error) -> bool {
    has_failed(error, &[Fault::PeerReset, Fault::WriteAfterClose])
}

/// Whether it is one of these failures.
fn has_failed(error: &anyhow::Error, ids: &[Fault]) -> bool {
    let failure = error.downcast_ref::<Failure>();
    let id = failure.and_then(|failure| Fault::named(failure.id.as_str()));
    id.is_some_and(|id| ids.contains(&id))
}

fn call(args: &Args) -> anyhow::Result<TcpStream> {
    let stream = connect(&args.server, args.fault)?;
    stream.set_nodelay(true).context("cannot turn Nagle's algorithm off")?;
    Ok(stream)
}

const FAULTS: &[Fault] = &[
    Fault::ConnectionRefused,
    Fault::PeerClosed,
    Fault::PeerReset,
    Fault::ShortRead,
    Fault::ClosedMidMessage,
    Fault::WrongByteOrder,
    Fault::OversizedLength,
    Fault::NegativeLength,
    Fault::WrongCount,
    Fault::MalformedHeader,
    Fault::PathTraversal,
    Fault::InterruptedUpload,
    Fault::DigestMismatch,
];

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

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    #[arg(global = true)]
    fault: Option<Fault>,

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
}
