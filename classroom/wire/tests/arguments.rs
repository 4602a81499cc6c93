//! What the wire refuses, and how it says so.

use std::net::UdpSocket;

use support::{Finished, Program, check_arguments, has_ipv6, listen};

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

/// Asserts that each is refused as wrong arguments are, and in one line.
fn are_usage_errors(wrong: &[&[&str]]) {
    check_arguments(WIRE, wrong);
    for &arguments in wrong {
        let finished = run(arguments);
        assert!(finished.stderr.starts_with("error: "), "{arguments:?}: {finished:?}");
        assert_eq!(finished.stderr.lines().count(), 1, "{arguments:?}: {finished:?}");
    }
}

/// Asserts that arguments are a usage error whose line ends in `text`.
fn is_usage_error(arguments: &[&str], text: &str) {
    let finished = run(arguments).code(2);
    assert!(finished.stderr.trim_end().ends_with(text), "{arguments:?}: {finished:?}");
}

#[test]
fn wrong_arguments_are_a_usage_error() {
    are_usage_errors(&[
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
    ]);
}

#[test]
fn impossible_combinations_are_a_usage_error() {
    are_usage_errors(&[
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
    ]);
}

#[test]
fn a_negative_number_is_no_unknown_option() {
    is_usage_error(&["-1", "9090"], "as in 8080, 127.0.0.1:8080 or [::1]:8080");
    for (option, usage) in [
        ("--show", "a number of bytes"),
        ("--cut", "a number of bytes"),
        ("--drip", "a number of bytes, 1 or more"),
        ("--delay", "a number of milliseconds from 1 to 86400000"),
        ("--seed", "a whole number, 0 or more"),
        ("--drop", "a share from 0 to 1, as in 0.25"),
    ] {
        for value in ["-1", "-0.5"] {
            is_usage_error(&["0", "9090", option, value], &format!("usage: {usage}"));
        }
    }
}

#[test]
fn a_mistyped_option_is_told_which_one_is_like_it() {
    let tip = "'--dripp' found; tip: a similar argument exists: '--drip'; \
               usage: wire [OPTIONS] <LISTEN> <TARGET>";
    is_usage_error(&["0", "9090", "--dripp", "1"], tip);
}

#[test]
fn each_slip_is_told_in_its_own_words() {
    let slips: [(&[&str], &str); 10] = [
        (&["0", "1", "--nothing"], "unexpected argument '--nothing' found"),
        (&["0", "1", "2"], "unexpected argument '2' found"),
        (&["0"], "the following required arguments were not provided: <TARGET>"),
        (&[], "the following required arguments were not provided: <LISTEN> <TARGET>"),
        (&["0", "1", "--cut"], "a value is required for '--cut <N>' but none was supplied"),
        (
            &["0", "1", "--format"],
            "a value is required for '--format <FORMAT>' but none was supplied \
             [possible values: text, json]",
        ),
        (
            &["0", "1", "--format", "jsn"],
            "invalid value 'jsn' for '--format <FORMAT>' [possible values: text, json]; \
             tip: a similar value exists: 'json'",
        ),
        (&["0", "1", "--udp", "--udp"], "the argument '--udp' cannot be used multiple times"),
        (&["0", "1", "--udp=1"], "unexpected value '1' for '--udp' found; no more were expected"),
        (
            &["0", "1", "--cut", "1", "--stall", "2"],
            "only one of --cut, --reset and --stall can happen",
        ),
    ];
    for (arguments, text) in slips {
        let finished = run(arguments).code(2);
        let line = format!("error: {text}; usage: wire [OPTIONS] <LISTEN> <TARGET>\n");
        assert_eq!(finished.stderr, line, "{arguments:?}");
    }
}

#[test]
fn a_value_of_several_lines_is_told_in_one() {
    let line = "error: invalid value 'a b' for '--cut <N>': usage: a number of bytes\n";
    assert_eq!(run(&["0", "1", "--cut", "a\n\nb"]).code(2).stderr, line);
}

/// On Unix an argument is any bytes.
#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_a_usage_error() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let arguments = [OsStr::from_bytes(b"\xff"), OsStr::new("1")];
    let finished = Program::start(WIRE, arguments).finish().code(2);
    let line = "error: invalid UTF-8 was detected in one or more arguments; usage: wire ";
    assert!(finished.stderr.starts_with(line), "{finished:?}");
}

/// Also beside options that `--udp` would rule out.
#[test]
fn datagrams_are_bent_with_udp_only() {
    let streams: [&[&str]; 4] = [&["--lesson", "5"], &["--drip", "1"], &["--stall", "1"], &[]];
    for others in streams {
        for (option, value) in [
            ("--drop", "1"),
            ("--duplicate", "1"),
            ("--reorder", "1"),
            ("--stray", "--quiet"),
            ("--seed", "1"),
        ] {
            let arguments = [&["0", "9090", option, value], others].concat();
            let text = format!("error: {option} is only for datagrams, with --udp; usage: ");
            let finished = run(&arguments).code(2);
            assert!(finished.stderr.starts_with(&text), "{arguments:?}: {finished:?}");
        }
    }
    let both = ["0", "9090", "--cut", "5", "--stall", "2", "--udp"];
    let text = "error: --stall is only for streams, not for --udp; usage: ";
    assert!(run(&both).code(2).stderr.starts_with(text));
}

#[test]
fn a_port_in_use_is_an_error_in_one_line() {
    let (_listener, address) = listen();
    says_in_one_line(&[&address.to_string(), "9090"], "cannot listen on 127.0.0.1:");

    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("a bound socket has an address").to_string();
    says_in_one_line(&[&address, "9090", "--udp"], "try a free port of this machine");
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
    // On Windows no socket of IPv6 takes an address of IPv4 unless asked to (IPV6_V6ONLY).
    let ips = if has_ipv6() && !cfg!(windows) {
        &["127.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]"][..]
    } else {
        &["127.0.0.1", "0.0.0.0"]
    };
    for (listen, target) in
        ips.iter().flat_map(|listen| ips.iter().map(move |target| (listen, target)))
    {
        let (listen, target) =
            (format!("{listen}:{}", address.port()), format!("{target}:{}", address.port()));
        says_in_one_line(&[&listen, &target], "where is the server?");
        says_in_one_line(&[&listen, &target, "--udp"], "where is the server?");
    }
}

#[test]
fn a_server_elsewhere_may_have_the_same_port() {
    let (listener, address) = listen();
    drop(listener);
    // An address for examples, which no machine has; nobody calls it here.
    let target = format!("192.0.2.1:{}", address.port());
    let wire = Program::server_at(WIRE, &format!("0.0.0.0:{}", address.port()), &[&target]);
    assert_eq!(wire.address().port(), address.port());
}

#[test]
fn a_bare_port_is_one_of_this_machine() {
    let wire = Program::server_at(WIRE, "0", &["9090"]);
    assert!(wire.address().ip().is_loopback());
    let wire = Program::server_at(WIRE, "0.0.0.0:0", &["9090"]);
    assert!(wire.address().ip().is_unspecified());
}
