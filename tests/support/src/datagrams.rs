//! What every server that answers datagrams must withstand.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use crate::{PATIENCE, Program, skipped};

/// Receives the next datagram, and says from whom. It must come within the socket's timeout.
pub fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    next(socket).expect("a datagram comes")
}

/// The next datagram, if it comes within the socket's timeout. A machine that is stopped and goes
/// on interrupts a call with a timeout (signal(7)): then it is called again.
fn next(socket: &UdpSocket) -> io::Result<(Vec<u8>, SocketAddr)> {
    let mut buffer = vec![0; 65_535];
    loop {
        match socket.recv_from(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            received => {
                let (count, from) = received?;
                buffer.truncate(count);
                return Ok((buffer, from));
            }
        }
    }
}

/// Sends back whatever a server answers, as another server would, and asserts that this comes to
/// an end, that others are served meanwhile, and that all is forgotten after a second of silence.
pub fn check_that_answers_to_answers_end(path: &str, request: &[u8]) {
    let server = Program::server(path, &[]);
    let mirror = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    // Longer than the server has to hear nothing.
    mirror.set_read_timeout(Some(Duration::from_millis(1500))).expect("a timeout can be set");
    mirror.send_to(request, server.address()).expect("a datagram can be sent");

    let began = Instant::now();
    let mut answers = 0;
    while let Ok((answer, _)) = next(&mirror) {
        answers += 1;
        assert!(began.elapsed() < PATIENCE, "no end after {answers} answers");
        mirror.send_to(&answer, server.address()).expect("a datagram can be sent");
        if answers == 10 {
            assert_is_served(&server, request);
        }
    }
    assert!(answers > 10, "{answers} answers: a peer may ask more often than that");

    mirror.send_to(request, server.address()).expect("a datagram can be sent");
    next(&mirror).expect("who has been silent is answered again");
}

/// Sends a server a datagram that claims to come from the server itself, and asserts that it is
/// not answered. Then sets it on a second one, and asserts that they come to rest.
///
/// Only root may forge a datagram, and only Linux lets it. Elsewhere the test is skipped.
pub fn check_that_forged_datagrams_bring_rest(path: &str, request: &[u8]) {
    for address in ["127.0.0.1:0", "0.0.0.0:0"] {
        let shell = path.contains("shell") && address.starts_with("0.");
        let arguments: &[&str] = if shell { &["--allow-remote"] } else { &[] };
        let server = Program::server_at(path, address, arguments);
        let own = SocketAddr::from(([127, 0, 0, 1], server.address().port()));
        if !forge(own, own, request) {
            skipped("forging a datagram takes root on Linux");
            return;
        }
        server.expect(&format!(" from {own}: "));
        let line = server.error_line();
        assert_eq!(line, format!("not answered: {own} is our own address"));
        // Its next line is about this client: it has not answered itself.
        let other = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        other.send_to(request, own).expect("a datagram can be sent");
        let other = other.local_addr().expect("a bound socket has an address");
        server.expect(&format!(" from {other}: "));
    }

    let (one, other) = (Program::server(path, &[]), Program::server(path, &[]));
    assert!(forge(one.address(), other.address(), request));
    // It has heard the first word, so it is the first to have heard enough.
    let line = other.error_line();
    assert!(line.contains(&format!("{} never pauses", one.address())), "{line}");
    assert_is_served(&one, request);
    assert_is_served(&other, request);
}

fn assert_is_served(server: &Program, request: &[u8]) {
    let client = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    client.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    client.send_to(request, server.address()).expect("a datagram can be sent");
    receive(&client);
}

/// Sends a datagram with a sender of our choice (RFC 768), or tells that this is not allowed.
fn forge(from: SocketAddr, to: SocketAddr, message: &[u8]) -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let Ok(raw) = Socket::new(Domain::IPV4, Type::from(3), Some(Protocol::UDP)) else {
        return false;
    };
    let length = u16::try_from(8 + message.len()).expect("a short message");
    // The last two bytes are the checksum: zeros mean that there is none.
    let header = [from.port(), to.port(), length, 0].map(u16::to_be_bytes).concat();
    raw.send_to(&[&header, message].concat(), &to.into()).is_ok()
}
