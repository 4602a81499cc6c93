//! Waiting until a receiver has taken what was sent to it.

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// How often a receiver is looked at that takes its time.
const PAUSE: Duration = Duration::from_micros(200);

/// Where the system does not tell, this is long enough for a receiver that only waits for us.
const MOMENT: Duration = Duration::from_millis(10);

/// Waits until the receiver at the other end has taken all `sent` bytes, or is gone, or `go_on`
/// says no.
pub fn wait_until_taken(stream: &TcpStream, sent: u64, mut go_on: impl FnMut() -> bool) {
    let Some(queue) = Queue::of_peer(stream) else {
        return thread::sleep(MOMENT);
    };
    let mut looks = 0;
    while !queue.is_taken(sent) && go_on() {
        looks += 1;
        if looks > 50 {
            thread::sleep(PAUSE);
        } else {
            thread::yield_now();
        }
    }
}

#[cfg(target_os = "linux")]
use linux::Queue;

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{Read, Write};
    use std::net::{IpAddr, SocketAddr, TcpStream};
    use std::time::Duration;

    use socket2::{Domain, Protocol, Socket, Type};

    // Numbers of <linux/netlink.h>, <linux/sock_diag.h> and <netinet/in.h>.
    const AF_NETLINK: i32 = 16;
    const NETLINK_SOCK_DIAG: i32 = 4;
    const SOCK_DIAG_BY_FAMILY: u16 = 20;
    const NLM_F_REQUEST: u16 = 1;
    const AF_INET: u8 = 2;
    const AF_INET6: u8 = 10;
    const IPPROTO_TCP: u8 = 6;
    const INET_DIAG_INFO: u16 = 2;

    /// The length of `struct nlmsghdr`, and of a `struct inet_diag_req_v2` behind it.
    const HEADER: usize = 16;
    const REQUEST: usize = 56;
    /// Where a `struct inet_diag_msg` has `idiag_state` and `idiag_rqueue`.
    const STATE: usize = HEADER + 1;
    const UNREAD: usize = HEADER + 56;
    /// Where its attributes begin, and where `struct tcp_info` has `tcpi_bytes_received`.
    const ATTRIBUTES: usize = HEADER + 72;
    const BYTES_RECEIVED: usize = 128;
    /// The states of a socket that can still read: established, or its own side is ended.
    const OPEN: [u8; 3] = [1, 4, 5];

    /// The receiver's end of a connection within this machine. The system is asked about this
    /// one socket: see sock_diag(7).
    pub struct Queue {
        socket: Socket,
        question: Vec<u8>,
    }

    impl Queue {
        /// Finds the other end of a stream, if it is on this machine and the system tells.
        pub fn of_peer(stream: &TcpStream) -> Option<Self> {
            let protocol = Some(Protocol::from(NETLINK_SOCK_DIAG));
            let socket = Socket::new(Domain::from(AF_NETLINK), Type::DGRAM, protocol).ok()?;
            socket.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
            let question = question(stream.peer_addr().ok()?, stream.local_addr().ok()?);
            Some(Self { socket, question })
        }

        /// Tells whether all `sent` bytes have arrived there and been taken, or nobody will take
        /// them any more.
        pub fn is_taken(&self, sent: u64) -> bool {
            self.look().is_none_or(|(arrived, unread)| arrived >= sent && unread == 0)
        }

        /// How many bytes have arrived there, and how many of them lie unread.
        fn look(&self) -> Option<(u64, u32)> {
            let mut answer = [0; 1024];
            (&self.socket).write_all(&self.question).ok()?;
            let count = (&self.socket).read(&mut answer).ok()?;
            let answer = &answer[..count];
            let kind = u16::from_ne_bytes(*answer.get(4..)?.first_chunk()?);
            if kind != SOCK_DIAG_BY_FAMILY || !OPEN.contains(answer.get(STATE)?) {
                return None;
            }
            let unread = u32::from_ne_bytes(*answer.get(UNREAD..)?.first_chunk()?);
            Some((bytes_received(answer.get(ATTRIBUTES..)?)?, unread))
        }
    }

    /// Finds the `struct tcp_info` among the attributes, and in it the bytes that have arrived.
    fn bytes_received(mut attributes: &[u8]) -> Option<u64> {
        loop {
            let length = usize::from(u16::from_ne_bytes(*attributes.first_chunk()?));
            let kind = u16::from_ne_bytes(*attributes.get(2..)?.first_chunk()?);
            if kind == INET_DIAG_INFO {
                let information = attributes.get(4..length)?;
                return Some(u64::from_ne_bytes(
                    *information.get(BYTES_RECEIVED..)?.first_chunk()?,
                ));
            }
            attributes = attributes.get(length.next_multiple_of(4)..)?;
        }
    }

    /// A `struct nlmsghdr` with a `struct inet_diag_req_v2` about the receiver's socket.
    fn question(receiver: SocketAddr, sender: SocketAddr) -> Vec<u8> {
        let family = if receiver.is_ipv4() { AF_INET } else { AF_INET6 };
        let mut question = Vec::with_capacity(HEADER + REQUEST);
        question.extend(((HEADER + REQUEST) as u32).to_ne_bytes());
        question.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
        question.extend(NLM_F_REQUEST.to_ne_bytes());
        question.extend([0; 8]);
        // The further information we want, then all states.
        question.extend([family, IPPROTO_TCP, 1 << (INET_DIAG_INFO - 1), 0]);
        question.extend(u32::MAX.to_ne_bytes());
        question.extend(receiver.port().to_be_bytes());
        question.extend(sender.port().to_be_bytes());
        question.extend(octets(receiver));
        question.extend(octets(sender));
        question.extend(0_u32.to_ne_bytes()); // any interface
        question.extend([0xff; 8]); // whichever socket has these addresses
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
}

#[cfg(not(target_os = "linux"))]
struct Queue;

#[cfg(not(target_os = "linux"))]
impl Queue {
    /// This system does not tell.
    fn of_peer(_stream: &TcpStream) -> Option<Self> {
        None
    }

    fn is_taken(&self, _sent: u64) -> bool {
        true
    }
}
