//! Four facts about the two buffers that the system keeps for every TCP socket,
//! seen one by one.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use anyhow::Context;
use clap::Parser;
use connection_loop::log;
use simple_echo::address;
use socket2::{Domain, Socket, Type};
use sticky_packets::ADDRESS;

fn main() -> anyhow::Result<()> {
    let Args { address } = Args::parse();
    let listener = TcpListener::bind(&address).with_context(|| {
        format!("cannot listen on {address}; try a free port of this machine")
    })?;
    log!("listening on {}", listener.local_addr()?);

    each_socket_has_its_own(&listener).context("fact 1")?;
    they_come_with_the_socket(listener.local_addr()?).context("fact 2")?;
    closing_still_sends(&listener).context("fact 3")?;
    closing_drops_what_is_unread(&listener).context("fact 4")?;
    Ok(())
}

/// Two connected sockets: the client's, and ours for it.
fn connected_pair(
    listener: &TcpListener,
) -> io::Result<(TcpStream, TcpStream)> {
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    Ok((client, server))
}

fn each_socket_has_its_own(listener: &TcpListener) -> io::Result<()> {
    log!("1. Each socket has buffers of its own.");
    let (mut full, _unread) = connected_pair(listener)?;
    let (mut free, mut reader) = connected_pair(listener)?;

    // Nobody reads at the other end, so this goes on until both buffers on the
    // way are full.
    full.set_nonblocking(true)?;
    let mut taken = 0;
    loop {
        match full.write(&[b'.'; 1024]) {
            Ok(count) => taken += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    log!(
        "   the first connection took {taken} bytes that nobody reads, \
         and is full"
    );

    free.write_all(b"hello")?;
    let mut buffer = [0; 5];
    reader.read_exact(&mut buffer)?;
    log!(
        "   the second carries {} all the same",
        String::from_utf8_lossy(&buffer)
    );
    Ok(())
}

fn they_come_with_the_socket(address: SocketAddr) -> io::Result<()> {
    log!("2. They are made with the socket.");
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    let (send, receive) =
        (socket.send_buffer_size()?, socket.recv_buffer_size()?);
    log!(
        "   a socket that is not connected yet has {send} bytes to send, \
         {receive} to receive"
    );
    Ok(())
}

fn closing_still_sends(listener: &TcpListener) -> io::Result<()> {
    log!("3. Closing still sends what lies in the send buffer.");
    let (mut client, mut server) = connected_pair(listener)?;
    client.write_all(&[b'.'; 100_000])?;
    drop(client);
    let count = server.read_to_end(&mut Vec::new())?;
    log!("   sent 100000 bytes and closed at once; {count} arrived");
    Ok(())
}

fn closing_drops_what_is_unread(listener: &TcpListener) -> io::Result<()> {
    log!(
        "4. Closing drops what lies unread in the receive buffer, \
         and tells the sender so."
    );
    let (mut client, server) = connected_pair(listener)?;
    client.write_all(b"hello")?;
    // Peeking waits until the bytes are there, and leaves them in the buffer.
    let count = server.peek(&mut [0; 5])?;
    drop(server);
    log!("   closed with {count} bytes unread");
    match client.read(&mut [0; 5]) {
        Ok(count) => {
            log!("   the sender reads {count} bytes: an orderly end")
        }
        Err(error) => log!("   the sender reads an error: {error}"),
    }
    Ok(())
}

/// Show four facts about the send and receive buffers of TCP sockets
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Where to listen, as IP:PORT; port 0 takes a free one
    #[arg(default_value = ADDRESS, value_parser = address)]
    address: String,
}
