//! How long an upload takes whose digest is checked, beside `md5sum` of the same file plus `nc`
//! of it: what one would type without this lesson. Side by side, so that a busy machine slows
//! all of them. Needs md5sum and the OpenBSD nc (Debian: netcat-openbsd).

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

const ROUNDS: usize = 5;
const SIZE: usize = 1 << 30;

fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file.bin");
    make_file(&file)?;

    let (mut md5sum, mut nc, mut put) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        md5sum.push(time(|| run(Command::new("md5sum").arg(&file)))?);
        nc.push(netcat(&file, folder.path())?);
        put.push(upload(&file, folder.path())?);
    }
    let (md5sum, nc, put) = (median(md5sum), median(nc), median(put));
    let ratio = put.as_secs_f64() / (md5sum + nc).as_secs_f64();
    println!("{SIZE} bytes, medians of {ROUNDS}");
    println!("md5sum        {md5sum:>8.2?}");
    println!("nc            {nc:>8.2?}");
    println!("put           {put:>8.2?}  {ratio:.2} times both of them");
    Ok(())
}

/// Writes bytes that no two blocks of which are alike.
fn make_file(path: &Path) -> anyhow::Result<()> {
    let mut file = File::create(path)?;
    let mut state = 1_u64;
    for _ in 0..SIZE / (1 << 16) {
        let block: Vec<u8> = (0..(1 << 16) / 8)
            .flat_map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                state.to_le_bytes()
            })
            .collect();
        file.write_all(&block)?;
    }
    Ok(())
}

/// Sends the file from one nc to another, which writes it to a file.
fn netcat(file: &Path, folder: &Path) -> anyhow::Result<Duration> {
    let port =
        TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
    let received = folder.join("received.bin");
    let mut receiver = Command::new("nc")
        .args(["-N", "-l", "127.0.0.1", &port])
        .stdin(Stdio::null())
        .stdout(File::create(&received)?)
        .spawn()
        .context("cannot start nc")?;
    // Until the receiver listens, the sender is refused at once, and tries again.
    let deadline = Instant::now() + Duration::from_secs(10);
    let duration = loop {
        let mut sender = Command::new("nc");
        sender
            .args(["-N", "127.0.0.1", &port])
            .stdin(File::open(file)?)
            .stderr(Stdio::null());
        if let Ok(duration) = time(|| run(&mut sender)) {
            break duration;
        }
        ensure!(
            Instant::now() < deadline,
            "nc does not listen; is it the OpenBSD one?"
        );
    };
    receiver.wait()?;
    std::fs::remove_file(received)?;
    Ok(duration)
}

/// Sends the file with this lesson's programs.
fn upload(file: &Path, folder: &Path) -> anyhow::Result<Duration> {
    let dir = folder.join("received");
    let mut server = Command::new(env!("CARGO_BIN_EXE_file-transfer-server"))
        .args(["127.0.0.1:0", "--dir"])
        .arg(&dir)
        .stdout(Stdio::piped())
        .spawn()?;
    // Kept open to the end: the server has more to say.
    let mut stdout =
        BufReader::new(server.stdout.take().context("stdout is a pipe")?);
    let mut line = String::new();
    stdout.read_line(&mut line)?;
    let address = line
        .trim()
        .strip_prefix("listening on ")
        .context("the server listens")?;

    let mut client = Command::new(env!("CARGO_BIN_EXE_file-transfer-client"));
    client.args(["--server", address, "put"]).arg(file);
    let duration = time(|| run(&mut client));
    server.kill()?;
    server.wait()?;
    std::fs::remove_dir_all(dir)?;
    duration
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.stdout(Stdio::null()).status();
    let status = status.with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{command:?} failed");
    Ok(())
}

fn time(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
