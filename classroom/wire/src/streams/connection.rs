//! A client and a server, with the wire between them.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use record::{Direction, What};
use socket2::SockRef;

use crate::capture::Conversation;
use crate::streams::stop::Stop;
use crate::trace::{Label, Trace};

/// After how long a thread that waits looks whether the connection is over.
pub const LOOK_UP: Duration = Duration::from_millis(50);

/// After how long a thread looks again at a socket of Windows.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// Two sockets, one to each side. Each direction reads from one and writes to the other.
pub struct Connection {
    number: usize,
    client: TcpStream,
    server: TcpStream,
    trace: Trace,
    conversation: Option<Conversation>,
    /// Whether the requests, and the replies, are at their end.
    ended: [AtomicBool; 2],
    /// Whether it was said that one side is lost.
    loss_said: AtomicBool,
    over: AtomicBool,
    /// What takes its time on purpose, in all connections.
    slow: Slow,
}

/// What a relay does on purpose that takes its time. A clone sees the same.
#[derive(Clone, Default)]
pub struct Slow(Arc<Counts>);

#[derive(Default)]
struct Counts {
    pauses: AtomicUsize,
    pieces: AtomicUsize,
}

impl Slow {
    /// Tells whether there is a pause right now.
    pub fn pauses(&self) -> bool {
        self.0.pauses.load(Ordering::SeqCst) > 0
    }

    /// How many pieces were delivered so far of what is delivered in pieces.
    pub fn pieces(&self) -> usize {
        self.0.pieces.load(Ordering::SeqCst)
    }
}

impl Connection {
    /// Joins two sockets.
    pub fn new(
        number: usize,
        client: TcpStream,
        server: TcpStream,
        trace: Trace,
        conversation: Option<Conversation>,
        slow: Slow,
    ) -> Self {
        for stream in [&client, &server] {
            // What is to be joined is joined by the two programs, not by us. And a write that
            // waits looks up now and then. A socket that is lost already takes no options, and
            // tells so when it is read.
            let _ = stream.set_nodelay(true);
            let _ = stream.set_write_timeout(Some(LOOK_UP));
            if cfg!(windows) {
                // There no shutdown ends a read that waits. And after a timeout nobody knows how
                // much was written (Microsoft's page on the options of SOL_SOCKET).
                let _ = stream.set_nonblocking(true);
            }
        }
        let (ended, loss_said, over) = Default::default();
        Self { number, client, server, trace, conversation, ended, loss_said, over, slow }
    }

    /// Where the bytes of a direction come from.
    pub fn source(&self, direction: Direction) -> &TcpStream {
        match direction {
            Direction::Request => &self.client,
            Direction::Reply => &self.server,
        }
    }

    /// Where the bytes of a direction go.
    pub fn sink(&self, direction: Direction) -> &TcpStream {
        self.source(direction.back())
    }

    /// Prints a read.
    pub fn show(&self, direction: Direction, bytes: &[u8], labels: &[Label]) -> anyhow::Result<()> {
        Ok(self.trace.bytes(self.number, direction, bytes, labels)?)
    }

    /// Prints what happens.
    pub fn say(&self, what: &What) -> anyhow::Result<()> {
        Ok(self.trace.event(self.number, what)?)
    }

    /// Whether the bytes of a read need names.
    pub fn is_shown(&self) -> bool {
        !self.trace.is_quiet()
    }

    /// Keeps what is about to be delivered.
    pub fn record(&self, direction: Direction, bytes: &[u8]) -> anyhow::Result<()> {
        self.conversation.as_ref().map_or(Ok(()), |kept| kept.data(direction, bytes))
    }

    /// Passes on the end of a direction.
    pub fn end(&self, direction: Direction) -> Result<(), Stop> {
        if let Some(kept) = &self.conversation {
            kept.end(direction)?;
        }
        self.mark_end(direction);
        let end = self.sink(direction).shutdown(Shutdown::Write);
        end.map_err(|error| Stop::Lost(direction.back(), error))
    }

    /// Marks a direction that has nothing more to deliver. After the second one the connection
    /// is over, also for a direction that still reads on to its end.
    pub fn mark_end(&self, direction: Direction) {
        self.ended[direction as usize].store(true, Ordering::SeqCst);
        if self.has_ended(direction.back()) {
            self.stop();
        }
    }

    /// Makes both directions stop. The sockets are closed when both have let go of them.
    pub fn stop(&self) {
        self.over.store(true, Ordering::SeqCst);
        self.wake();
    }

    fn has_ended(&self, direction: Direction) -> bool {
        self.ended[direction as usize].load(Ordering::SeqCst)
    }

    /// Looks whether a read of zero bytes is the sender's end, and nothing worse.
    pub fn check_end(&self, direction: Direction) -> Result<(), Stop> {
        self.check()?;
        // A reset is reported once, perhaps to the other direction, which writes to this socket;
        // later reads look like an end. But while we have not ended it ourselves, a socket
        // without a peer has been reset.
        match self.source(direction).peer_addr() {
            Err(error) if !self.has_ended(direction.back()) => Err(Stop::Lost(direction, error)),
            _ => Ok(()),
        }
    }

    /// Fails if the connection is over.
    pub fn check(&self) -> Result<(), Stop> {
        if self.over.load(Ordering::SeqCst) { Err(Stop::Over) } else { Ok(()) }
    }

    /// Waits a moment where reads and writes that find nothing to do have not waited themselves.
    pub fn look_later(&self) {
        if cfg!(windows) {
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// Delivers nothing for a while, unless the connection is over before.
    pub fn pause(&self, time: Duration) -> Result<(), Stop> {
        self.slow.0.pauses.fetch_add(1, Ordering::SeqCst);
        let slept = self.sleep_until(Instant::now() + time);
        self.slow.0.pauses.fetch_sub(1, Ordering::SeqCst);
        slept
    }

    /// Counts a piece that was delivered by itself.
    pub fn count_piece(&self) {
        self.slow.0.pieces.fetch_add(1, Ordering::SeqCst);
    }

    /// Waits, unless the connection is over before.
    pub fn sleep_until(&self, time: Instant) -> Result<(), Stop> {
        loop {
            self.check()?;
            let left = time.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(LOOK_UP));
        }
    }

    /// Resets both sides, because the sender of `direction` is lost.
    pub fn lose(&self, direction: Direction, error: &io::Error) -> anyhow::Result<()> {
        self.say_loss(direction, error)?;
        self.reset(direction)
    }

    /// Says that the sender of `direction` is lost, unless that is known.
    pub fn say_loss(&self, direction: Direction, error: &io::Error) -> anyhow::Result<()> {
        if self.over.load(Ordering::SeqCst) || self.loss_said.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        self.say(&Self::loss(direction, error, true))
    }

    /// What happens when the sender of `direction` is lost; `passed_on` if the receiver is told.
    pub fn loss(direction: Direction, error: &io::Error, passed_on: bool) -> What {
        let sender = direction.sender();
        let message = match error.kind() {
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected => format!("reset by the {sender}"),
            _ => format!("reset, for the {sender} is lost: {error}"),
        };
        What::Reset { direction, passed_on, message }
    }

    /// Resets both sides. Whoever comes second finds it done.
    pub fn reset(&self, direction: Direction) -> anyhow::Result<()> {
        if self.over.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        if let Some(kept) = &self.conversation {
            kept.reset(direction)?;
        }
        for stream in [&self.client, &self.server] {
            // Not waiting for what is unsent, the system sends a reset when the socket is closed:
            // soon, when both directions have let go of it. A socket that is lost needs none.
            let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
        }
        self.wake();
        Ok(())
    }

    /// Ends the reads that wait. The other sides hear nothing of that.
    fn wake(&self) {
        for stream in [&self.client, &self.server] {
            // A socket that is lost waits for nothing.
            let _ = stream.shutdown(Shutdown::Read);
        }
    }
}
