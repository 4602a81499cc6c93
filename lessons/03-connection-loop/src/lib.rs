//! Lesson 3: clients one after another, for ever, and a port that can be used
//! again.

use std::io::{self, ErrorKind, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

use communication_loop::failure_id;
use socket2::{Domain, Protocol, Socket, Type};

/// Prints a line as `println!` does, but carries on if nobody takes it.
///
/// `println!` panics when stdout is a pipe that nobody reads any more, or a
/// file on a full disk. A server has clients, who know nothing of its log.
#[macro_export]
macro_rules! log {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($line)*);
    }};
}

/// The same for stderr, in the place of `eprintln!`.
#[macro_export]
macro_rules! elog {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($line)*);
    }};
}

/// Where the server listens, and the client looks for it, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:8080";

/// Makes a socket, names it, and lets clients queue at it: what
/// `TcpListener::bind` does in one call, with the two choices that it makes for
/// us.
///
/// `backlog` is how many clients may wait to be accepted, not how many may be
/// connected; the system may round it (Linux lets one more wait). With
/// `reuse_address` the port can be bound while connections of an earlier run
/// still linger in it.
///
/// # Errors
///
/// An address that cannot be resolved, or one that is taken
/// ([`ErrorKind::AddrInUse`]).
pub fn listen(
    address: &str,
    backlog: i32,
    reuse_address: bool,
) -> io::Result<TcpListener> {
    let address = resolve(address)?;
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // On Windows this option would let a second server take a port that is in
    // use, and a lingering connection does not hold a port there in the first
    // place.
    if cfg!(unix) {
        socket.set_reuse_address(reuse_address)?;
    }
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(socket.into())
}

/// How long a server waits after `accept` has failed.
pub const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Waits for the next client, however often that fails.
///
/// An error may be about one client, which gave up while it waited in the
/// queue. Or the system has no room for one more connection; then to try again
/// at once, and again, would only keep the processor busy.
pub fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept() {
            Ok(client) => return client,
            Err(error) => elog!("cannot accept a client: {error}"),
        }
        thread::sleep(ACCEPT_AGAIN);
    }
}

/// Looks up the socket address that a text such as `127.0.0.1:8080` or
/// `localhost:8080` names.
///
/// # Errors
///
/// A text that is no address, or a name that nobody knows.
pub fn resolve(address: &str) -> io::Result<SocketAddr> {
    address.to_socket_addrs()?.next().ok_or_else(|| {
        io::Error::new(ErrorKind::NotFound, "the name has no address")
    })
}

/// Reads a time span in seconds, as in `--timeout 2.5`: more than none, and a
/// year at most, so that it can be added to any clock.
///
/// # Errors
///
/// A text that is not such a number.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero() && *duration <= year)
        .ok_or_else(|| {
            String::from(
                "usage: a number of seconds above 0, as in --timeout 2.5",
            )
        })
}

/// Reads what has arrived, and waits if nothing has, as `read` does; but goes
/// on waiting if a signal interrupts it.
///
/// On Linux a read with a timeout ends with such an error when the program was
/// stopped (by Ctrl-Z, say) and goes on: signal(7).
///
/// # Errors
///
/// Those of the stream, but for [`ErrorKind::Interrupted`].
pub fn read_some(
    stream: &mut impl Read,
    buffer: &mut [u8],
) -> io::Result<usize> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            outcome => return outcome,
        }
    }
}

/// Hangs up on a client without losing what was sent to it.
///
/// Closing a socket with unread input makes the system send a reset instead of
/// an orderly end, and a reset can overtake answers that are still on their
/// way. So we end our side, and then take what the client has sent so far,
/// without waiting for more. An error here means that the client has gone by
/// itself: nothing is left to lose.
pub fn hang_up(mut stream: TcpStream) {
    let mut unread = [0; 1024];
    if stream.shutdown(Shutdown::Write).is_ok()
        && stream.set_nonblocking(true).is_ok()
    {
        while stream.read(&mut unread).is_ok_and(|count| count > 0) {}
    }
}

/// Names the error that ended a conversation, as `failure_id` of lesson 2 does.
/// Two names come to it.
pub fn why_gone(error: &io::Error) -> &'static str {
    match error.kind() {
        // A timeout has two names: Unix calls it by the first, Windows by the
        // second.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "silent-peer",
        ErrorKind::BrokenPipe => "write-after-close",
        _ => failure_id(error),
    }
}
