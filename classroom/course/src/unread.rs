//! Output that nobody reads to its end.

use std::io::{Error, ErrorKind};

/// Tells whether whoever reads what we print has seen enough, as in `cargo failure | head`. Any
/// other pipe that breaks has a context.
pub fn is_unread(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<Error>();
    error.chain().len() == 1 && cause.is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
}
