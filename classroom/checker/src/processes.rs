//! What is done to processes and process groups, where the systems differ.

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{adopt_orphans, end_marked, end_orphans};
#[cfg(target_os = "linux")]
pub use linux::{adopt_orphans, end_marked, end_orphans};
#[cfg(not(unix))]
pub use portable::{end, own_group, pause, resume, signal, status};
#[cfg(unix)]
pub use unix::{end, own_group, pause, resume, signal, status};

/// The variable in the environment of each program under test that tells whose check it is. Its
/// children inherit it, also those that leave its process group.
pub const MARK: &str = "SOCKET_STEPS_CHECK";

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};

    use rustix::process::{
        Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
    };

    use crate::status::Status;

    /// Lets a command start in a process group of its own, which can be ended as a whole and
    /// which the terminal's Ctrl-C does not reach.
    pub fn own_group(command: &mut Command) {
        command.process_group(0);
    }

    /// How a process has ended, if it has; it is left to be waited for.
    pub fn status(child: &mut Child) -> Option<Status> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let status = waitid(WaitId::Pid(Pid::from_child(child)), options).ok().flatten()?;
        let code = || Status::Code(status.exit_status().unwrap_or_default());
        Some(status.terminating_signal().map_or_else(code, Status::Signal))
    }

    /// Ends a process with its group, and waits for it.
    pub fn end(child: &mut Child) {
        // Before the wait: until then the process keeps its number, and we kill no other's.
        // An error says that nobody is left in the group.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        let _ = child.wait();
    }

    /// Stops a process with its group where it is. Tells whether that can be done here.
    pub fn pause(child: &mut Child) -> io::Result<bool> {
        kill_process_group(Pid::from_child(child), Signal::STOP)?;
        Ok(true)
    }

    /// Lets a paused process with its group go on.
    pub fn resume(child: &mut Child) -> io::Result<()> {
        Ok(kill_process_group(Pid::from_child(child), Signal::CONT)?)
    }

    /// Sends a process those signals that do nothing to one that has not asked for them.
    pub fn signal(child: &mut Child) -> io::Result<()> {
        for signal in [Signal::WINCH, Signal::URG, Signal::CHILD] {
            kill_process(Pid::from_child(child), signal)?;
        }
        Ok(())
    }
}

#[cfg(not(unix))]
mod portable {
    use std::io;
    use std::process::{Child, Command};

    use crate::status::Status;

    /// There are no process groups here.
    pub fn own_group(_command: &mut Command) {}

    /// How a process has ended, if it has.
    pub fn status(child: &mut Child) -> Option<Status> {
        let status = child.try_wait().ok().flatten()?;
        Some(Status::Code(status.code().unwrap_or_default()))
    }

    /// Ends a process, and waits for it.
    pub fn end(child: &mut Child) {
        // One that cannot be killed has ended already.
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Processes cannot be paused here.
    pub fn pause(_child: &mut Child) -> io::Result<bool> {
        Ok(false)
    }

    /// Nothing was paused.
    pub fn resume(_child: &mut Child) -> io::Result<()> {
        Ok(())
    }

    /// There are no signals here.
    pub fn signal(_child: &mut Child) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;
    use std::{fs, io, process, thread};

    use rustix::process::{
        Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
    };

    use super::MARK;

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

    /// Ends our children that `known` does not hold. The children of each become ours in turn.
    pub fn end_orphans(known: &[u32]) {
        end_all(|id| parent(id) == Some(process::id()) && !known.contains(&id));
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

    /// Orphans cannot be adopted here.
    pub fn adopt_orphans() -> io::Result<()> {
        Ok(())
    }

    /// What has left its process group cannot be found here.
    pub fn end_marked(_mark: &str) {}

    /// Orphans are nobody's here, and cannot be found.
    pub fn end_orphans(_known: &[u32]) {}
}
