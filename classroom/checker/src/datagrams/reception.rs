//! What may come for a datagram that was sent.

use std::io::{self, ErrorKind};

use crate::peer::bytes_text;
use crate::program::Program;
use crate::verdict::Failure;
use crate::watch::{Doing, Silence, settle};

/// A buffer of so many bytes cuts no datagram.
pub const BUFFER: usize = 65_535;

/// What came.
#[derive(Debug)]
pub enum Reception {
    /// A datagram, perhaps an empty one.
    Datagram(Vec<u8>),
    /// The news that nobody listens where we sent to.
    Refused,
    /// Nothing, for as long as there was hope.
    Silence(Silence),
}

impl Reception {
    /// Says what happened, and if the program ended by it, how.
    pub fn what(&self, program: &Program) -> String {
        let mut text = match self {
            Self::Datagram(bytes) => format!("{} came", bytes_text(bytes.len())),
            Self::Refused => String::from("nobody listens there any more"),
            Self::Silence(silence) => format!("nothing came: {silence}"),
        };
        if matches!(self, Self::Refused)
            && let Doing::Ended(status) = settle(program)
        {
            text.push_str(&format!(". The program had ended with {status}"));
        }
        if program.status().is_some() {
            text.push_str(&program.and_last_words());
        }
        text
    }

    /// What is to be said when something else came than the datagram that was wanted.
    pub fn unexpected(&self, what: &str, wanted: &[u8], program: &Program) -> Failure {
        let Self::Datagram(came) = self else {
            return Failure::new(what, self.what(program)).bytes(wanted, []);
        };
        let count = bytes_text(came.len());
        let observed = if came.is_empty() {
            String::from("an empty datagram came")
        } else if wanted.starts_with(came) {
            format!("a datagram of {count} came: it is cut")
        } else {
            format!("a datagram of {count} came, and it is another")
        };
        Failure::new(what, observed).bytes(wanted, came.as_slice())
    }
}

/// Tells whether an error only says that nothing has come yet.
pub fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Tells whether an error says that nobody listens where we sent to.
pub fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}
