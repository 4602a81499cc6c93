//! Lesson 8: datagrams have edges, and nobody promises that they arrive.

mod fit;
mod friends;
mod peers;

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, bail};
use connection_loop::{ACCEPT_AGAIN, elog, resolve};
use struct_header::Failure;

pub use fit::fit;
pub use friends::{Friend, Friends};
pub use peers::{ANSWERS, Peers, SILENCE};

/// Where the servers listen, and the clients look for them, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:9000";

/// The same for the chat.
pub const CHAT_ADDRESS: &str = "127.0.0.1:8081";

/// The longest message that one datagram carries, in bytes: an IPv4 packet of
/// 65,535 bytes, less 20 for the header of IP and 8 for that of UDP. macOS
/// sends no more than 9,216 unless told otherwise (`sysctl
/// net.inet.udp.maxdgram`).
pub const MAX_DATAGRAM: usize =
    if cfg!(target_vendor = "apple") { 9_216 } else { 65_507 };

/// A buffer of so many bytes cuts no datagram, whoever sent it.
pub const BUFFER: usize = 65_535;

/// How often a client sends its request before it gives up.
pub const TRIES: u32 = 4;

/// How both chat programs show what others say, so that it stands out from what
/// we type.
pub const THEIRS: Style = AnsiColor::Cyan.on_default().bold();

/// Makes a socket for one peer: what anybody else sends to it does not come in.
///
/// To connect a UDP socket sends nothing, and nobody hears of it. It tells our
/// own system where the messages go and whose we want. And because the system
/// knows then to whom an error belongs, we hear of it when nobody listens
/// there.
///
/// # Errors
///
/// An address that cannot be resolved or reached.
pub fn connect(address: &str) -> io::Result<UdpSocket> {
    let peer = resolve(address)?;
    let any: IpAddr = match peer.ip() {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(peer)?;
    Ok(socket)
}

/// Sends one message to the peer of a connected socket. That it arrives is
/// another matter.
///
/// # Errors
///
/// `oversized-datagram` for more than [`MAX_DATAGRAM`] bytes;
/// `port-unreachable` if an earlier message met nobody; else those of the
/// socket.
pub fn send(socket: &UdpSocket, message: &[u8]) -> anyhow::Result<()> {
    let size = message.len();
    if size > MAX_DATAGRAM {
        bail!(Failure::new(
            "oversized-datagram",
            format!(
                "{size} bytes are too many: a datagram carries at most \
                 {MAX_DATAGRAM}"
            ),
        ));
    }
    match socket.send(message) {
        Ok(_) => Ok(()),
        Err(error) if nobody_listens(&error) => bail!(unreachable(socket)),
        Err(error) => Err(error).context("cannot send the message"),
    }
}

/// Receives one message from the peer of a connected socket, or `None` if none
/// comes in time.
///
/// # Errors
///
/// `port-unreachable` if what we sent met nobody; else those of the socket.
pub fn recv(
    socket: &UdpSocket,
    timeout: Duration,
) -> anyhow::Result<Option<Vec<u8>>> {
    socket.set_read_timeout(Some(timeout)).context("cannot set a timeout")?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match socket.recv(&mut buffer) {
            Ok(count) => {
                buffer.truncate(count);
                return Ok(Some(buffer));
            }
            // Linux ends a wait early when the program was stopped meanwhile
            // (Ctrl-Z, then fg).
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if is_timeout(&error) => return Ok(None),
            Err(error) if nobody_listens(&error) => bail!(unreachable(socket)),
            Err(error) => {
                return Err(error).context("cannot receive the answer");
            }
        }
    }
}

/// What a client says that has tried [`TRIES`] times, and each time has waited
/// for `timeout`: `lost-datagram`.
pub fn no_answer(address: &str, timeout: Duration) -> Failure {
    let seconds = timeout.as_secs_f64();
    let message = format!(
        "no answer from {address} in {TRIES} tries of {seconds} s; \
         is it the right server?"
    );
    Failure::new("lost-datagram", message)
}

/// Receives one datagram from whomever, with its sender, however often that
/// fails: a server needs to go on.
///
/// Windows reports here that an earlier answer met nobody, and that a datagram
/// was cut, but not whose it was. That is about one client, so the others do
/// not wait for it. Unix cuts without a word.
pub fn recv_from(socket: &UdpSocket, buffer: &mut [u8]) -> (usize, SocketAddr) {
    loop {
        match socket.recv_from(buffer) {
            Ok(received) => return received,
            Err(error) if nobody_listens(&error) => {
                elog!("an earlier answer met nobody");
            }
            Err(error) if was_cut(&error) => {
                elog!(
                    "a datagram was too long, and is lost (truncated-datagram)"
                );
            }
            Err(error) => {
                elog!("cannot receive: {error}");
                thread::sleep(ACCEPT_AGAIN);
            }
        }
    }
}

/// `WSAEMSGSIZE` of Windows: a datagram was longer than the buffer.
fn was_cut(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(10_040)
}

/// A timeout has two names: Unix calls it by the first, Windows by the second.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// So does the news that a message met nobody.
fn nobody_listens(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}

fn unreachable(socket: &UdpSocket) -> Failure {
    let peer = socket
        .peer_addr()
        .map_or(String::from("the address"), |peer| peer.to_string());
    Failure::new(
        "port-unreachable",
        format!("nobody listens at {peer}; is the server running?"),
    )
}
