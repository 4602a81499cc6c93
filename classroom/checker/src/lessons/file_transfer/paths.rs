//! Where files come to lie.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};

use crate::bench::Bench;
use crate::verdict::{Failure, Outcome, ensure};

/// Looks for a file of this name, in a folder and those in it. Links are not followed.
pub fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).find_map(|path| {
        if path.is_dir() && !path.is_symlink() {
            return find(&path, name);
        }
        path.file_name().is_some_and(|found| found == name).then_some(path)
    })
}

/// Takes all that lies in a folder away. Links are not followed.
pub fn clear(folder: &Path) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Expects that a file of this name lies somewhere in a folder, and what is in it. Returns where.
pub fn expect_file(folder: &Path, name: &str, wanted: &[u8]) -> Outcome<PathBuf> {
    let expected = || format!("a file {name} of {} bytes", wanted.len());
    let Some(path) = find(folder, name) else {
        return Err(Failure::new(expected(), "there is no file of this name").into());
    };
    let came = fs::read(&path)?;
    ensure(came == wanted, || {
        let observed = format!("a file {name} of {} bytes, and it is another one", came.len());
        Failure::new(expected(), observed).bytes(wanted, came.as_slice())
    })?;
    Ok(path)
}

/// Expects that no file of this name lies anywhere in a folder.
pub fn expect_no_file(folder: &Path, name: &str, why: &str) -> Outcome {
    let Some(path) = find(folder, name) else { return Ok(()) };
    let size = fs::metadata(path)?.len();
    let observed = format!("a file {name} lies there, of {size} bytes");
    Err(Failure::new(format!("no file under the name {name}: {why}"), observed).into())
}

/// A folder beside the one in which a program may keep files.
pub struct Outside {
    folder: TempDir,
    up: String,
}

impl Outside {
    /// Makes one beside `kept`, which is the bench's folder or lies in it.
    pub fn new(bench: &Bench, kept: &Path) -> Outcome<Self> {
        // Within the bench's folder we are alone; around it we are not.
        let letters = if kept == bench.folder() { 6 } else { 0 };
        let around = kept.parent().unwrap_or(kept);
        let folder = Builder::new().prefix("outside").rand_bytes(letters).tempdir_in(around)?;
        let name = folder.path().file_name().unwrap_or_default().to_string_lossy();
        let up = format!("../{name}");
        Ok(Self { folder, up })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Names that lead to a file in it: relative, and absolute; and such as lead there when a usual
    /// half of a cure has been applied to them.
    pub fn names(&self, file: &str) -> Vec<String> {
        let absolute = self.folder.path().join(file).to_string_lossy().into_owned();
        let up = &self.up;
        let beside = up.trim_start_matches("../");
        vec![
            format!("{up}/{file}"),
            absolute.clone(),
            // `../` is taken out once, from the front or everywhere.
            format!("../{up}/{file}"),
            format!("....//{beside}/{file}"),
            format!("..././{beside}/{file}"),
            // Only a name that begins with dots is refused, or with a slash.
            format!("./{up}/{file}"),
            format!("x/../{up}/{file}"),
            format!("/{absolute}"),
            // It is made right afterwards: other slashes, escapes, other dots.
            format!("..\\{beside}\\{file}"),
            format!("%2e%2e/{beside}/{file}"),
            format!("%2e%2e%2f{beside}%2f{file}"),
            format!("\u{ff0e}\u{ff0e}/{beside}/{file}"),
            // Blanks around it are cut off behind the look at it.
            format!(" {up}/{file} "),
        ]
    }
}
