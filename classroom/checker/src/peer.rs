//! Our end of a connection with the program: it says exactly what it is told to say, never
//! waits without a bound, and tells apart whatever may come.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use receive_queue::Queue;
use socket2::SockRef;

use crate::program::Program;
use crate::story::Story;
use crate::verdict::{Failure, Outcome, Plain, ensure};
use crate::watch::{Doing, LOOK, Silence, Watch, settle};

/// How many bytes of what was sent or received the story shows.
const SHOWN: usize = 48;

/// The cause of spinning before the first answer.
const NEVER_ENDS: &str = "the program computes, and comes to no end, instead of answering: look for \
     a loop in front of the answer that nothing ends";

/// How long to look whether more comes than was awaited.
const MOMENT: Duration = Duration::from_millis(20);

/// How long bytes may go on to come that are awaited together.
const LONGEST: Duration = Duration::from_secs(60);

/// One connection with the program.
///
/// It stays open until the end of the check unless it is closed or reset: whatever a program says
/// because we have gone would only confuse the story of a failure.
pub struct Peer {
    number: usize,
    stream: Arc<TcpStream>,
    left_open: LeftOpen,
    program: Arc<Program>,
    story: Story,
    sent: u64,
    /// Whether what was expected has come at least once.
    answered: bool,
    /// Whether we have finished sending.
    finished: bool,
    /// How long the next waits last at least, if that was said.
    bound: Option<Duration>,
    any_order: bool,
}

/// The connections of a check that are still open. Clones share them.
#[derive(Clone, Default)]
pub struct LeftOpen(Arc<Mutex<Vec<Arc<TcpStream>>>>);

impl LeftOpen {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<TcpStream>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came, and what stood behind it.
#[derive(Debug)]
pub struct Arrival {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What happened after them.
    pub then: Then,
}

/// What happens after bytes.
#[derive(Clone, Debug)]
pub enum Then {
    /// All that was waited for has come. More may follow.
    More,
    /// The program has ended its side, in order.
    End,
    /// The connection was reset.
    Reset,
    /// Nothing, for as long as there was hope.
    Silence(Silence),
    /// Bytes and bytes, a few at a time, for so long that we stopped.
    Endless(Duration),
}

impl Peer {
    /// Takes over a connection.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn new(
        number: usize,
        stream: TcpStream,
        program: &Arc<Program>,
        story: &Story,
        left_open: &LeftOpen,
    ) -> io::Result<Self> {
        // Each write leaves at once: what arrives together is for the check to say.
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(LOOK))?;
        let stream = Arc::new(stream);
        left_open.lock().push(Arc::clone(&stream));
        Ok(Self {
            number,
            stream,
            left_open: left_open.clone(),
            program: Arc::clone(program),
            story: story.clone(),
            sent: 0,
            answered: false,
            finished: false,
            bound: None,
            any_order: false,
        })
    }

    fn tell(&self, what: impl fmt::Display) {
        self.story.tell(format!("{} {what}", self.number));
    }

    /// Says how long each of the next waits lasts, whatever the program does meanwhile. `None`:
    /// as long as there is hope, which is the rule.
    pub fn wait_for(&mut self, bound: Option<Duration>) {
        self.bound = bound;
    }

    /// From now on a length may have its bytes in either order.
    pub fn take_any_order(&mut self) {
        self.any_order = true;
    }

    /// Whether a length may have its bytes in either order.
    pub fn takes_any_order(&self) -> bool {
        self.any_order
    }

    /// Whether it is the first connection of its check.
    pub fn is_first(&self) -> bool {
        self.number == 1
    }

    /// The socket, for what only one check needs.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    // ---- sending

    /// Sends bytes, in one write if they are few. It fails the check if the program does not take
    /// them.
    ///
    /// # Errors
    ///
    /// The check is over.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        let bytes = bytes.as_ref();
        let (count, then) = self.try_send(bytes)?;
        if count == bytes.len() {
            return Ok(());
        }
        let expected = format!("a program that takes {}", quoted(bytes));
        let observed =
            format!("it took {count} of {}, then {}", bytes_text(bytes.len()), self.what(&then));
        Err(Failure::new(expected, observed).into())
    }

    /// Sends bytes as far as the program takes them. Returns how many left, and why no more.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn try_send(&mut self, bytes: &[u8]) -> Outcome<(usize, Then)> {
        let sent = self.write(bytes)?;
        self.tell(format!("→ program  {}", quoted(&bytes[..sent.0])));
        if !matches!(sent.1, Then::More) {
            self.tell(format!("→ program  no more: {}", sent.1));
        }
        Ok(sent)
    }

    fn write(&mut self, bytes: &[u8]) -> Outcome<(usize, Then)> {
        let mut count = 0;
        let program = Arc::clone(&self.program);
        let mut watch = self.watch(&program);
        while count < bytes.len() {
            match (&*self.stream).write(&bytes[count..]) {
                Ok(taken) => {
                    count += taken;
                    self.sent += taken as u64;
                    watch = self.watch(&program);
                }
                Err(error) if is_timeout(&error) => {
                    if let Some(silence) = watch.look() {
                        return Ok((count, Then::Silence(silence)));
                    }
                }
                Err(error) if is_reset(&error) => return Ok((count, Then::Reset)),
                Err(error) => return Err(anyhow::Error::from(error).context("cannot send").into()),
            }
        }
        Ok((count, Then::More))
    }

    /// Sends each piece when the program has taken the one before, so that no two arrive in one
    /// read; and waits until it has taken the last.
    ///
    /// # Errors
    ///
    /// The check is over: the program does not take them.
    pub fn send_pieces(&mut self, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Outcome {
        let program = Arc::clone(&self.program);
        let queue = Queue::of_peer(&self.stream);
        let mut all = Vec::new();
        let mut count = 0;
        for piece in pieces {
            let piece = piece.as_ref();
            let (sent, then) = self.write(piece)?;
            let mut watch = self.watch(&program);
            let taken = queue.wait_until_taken(self.sent, || match watch.look() {
                Some(silence) => Err(silence),
                None => Ok(true),
            });
            let silence = taken.err();
            all.extend(&piece[..sent]);
            count += 1;
            if sent < piece.len() || silence.is_some() {
                let then = silence.map_or(then, Then::Silence);
                self.tell(format!("→ program  {} in {count} pieces, then {then}", quoted(&all)));
                let expected = "a program that reads on while pieces of a message arrive";
                let observed =
                    format!("it took {} and no more: {}", bytes_text(all.len()), self.what(&then));
                return Err(Failure::new(expected, observed).into());
            }
        }
        self.tell(format!(
            "→ program  {} in {count} pieces, each read before the next",
            quoted(&all)
        ));
        Ok(())
    }

    /// Sends one byte at a time, as [`Peer::send_pieces`] does.
    ///
    /// # Errors
    ///
    /// The check is over: the program does not take them.
    pub fn send_bytewise(&mut self, bytes: &[u8]) -> Outcome {
        self.send_pieces(bytes.chunks(1))
    }

    // ---- receiving

    /// Waits for whatever comes next: some bytes (what one read gives, at most `limit`), the
    /// end, a reset, or silence.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn receive(&mut self, limit: usize) -> Outcome<Arrival> {
        let arrival = self.read_some(limit)?;
        self.tell_arrival(&arrival);
        Ok(arrival)
    }

    /// Waits for `count` bytes, or for whatever comes instead.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn receive_exactly(&mut self, count: usize) -> Outcome<Arrival> {
        let mut arrival = Arrival { bytes: Vec::new(), then: Then::More };
        let began = Instant::now();
        while arrival.bytes.len() < count && matches!(arrival.then, Then::More) {
            let more = self.read_some(count - arrival.bytes.len())?;
            arrival.bytes.extend(more.bytes);
            arrival.then = more.then;
            if arrival.bytes.len() < count {
                arrival.then = arrival.then.or_endless(began);
            }
        }
        self.tell_arrival(&arrival);
        Ok(arrival)
    }

    /// Takes all that comes until the end, a reset or silence; at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn receive_all(&mut self, limit: usize) -> Outcome<Arrival> {
        self.receive_exactly(limit)
    }

    /// Waits until something has come (bytes, the end or a reset), and leaves it there. Returns
    /// the silence if nothing has.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn await_arrival(&mut self) -> Outcome<Option<Silence>> {
        let program = Arc::clone(&self.program);
        let mut watch = self.watch(&program);
        loop {
            match self.stream.peek(&mut [0]) {
                Err(error) if is_timeout(&error) => {
                    if let Some(silence) = watch.look() {
                        return Ok(Some(silence));
                    }
                }
                _ => return Ok(None),
            }
        }
    }

    /// Takes all that comes until the end, a reset or silence, and forgets it. Returns how many
    /// bytes there were, at most a little more than `limit`, and what stood behind them.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn drain(&mut self, limit: usize) -> Outcome<(usize, Then)> {
        let (mut count, mut then) = (0, Then::More);
        let began = Instant::now();
        while count < limit && matches!(then, Then::More) {
            let arrival = self.read_some(limit)?;
            count += arrival.bytes.len();
            then = arrival.then.or_endless(began);
        }
        self.tell(format!("← program  {}, then {then}", bytes_text(count)));
        Ok((count, then))
    }

    fn read_some(&mut self, limit: usize) -> Outcome<Arrival> {
        let program = Arc::clone(&self.program);
        let mut watch = self.watch(&program);
        let mut bytes = vec![0; limit.min(64 * 1024)];
        loop {
            match (&*self.stream).read(&mut bytes) {
                Ok(0) => return Ok(Arrival { bytes: Vec::new(), then: Then::End }),
                Ok(count) => {
                    bytes.truncate(count);
                    return Ok(Arrival { bytes, then: Then::More });
                }
                Err(error) if is_timeout(&error) => {
                    if let Some(silence) = watch.look() {
                        return Ok(Arrival { bytes: Vec::new(), then: Then::Silence(silence) });
                    }
                }
                Err(error) if is_reset(&error) => {
                    return Ok(Arrival { bytes: Vec::new(), then: Then::Reset });
                }
                Err(error) => return Err(anyhow::Error::from(error).context("cannot read").into()),
            }
        }
    }

    fn watch<'a>(&self, program: &'a Program) -> Watch<'a> {
        self.bound.map_or_else(|| Watch::new(program), |bound| Watch::within(program, bound))
    }

    fn tell_arrival(&self, Arrival { bytes, then }: &Arrival) {
        if !bytes.is_empty() {
            self.tell(format!("← program  {}", quoted(bytes)));
        }
        if !matches!(then, Then::More) {
            self.tell(format!("← program  {then}"));
        }
    }

    // ---- expecting

    /// Expects exactly these bytes next. `what` says what they are: `the answer "HELLO"`.
    ///
    /// # Errors
    ///
    /// The check is over: something else came.
    pub fn expect(&mut self, wanted: impl AsRef<[u8]>, what: &str) -> Outcome {
        let wanted = wanted.as_ref();
        let arrival = self.receive_exactly(wanted.len())?;
        if arrival.bytes == wanted {
            self.answered = true;
            return Ok(());
        }
        Err(self.unexpected(what, wanted, &arrival).into())
    }

    /// Whether more lies there, or comes within a moment.
    fn has_more(&self) -> bool {
        let more = self.stream.set_read_timeout(Some(MOMENT)).is_ok()
            && self.stream.peek(&mut [0]).is_ok_and(|count| count > 0);
        let _ = self.stream.set_read_timeout(Some(LOOK));
        more
    }

    /// Expects some bytes, whatever they are, and returns those of one read (at most 64 KiB).
    ///
    /// # Errors
    ///
    /// The check is over: nothing came.
    pub fn expect_some(&mut self, what: &str) -> Outcome<Vec<u8>> {
        let arrival = self.receive(64 * 1024)?;
        if !arrival.bytes.is_empty() {
            return Ok(arrival.bytes);
        }
        let observed = format!("nothing came: {}", self.what(&arrival.then));
        Err(self.unless_left(Failure::new(what, observed), &arrival).into())
    }

    /// Expects the end of the program's side, in order, and nothing before it.
    ///
    /// # Errors
    ///
    /// The check is over: something else came.
    pub fn expect_end(&mut self, why: &str) -> Outcome {
        let arrival = self.receive_all(64 * 1024)?;
        let observed = match (&arrival.bytes[..], &arrival.then) {
            ([], Then::End) => return Ok(()),
            ([], then) => self.what(then),
            (extra, _) => format!("{} came that nobody asked for", bytes_text(extra.len())),
        };
        let failure = Failure::new(format!("the end of the connection, {why}"), observed);
        Err(if arrival.bytes.is_empty() { failure } else { failure.bytes([], arrival.bytes) }
            .into())
    }

    /// Expects that nothing lies there behind what has come. It does not wait.
    ///
    /// # Errors
    ///
    /// The check is over: something does.
    pub fn expect_no_more(&mut self) -> Outcome {
        self.stream.set_nonblocking(true)?;
        let more = matches!(self.stream.peek(&mut [0]), Ok(1..));
        self.stream.set_nonblocking(false)?;
        if !more {
            return Ok(());
        }
        let bytes = self.receive(64 * 1024)?.bytes;
        let observed = format!("{} more came behind it", bytes_text(bytes.len()));
        Err(Failure::new("an answer, and nothing behind it", observed).bytes([], bytes).into())
    }

    /// What is to be said when something else came than the bytes that were wanted.
    pub fn unexpected(&self, what: &str, wanted: &[u8], arrival: &Arrival) -> Failure {
        let (came, count) = (&arrival.bytes, arrival.bytes.len());
        let observed = match &arrival.then {
            Then::More if self.has_more() => {
                format!("{} and more came, and they are others", bytes_text(count))
            }
            Then::More => format!("{} came, and they are others", bytes_text(count)),
            then if count == 0 => format!("nothing came: {}", self.what(then)),
            then if wanted.starts_with(came) => {
                format!("{count} of {} came, then {}", bytes_text(wanted.len()), self.what(then))
            }
            then => format!("{} came that are others, then {}", bytes_text(count), self.what(then)),
        };
        let failure = Failure::new(what, observed).bytes(wanted, came.as_slice());
        self.unless_left(failure, arrival)
    }

    /// One that leaves after its first answer shows it in the plainest exchange. And one that
    /// spins before it has not come to the answer.
    fn unless_left(&self, failure: Failure, Arrival { bytes, then }: &Arrival) -> Failure {
        match then {
            Then::End if bytes.is_empty() && self.answered && !self.finished => {
                failure.in_plain(Plain::Opening)
            }
            Then::Silence(Silence { doing: Doing::Spins(_), .. })
                if bytes.is_empty() && !self.answered && !self.finished =>
            {
                failure.only_cause(NEVER_ENDS)
            }
            _ => failure,
        }
    }

    /// Expects that the program has not ended its side behind its answer. It does not wait.
    ///
    /// # Errors
    ///
    /// The check is over: it has.
    pub fn expect_open(&self) -> Outcome {
        self.stream.set_nonblocking(true)?;
        let ended = matches!(self.stream.peek(&mut [0]), Ok(0));
        self.stream.set_nonblocking(false)?;
        ensure(!ended, || {
            let expected = "a connection that stays open behind the answer";
            Failure::new(expected, "the program has ended it").in_plain(Plain::Opening)
        })
    }

    /// Says what happened, and if the program ended by it, how.
    pub fn what(&self, then: &Then) -> String {
        let mut text = then.to_string();
        if matches!(then, Then::End | Then::Reset)
            && let Doing::Ended(status) = settle(&self.program)
        {
            text.push_str(&format!(". The program had ended with {status}"));
        }
        if self.program.status().is_some() {
            text.push_str(&self.program.and_last_words());
        }
        text
    }

    // ---- leaving

    /// Ends our side: the program finds the end of the stream, and can still answer.
    ///
    /// # Errors
    ///
    /// Those of the system. A connection that is gone already is none.
    pub fn finish(&mut self) -> Outcome {
        self.tell("→ program  end (we have finished sending)");
        self.finished = true;
        match self.stream.shutdown(Shutdown::Write) {
            Err(error) if error.kind() != ErrorKind::NotConnected => {
                Err(anyhow::Error::from(error).context("cannot end our side").into())
            }
            _ => Ok(()),
        }
    }

    /// Leaves in order: the program finds the end of the stream.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn close(self) -> Outcome {
        self.tell("closed by us");
        // Closed with something unread, the connection would be reset.
        self.stream.set_nonblocking(true).context("cannot look for what is unread")?;
        while (&*self.stream).read(&mut [0; 1024]).is_ok_and(|count| count > 0) {}
        self.leave();
        Ok(())
    }

    /// Leaves without a word, as a program does that was killed: the connection is reset.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn reset(self) -> Outcome {
        self.tell("reset by us");
        let linger = SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO));
        linger.context("cannot arrange a reset")?;
        self.leave();
        Ok(())
    }

    /// Closes the socket.
    fn leave(self) {
        self.left_open.lock().retain(|stream| !Arc::ptr_eq(stream, &self.stream));
    }
}

impl Then {
    /// Makes an end of more and more bytes.
    fn or_endless(self, began: Instant) -> Self {
        match self {
            Self::More if began.elapsed() >= LONGEST => Self::Endless(began.elapsed()),
            then => then,
        }
    }
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::More => f.write_str("perhaps more"),
            Self::End => f.write_str("the end of the connection"),
            Self::Reset => f.write_str("a reset of the connection"),
            Self::Silence(silence) => write!(f, "silence ({silence})"),
            Self::Endless(time) => {
                write!(f, "no end: bytes still came after {:.0} s", time.as_secs_f64())
            }
        }
    }
}

/// Bytes as the story shows them: `"hello" (5 bytes)`.
pub fn quoted(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let more = if shown.len() < bytes.len() { "…" } else { "" };
    format!("\"{}\"{more} ({})", shown.escape_ascii(), bytes_text(bytes.len()))
}

/// Bytes as a sentence of a failure shows them: whole if they are few.
pub fn named(bytes: &[u8]) -> String {
    if bytes.len() <= SHOWN { format!("\"{}\"", bytes.escape_ascii()) } else { quoted(bytes) }
}

/// `1 byte`, `5 bytes`.
pub fn bytes_text(count: usize) -> String {
    format!("{count} byte{}", if count == 1 { "" } else { "s" })
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn is_reset(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
}
