//! The digest of a file, computed beside the work that brings its pieces.

use std::sync::mpsc::{self, SyncSender};
use std::thread::{Builder, JoinHandle};

use dict_header::hex;
use md5::{Digest, Md5};
use struct_header::Failure;

use crate::disk;

/// How many pieces may wait to be hashed. Whoever brings more waits for the
/// hasher, so that the memory of a transfer does not grow with the file.
const WAITING: usize = 8;

/// Computes an MD5 digest in a thread of its own.
///
/// MD5 is slower than a connection within one machine. So one piece is hashed
/// while the next is received and written, and hashing is all that a large file
/// still waits for.
pub struct Hasher {
    pieces: SyncSender<Vec<u8>>,
    thread: JoinHandle<String>,
}

impl Hasher {
    /// Begins with no bytes.
    ///
    /// # Errors
    ///
    /// `disk` if the system has no thread to spare: the file cannot be checked
    /// then.
    pub fn start() -> Result<Self, Failure> {
        let (pieces, waiting) = mpsc::sync_channel::<Vec<u8>>(WAITING);
        let hash = move || {
            let mut md5 = Md5::new();
            for piece in waiting {
                md5.update(&piece);
            }
            hex(&md5.finalize())
        };
        let thread = Builder::new()
            .spawn(hash)
            .map_err(disk("cannot check the file"))?;
        Ok(Self { pieces, thread })
    }

    /// Adds a piece.
    pub fn update(&self, piece: Vec<u8>) {
        self.pieces
            .send(piece)
            .expect("the hasher takes pieces until it is told to finish");
    }

    /// Returns the digest of all pieces, as 32 hexadecimal digits.
    pub fn finish(self) -> String {
        drop(self.pieces);
        self.thread.join().expect("the hasher cannot fail")
    }
}
