//! Where a program waits to be called, as far as the system tells.

use std::net::SocketAddr;

use crate::transport::Transport;

/// The addresses at which a process, or one that it started, waits for connections or datagrams.
/// Empty where the system does not tell.
#[cfg(target_os = "linux")]
pub fn listening(process: u32, transport: Transport) -> Vec<SocketAddr> {
    linux::listening(process, transport)
}

/// This system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn listening(_process: u32, _transport: Transport) -> Vec<SocketAddr> {
    Vec::new()
}

#[cfg(target_os = "linux")]
pub use linux::table;

/// The system's tables of sockets (proc_net(5)).
#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashSet;
    use std::fs;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

    use super::Transport;
    use crate::activity::children;

    /// The states of a socket that waits for connections, and of one for datagrams.
    const LISTENS: &str = "0A";
    const OPEN: &str = "07";

    /// All sockets of the machine that wait, with their inodes. `None` without the tables.
    pub fn table(transport: Transport) -> Option<Vec<(SocketAddr, String)>> {
        let (paths, wanted) = match transport {
            Transport::Tcp => (["/proc/net/tcp", "/proc/net/tcp6"], LISTENS),
            Transport::Udp => (["/proc/net/udp", "/proc/net/udp6"], OPEN),
        };
        let tables: Vec<_> =
            paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
        let waiting = tables.iter().flat_map(|table| table.lines()).filter_map(|line| {
            // sl, local, remote, state, queues, timer, retransmissions, uid, timeout, inode, ...
            let fields: Vec<_> = line.split_whitespace().take(10).collect();
            let [_, local, _, state, _, _, _, _, _, inode] = fields[..] else { return None };
            (state == wanted).then(|| Some((address(local)?, inode.to_owned())))?
        });
        (!tables.is_empty()).then(|| waiting.collect())
    }

    /// Reads an address: words of 32 bits as this machine has them, and the port, in hex.
    fn address(text: &str) -> Option<SocketAddr> {
        let (ip, port) = text.split_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        let words = ip.as_bytes().chunks(8).map(|word| {
            let word = str::from_utf8(word).ok()?;
            u32::from_str_radix(word, 16).ok().map(u32::to_ne_bytes)
        });
        let octets = words.collect::<Option<Vec<_>>>()?.concat();
        let ip: IpAddr = match octets.len() {
            4 => Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?).into(),
            _ => Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?).into(),
        };
        Some(SocketAddr::new(ip, port))
    }

    pub fn listening(process: u32, transport: Transport) -> Vec<SocketAddr> {
        let mut inodes = HashSet::new();
        let mut processes = vec![process];
        while let Some(process) = processes.pop() {
            let open = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
            let names = open.filter_map(|file| fs::read_link(file.path()).ok());
            inodes.extend(names.filter_map(|name| {
                let inode = name.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
                Some(inode.to_owned())
            }));
            processes.extend(children(process));
        }
        let all = table(transport).unwrap_or_default();
        all.into_iter().filter(|(_, inode)| inodes.contains(inode)).map(|(at, _)| at).collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn addresses_are_read_as_the_tables_have_them() {
            // As the man page has it, on a machine with the lowest byte first.
            if cfg!(target_endian = "little") {
                assert_eq!(address("0100007F:1F90"), "127.0.0.1:8080".parse().ok());
                let loopback = "00000000000000000000000001000000:0016";
                assert_eq!(address(loopback), "[::1]:22".parse().ok());
            }
            assert_eq!(address("local_address"), None);
            assert_eq!(address("xyz:1"), None);
        }

        #[test]
        fn a_program_is_seen_where_it_listens() {
            let me = std::process::id();
            let v4 = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            let v6 = support::has_ipv6()
                .then(|| std::net::TcpListener::bind("[::1]:0").expect("a port"));
            let found = listening(me, Transport::Tcp);
            for listener in [Some(v4), v6].into_iter().flatten() {
                assert!(found.contains(&listener.local_addr().expect("it has one")), "{found:?}");
            }
            let udp = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
            let found = listening(me, Transport::Udp);
            assert!(found.contains(&udp.local_addr().expect("it has one")), "{found:?}");
        }
    }
}
