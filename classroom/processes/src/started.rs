//! The processes that a program has started, which are nobody's when it is gone.

use std::io;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{adopt_orphans, end_marked, end_orphans, pause, resume};
#[cfg(target_os = "linux")]
pub use linux::{adopt_orphans, end_marked, end_orphans, pause, resume};

/// The variable in the environment of each program that tells which one it is. Its children
/// inherit it, also those that leave its process group.
pub const MARK: &str = "SOCKET_STEPS_CHECK";

/// The error of a pause that does not take effect.
pub fn still_runs() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "some of it still runs, though all was told to stop")
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::{Duration, Instant};
    use std::{fs, io, process, thread};

    use rustix::process::{
        Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
    };

    use super::MARK;
    use crate::activity::{Activity, children};

    /// How often to look for processes to be ended, and how long to wait in between: they take a
    /// moment to go, and may start others meanwhile.
    const LOOKS: usize = 1000;
    const MOMENT: Duration = Duration::from_millis(1);

    /// Has processes whose parents end become our children, so that they can be found.
    pub fn adopt_orphans() -> io::Result<()> {
        Ok(set_child_subreaper(Some(getpid()))?)
    }

    /// Ends every process that carries this mark, wherever it has moved to.
    pub fn end_marked(mark: &str) {
        let entry = format!("{MARK}={mark}");
        end_all(|id| {
            let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            id != process::id()
                && environment.split(|&byte| byte == 0).any(|found| found == entry.as_bytes())
        });
    }

    /// Ends all our children. The children of each become ours in turn.
    pub fn end_orphans() {
        end_all(|id| parent(id) == Some(process::id()));
    }

    /// Pauses all that a paused process has started, and waits until each is paused. From the top
    /// to the bottom: whoever is paused starts nobody any more.
    pub fn pause(process: u32, deadline: Instant) -> io::Result<()> {
        for child in children(process) {
            signal(child, Signal::STOP)?;
            while Activity::of(child).is_some_and(|now| !now.paused) {
                if Instant::now() >= deadline {
                    return Err(super::still_runs());
                }
                thread::sleep(MOMENT);
            }
            pause(child, deadline)?;
        }
        Ok(())
    }

    /// Lets all that a process has started go on.
    pub fn resume(process: u32) -> io::Result<()> {
        children(process).into_iter().try_for_each(|child| {
            resume(child)?;
            signal(child, Signal::CONT)
        })
    }

    /// Sends a signal to a process, unless it has ended.
    fn signal(process: u32, signal: Signal) -> io::Result<()> {
        let Some(id) = Pid::from_raw(process.cast_signed()) else { return Ok(()) };
        match kill_process(id, signal) {
            Err(error) if error != rustix::io::Errno::SRCH => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Ends all processes that are wanted, until there are none.
    fn end_all(wanted: impl Fn(u32) -> bool) {
        for _ in 0..LOOKS {
            let found: Vec<_> = ids().filter(|&id| wanted(id)).collect();
            if found.is_empty() {
                return;
            }
            for id in found.into_iter().filter_map(|id| Pid::from_raw(id.cast_signed())) {
                // An error says that it has ended by itself.
                let _ = kill_process(id, Signal::KILL);
                // It is ours to wait for only if its parent has ended.
                let _ = waitpid(Some(id), WaitOptions::NOHANG);
            }
            thread::sleep(MOMENT);
        }
    }

    fn ids() -> impl Iterator<Item = u32> {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
    }

    fn parent(id: u32) -> Option<u32> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // `17 (name) S 1 …`; the name may hold anything, a parenthesis too.
        let (_, fields) = stat.rsplit_once(')')?;
        fields.split_whitespace().nth(1)?.parse().ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::io;
    use std::time::Instant;

    /// Orphans cannot be adopted here.
    pub fn adopt_orphans() -> io::Result<()> {
        Ok(())
    }

    /// What has left its process group cannot be found here.
    pub fn end_marked(_mark: &str) {}

    /// Orphans are nobody's here, and cannot be found.
    pub fn end_orphans() {}

    /// What a process has started cannot be found here.
    pub fn pause(_process: u32, _deadline: Instant) -> io::Result<()> {
        Ok(())
    }

    /// Nothing that it has started was paused.
    pub fn resume(_process: u32) -> io::Result<()> {
        Ok(())
    }
}
