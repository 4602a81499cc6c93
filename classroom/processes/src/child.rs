//! One process that we have started, where the systems differ.

#[cfg(not(unix))]
pub(crate) use portable::{end, is_paused, own_group, pause, resume};
#[cfg(not(unix))]
pub use portable::{has_ended, signal, status};
#[cfg(unix)]
pub(crate) use unix::{end, is_paused, own_group, pause, resume};
#[cfg(unix)]
pub use unix::{has_ended, signal, status};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command, ExitStatus};

    use rustix::process::{
        Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group, waitid,
    };

    use crate::status::Status;

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

    /// How a process has ended, if it has; it is left to be waited for.
    pub fn status(child: &mut Child) -> Option<Status> {
        let status = state(child, WaitIdOptions::EXITED)?;
        let code = || Status::Code(status.exit_status().unwrap_or_default());
        Some(status.terminating_signal().map_or_else(code, Status::Signal))
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

    /// Tells a process to stop where it is. It has stopped once [`is_paused`] says so.
    ///
    /// # Errors
    ///
    /// Those of kill(2); [`io::ErrorKind::Unsupported`] where processes cannot be paused.
    pub fn pause(child: &mut Child) -> io::Result<()> {
        // Not its group: a command that it is just starting would stop half-made, and the
        // process, which waits for that command to start, could not stop.
        Ok(kill_process(Pid::from_child(child), Signal::STOP)?)
    }

    /// Lets a paused process go on.
    ///
    /// # Errors
    ///
    /// As [`pause`] has them.
    pub fn resume(child: &mut Child) -> io::Result<()> {
        Ok(kill_process(Pid::from_child(child), Signal::CONT)?)
    }

    /// Sends a process those signals that do nothing to one that has not asked for them:
    /// SIGWINCH, SIGURG and SIGCHLD.
    ///
    /// # Errors
    ///
    /// Those of kill(2).
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
    use std::process::{Child, Command, ExitStatus};

    use crate::status::Status;

    /// Lets a command start in a group of its own, which the console's Ctrl-C does not reach.
    pub fn own_group(command: &mut Command) {
        use std::os::windows::process::CommandExt;

        /// As Microsoft's page on process creation flags has it.
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
        command.creation_flags(CREATE_NEW_PROCESS_GROUP);
    }

    /// Ends a process, and waits for it.
    pub fn end(child: &mut Child) -> io::Result<ExitStatus> {
        // One that cannot be killed has ended already.
        let _ = child.kill();
        child.wait()
    }

    /// How a process has ended, if it has.
    pub fn status(child: &mut Child) -> Option<Status> {
        let code = child.try_wait().ok().flatten()?.code().unwrap_or_default();
        // The system's own errors begin with C (Microsoft, [MS-ERREF] 2.3): nobody ends with one on
        // purpose. A runtime that reports an exception ends with another: that of .NET begins with
        // E.
        let number = code.cast_unsigned();
        Some(if number >> 28 == 0xc { Status::Exception(number) } else { Status::Code(code) })
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
    ///
    /// # Errors
    ///
    /// Always [`io::ErrorKind::Unsupported`].
    pub fn pause(_child: &mut Child) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Processes cannot be paused here.
    ///
    /// # Errors
    ///
    /// As [`pause`] has them.
    pub fn resume(_child: &mut Child) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// There are no signals here.
    ///
    /// # Errors
    ///
    /// None.
    pub fn signal(_child: &mut Child) -> io::Result<()> {
        Ok(())
    }
}
