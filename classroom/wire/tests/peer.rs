//! What the peers of a wire do: the client before it, the server behind it.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;

use support::read_some;

/// Sends bytes on a connection.
pub fn send(stream: &mut TcpStream, bytes: impl AsRef<[u8]>) {
    stream.write_all(bytes.as_ref()).expect("the wire takes the bytes");
}

/// What one read gets, into a buffer of 1024 bytes.
pub fn read_once(stream: &mut TcpStream) -> Vec<u8> {
    let mut buffer = [0; 1024];
    let count = read_some(stream, &mut buffer).expect("bytes arrive");
    buffer[..count].to_vec()
}

/// Asserts that the next read meets a reset.
pub fn expect_reset(stream: &mut TcpStream) {
    let error = read_some(stream, &mut [0; 1024]).expect_err("the connection is reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
}

/// Asserts that each read gets the next `size` bytes, and no more. Only Linux tells when a piece
/// is taken: elsewhere one that reads late may find two of them.
pub fn expect_drops(stream: &mut TcpStream, bytes: &[u8], size: usize) {
    let mut rest = bytes;
    let mut reads = 0;
    while !rest.is_empty() {
        let piece = read_once(stream);
        if cfg!(target_os = "linux") {
            assert_eq!(piece.len(), size.min(rest.len()), "{piece:?}");
        }
        rest = rest.strip_prefix(piece.as_slice()).expect("the next bytes");
        reads += 1;
    }
    assert!(reads > bytes.len() / size / 2, "{reads} reads");
}
