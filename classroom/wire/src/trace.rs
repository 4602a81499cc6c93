//! Prints each event on the wire: for people, or as an object for programs.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Instant;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use record::{Direction, Event, Part, Progress, What};

/// Prints what happens on the wire. A clone prints to the same place, by the same clock.
#[derive(Clone)]
pub struct Trace(Arc<Settings>);

struct Settings {
    start: Instant,
    quiet: bool,
    show: Option<usize>,
    output: Output,
}

/// Where the events go.
enum Output {
    /// To stdout, for people, with colours or without.
    Text { colour: bool },
    /// To stdout, for programs.
    Json,
    /// To whoever listens in this program.
    Here(Sender<Event>),
}

/// What the next bytes of a read are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// How many bytes.
    pub length: usize,
    /// Their name, such as `length 3`; it may be empty.
    pub text: String,
    /// How much of that has come with them.
    pub progress: Option<Progress>,
}

impl Label {
    /// Names so many bytes.
    pub fn new(length: usize, text: impl Into<String>) -> Self {
        Self { length, text: text.into(), progress: None }
    }

    /// Names the last so many of those that have come of a part.
    pub fn of_part(length: usize, text: impl Into<String>, came: usize, of: usize) -> Self {
        Self { length, text: text.into(), progress: Some(Progress { came, of }) }
    }
}

impl Trace {
    /// Starts the clock. A `quiet` trace prints connections only; `show` is how many bytes are
    /// printed of each read, or of each labelled part of it. With `json` each event is an object.
    pub fn new(quiet: bool, show: Option<usize>, json: bool) -> Self {
        // The answer is asked for once, so that a file gets no colours and each block of lines
        // stays in one piece.
        let output = if json {
            Output::Json
        } else {
            Output::Text { colour: AutoStream::choice(&io::stdout()) != ColorChoice::Never }
        };
        Self(Arc::new(Settings { start: Instant::now(), quiet, show, output }))
    }

    /// Starts the clock, and sends every event to `listener`.
    pub fn to(listener: Sender<Event>) -> Self {
        let output = Output::Here(listener);
        Self(Arc::new(Settings { start: Instant::now(), quiet: false, show: None, output }))
    }

    /// Tells whether bytes and events are left out.
    pub fn is_quiet(&self) -> bool {
        self.0.quiet
    }

    /// Prints the event that tells where clients can call.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn listening(&self, address: SocketAddr) -> io::Result<()> {
        self.print(None, &What::Listening { address })
    }

    /// Prints an event of a connection, also when quiet: `1  0.000 s  closed`.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn announce(&self, connection: usize, what: &What) -> io::Result<()> {
        self.print(Some(connection), what)
    }

    /// Prints an event of a connection, unless quiet: `1  1.204 s  client → server  end`.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn event(&self, connection: usize, what: &What) -> io::Result<()> {
        if self.0.quiet { Ok(()) } else { self.announce(connection, what) }
    }

    /// Prints the bytes of one read, unless quiet. Each label begins a new row; bytes after the
    /// last label, or all of them without one, are left unnamed.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn bytes(
        &self,
        connection: usize,
        direction: Direction,
        bytes: &[u8],
        labels: &[Label],
    ) -> io::Result<()> {
        if self.0.quiet {
            return Ok(());
        }
        let mut parts = Vec::new();
        let mut rest = bytes;
        for label in labels {
            let (part, after) = rest.split_at(label.length.min(rest.len()));
            parts.extend(self.part(part, &label.text, label.progress));
            rest = after;
        }
        parts.extend(self.part(rest, "", None));
        self.announce(connection, &What::Bytes { direction, length: bytes.len(), parts })
    }

    /// A part of a read, as far as it is to be shown. Without a byte it is none.
    fn part(&self, bytes: &[u8], label: &str, progress: Option<Progress>) -> Option<Part> {
        let shown = &bytes[..bytes.len().min(self.0.show.unwrap_or(usize::MAX))];
        let (label, length, bytes) = (label.into(), bytes.len(), shown.to_vec());
        let part = Part { label, progress, length, bytes };
        (length > 0).then_some(part)
    }

    /// Says what went wrong: to people on stderr, to programs among the events.
    pub fn complain(&self, connection: Option<usize>, message: String) {
        if matches!(self.0.output, Output::Text { .. }) {
            eprintln!("{message}");
            return;
        }
        // Nobody is left to tell that nobody listens; the next event ends the wire.
        let _ = self.print(connection, &What::Complaint { direction: None, message });
    }

    /// Prints an event in one piece. No other comes between its lines.
    fn print(&self, connection: Option<usize>, what: &What) -> io::Result<()> {
        let stdout = io::stdout().lock();
        // Looked up when it is our turn: no event is older than the one before it.
        // Microseconds are as exact as anybody needs.
        let seconds = (self.0.start.elapsed().as_secs_f64() * 1e6).round() / 1e6;
        let event = || Event { connection, seconds, what: what.clone() };
        let written = match &self.0.output {
            Output::Here(listener) => {
                return listener.send(event()).map_err(|_| io::ErrorKind::BrokenPipe.into());
            }
            Output::Json => write_to(stdout, &json(&event())?),
            Output::Text { colour } => {
                let style = what.direction().filter(|_| *colour).map(style).unwrap_or_default();
                let text = match connection {
                    Some(number) => format!("{number}  {seconds:.3} s  {style}{what}{style:#}\n"),
                    None => format!("{what}\n"),
                };
                // Where there are no colours, nobody need look for them: that takes longer than
                // to print.
                if *colour {
                    write_to(AutoStream::auto(stdout), &text)
                } else {
                    write_to(stdout, &text)
                }
            }
        };
        written.map_err(|error| io::Error::new(error.kind(), format!("cannot print: {error}")))
    }
}

/// The colour of a direction.
fn style(direction: Direction) -> Style {
    match direction {
        Direction::Request => AnsiColor::Cyan.on_default(),
        Direction::Reply => AnsiColor::Yellow.on_default(),
    }
}

/// An event as an object, in a line.
fn json(event: &Event) -> io::Result<String> {
    Ok(serde_json::to_string(event)? + "\n")
}

/// Says in an object why the wire ends, or never begins.
pub fn print_error(message: &str) {
    let what = What::Complaint { direction: None, message: message.into() };
    // If nobody reads it, the exit status still tells.
    let _ = json(&Event { connection: None, seconds: 0.0, what })
        .and_then(|text| write_to(io::stdout().lock(), &text));
}

fn write_to(mut stdout: impl Write, text: &str) -> io::Result<()> {
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}
