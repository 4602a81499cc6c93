//! What is done to processes and process groups, where the systems differ.

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{adopt_orphans, end_orphans};
#[cfg(target_os = "linux")]
pub use linux::{adopt_orphans, end_orphans};
#[cfg(not(unix))]
pub use portable::{end, has_ended, is_paused, own_group, pause, resume};
#[cfg(unix)]
pub use unix::{end, has_ended, is_paused, own_group, pause, resume};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command, ExitStatus};

    use rustix::process::{
        Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group, waitid,
    };

    /// Lets a command start in a process group of its own, which can be ended as a whole and
    /// which the terminal's Ctrl-C does not reach.
    pub fn own_group(command: &mut Command) {
        command.process_group(0);
    }

    /// Ends a process with its group, and waits for it.
    pub fn end(child: &mut Child) -> io::Result<ExitStatus> {
        // Before the wait: until then the process keeps its number, and we kill no other's.
        // An error says that nobody is left in the group.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        child.wait()
    }

    /// Tells whether a process has ended, and leaves it to be waited for.
    pub fn has_ended(child: &mut Child) -> bool {
        state(child, WaitIdOptions::EXITED).is_some()
    }

    /// Tells whether a process is paused.
    pub fn is_paused(child: &mut Child) -> bool {
        state(child, WaitIdOptions::STOPPED).is_some()
    }

    fn state(child: &Child, wanted: WaitIdOptions) -> Option<WaitIdStatus> {
        let options = wanted | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(Pid::from_child(child)), options).ok().flatten()
    }

    /// Stops a process where it is.
    pub fn pause(child: &mut Child) -> io::Result<()> {
        // Not its group: a command that it is just starting would stop half-made, and the
        // process, which waits for that command to start, could not stop.
        Ok(kill_process(Pid::from_child(child), Signal::STOP)?)
    }

    /// Lets a paused process go on.
    pub fn resume(child: &mut Child) -> io::Result<()> {
        Ok(kill_process(Pid::from_child(child), Signal::CONT)?)
    }
}

#[cfg(not(unix))]
mod portable {
    use std::io;
    use std::process::{Child, Command, ExitStatus};

    /// There are no process groups here.
    pub fn own_group(_command: &mut Command) {}

    /// Ends a process, and waits for it.
    pub fn end(child: &mut Child) -> io::Result<ExitStatus> {
        // One that cannot be killed has ended already.
        let _ = child.kill();
        child.wait()
    }

    /// Tells whether a process has ended.
    pub fn has_ended(child: &mut Child) -> bool {
        !matches!(child.try_wait(), Ok(None))
    }

    /// No process can be paused here.
    pub fn is_paused(_child: &mut Child) -> bool {
        true
    }

    /// Processes cannot be paused here.
    pub fn pause(_child: &mut Child) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Processes cannot be paused here.
    pub fn resume(_child: &mut Child) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::process::{self, Child};
    use std::{fs, io};

    use rustix::process::{
        Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
    };

    /// Has processes whose parents end become our children. A server that is killed leaves
    /// behind the commands that it runs for its clients, each in a group of its own.
    pub fn adopt_orphans() -> io::Result<()> {
        Ok(set_child_subreaper(Some(getpid()))?)
    }

    /// Ends our children that are no sides. The children of each become ours in turn.
    pub fn end_orphans<'a>(sides: impl Iterator<Item = &'a Child>) {
        let sides: Vec<_> = sides.map(Child::id).collect();
        loop {
            let children = children();
            let mut orphans = children.iter().filter(|id| !sides.contains(id)).peekable();
            if orphans.peek().is_none() {
                return;
            }
            for id in orphans.filter_map(|&id| Pid::from_raw(id.cast_signed())) {
                // An error says that it has ended by itself.
                let _ = kill_process(id, Signal::KILL);
                let _ = waitpid(Some(id), WaitOptions::empty());
            }
        }
    }

    fn children() -> Vec<u32> {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|&id| parent(id) == Some(process::id()))
            .collect()
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
    use std::process::Child;

    /// Orphans cannot be adopted here.
    pub fn adopt_orphans() -> io::Result<()> {
        Ok(())
    }

    /// Orphans are nobody's here, and cannot be found.
    pub fn end_orphans<'a>(_sides: impl Iterator<Item = &'a Child>) {}
}
