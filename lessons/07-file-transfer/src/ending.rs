//! How a connection ends so that the last answer arrives.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use connection_loop::read_some;

/// How many unread bytes are taken from a client that sends on: as much as most
/// files have.
const DRAIN_BYTES: usize = 1 << 30;

/// How long a client may say nothing before it ends its side.
const DRAIN_SILENCE: Duration = Duration::from_secs(10);

/// How long all that may take: nobody holds a thread by sending a byte now and
/// then.
const DRAIN_TIME: Duration = Duration::from_secs(60);

/// Ends our side, and reads on until the client ends its own.
///
/// A client whose upload is refused is still sending it. If we closed now, its
/// next bytes would be answered with a reset, which can overtake our refusal.
/// `timeout` shortens the patience.
///
/// # Errors
///
/// Those of the stream, or [`ErrorKind::TimedOut`] for a client that does not
/// come to its end.
pub fn end_in_order(
    stream: &mut TcpStream,
    timeout: Option<Duration>,
) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(
        timeout.unwrap_or(DRAIN_SILENCE).min(DRAIN_SILENCE),
    ))?;

    let deadline = Instant::now() + DRAIN_TIME;
    let mut unread = vec![0; 64 * 1024];
    let mut taken = 0;
    while taken < DRAIN_BYTES && Instant::now() < deadline {
        let count = read_some(stream, &mut unread)?;
        if count == 0 {
            return Ok(());
        }
        taken += count;
    }
    Err(ErrorKind::TimedOut.into())
}
