//! The command runner of lessons 4 to 6 and 8, with the faults that it can
//! have.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, SyncSender};
use std::thread;

use anyhow::Context;
use connection_loop::resolve;
use sticky_packets::{Event, Output, Runner};

use crate::Fault;

/// Makes sure that a server which runs other people's commands is not exposed
/// by accident.
///
/// [`Fault::ExposedShell`]: any address will do. So that nobody comes to harm
/// by it, such a server talks only to those who are [`welcome`].
///
/// # Errors
///
/// An address that cannot be resolved, or one that other machines can reach,
/// unless `allow_remote`.
// ANCHOR: exposed-shell
pub fn guarded(
    address: &str,
    allow_remote: bool,
    fault: Option<Fault>,
) -> anyhow::Result<SocketAddr> {
    if fault == Some(Fault::ExposedShell) {
        // Whoever can reach this address can run any command.
        return resolve(address)
            .with_context(|| format!("cannot use the address {address}"));
    }
    sticky_packets::guarded(address, allow_remote)
}
// ANCHOR_END: exposed-shell

/// Tells whether a client may be served. With [`Fault::ExposedShell`] the door
/// is open to the world, but only this machine is let in: the fault is to be
/// looked at, not to be suffered.
pub fn welcome(peer: SocketAddr, fault: Option<Fault>) -> bool {
    fault != Some(Fault::ExposedShell) || peer.ip().to_canonical().is_loopback()
}

/// Runs a command of a client in a shell, within limits, and returns what it
/// printed.
///
/// [`Fault::EndlessCommand`]: without limits. [`Fault::InheritedStdin`]: the
/// command reads what is typed at the server. [`Fault::PipeDeadlock`]: one pipe
/// is read to its end, then the other.
pub fn run(command: &[u8], limits: &Runner, fault: Option<Fault>) -> Output {
    match fault {
        // ANCHOR: endless-command
        Some(Fault::EndlessCommand) => {
            // This waits until the command ends, and keeps all that it prints
            // until then.
            let output = shell(command, fault).output();
            output.map_or_else(cannot_run, |output| Output {
                stdout: output.stdout,
                stderr: output.stderr,
                remark: None,
            })
        }
        // ANCHOR_END: endless-command
        Some(Fault::InheritedStdin | Fault::PipeDeadlock) => {
            let child = shell(command, fault).spawn();
            child
                .and_then(|child| collect(child, limits, fault))
                .unwrap_or_else(cannot_run)
        }
        _ => limits.run(command),
    }
}

fn cannot_run(error: io::Error) -> Output {
    let reason = error.to_string().escape_default().to_string();
    let remark = Some(format!("the command cannot be run: {reason}"));
    Output { remark, ..Output::default() }
}

/// Reads both pipes of a command, and puts together what it prints, as in
/// lesson 4.
///
/// # Errors
///
/// A thread that cannot be started.
fn collect(
    mut child: Child,
    limits: &Runner,
    fault: Option<Fault>,
) -> io::Result<Output> {
    let shell = child.id();
    let (sender, events) = mpsc::sync_channel(16);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (out_sender, err_sender) = (sender.clone(), sender.clone());
    // ANCHOR: pipe-deadlock
    let read_stdout = || forward(stdout, out_sender, Event::Stdout);
    let read_stderr = || forward(stderr, err_sender, Event::Stderr);
    if fault == Some(Fault::PipeDeadlock) {
        // A command that fills its stderr waits until we read there, and we
        // wait for the end of its stdout.
        thread::Builder::new().spawn(|| {
            read_stdout();
            read_stderr();
        })?;
    } else {
        thread::Builder::new().spawn(read_stdout)?;
        thread::Builder::new().spawn(read_stderr)?;
    }
    // ANCHOR_END: pipe-deadlock
    thread::Builder::new().spawn(move || {
        // Nobody may be listening any more; the child is then no longer of
        // interest.
        let _ = child.wait();
        let _ = sender.send(Event::ShellEnded);
    })?;
    limits.collect(shell, &events)
}

/// Reads a pipe to its end and reports each piece. Ends early once nobody
/// listens.
fn forward(
    pipe: Option<impl Read>,
    events: SyncSender<Event>,
    event: fn(Vec<u8>) -> Event,
) {
    let Some(mut pipe) = pipe else { return };
    let mut piece = vec![0; 64 * 1024];
    while let Ok(count) = pipe.read(&mut piece)
        && count > 0
    {
        if events.send(event(piece[..count].to_vec())).is_err() {
            return;
        }
    }
    // As above: it is no loss if nobody listens.
    let _ = events.send(Event::PipeClosed);
}

/// A shell that runs `command`.
fn shell(command: &[u8], fault: Option<Fault>) -> Command {
    let mut shell = bare_shell(command);
    // ANCHOR: inherited-stdin
    if fault == Some(Fault::InheritedStdin) {
        // The command gets the server's keyboard, and waits there for what it
        // wants to read.
        shell.stdin(Stdio::inherit());
    } else {
        // The command finds the end of its input at once.
        shell.stdin(Stdio::null());
    }
    // ANCHOR_END: inherited-stdin
    shell.stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

/// A shell in a process group of its own, so that it can be ended together with
/// everything it started.
#[cfg(unix)]
fn bare_shell(command: &[u8]) -> Command {
    use std::ffi::OsStr;
    use std::os::unix::{ffi::OsStrExt, process::CommandExt};

    let mut shell = Command::new("sh");
    shell.arg("-c").arg(OsStr::from_bytes(command)).process_group(0);
    shell
}

/// A shell, as Windows has it.
#[cfg(windows)]
fn bare_shell(command: &[u8]) -> Command {
    use std::os::windows::process::CommandExt;

    let mut shell = Command::new("cmd");
    shell.arg("/C").raw_arg(&*String::from_utf8_lossy(command));
    shell
}
