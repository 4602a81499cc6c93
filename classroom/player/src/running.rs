//! The programs that are running, and their end, however it comes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fs, io, process};

use anyhow::Context;

use crate::processes;

/// The status with which an interrupted player ends, as a shell gives it.
const INTERRUPTED: i32 = 130;

/// All programs that were started and have not been waited for, by their sides.
///
/// The scene that plays and the handler of Ctrl-C share them.
#[derive(Clone)]
pub struct Running(Arc<Mutex<Cast>>);

#[derive(Default)]
struct Cast {
    children: BTreeMap<String, Child>,
    folder: Option<PathBuf>,
}

impl Running {
    /// Makes ready to end everything on Ctrl-C, SIGTERM and SIGHUP.
    pub fn new() -> anyhow::Result<Self> {
        processes::adopt_orphans()?;
        let running = Self(Arc::default());
        let interrupted = running.clone();
        ctrlc::set_handler(move || {
            // The lock is kept until the exit: nothing can be started any more.
            let mut cast = interrupted.lock();
            cast.end();
            if let Some(folder) = &cast.folder {
                let _ = fs::remove_dir_all(folder);
            }
            process::exit(INTERRUPTED);
        })
        .context("cannot watch for Ctrl-C")?;
        Ok(running)
    }

    fn lock(&self) -> MutexGuard<'_, Cast> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of the player if Ctrl-C was pressed.
    pub fn stay_if_interrupted(&self) {
        drop(self.lock());
    }

    /// Takes note of the folder that goes when the scene ends.
    pub fn work_in(&self, folder: &Path) {
        self.lock().folder = Some(folder.into());
    }

    /// Starts a program, in a process group of its own. Returns the way to its input.
    pub fn start(&self, side: &str, command: &mut Command) -> io::Result<Option<ChildStdin>> {
        processes::own_group(command);
        // Under the lock, so that Ctrl-C finds the child or prevents it.
        let mut cast = self.lock();
        let mut child = command.spawn()?;
        let input = child.stdin.take();
        cast.children.insert(side.into(), child);
        Ok(input)
    }

    /// Asks something about a side's process, or does something to it. Nothing, if the side
    /// has ended and been waited for.
    pub fn with<T>(&self, side: &str, act: impl FnOnce(&mut Child) -> T) -> Option<T> {
        self.lock().children.get_mut(side).map(act)
    }

    /// Ends a side if it has not ended by itself, with all that it started. Returns its status.
    pub fn end(&self, side: &str) -> Option<io::Result<ExitStatus>> {
        let mut cast = self.lock();
        let mut child = cast.children.remove(side)?;
        let status = processes::end(&mut child);
        processes::end_orphans(cast.children.values());
        Some(status)
    }

    /// Ends all sides.
    pub fn end_all(&self) {
        self.lock().end();
    }
}

impl Cast {
    fn end(&mut self) {
        for child in self.children.values_mut() {
            // A child that cannot be killed has ended already.
            let _ = processes::end(child);
        }
        self.children.clear();
        processes::end_orphans(self.children.values());
    }
}
