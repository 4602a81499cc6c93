//! What went wrong, by its name in the catalogue.

use std::{error, fmt, io};

use communication_loop::failure_id;

/// A failure of the catalogue, met while talking to a peer.
#[derive(Debug)]
pub struct Failure {
    /// Its id in the catalogue, such as `closed-mid-message`.
    pub id: &'static str,
    /// What was seen, in words.
    pub message: String,
}

impl Failure {
    /// Names what was seen.
    pub fn new(id: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { id, message }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(failure_id(&error), error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{} ({})", self.message, self.id)
    }
}

impl error::Error for Failure {}
