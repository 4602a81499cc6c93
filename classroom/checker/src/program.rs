//! The program under test, as everybody in a check sees it: its output, its end, what it does.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::process::{ChildStderr, ChildStdout};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bstr::ByteSlice;
use processes::{Activity, Running, Status, memory};

use crate::pipe::Pipe;
use crate::story::Story;

/// How much of the program's output is kept, and how long a piece of a line may be that is
/// taken as a line: a flood must not eat our memory.
const OUTPUT: usize = 8 << 20;
const LINE: usize = 4096;

/// How much a program must print, and for how long, without a pause of so long, until it is said
/// to print without end.
const MUCH: usize = 256 * 1024;
const LONG: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(250);

/// How much is read at once: as much as a pipe of Linux holds (pipe(7)).
const PIPE: usize = 64 * 1024;

/// How much of a line the story tells.
const TOLD: usize = 200;

/// How many of its lines are a program's last words.
const LAST_WORDS: usize = 3;

/// How often to look whether something has happened that nobody tells us of.
const LOOK: Duration = Duration::from_millis(20);

/// A program that was started.
pub struct Program {
    id: u32,
    running: Running,
    pipes: [Pipe; 2],
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    status: Option<Status>,
    open_pipes: usize,
    /// What it printed, as it came, up to [`OUTPUT`] bytes of each stream.
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// What it has printed last without a pause.
    flow: Option<Flow>,
}

/// What a program prints without a pause.
struct Flow {
    began: Instant,
    last: Instant,
    bytes: usize,
}

/// One of the two streams that a program prints to.
#[derive(Clone, Copy)]
pub enum Stream {
    /// Its answers.
    Stdout,
    /// Its remarks and errors.
    Stderr,
}

impl Program {
    /// Watches a program that has just been started.
    ///
    /// # Errors
    ///
    /// Those of watching its pipes.
    pub fn watch(
        id: u32,
        running: &Running,
        story: &Story,
        stdout: ChildStdout,
        stderr: ChildStderr,
    ) -> io::Result<Arc<Self>> {
        let program = Arc::new(Self {
            id,
            running: running.clone(),
            pipes: [Pipe::of(&stdout)?, Pipe::of(&stderr)?],
            state: Mutex::new(State { open_pipes: 2, ..State::default() }),
            changed: Condvar::new(),
        });
        program.read(stdout, Stream::Stdout, story);
        program.read(stderr, Stream::Stderr, story);
        Ok(program)
    }

    fn read(self: &Arc<Self>, pipe: impl Read + Send + 'static, stream: Stream, story: &Story) {
        let (program, story) = (Arc::clone(self), story.clone());
        thread::spawn(move || {
            let tell = |line: &[u8]| {
                story.printed(format!("{} {} {}", story.program(), stream.mark(), told(line)))
            };
            let mut pipe = BufReader::with_capacity(PIPE, pipe);
            let mut line = Vec::new();
            // What is there is kept at once: a prompt has no newline, and nothing may follow it.
            while let Some(piece) = next_piece(&mut pipe) {
                if program.keep(stream, &piece) == 0 {
                    // We only read on: a program that waits for us would not be seen to spin.
                    story.flooded();
                    line.clear();
                    continue;
                }
                for part in piece.split_inclusive(|&byte| byte == b'\n') {
                    line.extend(part);
                    while line.len() > LINE {
                        let rest = line.split_off(LINE);
                        tell(&line);
                        line = rest;
                    }
                    if line.ends_with(b"\n") {
                        tell(&line);
                        line.clear();
                    }
                }
            }
            if !line.is_empty() {
                tell(&line);
            }
            program.lock().open_pipes -= 1;
            program.changed.notify_all();
        });
    }

    /// Keeps what was printed, as far as there is room. Returns how many bytes it kept.
    fn keep(&self, stream: Stream, piece: &[u8]) -> usize {
        let mut state = self.lock();
        let output = state.output_mut(stream);
        let count = piece.len().min(OUTPUT.saturating_sub(output.len()));
        output.extend(&piece[..count]);
        let now = Instant::now();
        match &mut state.flow {
            Some(flow) if flow.last.elapsed() < PAUSE => {
                flow.last = now;
                flow.bytes += piece.len();
            }
            flow => *flow = Some(Flow { began: now, last: now, bytes: piece.len() }),
        }
        drop(state);
        self.changed.notify_all();
        count
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it ended, if it has ended. What it printed before its end has then been read, unless
    /// a child of it still holds its pipes.
    pub fn status(&self) -> Option<Status> {
        let known = self.lock().status;
        known.or_else(|| {
            let status = self.running.with(&self.id, processes::status).flatten()?;
            let mut state = self.lock();
            let deadline = Instant::now() + Duration::from_millis(500);
            while state.open_pipes > 0 && Instant::now() < deadline {
                state = self.wait(state, LOOK);
            }
            state.status = Some(status);
            Some(status)
        })
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, limit: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner).0
    }

    /// What it is doing, where the system tells. One that only waits for us to read what it
    /// printed is not asleep.
    pub fn activity(&self) -> Option<Activity> {
        let mut activity = Activity::of_all(self.id)?;
        activity.asleep &= !self.pipes.iter().any(Pipe::has_unread);
        Some(activity)
    }

    /// How many bytes of memory it and those that it started hold: none when they are gone.
    pub fn memory(&self) -> u64 {
        memory(self.id).unwrap_or(0)
    }

    /// Tells whether it prints and prints, more than anybody could want, and goes on so.
    pub fn floods(&self) -> bool {
        self.lock().flow.as_ref().is_some_and(|flow| {
            flow.last.elapsed() < PAUSE && flow.began.elapsed() >= LONG && flow.bytes >= MUCH
        })
    }

    /// What it has printed so far to one stream.
    pub fn output(&self, stream: Stream) -> Vec<u8> {
        self.lock().output_mut(stream).clone()
    }

    /// What it has printed so far: stdout, then stderr.
    pub fn all_output(&self) -> Vec<u8> {
        [self.output(Stream::Stdout), self.output(Stream::Stderr)].concat()
    }

    /// Tells whether it has printed this, to either stream.
    pub fn has_printed(&self, bytes: &[u8]) -> bool {
        let state = self.lock();
        state.stdout.contains_str(bytes) || state.stderr.contains_str(bytes)
    }

    /// Tells whether a program that has ended was brought down: by a signal, or by an error that
    /// nobody in it had thought of.
    pub fn has_crashed(&self) -> bool {
        let stderr = self.output(Stream::Stderr);
        let failed = self.status().is_some_and(|status| !status.is_success());
        self.status().is_some_and(Status::has_crashed) || failed && tells_of_crash(&stderr)
    }

    /// Tells whether a program that has ended says that there was no room for something.
    pub fn has_no_room(&self) -> bool {
        const SIGNS: [&str; 8] = [
            "MemoryError",
            "OutOfMemoryError",
            "bad_alloc",
            "Cannot allocate memory",
            "memory allocation of",
            "Array buffer allocation failed",
            "runtime: out of memory",
            "makeslice: len out of range",
        ];
        let stderr = self.output(Stream::Stderr);
        self.status().is_some() && SIGNS.iter().any(|sign| stderr.contains_str(sign))
    }

    /// The last lines on its stderr, or on its stdout if it complained of nothing.
    pub fn last_words(&self) -> Option<String> {
        let words = |stream| {
            let output = String::from_utf8_lossy(&self.output(stream)).into_owned();
            let lines = output.lines().map(str::trim).filter(|line| says_something(line));
            let mut last: Vec<_> =
                lines.rev().take(LAST_WORDS).map(|l| told(l.as_bytes())).collect();
            last.reverse();
            (!last.is_empty()).then(|| last.join(" / "))
        };
        words(Stream::Stderr).or_else(|| words(Stream::Stdout))
    }

    /// Its last words, as they are added to a sentence: nothing where it has said nothing.
    pub fn and_last_words(&self) -> String {
        self.last_words().map(|words| format!(". Its last words: {words}")).unwrap_or_default()
    }
}

impl State {
    fn output_mut(&mut self, stream: Stream) -> &mut Vec<u8> {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }
}

impl Stream {
    fn mark(self) -> char {
        match self {
            Self::Stdout => '|',
            Self::Stderr => '!',
        }
    }
}

/// Tells whether there are words that a language prints when an error brings a program down that
/// nobody in it had thought of.
pub fn tells_of_crash(stderr: &[u8]) -> bool {
    const SIGNS: [&str; 3] = ["Traceback (most recent call last)", "panicked at", "goroutine "];
    SIGNS.iter().any(|sign| stderr.contains_str(sign))
}

/// Tells whether a line is worth repeating. The marks with which Python underlines code are not,
/// nor is what Rust adds below each panic.
fn says_something(line: &str) -> bool {
    line.contains(char::is_alphanumeric) && !line.starts_with("note: run with `RUST_BACKTRACE")
}

/// What a program has printed since it was last looked at. `None` at its end.
fn next_piece(pipe: &mut impl BufRead) -> Option<Vec<u8>> {
    loop {
        match pipe.fill_buf() {
            Ok([]) => return None,
            Ok(piece) => {
                let piece = piece.to_vec();
                pipe.consume(piece.len());
                return Some(piece);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

/// A line as the story tells it: on one line, without anything that a terminal obeys.
fn told(line: &[u8]) -> String {
    // On Windows many a language ends its lines in two characters.
    let line = line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(line);
    let text = String::from_utf8_lossy(line).into_owned();
    let text: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    match text.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_line_is_told_without_its_end_and_without_what_a_terminal_obeys() {
        for (line, expected) in [
            (&b"one\n"[..], "one"),
            (b"one\r\n", "one"),
            (b"one", "one"),
            (b"one\rtwo\r\n", "one\u{fffd}two"),
            (b"\x1b[2J\n", "\u{fffd}[2J"),
        ] {
            assert_eq!(told(line), expected);
        }
    }
}
