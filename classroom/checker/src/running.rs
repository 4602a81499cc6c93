//! The programs that are running, and their end, however it comes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fs, io, process};

use anyhow::Context;

use crate::port::none_is_tried;
use crate::processes;

/// The status with which an interrupted checker ends, as a shell gives it.
const INTERRUPTED: i32 = 130;

/// All programs that were started and have not been waited for, by their process numbers, and
/// the folders in which they work. All checks and the handler of Ctrl-C share them.
#[derive(Clone)]
pub struct Running(Arc<Mutex<Cast>>);

#[derive(Default)]
struct Cast {
    children: BTreeMap<u32, Child>,
    folders: Vec<PathBuf>,
}

impl Running {
    /// Makes ready to end everything on Ctrl-C, SIGTERM and SIGHUP.
    ///
    /// # Errors
    ///
    /// Those of watching for signals.
    pub fn new() -> anyhow::Result<Self> {
        processes::adopt_orphans()?;
        let running = Self(Arc::default());
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

    fn lock(&self) -> MutexGuard<'_, Cast> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of the checker if Ctrl-C was pressed.
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

    /// Starts a program, in a process group of its own, and takes its pipes out of the child
    /// by `pipes`. Returns its process number and what `pipes` returns.
    ///
    /// # Errors
    ///
    /// Those of starting it.
    pub fn start<T>(
        &self,
        command: &mut Command,
        pipes: impl FnOnce(&mut Child) -> T,
    ) -> io::Result<(u32, T)> {
        processes::own_group(command);
        // Under the lock, so that Ctrl-C finds the child or prevents it.
        let mut cast = self.lock();
        let mut child = {
            let _alone = none_is_tried();
            command.spawn()?
        };
        let id = child.id();
        let pipes = pipes(&mut child);
        cast.children.insert(id, child);
        Ok((id, pipes))
    }

    /// Asks something about a program's process, or does something to it. Nothing, if it has
    /// been waited for.
    pub fn with<T>(&self, id: u32, act: impl FnOnce(&mut Child) -> T) -> Option<T> {
        self.lock().children.get_mut(&id).map(act)
    }

    /// Ends a program if it has not ended by itself, with all that it started and that carries
    /// its mark.
    pub fn end(&self, id: u32, mark: &str) {
        let mut cast = self.lock();
        if let Some(mut child) = cast.children.remove(&id) {
            processes::end(&mut child);
        }
        drop(cast);
        processes::end_marked(mark);
    }

    /// Ends all programs.
    pub fn end_all(&self) {
        self.lock().end();
    }
}

impl Cast {
    fn end(&mut self) {
        self.children.values_mut().for_each(processes::end);
        self.children.clear();
        processes::end_orphans(&[]);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;
    use crate::port::Port;
    use crate::role::Transport;

    #[test]
    fn a_port_that_was_found_is_free_though_programs_are_started() {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let running = Running(Arc::default());
                    while !done.load(Ordering::Relaxed) {
                        let started = running.start(&mut Command::new("cargo"), |_| ());
                        let (id, ()) = started.expect("cargo is there");
                        running.with(id, |child| child.kill().and_then(|()| child.wait()));
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
