//! Runs one command of a client in a shell, whatever the command is up to.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use connection_loop::seconds;

/// How long to wait for the rest of the output once the shell has ended. What
/// the shell wrote is in the pipe by then; only something that it left in the
/// background can keep us waiting.
const REST: Duration = Duration::from_millis(500);

/// Runs commands, within limits.
#[derive(Args, Clone, Copy, Debug)]
pub struct Runner {
    /// End a command that runs for longer than this
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    pub time_limit: Duration,

    /// End a command that prints more than this
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
    pub max_reply: usize,
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
        if let Some(remark) = self.remark {
            if self.stdout.last().is_some_and(|&byte| byte != b'\n') {
                self.stdout.push(b'\n');
            }
            self.stdout.extend_from_slice(format!("({remark})\n").as_bytes());
        }
        self.stdout
    }
}

/// What the threads around a running command report.
enum Event {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    PipeClosed,
    ShellEnded,
}

impl Runner {
    /// Runs one command to its end, or to one of our limits, and returns what
    /// it printed.
    ///
    /// The command gets no input. Both of its pipes are read at the same time:
    /// were one read to its end first, a command that fills the other would
    /// wait for us while we wait for it. What the command leaves in the
    /// background is left alone, and not waited for.
    pub fn run(&self, command: &[u8]) -> Output {
        match shell(command).spawn() {
            Ok(child) => self.collect(child),
            Err(error) => {
                let reason = error.to_string().escape_default().to_string();
                let remark =
                    Some(format!("the command cannot be run: {reason}"));
                Output { remark, ..Output::default() }
            }
        }
    }

    fn collect(&self, mut child: Child) -> Output {
        let shell = child.id();
        let (sender, events) = mpsc::sync_channel(16);
        forward(child.stdout.take(), sender.clone(), Event::Stdout);
        forward(child.stderr.take(), sender.clone(), Event::Stderr);
        thread::spawn(move || {
            // Nobody may be listening any more; the child is then no longer of
            // interest.
            let _ = child.wait();
            let _ = sender.send(Event::ShellEnded);
        });

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
                None if running => {
                    end(shell);
                    let seconds = self.time_limit.as_secs_f64();
                    let remark = format!(
                        "ended: the command ran longer than {seconds} s"
                    );
                    output.remark = Some(remark);
                    break;
                }
                None => break,
            }
            if output.stdout.len() + output.stderr.len() > self.max_reply {
                if running {
                    end(shell);
                }
                output.stdout.truncate(self.max_reply);
                output.stderr.truncate(self.max_reply - output.stdout.len());
                let bytes = self.max_reply;
                let remark = format!(
                    "ended: the command printed more than {bytes} bytes"
                );
                output.remark = Some(remark);
                break;
            }
        }
        output
    }
}

/// Reads a pipe to its end and reports each piece. Ends early once nobody
/// listens.
fn forward(
    pipe: Option<impl Read + Send + 'static>,
    events: SyncSender<Event>,
    event: fn(Vec<u8>) -> Event,
) {
    let Some(mut pipe) = pipe else { return };
    thread::spawn(move || {
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
    });
}

/// A shell that runs `command`, with no input, and in a process group of its
/// own, so that it can be ended together with everything it started.
#[cfg(unix)]
fn shell(command: &[u8]) -> Command {
    use std::ffi::OsStr;
    use std::os::unix::{ffi::OsStrExt, process::CommandExt};

    let mut shell = Command::new("sh");
    shell.arg("-c").arg(OsStr::from_bytes(command)).process_group(0);
    without_input(shell)
}

/// A shell that runs `command`, with no input.
#[cfg(windows)]
fn shell(command: &[u8]) -> Command {
    use std::os::windows::process::CommandExt;

    let mut shell = Command::new("cmd");
    shell.arg("/C").raw_arg(&*String::from_utf8_lossy(command));
    without_input(shell)
}

fn without_input(mut shell: Command) -> Command {
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
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
