//! A program that does not do what all begins with: listen, or call.

use std::net::SocketAddr;

use processes::{Transport, listening};

use crate::program::Program;
use crate::verdict::Failure;
use crate::watch::Doing;

/// The cause of a program's end before it could listen or call.
const ENDED_FIRST: &str = "the program ended before anything was done to it: see its last \
     words (it is started in another folder: a path must be found from where you are)";

/// The failure of a server that cannot be reached at an address: what was seen, where it listens
/// instead, its last words, and what that suggests.
pub fn not_at(
    address: SocketAddr,
    transport: Transport,
    program: &Program,
    seen: &str,
    doing: Doing,
) -> Failure {
    let at = |transport| listening(program.id(), transport);
    let (here, other, kinds) = match transport {
        Transport::Tcp => (at(Transport::Tcp), at(Transport::Udp), ["connections", "datagrams"]),
        Transport::Udp => (at(Transport::Udp), at(Transport::Tcp), ["datagrams", "connections"]),
    };
    let (mut found, kind) = if here.is_empty() { (other, kinds[1]) } else { (here, kinds[0]) };
    found.sort();
    found.dedup();
    let cause = cause(address, transport, &found, kind == kinds[1]);
    let mut observed = seen.to_owned();
    if !found.is_empty() {
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        observed += &format!("; the program listens for {kind} at {}", found.join(", "));
    }
    observed += &program.and_last_words();
    let whom = match transport {
        Transport::Tcp => format!("a server that can be reached at {address}"),
        Transport::Udp => format!("a server that listens for datagrams at {address}"),
    };
    Failure::new(whom, observed).only_cause(not_begun(doing, cause))
}

/// What the places suggest at which a server listens instead.
fn cause(
    address: SocketAddr,
    transport: Transport,
    found: &[SocketAddr],
    by_other: bool,
) -> &'static str {
    let same_port = found.iter().any(|at| at.port() == address.port());
    match (found, transport) {
        // Nor does every system tell.
        ([], _) if cfg!(target_os = "linux") => {
            "the program does not listen: it waits for something else first, its keyboard perhaps, \
             or starts too slowly"
        }
        ([], Transport::Tcp) => {
            "the program listens at an address of its own, not at the one it is given; or it \
             starts too slowly"
        }
        ([], Transport::Udp) => {
            "the program listens at an address of its own, not at the one it is given, or for \
             connections instead of datagrams"
        }
        (_, Transport::Tcp) if by_other => "the program waits for datagrams, not for connections",
        (_, Transport::Udp) if by_other => "the program waits for connections, not for datagrams",
        ([at, ..], _) if same_port && at.is_ipv6() => {
            "the program listens at an address of IPv6 only, and is called at that of IPv4: \
             `localhost` can mean either"
        }
        _ => "the program listens at an address of its own, not at the one it is given",
    }
}

/// The cause of a program's not listening, or not calling, when it does this instead.
pub fn not_begun(doing: Doing, otherwise: &'static str) -> &'static str {
    match doing {
        Doing::Ended(_) => ENDED_FIRST,
        Doing::Spins(_) => {
            "the program computes, and comes to no end, before it listens or calls: look for a loop \
             in front of that which nothing ends"
        }
        Doing::Floods => {
            "the program prints, and comes to no end, before it listens or calls: look for a loop \
             in front of that which nothing ends"
        }
        Doing::Sleeps | Doing::Unknown => otherwise,
    }
}
