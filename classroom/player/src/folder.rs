//! The folder of a scene, in which all its sides work.

use std::path::Path;
use std::{env, fs, io};

use anyhow::{Context, ensure};
use tempfile::TempDir;

use crate::step::Content;

/// A fresh folder, which goes with what it holds.
pub struct Folder {
    folder: TempDir,
}

impl Folder {
    /// Makes a folder that nobody else has.
    pub fn new() -> anyhow::Result<Self> {
        // A process tells its folder without links, and so do we.
        let parent = env::temp_dir().canonicalize().context("cannot find the temporary folder")?;
        let folder = tempfile::Builder::new().prefix("scene-").tempdir_in(parent)?;
        Ok(Self { folder })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes a file, with the folders on its way. Returns its size.
    pub fn make_file(&self, name: &str, content: &Content) -> anyhow::Result<usize> {
        let bytes = match content {
            Content::Line(text) => format!("{text}\n").into_bytes(),
            // A prime period: a block that is lost or doubled never goes unnoticed.
            Content::Bytes(count) => {
                let mut bytes = Vec::from_iter(0..=250).repeat(count.div_ceil(251));
                bytes.truncate(*count);
                bytes
            }
        };
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, &bytes).with_context(|| format!("cannot write {name}"))?;
        Ok(bytes.len())
    }

    /// Makes a folder inside.
    pub fn make_folder(&self, name: &str) -> anyhow::Result<()> {
        fs::create_dir_all(self.path().join(name)).with_context(|| format!("cannot make {name}"))
    }

    /// Says what a folder inside holds: `notes.txt 12 bytes, sub/`, or `empty`, or `absent`.
    pub fn list(&self, name: &str) -> io::Result<String> {
        let entries = match fs::read_dir(self.path().join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok("absent".into()),
            entries => entries?,
        };
        let mut list = Vec::new();
        for entry in entries {
            let entry = entry?;
            let metadata = entry.metadata()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            list.push(match metadata.is_dir() {
                true => format!("{name}/"),
                false => format!("{name} {} bytes", metadata.len()),
            });
        }
        if list.is_empty() {
            return Ok("empty".into());
        }
        list.sort();
        Ok(list.join(", "))
    }

    /// Makes sure that two files hold the same bytes.
    pub fn compare(&self, left: &str, right: &str) -> anyhow::Result<()> {
        let read = |name: &str| {
            fs::read(self.path().join(name)).with_context(|| format!("cannot read {name}"))
        };
        ensure!(read(left)? == read(right)?, "{left} and {right} differ");
        Ok(())
    }
}
