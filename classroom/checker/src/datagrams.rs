//! Our end of an exchange of datagrams with the program: never waits without a bound, and tells
//! apart whatever may come.

mod caller;
mod host;
mod reception;

pub use caller::Caller;
pub use host::Host;
pub use reception::Reception;

/// The longest message that every system sends in one datagram, as it comes: macOS sends no
/// more than 9,216 bytes.
pub const LONG: usize = 9_000;
