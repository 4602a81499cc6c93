//! What the wire prints: a line for each event, and the bytes of each read.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::direction::Direction;
use crate::hex;

/// Prints what happens on the wire. A clone prints to the same place, by the same clock.
#[derive(Clone)]
pub struct Trace(Arc<Settings>);

struct Settings {
    start: Instant,
    quiet: bool,
    show: Option<usize>,
    colour: bool,
}

/// What the next bytes of a read are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// How many bytes.
    pub length: usize,
    /// Their name, such as `length 3`; it may be empty.
    pub text: String,
}

impl Trace {
    /// Starts the clock. A `quiet` trace prints connections only; `show` is how many bytes are
    /// printed of each read, or of each labelled part of it.
    pub fn new(quiet: bool, show: Option<usize>) -> Self {
        // The answer is asked for once, so that a file gets no colours and each block of lines
        // stays in one piece.
        let colour = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        Self(Arc::new(Settings { start: Instant::now(), quiet, show, colour }))
    }

    /// Tells whether bytes and events are left out.
    pub fn is_quiet(&self) -> bool {
        self.0.quiet
    }

    /// Prints the line that tells where clients can call.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn listening(&self, address: SocketAddr) -> io::Result<()> {
        self.write(|| format!("listening on {address}\n"))
    }

    /// Prints a line about a connection, also when quiet: `1  0.000 s  closed`.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn announce(&self, connection: usize, text: &str) -> io::Result<()> {
        self.print(connection, &format!("{text}\n"))
    }

    /// Prints a line about what happens on a connection, unless quiet.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn event(&self, connection: usize, text: &str) -> io::Result<()> {
        if self.0.quiet { Ok(()) } else { self.announce(connection, text) }
    }

    /// Prints a line about what happens in one direction, unless quiet:
    /// `1  1.204 s  client → server  end`.
    ///
    /// # Errors
    ///
    /// Those of stdout.
    pub fn flow(&self, connection: usize, direction: Direction, text: &str) -> io::Result<()> {
        let colour = self.colour(direction);
        self.event(connection, &format!("{colour}{direction}  {text}{colour:#}"))
    }

    /// Prints the bytes of one read in rows of 16, unless quiet. Each label begins a new row;
    /// bytes after the last label, or all of them without one, are left unnamed.
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
        let colour = self.colour(direction);
        let mut block =
            format!("{colour}{direction}  {} {}\n", bytes.len(), hex::noun(bytes.len()));
        let mut rest = bytes;
        for label in labels {
            let (part, after) = rest.split_at(label.length.min(rest.len()));
            hex::add_rows(&mut block, part, self.0.show, &label.text);
            rest = after;
        }
        hex::add_rows(&mut block, rest, self.0.show, "");
        // The colour ends before the newline, not on the next line.
        block.insert_str(block.len() - 1, &format!("{colour:#}"));
        self.print(connection, &block)
    }

    /// Prints whole lines, with the number of the connection and the time since the start in
    /// front. Nobody else's come between them.
    fn print(&self, connection: usize, lines: &str) -> io::Result<()> {
        // Looked up when it is our turn: no line is older than the one before it.
        self.write(|| {
            let seconds = self.0.start.elapsed().as_secs_f64();
            format!("{connection}  {seconds:.3} s  {lines}")
        })
    }

    /// Prints whole lines in one piece.
    fn write(&self, lines: impl FnOnce() -> String) -> io::Result<()> {
        let stdout = io::stdout().lock();
        // Where there are no colours, nobody need look for them: that takes longer than to print.
        let written = if self.0.colour {
            write_to(AutoStream::auto(stdout), lines)
        } else {
            write_to(stdout, lines)
        };
        written.map_err(|error| io::Error::new(error.kind(), format!("cannot print: {error}")))
    }

    fn colour(&self, direction: Direction) -> Style {
        match direction {
            _ if !self.0.colour => Style::new(),
            Direction::Request => AnsiColor::Cyan.on_default(),
            Direction::Reply => AnsiColor::Yellow.on_default(),
        }
    }
}

fn write_to(mut stdout: impl Write, lines: impl FnOnce() -> String) -> io::Result<()> {
    stdout.write_all(lines().as_bytes())?;
    stdout.flush()
}
