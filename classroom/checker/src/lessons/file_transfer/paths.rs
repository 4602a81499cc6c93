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

/// Two folders beside the one in which a program may keep files: any, and one whose name begins with
/// the other's.
pub struct Outside {
    folder: TempDir,
    sibling: TempDir,
}

/// A name that leads out of the folder, and what is wrong with a program that follows it, when it
/// has not followed those before.
pub struct Way {
    /// The name.
    pub name: String,
    /// What is wrong.
    pub cause: &'static str,
}

/// Causes of names that lead elsewhere bringing a server down, where none of them led there.
pub const NAMES_CAUSES: &[&str] =
    &["the error that such a name makes is not caught where its client is served"];

/// Causes of a part of a file's lying where the whole belongs.
pub const FINAL_NAME: &str = "the file has its final name from the start: until the rest has come, \
                              and where it never comes, a part lies there";
pub const END_OF_FILE: &str =
    "the end of the connection is taken for that of the file, however much of it was announced";
pub const RESET_PASSED_OVER: &str =
    "the error of a reset is passed over, and what has come is kept as if it were all";

/// The cause of a whole file's not being kept where a part of it was before.
pub const IN_THE_WAY: &str =
    "what has come of a file that broke off stands in the way when it is sent again";

/// What is wrong with a file that has come to lie elsewhere.
pub const OUTSIDE: &str = "it lies outside of the server's folder";

/// Causes of a name's leading elsewhere.
const JOINED: &str = "the name is joined to the folder as it is: ../ leads out of it";
const ABSOLUTE: &str = "an absolute path takes the folder's place when it is joined to it";
const AS_TEXT: &str = "the path is compared with the folder's as text: that of another folder \
                       beside it may begin with the same letters";
const ONCE: &str = "../ is taken out once: what remains makes a new one";
const BEGINNING: &str = "only the beginning of the name is looked at: ../ stands further back";
const ONE_SLASH: &str = "a slash is taken from the front, or looked for there, once: what remains is \
                         absolute again";
const BACKSLASH: &str = "a backslash is taken for a slash, and was not when the name was looked at";
const ESCAPES: &str = "%2e and %2f are made dots and slashes when the name has been looked at";
const NORMALISED: &str = "the name is normalised, which makes dots of other letters, when it has \
                          been looked at";
const BLANKS: &str = "blanks are cut off when the name has been looked at";

impl Outside {
    /// Makes them beside `kept`, which is the bench's folder or lies in it.
    pub fn new(bench: &Bench, kept: &Path) -> Outcome<Self> {
        // Within the bench's folder we are alone; around it we are not.
        let letters = if kept == bench.folder() { 6 } else { 0 };
        let around = kept.parent().unwrap_or(kept);
        let folder = Builder::new().prefix("outside").rand_bytes(letters).tempdir_in(around)?;
        let name = format!("{}-beside", name_of(kept));
        let sibling = Builder::new().prefix(&name).rand_bytes(0).tempdir_in(around)?;
        Ok(Self { folder, sibling })
    }

    /// The folders.
    pub fn folders(&self) -> [&Path; 2] {
        [self.folder.path(), self.sibling.path()]
    }

    /// Names that lead to a file in them: relative, and absolute; and such as lead there when a usual
    /// half of a cure has been applied to them.
    pub fn ways(&self, file: &str) -> Vec<Way> {
        let absolute = |folder: &TempDir| folder.path().join(file).to_string_lossy().into_owned();
        let [elsewhere, in_sibling] = [&self.folder, &self.sibling].map(absolute);
        let [beside, sibling] = [&self.folder, &self.sibling].map(|folder| name_of(folder.path()));
        [
            (format!("../{beside}/{file}"), JOINED),
            (elsewhere.clone(), ABSOLUTE),
            (format!("../{sibling}/{file}"), AS_TEXT),
            (in_sibling, AS_TEXT),
            (format!("../../{beside}/{file}"), ONCE),
            (format!("....//{beside}/{file}"), ONCE),
            (format!("..././{beside}/{file}"), ONCE),
            (format!("./../{beside}/{file}"), BEGINNING),
            (format!("x/../../{beside}/{file}"), BEGINNING),
            (format!("/{elsewhere}"), ONE_SLASH),
            (format!("..\\{beside}\\{file}"), BACKSLASH),
            (format!("%2e%2e/{beside}/{file}"), ESCAPES),
            (format!("%2e%2e%2f{beside}%2f{file}"), ESCAPES),
            (format!("\u{ff0e}\u{ff0e}/{beside}/{file}"), NORMALISED),
            (format!(" ../{beside}/{file} "), BLANKS),
        ]
        .map(|(name, cause)| Way { name, cause })
        .into()
    }

    /// Expects that no file of this name lies in them.
    pub fn expect_no_file(&self, file: &str, why: &str, cause: &str) -> Outcome {
        let outcome = self.folders().iter().try_for_each(|at| expect_no_file(at, file, why));
        outcome.map_err(|stop| stop.only_cause(cause))
    }
}

/// The last part of a path.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What comes behind a file whose size was announced.
pub const BEHIND: &[u8] = b"and more than that";

/// The cause of its being taken for a part of the file.
pub const TOO_MUCH: &str = "each read asks for a bufferful, also where less is missing: what comes \
                            behind the file is taken for its end";

/// Expects that nothing of what came behind a file is in it. Whether such a file is kept is left
/// open.
pub fn expect_nothing_behind(folder: &Path, name: &str, file: &[u8]) -> Outcome {
    match find(folder, name) {
        Some(_) => expect_file(folder, name, file).map(drop),
        None => Ok(()),
    }
    .map_err(|stop| stop.only_cause(TOO_MUCH))
}
