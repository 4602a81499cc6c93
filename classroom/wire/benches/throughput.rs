//! How long many bytes take through the wire, beside a direct connection. Side by side, so that
//! a busy machine slows both.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, ensure};

const ROUNDS: usize = 9;
const SIZE: usize = 1 << 30;
const GIGABYTES: f64 = SIZE as f64 / 1e9;

/// How many bytes the two programs read and write at a time.
const PIECE: usize = 64 * 1024;

fn main() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let server = listener.local_addr()?;
    thread::spawn(move || serve(&listener));
    let (mut wire, address) = start_wire(server)?;

    let (mut direct, mut relayed) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        direct.push(send(server)?);
        relayed.push(send(address)?);
    }
    wire.kill()?;
    wire.wait()?;

    // Each round is compared with itself: what slows a machine for seconds slows both halves.
    let ratios = direct.iter().zip(&relayed).map(|(direct, relayed)| direct / relayed).collect();
    println!("{SIZE} bytes, medians of {ROUNDS}");
    println!("direct        {:>5.2} GB/s", GIGABYTES / median(direct));
    println!("wire --quiet  {:>5.2} GB/s", GIGABYTES / median(relayed));
    println!("share         {:>5.2}", median(ratios));
    Ok(())
}

/// Starts the wire in front of a server, and waits until it listens.
fn start_wire(server: SocketAddr) -> anyhow::Result<(Child, SocketAddr)> {
    let mut wire = Command::new(env!("CARGO_BIN_EXE_wire"))
        .args(["0", &server.to_string(), "--quiet"])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdout = BufReader::new(wire.stdout.take().context("stdout is a pipe")?);
    let mut line = String::new();
    stdout.read_line(&mut line)?;
    // Read to its end: the wire has more to say.
    thread::spawn(move || stdout.lines().for_each(drop));
    let address = line.trim().strip_prefix("listening on ").context("the wire listens")?;
    Ok((wire, address.parse()?))
}

/// Reads each client to its end, and answers it with how much that was.
fn serve(listener: &TcpListener) -> anyhow::Result<()> {
    let mut buffer = vec![0; PIECE];
    loop {
        let (mut stream, _) = listener.accept()?;
        let mut total = 0_u64;
        loop {
            match stream.read(&mut buffer)? {
                0 => break,
                count => total += count as u64,
            }
        }
        stream.write_all(&total.to_le_bytes())?;
    }
}

/// Sends the bytes, and waits until the server has read them. Returns the seconds that took.
fn send(address: SocketAddr) -> anyhow::Result<f64> {
    let piece = vec![b'x'; PIECE];
    let mut stream = TcpStream::connect(address)?;
    let start = Instant::now();
    for _ in 0..SIZE / PIECE {
        stream.write_all(&piece)?;
    }
    stream.shutdown(Shutdown::Write)?;
    let mut total = [0; 8];
    stream.read_exact(&mut total)?;
    let time = start.elapsed().as_secs_f64();
    ensure!(u64::from_le_bytes(total) == SIZE as u64, "not all bytes arrived");
    Ok(time)
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
