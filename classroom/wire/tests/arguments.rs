//! What the wire refuses, and how it says so.

use std::net::UdpSocket;

use support::{Finished, Program, check_arguments, listen};

const WIRE: &str = env!("CARGO_BIN_EXE_wire");

fn run(arguments: &[&str]) -> Finished {
    Program::start(WIRE, arguments).finish()
}

/// Asserts that stderr is one line, and has `text`.
fn says_in_one_line(arguments: &[&str], text: &str) {
    let finished = run(arguments).fails_with(text);
    assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
    assert_eq!(finished.stdout, "");
}

#[test]
fn wrong_arguments_are_a_usage_error() {
    check_arguments(
        WIRE,
        &[
            &[],
            &["8080"],
            &["8080", "9090", "7070"],
            &["here", "9090"],
            &["65536", "9090"],
            &["8080", "127.0.0.1"],
            &["8080", "0"],
            &["8080", "127.0.0.1:0"],
            &["0", "9090", "--lesson", "4"],
            &["0", "9090", "--show", "-1"],
            &["0", "9090", "--drip", "0"],
            &["0", "9090", "--rate", "0"],
            &["0", "9090", "--delay", "0"],
            &["0", "9090", "--gather", "1.5"],
            &["0", "9090", "--cut", "-1"],
            &["0", "9090", "--udp", "--drop", "1.1"],
            &["0", "9090", "--udp", "--drop", "NaN"],
            &["0", "9090", "--udp", "--seed", "x"],
        ],
    );
}

#[test]
fn impossible_combinations_are_a_usage_error() {
    check_arguments(
        WIRE,
        &[
            &["0", "9090", "--drop", "0.5"],
            &["0", "9090", "--duplicate", "0.5"],
            &["0", "9090", "--reorder", "0.5"],
            &["0", "9090", "--stray"],
            &["0", "9090", "--seed", "1"],
            &["0", "9090", "--udp", "--drip", "1"],
            &["0", "9090", "--udp", "--gather", "1"],
            &["0", "9090", "--udp", "--reset", "1"],
            &["0", "9090", "--udp", "--stall", "1"],
            &["0", "9090", "--udp", "--rate", "1"],
            &["0", "9090", "--udp", "--lesson", "5"],
            &["0", "9090", "--only", "requests"],
            &["0", "9090", "--cut", "1", "--only", "nonsense"],
            &["0", "9090", "--udp", "--stray", "--only", "requests"],
            &["0", "9090", "--cut", "1", "--reset", "1"],
            &["0", "9090", "--cut", "1", "--stall", "1"],
            &["0", "9090", "--reset", "1", "--stall", "1"],
            &["0", "9090", "--gather", "1", "--drip", "1"],
            &["0", "9090", "--gather", "1", "--delay", "1"],
            &["0", "9090", "--gather", "1", "--rate", "1"],
        ],
    );
}

#[test]
fn a_port_in_use_is_an_error_in_one_line() {
    let (_listener, address) = listen();
    says_in_one_line(&[&address.to_string(), "9090"], "cannot listen on 127.0.0.1:");

    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("a bound socket has an address").to_string();
    says_in_one_line(&[&address, "9090", "--udp"], "if the port is taken, try another");
}

#[test]
fn a_capture_that_cannot_be_written_is_an_error_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("missing").join("capture.pcapng");
    let path = path.to_str().expect("a name that is text");
    says_in_one_line(&["0", "9090", "--save", path], "cannot create the capture");
}

#[test]
fn the_wire_is_not_its_own_server() {
    let (listener, address) = listen();
    drop(listener);
    for listen in [address.to_string(), format!("0.0.0.0:{}", address.port())] {
        says_in_one_line(&[&listen, &address.to_string()], "where is the server?");
        says_in_one_line(&[&listen, &address.to_string(), "--udp"], "where is the server?");
    }
}

#[test]
fn a_bare_port_is_one_of_this_machine() {
    let wire = Program::server_at(WIRE, "0", &["9090"]);
    assert!(wire.address().ip().is_loopback());
    let wire = Program::server_at(WIRE, "0.0.0.0:0", &["9090"]);
    assert!(wire.address().ip().is_unspecified());
}
