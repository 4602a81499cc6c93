//! What the clients of lessons 1 to 6 do, with the faults that they can have.

use std::io::{self, Read};
use std::net::TcpStream;

use anyhow::{Context, ensure};
use communication_loop::read_line;
use connection_loop::resolve;
use socket2::{Domain, Protocol, Socket, Type};

use crate::Fault;

/// Connects to a server.
///
/// [`Fault::ConnectionRefused`]: goes on as if it were connected, whatever the
/// system says.
///
/// # Errors
///
/// An address that cannot be resolved, or a server that cannot be reached.
pub fn connect(
    address: &str,
    fault: Option<Fault>,
) -> anyhow::Result<TcpStream> {
    // ANCHOR: connection-refused
    if fault == Some(Fault::ConnectionRefused) {
        let address = resolve(address)?;
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        // As with connect_ex in Python: there is an answer, and nobody looks at
        // it.
        let _ = socket.connect(&address.into());
        return Ok(socket.into());
    }
    TcpStream::connect(address).with_context(|| {
        format!("cannot connect to {address}; is the server running?")
    })
    // ANCHOR_END: connection-refused
}

/// Reads the next message that is typed. `None` means that the person is done.
///
/// [`Fault::EmptyMessage`]: an empty line is a message too.
///
/// # Errors
///
/// Those of reading stdin.
// ANCHOR: empty-message
pub fn next_message(
    prompt: &str,
    fault: Option<Fault>,
) -> io::Result<Option<Vec<u8>>> {
    if fault == Some(Fault::EmptyMessage) {
        let line = read_line(prompt)?;
        return Ok(line.filter(|line| line != b"q" && line != b"quit"));
    }
    communication_loop::next_message(prompt)
}
// ANCHOR_END: empty-message

/// Receives an answer, in one read. `None` means that there will be no more.
///
/// [`Fault::PeerClosed`]: zero bytes are taken for an answer.
/// [`Fault::PeerReset`]: an error is taken for the end.
///
/// # Errors
///
/// A server that has closed the connection, or any other error of the
/// connection.
pub fn receive<'a>(
    stream: &mut TcpStream,
    buffer: &'a mut [u8],
    fault: Option<Fault>,
) -> anyhow::Result<Option<&'a [u8]>> {
    // ANCHOR: peer-reset
    let count = match stream.read(buffer) {
        Ok(count) => count,
        // The program ends as if all were well, and nobody hears of it.
        Err(_) if fault == Some(Fault::PeerReset) => return Ok(None),
        Err(error) => return Err(error).context("cannot read the answer"),
    };
    // ANCHOR_END: peer-reset
    // ANCHOR: peer-closed
    if fault != Some(Fault::PeerClosed) {
        ensure!(
            count > 0,
            "the server closed the connection without an answer (peer-closed)"
        );
    }
    // ANCHOR_END: peer-closed
    Ok(Some(&buffer[..count]))
}

/// Prints an answer.
///
/// # Errors
///
/// [`Fault::InvalidUtf8`]: bytes that are not text are an error.
// ANCHOR: invalid-utf8
pub fn print_answer(answer: &[u8], fault: Option<Fault>) -> anyhow::Result<()> {
    if fault == Some(Fault::InvalidUtf8) {
        // Whatever is no text ends the program.
        str::from_utf8(answer).context("the answer is not text")?;
    }
    simple_echo::print_answer(answer).context("cannot print the answer")
}
// ANCHOR_END: invalid-utf8
