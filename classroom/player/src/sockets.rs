//! What lies in the sockets of a process, as far as the system tells.

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{finds_nothing, is_connected, unread, unsent};
#[cfg(target_os = "linux")]
pub use linux::{finds_nothing, is_connected, unread, unsent};

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::fs;

    /// The states of a TCP socket, as /proc/net/tcp numbers them.
    const ESTABLISHED: &str = "01";
    const CLOSE_WAIT: &str = "08";
    const LISTEN: &str = "0A";

    /// A line of /proc/net/tcp or /proc/net/udp.
    struct Socket {
        state: String,
        to_send: u64,
        received: u64,
    }

    /// Tells whether a process has a TCP connection.
    pub fn is_connected(process: u32) -> bool {
        sockets(process, &["tcp", "tcp6"]).iter().any(|socket| socket.state == ESTABLISHED)
    }

    /// How many bytes have arrived for a process and lie unread, if any or exactly `count`.
    pub fn unread(process: u32, count: Option<u64>) -> bool {
        let connections = sockets(process, &["tcp", "tcp6", "udp", "udp6"]);
        let unread: u64 = connections.iter().map(Socket::unread).sum();
        match count {
            Some(count) => unread == count,
            None => unread > 0,
        }
    }

    /// Tells whether a process would find nothing to read.
    pub fn finds_nothing(process: u32) -> bool {
        !unread(process, None)
    }

    /// Tells whether a process has sent bytes over TCP that its peer has not taken yet.
    pub fn unsent(process: u32) -> bool {
        sockets(process, &["tcp", "tcp6"]).iter().any(|socket| socket.to_send > 0)
    }

    impl Socket {
        fn unread(&self) -> u64 {
            match self.state.as_str() {
                // The number says how many clients wait.
                LISTEN => 0,
                // The end of the peer's bytes is counted as one more.
                CLOSE_WAIT => self.received.saturating_sub(1),
                _ => self.received,
            }
        }
    }

    fn sockets(process: u32, protocols: &[&str]) -> Vec<Socket> {
        let own = inodes(process);
        let mut sockets = Vec::new();
        for protocol in protocols {
            let table = fs::read_to_string(format!("/proc/{process}/net/{protocol}"));
            for line in table.unwrap_or_default().lines().skip(1) {
                // sl, local, remote, state, tx_queue:rx_queue, timer, retries, uid, timeout, inode
                let fields: Vec<_> = line.split_whitespace().collect();
                let [_, _, _, state, queues, _, _, _, _, inode, ..] = fields[..] else {
                    continue;
                };
                if own.contains(inode) {
                    let (to_send, received) = queues.split_once(':').unwrap_or_default();
                    let count = |hex| u64::from_str_radix(hex, 16).unwrap_or_default();
                    let (to_send, received) = (count(to_send), count(received));
                    sockets.push(Socket { state: state.into(), to_send, received });
                }
            }
        }
        sockets
    }

    fn inodes(process: u32) -> BTreeSet<String> {
        let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
        files
            .filter_map(|file| {
                let target = fs::read_link(file.path()).ok()?;
                let inode = target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
                Some(inode.into())
            })
            .collect()
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::thread;
    use std::time::Duration;

    /// The system does not say; on loopback a moment is enough.
    const MOMENT: Duration = Duration::from_millis(500);

    /// Takes for granted that a process connects soon.
    pub fn is_connected(_process: u32) -> bool {
        thread::sleep(MOMENT);
        true
    }

    /// Takes for granted that bytes arrive soon.
    pub fn unread(_process: u32, _count: Option<u64>) -> bool {
        thread::sleep(MOMENT);
        true
    }

    /// Takes for granted that a process that may have something to read soon reads it.
    pub fn finds_nothing(_process: u32) -> bool {
        true
    }

    /// Takes for granted that the buffers are full soon.
    pub fn unsent(_process: u32) -> bool {
        thread::sleep(MOMENT);
        true
    }
}
