//! Our end of an exchange of datagrams with the program: never waits without a bound, and tells
//! apart whatever may come.

mod caller;
mod host;

use std::io::{self, ErrorKind};

use crate::program::Program;
use crate::verdict::Failure;
use crate::watch::{Doing, Silence, settle};

pub use caller::Caller;
pub use host::Host;

/// The longest message that every system sends in one datagram, as it comes: macOS sends no
/// more than 9,216 bytes.
pub const LONG: usize = 9_000;

/// A buffer of so many bytes cuts no datagram.
const BUFFER: usize = 65_535;

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
    fn what(&self, program: &Program) -> String {
        let mut text = match self {
            Self::Datagram(bytes) => format!("{} came", crate::peer::bytes_text(bytes.len())),
            Self::Refused => String::from("nobody listens there any more"),
            Self::Silence(silence) => format!("nothing came: {silence}"),
        };
        if matches!(self, Self::Refused)
            && let Doing::Ended(status) = settle(program)
        {
            text.push_str(&format!(". The program had ended with {status}"));
        }
        if program.status().is_some()
            && let Some(words) = program.last_words()
        {
            text.push_str(&format!(". Its last words: {words}"));
        }
        text
    }

    /// What is to be said when something else came than the datagram that was wanted.
    fn unexpected(&self, what: &str, wanted: &[u8], program: &Program) -> Failure {
        let Self::Datagram(came) = self else {
            return Failure::new(what, self.what(program)).bytes(wanted, []);
        };
        let count = crate::peer::bytes_text(came.len());
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

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}
