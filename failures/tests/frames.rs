//! The faulty programs of lessons 4 to 6: without a fault they do well, and with a fault they do
//! one thing wrong, and nothing else.

// The commands are those of a Unix shell.
#![cfg(unix)]

mod clients;
mod servers;

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use connection_loop::read_some;
use support::{PATIENCE, Program, check_arguments};

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
    let outcome =
        read_some(stream, &mut [0; 100]).map_err(|error| error.kind());
    assert!(
        matches!(outcome, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)),
        "{outcome:?}"
    );
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
}

#[test]
fn only_faults_that_apply_can_be_asked_for() {
    for program in [
        env!("CARGO_BIN_EXE_faulty-sticky-packets-server"),
        env!("CARGO_BIN_EXE_faulty-sticky-packets-client"),
        env!("CARGO_BIN_EXE_faulty-struct-header-server"),
        env!("CARGO_BIN_EXE_faulty-struct-header-client"),
        env!("CARGO_BIN_EXE_faulty-dict-header-server"),
        env!("CARGO_BIN_EXE_faulty-dict-header-client"),
    ] {
        check_arguments(program, &[&["nonsense"]]);
        for fault in ["nonsense", "path-traversal"] {
            let refused =
                Program::start(program, ["--fault", fault]).finish().code(2);
            assert!(
                refused.stderr.contains("possible values: "),
                "{refused:?}"
            );
            assert!(!refused.stderr.contains("path-traversal,"), "{refused:?}");
        }
    }
    check_arguments(env!("CARGO_BIN_EXE_raw-server"), &[&[], &["nonsense"]]);
    check_arguments(env!("CARGO_BIN_EXE_stopwatch-client"), &[&["nonsense"]]);
}
