//! How long a command and its framed reply take: in one write, as lesson 5 sends it, and in
//! two, as the notes did. Side by side, one after the other, so that a busy machine slows both.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use sticky_packets::Runner;
use struct_header::{recv_message, send_message};

const ROUNDS: usize = 60;
const COMMAND: &[u8] = b"echo hi";
const RUNNER: Runner =
    Runner { time_limit: Duration::from_secs(10), max_reply: 1 << 20 };

fn main() -> io::Result<()> {
    let mut one_write = TcpStream::connect(serve(send_message)?)?;
    let mut two_writes = TcpStream::connect(serve(send_in_two_writes)?)?;

    let (mut shell, mut one, mut two) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        shell.push(time(|| _ = RUNNER.run(COMMAND)));
        one.push(time(|| ask(&mut one_write)));
        two.push(time(|| ask(&mut two_writes)));
    }
    let (shell, one, two) = (median(shell), median(one), median(two));
    println!("the shell alone        {shell:>10.2?}");
    println!(
        "reply in one write     {one:>10.2?}  {:>6.1} times the shell",
        ratio(one, shell)
    );
    println!(
        "reply in two writes    {two:>10.2?}  {:>6.1} times the shell",
        ratio(two, shell)
    );
    Ok(())
}

/// Serves one client on a free port, with `send` for its replies.
fn serve(
    send: fn(&mut TcpStream, &[u8]) -> io::Result<()>,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || -> io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut buffer = [0; 1024];
        while stream.read(&mut buffer)? > 0 {
            send(&mut stream, &RUNNER.run(COMMAND).joined())?;
        }
        Ok(())
    });
    Ok(address)
}

/// What the notes do: the header, then the body.
fn send_in_two_writes(
    stream: &mut TcpStream,
    message: &[u8],
) -> io::Result<()> {
    stream.write_all(&(message.len() as i32).to_le_bytes())?;
    stream.write_all(message)
}

fn ask(stream: &mut TcpStream) {
    stream.write_all(COMMAND).expect("the server reads");
    let reply = recv_message(stream, 1024).expect("the reply is well formed");
    assert_eq!(reply.as_deref(), Some(&b"hi\n"[..]));
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}
