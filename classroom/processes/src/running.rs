//! The programs that are running, and their end, however it comes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, process, thread};

use anyhow::Context;

use crate::port::none_is_tried;
use crate::started::Brood;
use crate::{child, started};

/// The status with which we end when we are interrupted, as a shell gives it.
const INTERRUPTED: i32 = 130;

/// How long to wait until all of a program is paused, and how often to look.
const PATIENCE: Duration = Duration::from_secs(5);
const MOMENT: Duration = Duration::from_millis(2);

/// All programs that were started and have not been waited for, by the names that they were
/// given or else by their process numbers, and the folders in which they work. Whoever starts
/// some and the handler of Ctrl-C share them.
pub struct Running<Name = u32>(Arc<Mutex<Cast<Name>>>);

struct Cast<Name> {
    programs: BTreeMap<Name, Program>,
    folders: Vec<PathBuf>,
}

struct Program {
    child: Child,
    brood: Brood,
}

impl<Name> Clone for Running<Name> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Name: Ord + Send + 'static> Running<Name> {
    /// Makes ready to end everything on Ctrl-C, SIGTERM and SIGHUP.
    ///
    /// # Errors
    ///
    /// Those of watching for signals.
    pub fn new() -> anyhow::Result<Self> {
        started::adopt_orphans()?;
        let running = Self::unwatched();
        let interrupted = running.clone();
        ctrlc::set_handler(move || {
            // The lock is kept until the exit: nothing can be started any more.
            let mut cast = interrupted.lock();
            cast.end();
            for folder in &cast.folders {
                let _ = fs::remove_dir_all(folder);
            }
            process::exit(INTERRUPTED);
        })
        .context("cannot watch for Ctrl-C")?;
        Ok(running)
    }

    /// Nothing runs, and nobody watches for Ctrl-C.
    fn unwatched() -> Self {
        Self(Arc::new(Mutex::new(Cast { programs: BTreeMap::new(), folders: Vec::new() })))
    }

    fn lock(&self) -> MutexGuard<'_, Cast<Name>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for our own end if Ctrl-C was pressed.
    pub fn stay_if_interrupted(&self) {
        drop(self.lock());
    }

    /// Takes note of a folder that must go, also on Ctrl-C.
    pub fn add_folder(&self, folder: &Path) {
        self.lock().folders.push(folder.into());
    }

    /// Forgets a folder that is gone.
    pub fn remove_folder(&self, folder: &Path) {
        self.lock().folders.retain(|known| known != folder);
    }

    /// Starts a program, in a process group of its own. `begin` gives it its name, and takes its
    /// pipes out of the child; what it takes is returned.
    ///
    /// # Errors
    ///
    /// Those of starting it.
    pub fn start<T>(
        &self,
        command: &mut Command,
        begin: impl FnOnce(&mut Child) -> (Name, T),
    ) -> io::Result<T> {
        child::own_group(command);
        let brood = Brood::of(command)?;
        // Under the lock, so that Ctrl-C finds the child or prevents it.
        let mut cast = self.lock();
        let mut child = {
            let _alone = none_is_tried();
            command.spawn()?
        };
        brood.take_in(&child);
        let (name, taken) = begin(&mut child);
        cast.programs.insert(name, Program { child, brood });
        Ok(taken)
    }

    /// Asks something about a program's process, or does something to it. Nothing, if it has
    /// been waited for.
    pub fn with<T>(&self, name: &Name, act: impl FnOnce(&mut Child) -> T) -> Option<T> {
        self.lock().programs.get_mut(name).map(|program| act(&mut program.child))
    }

    /// Pauses a program with all that it has started, and waits until all of it is paused or
    /// has ended. Where the system does not tell what it has started, it is paused alone.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::Unsupported`] where programs cannot be paused, [`io::ErrorKind::TimedOut`]
    /// if some of it is not paused after 5 seconds, [`io::ErrorKind::NotFound`] if it has been
    /// waited for, and those of kill(2).
    pub fn pause(&self, name: &Name) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let id = self.known(name, |child| child::pause(child).map(|()| child.id()))??;
        // It first: a process that is paused starts nothing that would be missed.
        while !self.known(name, |child| child::is_paused(child) || child::has_ended(child))? {
            if Instant::now() >= deadline {
                return Err(started::still_runs());
            }
            thread::sleep(MOMENT);
        }
        started::pause(id, deadline)
    }

    /// Lets a paused program go on, with all that it has started.
    ///
    /// # Errors
    ///
    /// As [`Running::pause`] has them.
    pub fn resume(&self, name: &Name) -> io::Result<()> {
        let id = self.known(name, |child| child.id())?;
        started::resume(id)?;
        self.known(name, child::resume)?
    }

    fn known<T>(&self, name: &Name, act: impl FnOnce(&mut Child) -> T) -> io::Result<T> {
        let gone = || io::Error::new(io::ErrorKind::NotFound, "the program is gone");
        self.with(name, act).ok_or_else(gone)
    }

    /// Ends a program if it has not ended by itself, with all that it started. Returns its
    /// status, if it has not been waited for.
    pub fn end(&self, name: &Name) -> Option<io::Result<ExitStatus>> {
        let mut cast = self.lock();
        let mut program = cast.programs.remove(name)?;
        let status = child::end(&mut program.child);
        drop(cast);
        program.brood.end();
        Some(status)
    }

    /// Ends all programs.
    pub fn end_all(&self) {
        self.lock().end();
    }
}

impl<Name> Cast<Name> {
    fn end(&mut self) {
        for program in self.programs.values_mut() {
            // A child that cannot be killed has ended already.
            let _ = child::end(&mut program.child);
        }
        self.programs.clear();
        started::end_orphans();
    }
}

// Elsewhere a new process keeps nothing of ours.
#[cfg(all(test, unix))]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::{Port, Transport};

    #[test]
    fn a_port_that_was_found_is_free_though_programs_are_started() {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let running = Running::unwatched();
                    while !done.load(Ordering::Relaxed) {
                        let started = running
                            .start(&mut Command::new("cargo"), |child| (child.id(), child.id()));
                        let id = started.expect("cargo is there");
                        running.with(&id, |child| child.kill().and_then(|()| child.wait()));
                    }
                });
            }
            let taken = (0..500).find_map(|_| {
                let port = Port::find(Transport::Udp).expect("a port");
                UdpSocket::bind((Ipv4Addr::LOCALHOST, port.number())).err()
            });
            done.store(true, Ordering::Relaxed);
            assert!(taken.is_none(), "{taken:?}");
        });
    }
}
