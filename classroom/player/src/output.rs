//! What a side prints, line by line.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

/// How many lines a failure shows of each side.
const REMEMBERED: usize = 10;

/// The lines of a side, in the order in which it printed them.
pub struct Output {
    lines: Receiver<String>,
    last: VecDeque<String>,
    /// Whether lines may pass until one is expected.
    pub skipping: bool,
}

/// What came of waiting for a line.
pub enum Next {
    /// A line.
    Line(String),
    /// Nothing in time.
    Silence,
    /// Nothing more, ever.
    End,
}

impl Output {
    /// Reads a pipe until its end, in a thread of its own: a side never waits for us.
    pub fn new(pipe: impl Read + Send + 'static) -> Self {
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                let text = String::from_utf8_lossy(&line);
                if sender.send(text.trim_end_matches(['\r', '\n']).into()).is_err() {
                    break;
                }
                line.clear();
            }
        });
        Self { lines, last: VecDeque::new(), skipping: false }
    }

    /// The next line, if it comes before the deadline.
    pub fn next(&mut self, deadline: Instant) -> Next {
        let time = deadline.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(time) {
            Ok(line) => {
                self.remember(line.clone());
                Next::Line(line)
            }
            Err(RecvTimeoutError::Timeout) => Next::Silence,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        }
    }

    /// The last lines that have come, seen or not.
    pub fn last(&mut self) -> impl Iterator<Item = &String> {
        while let Ok(line) = self.lines.try_recv() {
            self.remember(line);
        }
        self.last.iter()
    }

    fn remember(&mut self, line: String) {
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }
}
