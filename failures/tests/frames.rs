//! The faulty programs of lessons 4 to 6: without a fault they do well, and with a fault they do
//! one thing wrong, and nothing else.

// The commands are those of a Unix shell.
#![cfg(unix)]

mod frames {
    pub mod clients;
    pub mod servers;
}

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use connection_loop::read_some;
use support::PATIENCE;

/// How long a test waits for what must not come. Nothing fails if it waits too short.
const MOMENT: Duration = Duration::from_millis(700);

/// The length of some bytes, the lowest byte first, and the bytes.
fn with_length(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a short message");
    [&length.to_le_bytes(), bytes].concat()
}

/// Asserts that nothing comes for a moment: no bytes, no end, no reset.
fn expect_silence(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(MOMENT)).expect("a timeout can be set");
    let outcome = read_some(stream, &mut [0; 100]).map_err(|error| error.kind());
    assert!(matches!(outcome, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{outcome:?}");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
}
