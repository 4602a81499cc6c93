//! The server of lesson 7, with the faults that it can have.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use connection_loop::{accept, log, seconds};
use failures::files::{Folder, Service};
use failures::{Fault, listen, one_of};
use file_transfer::{ADDRESS, DIR, MAX_UPLOAD};
use simple_echo::address;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let fault = args.fault;
    // A file that breaks off has an id of its own. Only a header's end is
    // waited for in vain.
    let of_files = fault.filter(|&fault| fault != Fault::ClosedMidMessage);
    let folder = Folder::open(&args.dir, args.overwrite, of_files)
        .with_context(|| {
            format!(
                "cannot use the folder {}; try another --dir",
                args.dir.display()
            )
        })?;
    // ANCHOR: silent-peer
    let timeout =
        if fault == Some(Fault::SilentPeer) { None } else { args.timeout };
    // ANCHOR_END: silent-peer
    let service = Arc::new(Service {
        folder,
        max_upload: args.max_upload,
        timeout,
        fault,
        current: Mutex::default(),
    });

    let listener = listen(&args.address, fault)?;
    log!("listening on {}", listener.local_addr()?);

    loop {
        let (stream, peer) = accept(&listener);
        log!("client {peer}");
        let service = Arc::clone(&service);
        let work = move || {
            let id = service.serve(stream, peer);
            log!("client {peer} gone: {id}");
        };
        // ANCHOR: one-client-blocks-all
        if fault == Some(Fault::OneClientBlocksAll) {
            // The next client is accepted when this one is done.
            work();
        } else {
            thread::spawn(work);
        }
        // ANCHOR_END: one-client-blocks-all
    }
}

const FAULTS: &[Fault] = &[
    Fault::AddressInUse,
    Fault::PeerClosed,
    Fault::PeerReset,
    Fault::WriteAfterClose,
    Fault::UnreadDataReset,
    Fault::HalfClose,
    Fault::SilentPeer,
    Fault::OneClientBlocksAll,
    Fault::ShortRead,
    Fault::ClosedMidMessage,
    Fault::PartialWrite,
    Fault::WrongByteOrder,
    Fault::OversizedLength,
    Fault::NegativeLength,
    Fault::WrongCount,
    Fault::MalformedHeader,
    Fault::PathTraversal,
    Fault::CrossedAnswers,
    Fault::InterruptedUpload,
    Fault::DigestMismatch,
];

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

    /// What to do wrong
    #[arg(long, value_name = "ID", value_parser = one_of(FAULTS))]
    fault: Option<Fault>,
}
