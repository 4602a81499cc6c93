//! How bytes and datagrams travel: the calls, each with what it does.

use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

use socket2::{Domain, SockAddr, Socket, Type};

/// A port that the system chooses, so that tests do not meet each other.
const ANY_PORT: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// Two ends of one connection.
fn connected_pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind(ANY_PORT)?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    Ok((client, server))
}

/// Two UDP sockets, each with the address of the other.
fn udp_pair() -> io::Result<(UdpSocket, UdpSocket, SocketAddr, SocketAddr)> {
    let here = UdpSocket::bind(ANY_PORT)?;
    let there = UdpSocket::bind(ANY_PORT)?;
    let (here_at, there_at) = (here.local_addr()?, there.local_addr()?);
    Ok((here, there, here_at, there_at))
}

#[test]
fn recv_takes_what_has_come_and_zero_is_the_end() -> io::Result<()> {
    let (mut stream, mut peer) = connected_pair()?;
    peer.write_all(b"hello")?;
    drop(peer);

    let mut buffer = [0; 1024];
    let mut received = Vec::new();
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        received.extend_from_slice(&buffer[..count]);
    }

    assert_eq!(received, b"hello");
    Ok(())
}

#[test]
fn an_exact_number_of_bytes_may_take_several_reads() -> io::Result<()> {
    let (mut stream, mut peer) = connected_pair()?;
    peer.write_all(b"abcdef")?;
    drop(peer);
    let mut header = [0; 4];

    stream.read_exact(&mut header)?;

    assert_eq!(&header, b"abcd");
    // Two bytes are left where four are wanted: an error, and not a short answer.
    let error = stream.read_exact(&mut header).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    Ok(())
}

#[test]
fn send_says_how_many_bytes_it_took() -> io::Result<()> {
    let (mut stream, _unread) = connected_pair()?;
    let bytes = vec![b'.'; 64 << 20];
    // Nobody reads, and this socket does not wait: so there is room for a part of them only.
    stream.set_nonblocking(true)?;

    let taken = stream.write(&bytes)?;

    assert!(0 < taken && taken < bytes.len(), "{taken}");
    Ok(())
}

#[test]
fn sendall_goes_on_until_all_are_taken() -> io::Result<()> {
    let (mut stream, mut peer) = connected_pair()?;
    let bytes = vec![b'.'; 8 << 20];
    let size = bytes.len();
    let reader = std::thread::spawn(move || peer.read_to_end(&mut Vec::new()));

    stream.write_all(&bytes)?;

    drop(stream);
    assert_eq!(reader.join().expect("the reader ended in order")?, size);
    Ok(())
}

#[test]
fn a_datagram_comes_with_its_sender() -> io::Result<()> {
    let (here, there, here_at, there_at) = udp_pair()?;
    let mut buffer = [0; 1024];

    let sent = here.send_to(b"hello", there_at)?;
    let (count, sender) = there.recv_from(&mut buffer)?;

    assert_eq!((sent, &buffer[..count], sender), (5, &b"hello"[..], here_at));
    Ok(())
}

#[test]
fn a_connected_udp_socket_sends_and_receives_without_addresses() -> io::Result<()> {
    let (socket, peer, here_at, there_at) = udp_pair()?;
    let mut buffer = [0; 1024];
    socket.connect(there_at)?;

    socket.send(b"hello")?;
    peer.send_to(b"hi", here_at)?;
    let count = socket.recv(&mut buffer)?;

    assert_eq!(&buffer[..count], b"hi");
    Ok(())
}

#[test]
fn a_buffered_reader_and_writer_stand_in_for_makefile() -> io::Result<()> {
    let (stream, mut peer) = connected_pair()?;
    peer.write_all(b"first\nsecond\n")?;
    let mut line = String::new();

    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = BufWriter::new(stream);
    reader.read_line(&mut line)?;
    writer.write_all(line.as_bytes())?;
    // Until then the bytes lie in the program's own buffer.
    writer.flush()?;

    let mut answer = [0; 6];
    peer.read_exact(&mut answer)?;
    assert_eq!((line.as_str(), &answer), ("first\n", b"first\n"));
    Ok(())
}

#[test]
fn socket2_reads_and_writes_like_std() -> io::Result<()> {
    let server = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    server.bind(&SockAddr::from(SocketAddr::from(ANY_PORT)))?;
    let client = Socket::new(Domain::IPV4, Type::DGRAM, None)?;

    client.send_to(b"hello", &server.local_addr()?)?;

    // socket2 receives into memory that need not be filled before. As std's own socket it is
    // easier to use.
    let server = UdpSocket::from(server);
    let mut buffer = [0; 1024];
    let (count, _) = server.recv_from(&mut buffer)?;
    assert_eq!(&buffer[..count], b"hello");
    Ok(())
}
