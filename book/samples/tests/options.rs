//! What can be asked of a socket and set on it, and how long its calls wait.

use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

/// A port that the system chooses, so that tests do not meet each other.
const ANY_PORT: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

#[test]
fn an_option_is_a_method_of_its_own() -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;

    assert!(!socket.reuse_address()?);
    socket.set_reuse_address(true)?;

    assert!(socket.reuse_address()?);
    Ok(())
}

#[test]
fn a_socket_says_what_kind_it_is() -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;

    assert_eq!(socket.r#type()?, Type::DGRAM);
    Ok(())
}

#[test]
fn the_buffers_have_a_size() -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;

    socket.set_recv_buffer_size(16 * 1024)?;
    let size = socket.recv_buffer_size()?;

    // Linux doubles it, for what it keeps beside the bytes: socket(7).
    assert!(size >= 16 * 1024, "{size}");
    Ok(())
}

#[test]
fn std_has_the_commonest_options() -> io::Result<()> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let stream = TcpStream::connect(listener.local_addr()?)?;

    assert!(!stream.nodelay()?);
    stream.set_nodelay(true)?;

    assert!(stream.nodelay()?);
    Ok(())
}

#[test]
fn socket2_reaches_the_options_of_a_std_socket() -> io::Result<()> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let stream = TcpStream::connect(listener.local_addr()?)?;

    SockRef::from(&stream).set_keepalive(true)?;

    assert!(SockRef::from(&stream).keepalive()?);
    Ok(())
}

#[test]
fn a_socket_that_does_not_wait_says_would_block() -> io::Result<()> {
    let socket = UdpSocket::bind(ANY_PORT)?;
    let mut buffer = [0; 1024];

    socket.set_nonblocking(true)?;

    let error = socket.recv_from(&mut buffer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    Ok(())
}

#[test]
fn a_timeout_ends_a_wait() -> io::Result<()> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let mut stream = TcpStream::connect(listener.local_addr()?)?;
    let limit = Duration::from_millis(50);
    assert_eq!(stream.read_timeout()?, None);

    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    let timeout = stream.read_timeout()?;

    assert!(timeout.is_some_and(|set| set >= limit), "{timeout:?}");
    let start = Instant::now();
    let error = stream.read(&mut [0; 1]).unwrap_err();
    // Unix calls it by the first name, Windows by the second.
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(start.elapsed() >= limit / 2);
    Ok(())
}

#[test]
fn a_timeout_of_nothing_is_refused() -> io::Result<()> {
    let socket = UdpSocket::bind(ANY_PORT)?;

    let error = socket.set_read_timeout(Some(Duration::ZERO)).unwrap_err();

    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_socket_has_a_file_descriptor() -> io::Result<()> {
    use std::os::fd::AsRawFd;

    let socket = UdpSocket::bind(ANY_PORT)?;
    let descriptor = socket.as_raw_fd();

    // 0, 1 and 2 are the three that a program is born with.
    assert!(descriptor > 2);
    Ok(())
}
