//! A file is there whole, under its name, or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

use struct_header::Failure;
use tempfile::{Builder, NamedTempFile};

use crate::{PARTIAL, disk};

/// Begins a file that is not whole yet. Unless it is kept, it vanishes when it
/// is dropped.
///
/// # Errors
///
/// `disk` if nothing can be written in this folder.
pub fn begin(dir: &Path) -> Result<NamedTempFile, Failure> {
    // In the folder itself: only within one file system can a file get its name
    // in one step.
    let mut builder = Builder::new();
    builder.prefix(PARTIAL);
    // A temporary file is private; a received one is like any other that the
    // user makes.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(dir).map_err(disk("cannot make a file"))
}

/// Gives a file that is whole its name, in one step. Only with `overwrite` it
/// takes the place of another one.
///
/// # Errors
///
/// `already-exists`, or `disk`.
pub fn keep(
    whole: NamedTempFile,
    path: &Path,
    overwrite: bool,
) -> Result<(), Failure> {
    let kept = if overwrite {
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

/// What there is under a path, if anything.
///
/// # Errors
///
/// `path-traversal` for a link, or `disk`.
pub fn look_up(path: &Path) -> Result<Option<Metadata>, Failure> {
    // Not `metadata`, which follows a link to where it leads: perhaps out of
    // the folder.
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() => {
            Err(Failure::new("path-traversal", "the file name is a link's"))
        }
        Ok(there) => Ok(Some(there)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(disk("cannot look for the file")(error)),
    }
}

/// Makes sure that a file may be kept under a path.
///
/// # Errors
///
/// Those of [`look_up`], or `already-exists` for a path that is taken, unless
/// it is a file's and `overwrite`.
pub fn check_free(path: &Path, overwrite: bool) -> Result<(), Failure> {
    match look_up(path)? {
        None => Ok(()),
        Some(there) if there.is_file() && overwrite => Ok(()),
        Some(_) => Err(already_exists()),
    }
}

/// Opens a file to be read.
///
/// # Errors
///
/// `not-found` where there is no regular file, those of [`look_up`], or `disk`
/// for one that cannot be opened.
pub fn open_to_read(path: &Path) -> Result<File, Failure> {
    let not_found =
        || Failure::new("not-found", "there is no file of this name");
    let there = look_up(path)?.ok_or_else(not_found)?;
    if !there.is_file() {
        return Err(not_found());
    }
    let file = open_itself(path).map_err(disk("cannot open the file"))?;
    // Between the look and the opening, somebody may have put something else in
    // its place. What is open now stays what it is.
    let opened = file.metadata().map_err(disk("cannot open the file"))?;
    if opened.is_file() { Ok(file) } else { Err(not_found()) }
}

/// Opens what has this name, and not what a link of this name leads to; and
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
