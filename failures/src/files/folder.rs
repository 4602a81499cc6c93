//! The folder in which files are kept.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;

use connection_loop::elog;
use dict_header::Header;
use file_transfer::{Listing, disk};
use struct_header::Failure;
use tempfile::NamedTempFile;

use super::recv_body;
use crate::Fault;

/// A folder in which received files are kept.
pub struct Folder {
    path: PathBuf,
    overwrite: bool,
    careful: file_transfer::Folder,
    fault: Option<Fault>,
}

impl Folder {
    /// Opens a folder, and makes it if it is not there. A file in it is
    /// replaced only with `overwrite`.
    ///
    /// # Errors
    ///
    /// A folder that cannot be made.
    pub fn open(
        path: impl Into<PathBuf>,
        overwrite: bool,
        fault: Option<Fault>,
    ) -> io::Result<Self> {
        let path = path.into();
        let careful = file_transfer::Folder::open(&path, overwrite)?;
        Ok(Self { path, overwrite, careful, fault })
    }

    /// Makes sure that a file may be kept under this name.
    ///
    /// [`Fault::PathTraversal`]: any name will do, if nothing has it yet.
    ///
    /// # Errors
    ///
    /// Those of [`file_transfer::Folder::check_free`].
    pub fn check_free(&self, name: &str) -> Result<(), Failure> {
        // ANCHOR: path-traversal
        if self.fault == Some(Fault::PathTraversal) {
            // The name is a stranger's: `../` leaves the folder, and so does a
            // whole path.
            if self.path.join(name).exists() && !self.overwrite {
                return Err(already_exists());
            }
            return Ok(());
        }
        self.careful.check_free(name)
        // ANCHOR_END: path-traversal
    }

    /// Receives a file whose header has come, and keeps it if it is what was
    /// announced.
    ///
    /// [`Fault::InterruptedUpload`]: it has its name from the start.
    /// [`Fault::DigestMismatch`]: nobody looks whether it is what was
    /// announced.
    ///
    /// # Errors
    ///
    /// Those of [`recv_body`], of [`Header::check_md5`] and of
    /// [`Folder::check_free`].
    pub fn recv(
        &self,
        stream: &mut impl Read,
        header: &Header,
        name: &str,
        size: u64,
    ) -> Result<(), Failure> {
        // ANCHOR: interrupted-upload
        if self.fault == Some(Fault::InterruptedUpload) {
            // What has come lies there under the final name, also if no more
            // comes.
            let path = self.path.join(name);
            let mut file = self.create(name)?;
            let md5 = recv_body(stream, &mut file, size, self.fault)?;
            self.check_md5(header, &md5).inspect_err(|_| {
                let _ = fs::remove_file(path);
            })
        } else {
            // Only when it is whole, it gets its name; before, it vanishes if
            // we give up.
            let mut partial = self.careful.begin()?;
            let md5 = recv_body(stream, &mut partial, size, self.fault)?;
            self.check_md5(header, &md5)?;
            self.keep(partial, name)
        }
        // ANCHOR_END: interrupted-upload
    }

    /// Compares the digest of what has come with the one announced.
    // ANCHOR: digest-mismatch
    fn check_md5(
        &self,
        header: &Header,
        received: &str,
    ) -> Result<(), Failure> {
        if self.fault == Some(Fault::DigestMismatch) {
            // As many bytes as announced have come. That they are the file is a
            // hope.
            return Ok(());
        }
        if let Some(remark) = header.check_md5(received)? {
            elog!("{remark}");
        }
        Ok(())
    }
    // ANCHOR_END: digest-mismatch

    /// Makes a file under its final name.
    fn create(&self, name: &str) -> Result<File, Failure> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        options
            .write(true)
            .truncate(true)
            .create(self.overwrite)
            .create_new(!self.overwrite);
        options.open(path).map_err(disk("cannot make the file"))
    }

    /// Gives a file that is whole its name.
    fn keep(&self, whole: NamedTempFile, name: &str) -> Result<(), Failure> {
        if self.fault != Some(Fault::PathTraversal) {
            return self.careful.keep(whole, name);
        }
        self.check_free(name)?;
        let kept = whole.persist(self.path.join(name));
        kept.map(|_| ())
            .map_err(|failed| disk("cannot keep the file")(failed.error))
    }

    /// Opens a file to be read.
    ///
    /// [`Fault::PathTraversal`]: any file.
    ///
    /// # Errors
    ///
    /// Those of [`file_transfer::Folder::read`].
    pub fn read(&self, name: &str) -> Result<File, Failure> {
        if self.fault != Some(Fault::PathTraversal) {
            return self.careful.read(name);
        }
        File::open(self.path.join(name)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                Failure::new("not-found", "there is no file of this name")
            }
            _ => disk("cannot open the file")(error),
        })
    }

    /// Lists the files.
    ///
    /// # Errors
    ///
    /// `disk` if the folder cannot be read.
    pub fn list(&self) -> Result<Listing, Failure> {
        self.careful.list().map(Listing::fitting)
    }
}

fn already_exists() -> Failure {
    Failure::new("already-exists", "there is something of this name already")
}
