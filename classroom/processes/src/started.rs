//! The processes that a program has started, which are nobody's when it is gone.

use std::io;

#[cfg(not(any(target_os = "linux", windows)))]
pub use elsewhere::Brood;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{adopt_orphans, end_orphans, pause, resume};
#[cfg(target_os = "linux")]
pub use linux::{Brood, adopt_orphans, end_orphans, pause, resume};
#[cfg(windows)]
pub use windows::Brood;

/// The error of a pause that does not take effect.
pub fn still_runs() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "some of it still runs, though all was told to stop")
}

#[cfg(target_os = "linux")]
mod linux {
    use std::process::{Child, Command};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};
    use std::{fs, io, process, thread};

    use rustix::process::{
        Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
    };

    use crate::activity::{Activity, children};

    /// The variable in the environment of each program that tells which one it is. Its children
    /// inherit it, also those that leave its process group.
    const MARK: &str = "SOCKET_STEPS_CHECK";

    /// How often to look for processes to be ended, and how long to wait in between: they take a
    /// moment to go, and may start others meanwhile.
    const LOOKS: usize = 1000;
    const MOMENT: Duration = Duration::from_millis(1);

    /// Has processes whose parents end become our children, so that they can be found.
    pub fn adopt_orphans() -> io::Result<()> {
        Ok(set_child_subreaper(Some(getpid()))?)
    }

    /// A program and all that it starts: they carry the same mark.
    pub struct Brood {
        mark: String,
    }

    impl Brood {
        /// Makes ready to know what `command` will start.
        pub fn of(command: &mut Command) -> io::Result<Self> {
            static STARTED: AtomicUsize = AtomicUsize::new(0);
            let mark = format!("{}-{}", process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
            command.env(MARK, &mark);
            Ok(Self { mark })
        }

        /// Takes in the program, which has just been started. It carries the mark already.
        pub fn take_in(&self, _child: &Child) {}

        /// Ends every process that carries the mark, wherever it has moved to.
        pub fn end(self) {
            let entry = format!("{MARK}={}", self.mark);
            end_all(|id| {
                let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
                id != process::id()
                    && environment.split(|&byte| byte == 0).any(|found| found == entry.as_bytes())
            });
        }
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

#[cfg(windows)]
mod windows {
    use std::io;
    use std::os::windows::io::AsRawHandle;
    use std::process::{Child, Command};

    use win32job::{ExtendedLimitInfo, Job};

    /// A program and all that it starts: they are in a job, which nobody can leave. The system
    /// ends all that is in it when it is closed, at the latest when we end ourselves.
    pub struct Brood {
        job: Job,
    }

    impl Brood {
        /// Makes a job for what `command` will start.
        pub fn of(_command: &mut Command) -> io::Result<Self> {
            let mut limits = ExtendedLimitInfo::new();
            limits.limit_kill_on_job_close();
            Ok(Self { job: Job::create_with_limit_info(&limits)? })
        }

        /// Takes in the program, which has just been started. What it starts from now on is
        /// taken in by the system.
        pub fn take_in(&self, child: &Child) {
            // One that has ended already is refused.
            let _ = self.job.assign_process(child.as_raw_handle() as isize);
        }

        /// Ends all of them.
        pub fn end(self) {
            drop(self.job);
        }
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
    #[cfg(not(windows))]
    pub struct Brood;

    #[cfg(not(windows))]
    impl Brood {
        /// Nothing is to be made ready.
        pub fn of(_command: &mut std::process::Command) -> io::Result<Self> {
            Ok(Self)
        }

        /// Nothing is taken in.
        pub fn take_in(&self, _child: &std::process::Child) {}

        /// Nothing is found.
        pub fn end(self) {}
    }

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
