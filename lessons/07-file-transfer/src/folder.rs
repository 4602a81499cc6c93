//! A folder of received files: each is there whole, under its name, or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use connection_loop::elog;
use serde::{Deserialize, Serialize};
use struct_header::Failure;
use tempfile::{Builder, NamedTempFile};

use crate::disk;
use crate::name::{PARTIAL, check_name};

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
    /// Opens a folder, and makes it if it is not there. A file in it is replaced
    /// only with `overwrite`.
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
        match self.look_up(name)? {
            None => Ok(()),
            Some(there) if there.is_file() && self.overwrite => Ok(()),
            Some(_) => Err(already_exists()),
        }
    }

    /// Begins a file that is not whole yet. Unless it is kept, it vanishes when
    /// it is dropped.
    ///
    /// # Errors
    ///
    /// `disk` if nothing can be written here.
    pub fn begin(&self) -> Result<NamedTempFile, Failure> {
        // In the folder itself: only within one file system can a file get its
        // name in one step.
        let mut builder = Builder::new();
        builder.prefix(PARTIAL);
        // A temporary file is private; a received one is like any other that
        // the user makes.
        #[cfg(unix)]
        builder
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(&self.path).map_err(|error| {
            // This error tells where the folder lies, which is nobody's
            // business but our own.
            elog!("{error}");
            disk("cannot make a file")(error.kind().into())
        })
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
        let path = self.path.join(name);
        let kept = if self.overwrite {
            whole.persist(path)
        } else {
            whole.persist_noclobber(path)
        };
        match kept {
            Ok(_) => Ok(()),
            Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => {
                Err(already_exists())
            }
            Err(failed) => Err(disk("cannot keep the file")(failed.error)),
        }
    }

    /// Opens a file to be read.
    ///
    /// # Errors
    ///
    /// `path-traversal` as in [`Folder::check_free`]; `not-found` where there is
    /// no regular file; `disk` for one that cannot be opened.
    pub fn read(&self, name: &str) -> Result<File, Failure> {
        let not_found =
            || Failure::new("not-found", "there is no file of this name");
        let there = self.look_up(name)?.ok_or_else(not_found)?;
        // To open a pipe would wait for whoever writes into it.
        if !there.is_file() {
            return Err(not_found());
        }
        let file = open_itself(&self.path.join(name))
            .map_err(disk("cannot open the file"))?;
        // Between the look and the opening, somebody may have put something
        // else in its place. What is open now is what it is.
        let opened = file.metadata().map_err(disk("cannot open the file"))?;
        if opened.is_file() { Ok(file) } else { Err(not_found()) }
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
            if let Ok(Some(there)) = self.look_up(&filename)
                && there.is_file()
            {
                entries.push(Entry { filename, filesize: there.len() });
            }
        }
        entries.sort_by(|one, other| one.filename.cmp(&other.filename));
        Ok(entries)
    }

    /// What there is under a name, if anything.
    fn look_up(&self, name: &str) -> Result<Option<Metadata>, Failure> {
        check_name(name)?;
        // Not `metadata`, which follows a link to where it leads: perhaps out
        // of the folder.
        match fs::symlink_metadata(self.path.join(name)) {
            Ok(there) if there.is_symlink() => {
                Err(Failure::new("path-traversal", "the file name is a link's"))
            }
            Ok(there) => Ok(Some(there)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(disk("cannot look for the file")(error)),
        }
    }
}

/// Opens what has this name, and not what a link of this name leads to, and
/// never waits for a pipe: open(2), O_NOFOLLOW and O_NONBLOCK.
#[cfg(unix)]
fn open_itself(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Opens what has this name: a link itself, if it is one.
#[cfg(windows)]
fn open_itself(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;

    // CreateFileW calls it FILE_FLAG_OPEN_REPARSE_POINT.
    const THE_LINK_ITSELF: u32 = 0x0020_0000;
    OpenOptions::new().read(true).custom_flags(THE_LINK_ITSELF).open(path)
}

fn already_exists() -> Failure {
    Failure::new("already-exists", "there is something of this name already")
}
