//! Runs one command of a client in a shell, whatever the command is up to.

use std::io::{self, PipeReader, Read};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, value_parser};
use connection_loop::seconds;

/// How long to wait for the rest of the output once the shell has ended. What
/// the shell wrote is in the pipe by then; only something that it left in the
/// background can keep us waiting.
const REST: Duration = Duration::from_millis(500);

/// How long to wait for news before we look whether anybody still wants them.
const LOOK: Duration = Duration::from_millis(100);

/// Runs commands, within limits.
#[derive(Args, Clone, Copy, Debug)]
pub struct Runner {
    /// End a command that runs for longer than this
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "10")]
    pub time_limit: Duration,

    /// End a command that prints more than this
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
    #[arg(value_parser = value_parser!(u32).range(..=1 << 30))]
    pub max_reply: u32,
}

/// What a command printed.
#[derive(Debug, Default)]
pub struct Output {
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
    /// What we have to say ourselves, if we had to end it, for instance. It is
    /// ASCII, so that any client can decode it.
    pub remark: Option<String>,
}

impl Output {
    /// All together, stdout first, the remark on a line of its own: the answer
    /// of lessons 4 to 6.
    pub fn joined(mut self) -> Vec<u8> {
        self.stdout.append(&mut self.stderr);
        match self.remark {
            Some(remark) => with_remark(self.stdout, &remark),
            None => self.stdout,
        }
    }
}

/// Puts a remark of ours behind a text, in brackets and on a line of its own.
pub fn with_remark(mut text: Vec<u8>, remark: &str) -> Vec<u8> {
    if text.last().is_some_and(|&byte| byte != b'\n') {
        text.push(b'\n');
    }
    text.extend_from_slice(format!("({remark})\n").as_bytes());
    text
}

/// What the threads around a running command report.
pub enum Event {
    /// A piece of its standard output.
    Stdout(Vec<u8>),
    /// A piece of its standard error.
    Stderr(Vec<u8>),
    /// One of the two has come to its end.
    PipeClosed,
    /// The shell has ended.
    ShellEnded,
}

impl Runner {
    /// Runs one command to its end, or to one of our limits, and returns what
    /// it printed.
    ///
    /// The command gets no input. Both of its pipes are read at the same time:
    /// were one read to its end first, a command that fills the other would
    /// wait for us while we wait for it. What the command leaves in the
    /// background is not waited for, and its pipes are given up.
    pub fn run(&self, command: &[u8]) -> Output {
        // Only a client's connection can fail here, and there is none.
        self.run_while(command, || Ok(())).unwrap_or_default()
    }

    /// Runs one command for a client, and ends it if the client vanishes.
    ///
    /// A client that has closed its side may still wait for the answer, so that
    /// does not count.
    ///
    /// # Errors
    ///
    /// That of the client's connection.
    pub fn run_for(
        &self,
        client: &TcpStream,
        command: &[u8],
    ) -> io::Result<Output> {
        self.run_while(command, || client.take_error()?.map_or(Ok(()), Err))
    }

    fn run_while(
        &self,
        command: &[u8],
        wanted: impl Fn() -> io::Result<()>,
    ) -> io::Result<Output> {
        let (sender, events) = mpsc::sync_channel(16);
        match start(command, sender) {
            Ok(shell) => self.collect(shell, &events, wanted),
            Err(error) => {
                let reason = error.to_string().escape_default().to_string();
                let remark =
                    Some(format!("the command cannot be run: {reason}"));
                Ok(Output { remark, ..Output::default() })
            }
        }
    }

    /// Puts together what a running command prints, until it ends or exceeds a
    /// limit, or `wanted` returns an error.
    ///
    /// # Errors
    ///
    /// That of `wanted`.
    pub fn collect(
        &self,
        shell: u32,
        events: &Receiver<Event>,
        wanted: impl Fn() -> io::Result<()>,
    ) -> io::Result<Output> {
        let max_reply = self.max_reply as usize;
        let mut output = Output::default();
        let mut deadline = Instant::now() + self.time_limit;
        let mut running = true;
        let mut open_pipes = 2;
        while running || open_pipes > 0 {
            if running && let Err(error) = wanted() {
                end(shell);
                return Err(error);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            // A flood of output must not make us forget the time.
            if left.is_zero() {
                if running {
                    end(shell);
                    let seconds = self.time_limit.as_secs_f64();
                    output.remark = Some(format!(
                        "ended: the command ran longer than {seconds} s"
                    ));
                }
                break;
            }
            match events.recv_timeout(left.min(LOOK)) {
                Ok(Event::Stdout(bytes)) => output.stdout.extend(bytes),
                Ok(Event::Stderr(bytes)) => output.stderr.extend(bytes),
                Ok(Event::PipeClosed) => open_pipes -= 1,
                Ok(Event::ShellEnded) => {
                    running = false;
                    deadline = deadline.min(Instant::now() + REST);
                }
                // Nothing new: we look again.
                Err(_) => {}
            }
            if output.stdout.len() + output.stderr.len() > max_reply {
                if running {
                    end(shell);
                }
                output.stdout.truncate(max_reply);
                output.stderr.truncate(max_reply - output.stdout.len());
                output.remark = Some(format!(
                    "ended: the command printed more than {max_reply} bytes"
                ));
                break;
            }
        }
        Ok(output)
    }
}

/// Starts a command, and returns its process id. The threads that watch it
/// come first: if there can be none, it must not run.
fn start(command: &[u8], events: SyncSender<Event>) -> io::Result<u32> {
    let (stdout, stdout_writer) = io::pipe()?;
    let (stderr, stderr_writer) = io::pipe()?;
    forward(stdout, events.clone(), Event::Stdout)?;
    forward(stderr, events.clone(), Event::Stderr)?;
    let (started, child) = mpsc::channel::<Child>();
    thread::Builder::new().spawn(move || {
        // If the command cannot be started, there is nothing to wait for. And
        // nobody may be listening any more when it ends.
        if let Ok(mut child) = child.recv() {
            let _ = child.wait();
            let _ = events.send(Event::ShellEnded);
        }
    })?;

    // Our own copies of the writing ends are closed at the end of this
    // statement. As long as one is open, a pipe has no end.
    let child = shell(command)
        .stdin(Stdio::null())
        .stdout(stdout_writer)
        .stderr(stderr_writer)
        .spawn()?;
    let id = child.id();
    let _ = started.send(child);
    Ok(id)
}

/// Reads a pipe to its end and reports each piece. Ends early once nobody
/// listens.
fn forward(
    mut pipe: PipeReader,
    events: SyncSender<Event>,
    event: fn(Vec<u8>) -> Event,
) -> io::Result<()> {
    thread::Builder::new().spawn(move || {
        let mut piece = vec![0; 64 * 1024];
        loop {
            // What was left in the background may keep the pipe open for hours
            // and say nothing. An empty piece finds out whether somebody still
            // listens.
            let count = if has_news(&pipe) {
                match pipe.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => count,
                }
            } else {
                0
            };
            if events.send(event(piece[..count].to_vec())).is_err() {
                return;
            }
        }
        // As above: it is no loss if nobody listens.
        let _ = events.send(Event::PipeClosed);
    })?;
    Ok(())
}

/// Waits for a moment until there is something to read, or the end.
#[cfg(unix)]
fn has_news(pipe: &PipeReader) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let look = Timespec::try_from(LOOK).ok();
    poll(&mut [PollFd::new(pipe, PollFlags::IN)], look.as_ref())
        .is_ok_and(|ready| ready > 0)
}

/// Windows cannot wait for a pipe: the read does so, for as long as it takes.
#[cfg(windows)]
fn has_news(_pipe: &PipeReader) -> bool {
    true
}

/// A shell that runs `command`, in a process group of its own, so that it can
/// be ended together with everything it started.
#[cfg(unix)]
fn shell(command: &[u8]) -> Command {
    use std::ffi::OsStr;
    use std::os::unix::{ffi::OsStrExt, process::CommandExt};

    let mut shell = Command::new("sh");
    shell.arg("-c").arg(OsStr::from_bytes(command)).process_group(0);
    shell
}

/// A shell that runs `command`.
#[cfg(windows)]
fn shell(command: &[u8]) -> Command {
    use std::os::windows::process::CommandExt;

    let mut shell = Command::new("cmd");
    shell.arg("/C").raw_arg(&*String::from_utf8_lossy(command));
    shell
}

/// Ends a shell and everything in its process group. It may have ended by
/// itself meanwhile.
#[cfg(unix)]
fn end(shell: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};

    if let Some(group) = i32::try_from(shell).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Ends a shell and its descendants. It may have ended by itself meanwhile.
#[cfg(windows)]
fn end(shell: u32) {
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &shell.to_string()])
        .output();
}
