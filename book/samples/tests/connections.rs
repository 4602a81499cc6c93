//! How connections come about and end: the calls, each with what it does.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

/// A port that the system chooses, so that tests do not meet each other.
const ANY_PORT: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

#[test]
fn std_makes_binds_and_listens_in_one_call() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;

    // A socket that only had a name, and did not listen, would refuse.
    TcpStream::connect(listener.local_addr()?)?;
    Ok(())
}

#[test]
fn socket2_has_a_call_for_each_step() -> io::Result<()> {
    let address = SockAddr::from(SocketAddr::from(ANY_PORT));
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&address)?;
    let named = socket.local_addr()?;
    let early = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    assert_eq!(early.connect(&named).unwrap_err().kind(), ErrorKind::ConnectionRefused);

    socket.listen(5)?;
    let client = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    client.connect(&named)?;
    let (server, peer) = socket.accept()?;

    assert_eq!(peer.as_socket(), client.local_addr()?.as_socket());
    assert_eq!(server.local_addr()?.as_socket(), named.as_socket());
    Ok(())
}

#[test]
fn accept_hands_out_a_second_socket_and_the_peer() -> io::Result<()> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let address = listener.local_addr()?;
    let client = TcpStream::connect(address)?;
    let (stream, peer) = listener.accept()?;

    assert_eq!(peer, client.local_addr()?);
    assert_eq!(stream.local_addr()?, address);
    Ok(())
}

#[test]
fn each_end_knows_both_addresses() -> io::Result<()> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let stream = TcpStream::connect(listener.local_addr()?)?;
    let (server, peer) = listener.accept()?;

    let here = stream.local_addr()?;
    let there = stream.peer_addr()?;

    assert_eq!((here, there), (peer, server.local_addr()?));
    Ok(())
}

#[test]
fn a_refused_connection_is_an_error_with_a_kind() -> io::Result<()> {
    // A socket that has the port and does not listen: so nobody else can listen there either.
    let silent = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    silent.bind(&SockAddr::from(SocketAddr::from(ANY_PORT)))?;
    let address = silent.local_addr()?.as_socket().expect("an address of IPv4");

    let error = TcpStream::connect(address).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);

    // What Python's connect_ex returns: the number. It is 0 there if all went well, and then
    // Rust has no error to ask.
    let number = error.raw_os_error();
    #[cfg(target_os = "linux")]
    assert_eq!(number, Some(111));
    assert!(number.is_some());
    Ok(())
}

#[test]
fn a_connection_can_be_waited_for_with_a_limit() -> io::Result<()> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let address = listener.local_addr()?;
    let limit = Duration::from_secs(2);

    let stream = TcpStream::connect_timeout(&address, limit)?;

    assert_eq!(stream.peer_addr()?, address);
    Ok(())
}

#[test]
fn a_client_may_choose_its_own_address_too() -> io::Result<()> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let server = SockAddr::from(listener.local_addr()?);
    let own = SockAddr::from(SocketAddr::from(ANY_PORT));
    let client = Socket::new(Domain::IPV4, Type::STREAM, None)?;

    client.bind(&own)?;
    let named = client.local_addr()?;
    client.connect(&server)?;

    assert_eq!(Some(listener.accept()?.1), named.as_socket());
    Ok(())
}

#[test]
fn a_connected_udp_socket_has_a_peer() -> io::Result<()> {
    let server = UdpSocket::bind(ANY_PORT)?;
    let socket = UdpSocket::bind(ANY_PORT)?;
    let there = server.local_addr()?;
    assert_eq!(socket.peer_addr().unwrap_err().kind(), ErrorKind::NotConnected);

    socket.connect(there)?;

    assert_eq!(socket.peer_addr()?, there);
    Ok(())
}

#[test]
fn what_goes_out_of_scope_is_closed() -> io::Result<()> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let stream = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;

    drop(stream);

    assert_eq!(server.read(&mut [0; 1])?, 0);
    Ok(())
}

#[test]
fn one_direction_can_be_ended_by_itself() -> io::Result<()> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let mut stream = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;

    stream.shutdown(Shutdown::Write)?;

    assert_eq!(server.read(&mut [0; 1])?, 0);
    server.write_all(b"answer")?;
    drop(server);
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    assert_eq!(answer, "answer");
    Ok(())
}
