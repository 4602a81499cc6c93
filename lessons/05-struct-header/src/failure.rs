//! What went wrong, by its name in the catalogue.

use std::{error, fmt, io};

use connection_loop::why_gone;
use simple_echo::shown;

/// A failure of the catalogue, met while talking to a peer.
#[derive(Debug)]
pub struct Failure {
    /// Its id in the catalogue.
    pub id: Id,
    /// What was seen, in words.
    pub message: String,
}

impl Failure {
    /// Names what was seen. A message may quote what a peer has sent, so it is
    /// made fit for the screen.
    pub fn new(id: impl Into<Id>, message: impl Into<String>) -> Self {
        let message = shown(&message.into());
        Self { id: id.into(), message }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let id = match error.kind() {
            // `read_exact` says so, when it meets the end before it has all.
            io::ErrorKind::UnexpectedEof => Id::CLOSED_MID_MESSAGE,
            _ => why_gone(&error).into(),
        };
        Self::new(id, error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{} ({})", self.message, self.id.as_str())
    }
}

impl error::Error for Failure {}

/// The id of a failure, as the catalogue spells it.
///
/// One by which a program decides what to do has a name here, so that the
/// compiler finds a slip in it. The others are only told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(&'static str);

impl Id {
    /// The peer ended its side in the middle of what it sent.
    pub const CLOSED_MID_MESSAGE: Self = Self("closed-mid-message");
    /// The peer vanished.
    pub const PEER_RESET: Self = Self("peer-reset");
    /// The peer was silent for too long.
    pub const SILENT_PEER: Self = Self("silent-peer");

    /// The id as text.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl From<&'static str> for Id {
    fn from(id: &'static str) -> Self {
        Self(id)
    }
}
