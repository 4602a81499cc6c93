//! What goes wrong with files.

use std::io;

use connection_loop::elog;
use struct_header::Failure;

/// Names what went wrong with a file, in contrast to what went wrong with a
/// peer.
///
/// An error of a temporary file tells where it lies. That is nobody's business
/// but our own: a client hears only of what kind the error is.
pub fn disk(what: &str) -> impl Fn(io::Error) -> Failure {
    move |error| {
        let told = if error.raw_os_error().is_some() {
            error.to_string()
        } else {
            elog!("{what}: {error}");
            error.kind().to_string()
        };
        Failure::new("disk", format!("{what}: {told}"))
    }
}
