//! Packets as they would be on a network, from the header of IP on.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use anyhow::Context;
use etherparse::{IpHeaders, PacketBuilder, PacketBuilderStep, TcpHeader};

/// How many routers a packet may pass: the usual number, which means nothing here.
const TIME_TO_LIVE: u8 = 64;

/// A packet with a segment of a connection.
///
/// # Errors
///
/// Bytes that do not fit into a packet.
pub fn segment(
    from: SocketAddr,
    to: SocketAddr,
    header: TcpHeader,
    bytes: &[u8],
) -> anyhow::Result<Vec<u8>> {
    let mut packet = Vec::new();
    let builder = ip(from, to).tcp_header(header);
    builder.write_to_vec(&mut packet, bytes).context("cannot make a packet of a segment")?;
    Ok(packet)
}

/// A packet with a datagram, or `None` if the bytes do not fit into one.
pub fn datagram(from: SocketAddr, to: SocketAddr, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packet = Vec::new();
    let builder = ip(from, to).udp(from.port(), to.port());
    builder.write_to_vec(&mut packet, bytes).ok()?;
    Some(packet)
}

/// The header of IP. The addresses of one conversation are mostly of one kind; where they are
/// not, IPv6 has a way to write those of IPv4.
fn ip(from: SocketAddr, to: SocketAddr) -> PacketBuilderStep<IpHeaders> {
    match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            PacketBuilder::ipv4(from.octets(), to.octets(), TIME_TO_LIVE)
        }
        (from, to) => PacketBuilder::ipv6(v6(from).octets(), v6(to).octets(), TIME_TO_LIVE),
    }
}

fn v6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}
