//! What `--format json` prints: an object for each event.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, UdpSocket};

use record::Event;
use serde_json::{Value, json};
use support::{Finished, Program, accept, connect, expect_bytes, listen, nobody, reset};

const WIRE: &str = env!("CARGO_BIN_EXE_wire");
const README: &str = include_str!("../README.md");

/// A wire whose first object has told where it listens.
fn start(target: SocketAddr, arguments: &[&str]) -> (Program, SocketAddr) {
    let target = target.to_string();
    let arguments = [&["0", &target, "--format", "json"], arguments].concat();
    let wire = Program::start(WIRE, arguments);
    let first = object(&wire.line());
    assert_eq!(first["event"], "listening");
    let address = first["address"].as_str().expect("an address is a text");
    (wire, address.parse().expect("an address"))
}

fn object(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// Asserts what the next object is, but for its time.
fn expect(wire: &Program, expected: Value) {
    let mut event = object(&wire.line());
    let seconds = event.as_object_mut().and_then(|event| event.remove("seconds"));
    assert!(seconds.is_some_and(|seconds| seconds.is_f64()), "{event}");
    assert_eq!(event, expected);
}

/// Each object that the README shows is one, with no member more or less.
#[test]
fn the_readme_shows_events() {
    let shown: Vec<_> = README.lines().filter(|line| line.starts_with('{')).collect();
    assert!(!shown.is_empty());
    for line in shown {
        let event: Event = serde_json::from_str(line).expect("the README shows an event");
        assert_eq!(object(&serde_json::to_string(&event).expect("it has a text")), object(line));
    }
}

/// Asserts that the wire ended with one complaint, and nothing on stderr.
fn complains(finished: &Finished, text: &str) {
    let event = object(&finished.stdout);
    assert_eq!(event["event"], "complaint");
    assert!(event["message"].as_str().is_some_and(|message| message.starts_with(text)), "{event}");
    assert_eq!(finished.stderr, "");
}

#[test]
fn a_connection_is_told_from_its_first_byte_to_its_last() {
    let (listener, target) = listen();
    let (wire, address) = start(target, &["--lesson", "5", "--show", "2"]);
    let mut client = connect(address);
    let mut server = accept(&listener);
    let peer = client.local_addr().expect("an address").to_string();
    let target = target.to_string();
    expect(
        &wire,
        json!({
            "connection": 1, "event": "opened", "client": peer, "target": target,
            "opening": "at-once",
        }),
    );

    client.write_all(b"echo hi").expect("the wire reads");
    expect_bytes(&mut server, b"echo hi");
    expect(
        &wire,
        json!({
            "connection": 1, "event": "bytes", "direction": "requests", "length": 7,
            "parts": [{"label": "request", "length": 7, "bytes": "6563"}],
        }),
    );
    server.write_all(b"\x03\0\0\0hi\n").expect("the wire reads");
    expect_bytes(&mut client, b"\x03\0\0\0hi\n");
    expect(
        &wire,
        json!({
            "connection": 1, "event": "bytes", "direction": "replies", "length": 7,
            "parts": [
                {"label": "length 3", "length": 4, "bytes": "0300"},
                {
                    "label": "body",
                    "progress": {"came": 3, "of": 3},
                    "length": 3,
                    "bytes": "6869",
                },
            ],
        }),
    );

    for (side, direction) in [(&client, "requests"), (&server, "replies")] {
        side.shutdown(Shutdown::Write).expect("a connection can be ended");
        let end = json!({
            "connection": 1, "event": "end", "direction": direction, "passed_on": true,
        });
        expect(&wire, end);
    }
    expect(&wire, json!({"connection": 1, "event": "closed"}));
}

#[test]
fn a_reset_is_told_with_its_side() {
    let (listener, target) = listen();
    let (wire, address) = start(target, &["--stall", "0", "--only", "requests"]);
    let client = connect(address);
    let _server = accept(&listener);
    assert_eq!(object(&wire.line())["event"], "opened");
    expect(
        &wire,
        json!({
            "connection": 1, "event": "bent", "direction": "requests",
            "message": "silent from here (--stall 0)",
        }),
    );
    reset(client);
    expect(
        &wire,
        json!({
            "connection": 1, "event": "reset", "direction": "requests", "passed_on": false,
            "message": "reset by the client",
        }),
    );
}

#[test]
fn a_server_that_nobody_started_is_told() {
    let (_nobody, target) = nobody();
    let (wire, address) = start(target, &["--quiet"]);
    let client = connect(address);
    let peer = client.local_addr().expect("an address").to_string();
    let target = target.to_string();
    let message = format!("{target} refuses; is the server running?");
    expect(
        &wire,
        json!({
            "connection": 1, "event": "refused", "client": peer, "target": target,
            "message": message,
        }),
    );
}

#[test]
fn datagrams_are_told_one_by_one() {
    let server = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let (wire, address) =
        start(server.local_addr().expect("an address"), &["--udp", "--drop", "1"]);
    let client = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    client.send_to(b"", address).expect("a datagram can be sent");
    client.send_to(b"\xff", address).expect("a datagram can be sent");

    let opened = object(&wire.line());
    assert_eq!((&opened["event"], &opened["opening"]), (&json!("opened"), &json!("appeared")));
    let dropped = json!({
        "connection": 1, "event": "bent", "direction": "requests", "message": "dropped",
    });
    for (length, parts) in [(0, json!([])), (1, json!([{"label": "", "length": 1, "bytes": "ff"}]))]
    {
        expect(
            &wire,
            json!({
                "connection": 1, "event": "bytes", "direction": "requests", "length": length,
                "parts": parts,
            }),
        );
        expect(&wire, dropped.clone());
    }
}

#[test]
fn what_cannot_be_done_is_told_too() {
    let wrong = ["0", "9090", "--drip", "0", "--format", "json"];
    complains(&Program::start(WIRE, wrong).finish().code(2), "invalid value '0' for '--drip <N>'");
    let both = ["0", "9090", "--cut", "1", "--reset", "1", "--format=json"];
    complains(&Program::start(WIRE, both).finish().code(2), "only one of --cut");
    let (_listener, taken) = listen();
    let taken = [&taken.to_string(), "9090", "--format", "json"];
    complains(&Program::start(WIRE, taken).finish().code(1), "cannot listen on 127.0.0.1:");
}
