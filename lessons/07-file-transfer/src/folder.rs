//! A folder of received files: each is there whole, under its name, or not at
//! all.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use struct_header::Failure;
use tempfile::NamedTempFile;

use crate::{begin, check_free, check_name, disk, keep, look_up, open_to_read};

/// A folder in which received files are kept.
pub struct Folder {
    path: PathBuf,
    overwrite: bool,
}

/// One file of a folder, as it is listed.
#[derive(Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub filename: String,
    /// Its size in bytes.
    pub filesize: u64,
}

impl Folder {
    /// Opens a folder, and makes it if it is not there. A file in it is
    /// replaced only with `overwrite`.
    ///
    /// # Errors
    ///
    /// A folder that cannot be made.
    pub fn open(path: impl Into<PathBuf>, overwrite: bool) -> io::Result<Self> {
        let path = path.into();
        fs::create_dir_all(&path)?;
        Ok(Self { path, overwrite })
    }

    /// Makes sure that a file may be kept under this name.
    ///
    /// # Errors
    ///
    /// `path-traversal` for a name that leaves the folder, or that is a link's;
    /// `already-exists` for one that is taken.
    pub fn check_free(&self, name: &str) -> Result<(), Failure> {
        check_name(name)?;
        check_free(&self.path.join(name), self.overwrite)
    }

    /// Begins a file that is not whole yet, as [`begin`] does.
    ///
    /// # Errors
    ///
    /// `disk` if nothing can be written here.
    pub fn begin(&self) -> Result<NamedTempFile, Failure> {
        begin(&self.path)
    }

    /// Gives a file that is whole its name, in one step.
    ///
    /// # Errors
    ///
    /// Those of [`Folder::check_free`]: another client may have been faster; or
    /// `disk`.
    pub fn keep(
        &self,
        whole: NamedTempFile,
        name: &str,
    ) -> Result<(), Failure> {
        self.check_free(name)?;
        keep(whole, &self.path.join(name), self.overwrite)
    }

    /// Opens a file to be read.
    ///
    /// # Errors
    ///
    /// `path-traversal` as in [`Folder::check_free`]; `not-found` where there
    /// is no regular file; `disk` for one that cannot be opened.
    pub fn read(&self, name: &str) -> Result<File, Failure> {
        check_name(name)?;
        open_to_read(&self.path.join(name))
    }

    /// The files that may be asked for, sorted by name: no folders, no links,
    /// none that is not whole yet.
    ///
    /// # Errors
    ///
    /// `disk` if the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
        for item in
            fs::read_dir(&self.path).map_err(disk("cannot list the files"))?
        {
            let item = item.map_err(disk("cannot list the files"))?;
            // A name that is not UTF-8 does not fit into JSON, and nobody could
            // ask for it.
            let Ok(filename) = item.file_name().into_string() else {
                continue;
            };
            // A file may vanish between the listing and this question: it is
            // left out then.
            if check_name(&filename).is_ok()
                && let Ok(Some(there)) = look_up(&item.path())
                && there.is_file()
            {
                entries.push(Entry { filename, filesize: there.len() });
            }
        }
        entries.sort_by(|one, other| one.filename.cmp(&other.filename));
        Ok(entries)
    }
}
