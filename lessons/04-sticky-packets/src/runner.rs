//! Runs one command of a client in a shell, whatever the command is up to.

use std::io::{self, PipeReader, PipeWriter, Read};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, value_parser};
use connection_loop::seconds;

/// How long to wait for the rest of the output once the shell has ended. What
/// the shell wrote is in the pipe by then; only something that it left in the
/// background can keep us waiting.
const REST: Duration = Duration::from_millis(500);

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
    /// The connection to the client has failed.
    ClientLost(io::Error),
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
        self.run_watching(None, command).unwrap_or_default()
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
        self.run_watching(Some(client), command)
    }

    fn run_watching(
        &self,
        client: Option<&TcpStream>,
        command: &[u8],
    ) -> io::Result<Output> {
        let (sender, events) = mpsc::sync_channel(16);
        match start(command, client, sender) {
            // The threads end when `_kept` goes out of scope.
            Ok((shell, _kept)) => self.collect(shell, &events),
            Err(error) => {
                let reason = error.to_string().escape_default().to_string();
                let remark =
                    Some(format!("the command cannot be run: {reason}"));
                Ok(Output { remark, ..Output::default() })
            }
        }
    }

    /// Puts together what a running command prints, until it ends or exceeds a
    /// limit.
    ///
    /// # Errors
    ///
    /// That of the client's connection.
    pub fn collect(
        &self,
        shell: u32,
        events: &Receiver<Event>,
    ) -> io::Result<Output> {
        let max_reply = self.max_reply as usize;
        let mut output = Output::default();
        let mut deadline = Instant::now() + self.time_limit;
        let mut running = true;
        let mut open_pipes = 2;
        while running || open_pipes > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            // A flood of output must not make us forget the time.
            let event = if left.is_zero() {
                None
            } else {
                events.recv_timeout(left).ok()
            };
            match event {
                Some(Event::Stdout(bytes)) => output.stdout.extend(bytes),
                Some(Event::Stderr(bytes)) => output.stderr.extend(bytes),
                Some(Event::PipeClosed) => open_pipes -= 1,
                Some(Event::ShellEnded) => {
                    running = false;
                    deadline = deadline.min(Instant::now() + REST);
                }
                Some(Event::ClientLost(error)) => {
                    if running {
                        end(shell);
                    }
                    return Err(error);
                }
                None if running => {
                    end(shell);
                    let seconds = self.time_limit.as_secs_f64();
                    output.remark = Some(format!(
                        "ended: the command ran longer than {seconds} s"
                    ));
                    break;
                }
                None => break,
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
/// come first: if there can be none, it must not run. They end, at the latest,
/// when the pipe that is returned is closed.
fn start(
    command: &[u8],
    client: Option<&TcpStream>,
    events: SyncSender<Event>,
) -> io::Result<(u32, PipeWriter)> {
    let (given_up, kept) = io::pipe()?;
    let given_up = Arc::new(given_up);
    let (stdout, stdout_writer) = io::pipe()?;
    let (stderr, stderr_writer) = io::pipe()?;
    forward(stdout, &given_up, events.clone(), Event::Stdout)?;
    forward(stderr, &given_up, events.clone(), Event::Stderr)?;
    if let Some(client) = client {
        watch(client.try_clone()?, &given_up, events.clone())?;
    }
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
    Ok((id, kept))
}

/// Reads a pipe to its end and reports each piece. Ends early once nobody
/// listens: what was left in the background may keep the pipe open for hours.
fn forward(
    mut pipe: PipeReader,
    given_up: &Arc<PipeReader>,
    events: SyncSender<Event>,
    event: fn(Vec<u8>) -> Event,
) -> io::Result<()> {
    let given_up = Arc::clone(given_up);
    thread::Builder::new().spawn(move || {
        let mut piece = vec![0; 64 * 1024];
        while has_news(&pipe, &given_up)
            && let Ok(count) = pipe.read(&mut piece)
            && count > 0
        {
            if events.send(event(piece[..count].to_vec())).is_err() {
                return;
            }
        }
        // As above: it is no loss if nobody listens.
        let _ = events.send(Event::PipeClosed);
    })?;
    Ok(())
}

/// Waits until a pipe has something to read, or its end. Returns false if the
/// other pipe was closed instead.
#[cfg(unix)]
fn has_news(pipe: &PipeReader, given_up: &PipeReader) -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::{Errno, retry_on_intr};

    let mut both =
        [pipe, given_up].map(|pipe| PollFd::new(pipe, PollFlags::IN));
    let waited: Result<_, Errno> = retry_on_intr(|| poll(&mut both, None));
    waited.is_ok() && !both[0].revents().is_empty()
}

/// Windows cannot wait for two pipes: the read waits for one.
#[cfg(windows)]
fn has_news(_pipe: &PipeReader, _given_up: &PipeReader) -> bool {
    true
}

/// Waits until the connection to a client fails, and reports it. An orderly end
/// is no failure.
#[cfg(unix)]
fn watch(
    client: TcpStream,
    given_up: &Arc<PipeReader>,
    events: SyncSender<Event>,
) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::retry_on_intr;

    let given_up = Arc::clone(given_up);
    thread::Builder::new().spawn(move || {
        // Errors are told of without being asked for.
        let mut both = [
            PollFd::new(&client, PollFlags::empty()),
            PollFd::new(&*given_up, PollFlags::IN),
        ];
        let _ = retry_on_intr(|| poll(&mut both, None));
        if both[0].revents().contains(PollFlags::ERR) {
            // The error itself is left to the next read: the command may have
            // ended meanwhile, and then nobody listens here.
            let lost = io::ErrorKind::ConnectionReset.into();
            let _ = events.send(Event::ClientLost(lost));
        }
    })?;
    Ok(())
}

/// Windows tells of it when the answer is sent.
#[cfg(windows)]
fn watch(
    _client: TcpStream,
    _given_up: &Arc<PipeReader>,
    _events: SyncSender<Event>,
) -> io::Result<()> {
    Ok(())
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
