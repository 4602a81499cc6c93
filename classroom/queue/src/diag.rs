//! Asks the system about one socket (Linux, sock_diag(7)): thousands of times faster than to
//! read its table of all of them.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use crate::ends::{Ends, Look, Queues};

// Numbers of <linux/netlink.h>, <linux/sock_diag.h>, <linux/inet_diag.h> and <netinet/in.h>.
const AF_NETLINK: i32 = 16;
const NETLINK_SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NLMSG_ERROR: u16 = 2;
const ENOENT: i32 = 2;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
const INET_DIAG_INFO: u16 = 2;

/// The length of `struct nlmsghdr`.
const HEADER: usize = 16;
/// The length of `struct inet_diag_req_v2`.
const REQUEST: usize = 56;
/// The length of `struct inet_diag_msg`, behind the header.
const ANSWER: usize = 72;
/// Where an answer has `idiag_state`, `idiag_rqueue` and `idiag_wqueue`.
const STATE: usize = HEADER + 1;
const UNREAD: usize = HEADER + 56;
const UNACKNOWLEDGED: usize = HEADER + 60;
/// Where `struct tcp_info` has `tcpi_bytes_received`.
const BYTES_RECEIVED: usize = 128;

/// The states of a socket that can still read: established, or its own side is ended.
const OPEN: [u8; 3] = [1, 4, 5];

/// A socket to the system itself, with the question to be asked.
pub struct Diag {
    socket: Socket,
    question: Vec<u8>,
}

impl Diag {
    /// Makes ready to ask about one end.
    ///
    /// # Errors
    ///
    /// Those of making a socket: some places forbid it.
    pub fn open(ends: Ends) -> io::Result<Self> {
        let protocol = Some(Protocol::from(NETLINK_SOCK_DIAG));
        let socket = Socket::new(Domain::from(AF_NETLINK), Type::DGRAM, protocol)?;
        // It answers at once. If it ever does not, that is an error and no hang.
        socket.set_read_timeout(Some(Duration::from_secs(1)))?;
        Ok(Self { socket, question: question(ends) })
    }

    /// Looks at this end.
    ///
    /// When nothing is unread, the receiver's call that took the last bytes has returned: to
    /// count the bytes that have arrived, the system waits for it.
    ///
    /// # Errors
    ///
    /// Those of asking.
    pub fn look(&self) -> io::Result<Look> {
        let mut answer = [0; 1024];
        (&self.socket).write_all(&self.question)?;
        let count = (&self.socket).read(&mut answer)?;
        read_answer(&answer[..count]).ok_or_else(|| ErrorKind::InvalidData.into())
    }
}

/// A `struct nlmsghdr` with a `struct inet_diag_req_v2`.
fn question(ends: Ends) -> Vec<u8> {
    let family = if ends.own.is_ipv4() { AF_INET } else { AF_INET6 };
    let mut question = Vec::with_capacity(HEADER + REQUEST);
    question.extend(((HEADER + REQUEST) as u32).to_ne_bytes());
    question.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    question.extend(NLM_F_REQUEST.to_ne_bytes());
    question.extend([0; 8]); // a sequence number and a port, for who asks several things at once

    // The further information we want, then all states.
    question.extend([family, IPPROTO_TCP, 1 << (INET_DIAG_INFO - 1), 0]);
    question.extend(u32::MAX.to_ne_bytes());
    // The socket's own address comes first.
    question.extend(ends.own.port().to_be_bytes());
    question.extend(ends.other.port().to_be_bytes());
    question.extend(octets(ends.own));
    question.extend(octets(ends.other));
    question.extend(0_u32.to_ne_bytes()); // any interface
    question.extend([0xff; 8]); // INET_DIAG_NOCOOKIE: whichever socket has these addresses
    question
}

/// The 16 bytes of an address; one of IPv4 fills the first four.
fn octets(address: SocketAddr) -> [u8; 16] {
    match address.ip() {
        IpAddr::V6(ip) => ip.octets(),
        IpAddr::V4(ip) => {
            let mut octets = [0; 16];
            octets[..4].copy_from_slice(&ip.octets());
            octets
        }
    }
}

/// Reads a `struct nlmsghdr` with a `struct inet_diag_msg` and its attributes, or an error.
fn read_answer(answer: &[u8]) -> Option<Look> {
    let kind = u16::from_ne_bytes(*answer.get(4..)?.first_chunk()?);
    if kind == NLMSG_ERROR {
        let error = i32::from_ne_bytes(*answer.get(HEADER..)?.first_chunk()?);
        return (error == -ENOENT).then_some(Look::Gone);
    }
    // The listener answers for a connection that is no more.
    if kind != SOCK_DIAG_BY_FAMILY || !OPEN.contains(answer.get(STATE)?) {
        return (kind == SOCK_DIAG_BY_FAMILY).then_some(Look::Gone);
    }
    let number = |at: usize| Some(u32::from_ne_bytes(*answer.get(at..)?.first_chunk()?).into());
    Some(Look::Open(Queues {
        arrived: bytes_received(answer.get(HEADER + ANSWER..)?),
        unread: number(UNREAD)?,
        unacknowledged: number(UNACKNOWLEDGED)?,
    }))
}

/// Finds the `struct tcp_info` among the attributes, and in it the bytes that have arrived.
fn bytes_received(attributes: &[u8]) -> Option<u64> {
    let mut rest = attributes;
    loop {
        let length = usize::from(u16::from_ne_bytes(*rest.first_chunk()?));
        let kind = u16::from_ne_bytes(*rest.get(2..)?.first_chunk()?);
        let attribute = rest.get(4..length)?;
        if kind == INET_DIAG_INFO {
            return Some(u64::from_ne_bytes(*attribute.get(BYTES_RECEIVED..)?.first_chunk()?));
        }
        rest = rest.get(length.next_multiple_of(4)..)?;
    }
}
