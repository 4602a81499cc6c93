//! What went wrong, by its name in the catalogue.

use std::{error, fmt, io};

use connection_loop::why_gone;
use simple_echo::shown;

/// A failure of the catalogue, met while talking to a peer.
#[derive(Debug)]
pub struct Failure {
    /// Its id in the catalogue, such as `closed-mid-message`.
    pub id: &'static str,
    /// What was seen, in words.
    pub message: String,
}

impl Failure {
    /// Names what was seen. A message may quote what a peer has sent, so it is
    /// made fit for the screen.
    pub fn new(id: &'static str, message: impl Into<String>) -> Self {
        let message = shown(&message.into());
        Self { id, message }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let id = match error.kind() {
            // `read_exact` says so, when it meets the end before it has all.
            io::ErrorKind::UnexpectedEof => "closed-mid-message",
            _ => why_gone(&error),
        };
        Self::new(id, error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{} ({})", self.message, self.id)
    }
}

impl error::Error for Failure {}
