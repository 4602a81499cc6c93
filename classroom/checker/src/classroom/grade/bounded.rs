//! A command that may take so long and no longer.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use processes::{Running, Status};

/// How often to look whether it has ended.
const LOOK: Duration = Duration::from_millis(20);

/// How much of its output is kept. The rest is read and forgotten.
const OUTPUT: u64 = 64 << 20;

/// How a command ended, and what it printed.
pub struct Ended {
    /// None, if it was ended because its time was up.
    pub status: Option<Status>,
    /// Its stdout.
    pub stdout: Vec<u8>,
    /// Its stderr.
    pub stderr: Vec<u8>,
}

/// Runs a command to its end, or until its time is up. What it started ends with it.
///
/// # Errors
///
/// It cannot be started.
pub fn run(mut command: Command, limit: Duration, running: &Running) -> anyhow::Result<Ended> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (id, (stdout, stderr)) = running
        .start(&mut command, |child| {
            (child.id(), (child.id(), (child.stdout.take(), child.stderr.take())))
        })
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let stdout = stdout.context("its stdout is a pipe")?;
    let stderr = stderr.context("its stderr is a pipe")?;
    let (stdout, stderr) = (thread::spawn(|| read(stdout)), thread::spawn(|| read(stderr)));

    let deadline = Instant::now() + limit;
    let mut status = None;
    while status.is_none() && Instant::now() < deadline {
        thread::sleep(LOOK);
        status = running.with(&id, processes::status).flatten();
    }
    running.end_all();
    let read = |reader: thread::JoinHandle<_>| reader.join().unwrap_or_default();
    Ok(Ended { status, stdout: read(stdout), stderr: read(stderr) })
}

fn read(mut pipe: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    // What an error cuts off is missed by those who look at it.
    let _ = (&mut pipe).take(OUTPUT).read_to_end(&mut kept);
    let _ = io::copy(&mut pipe, &mut io::sink());
    kept
}
