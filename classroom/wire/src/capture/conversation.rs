//! One TCP connection in a capture.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use etherparse::{TcpHeader, TcpOptionElement};
use record::Direction;

use super::{Capture, packet};

/// The most bytes of a segment: a packet of 65,535 bytes, less 20 for the header of IPv4 and 20
/// for that of TCP.
const SEGMENT: u16 = 65_495;

/// How many bytes each side is ready to take. A segment fits, and is acknowledged at once.
const WINDOW: u16 = u16::MAX;

/// A connection of a client, as a capture shows it. Both directions share it.
pub struct Conversation {
    capture: Capture,
    client: SocketAddr,
    server: SocketAddr,
    state: Mutex<State>,
}

struct State {
    /// The number of the next byte in each direction.
    next: [u32; 2],
    /// After a reset nothing is left to say.
    reset: bool,
}

impl Conversation {
    /// Records the three packets that open a connection. `server` is the address that the client
    /// called.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn open(capture: &Capture, client: SocketAddr, server: SocketAddr) -> anyhow::Result<Self> {
        let state = State { next: [capture.next_sequence(); 2], reset: false };
        let (capture, state) = (capture.clone(), Mutex::new(state));
        let conversation = Self { capture, client, server, state };

        let mut syn = TcpHeader { syn: true, ..TcpHeader::default() };
        syn.set_options(&[TcpOptionElement::MaximumSegmentSize(SEGMENT)])?;
        let syn_ack = TcpHeader { ack: true, ..syn.clone() };
        conversation.record(&mut conversation.state(), Direction::Request, syn, b"")?;
        conversation.exchange(Direction::Reply, syn_ack, b"")?;
        Ok(conversation)
    }

    /// Records bytes that were delivered, and that the other side acknowledges them.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn data(&self, direction: Direction, bytes: &[u8]) -> anyhow::Result<()> {
        for segment in bytes.chunks(SEGMENT.into()) {
            self.exchange(direction, TcpHeader { psh: true, ..ack() }, segment)?;
        }
        Ok(())
    }

    /// Records the end of the bytes in one direction.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn end(&self, direction: Direction) -> anyhow::Result<()> {
        self.exchange(direction, TcpHeader { fin: true, ..ack() }, b"")
    }

    /// Records a reset by the one who sends in `direction`. Whatever is recorded of this
    /// connection from now on is left out: the client would not have seen it.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn reset(&self, direction: Direction) -> anyhow::Result<()> {
        self.record(&mut self.state(), direction, TcpHeader { rst: true, ..ack() }, b"")
    }

    /// Records a packet, and that the other side acknowledges it. No packet of the other
    /// direction comes between the two: it would acknowledge the first as well, and the second
    /// would look like a complaint that bytes are missing.
    fn exchange(
        &self,
        direction: Direction,
        header: TcpHeader,
        bytes: &[u8],
    ) -> anyhow::Result<()> {
        let mut state = self.state();
        self.record(&mut state, direction, header, bytes)?;
        self.record(&mut state, direction.back(), ack(), b"")
    }

    /// Records one packet. `header` has its flags and options; ports and numbers are filled in.
    fn record(
        &self,
        state: &mut State,
        direction: Direction,
        header: TcpHeader,
        bytes: &[u8],
    ) -> anyhow::Result<()> {
        if state.reset {
            return Ok(());
        }
        let (there, back) = match direction {
            Direction::Request => (0, 1),
            Direction::Reply => (1, 0),
        };
        let (from, to) = match direction {
            Direction::Request => (self.client, self.server),
            Direction::Reply => (self.server, self.client),
        };
        let header = TcpHeader {
            source_port: from.port(),
            destination_port: to.port(),
            sequence_number: state.next[there],
            acknowledgment_number: if header.ack { state.next[back] } else { 0 },
            window_size: WINDOW,
            ..header
        };
        // Opening and ending count as a byte each.
        let count = bytes.len() as u32 + u32::from(header.syn) + u32::from(header.fin);
        state.next[there] = state.next[there].wrapping_add(count);
        state.reset = header.rst;
        self.capture.record(&packet::segment(from, to, header, bytes)?)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The flag that every packet but the first has.
fn ack() -> TcpHeader {
    TcpHeader { ack: true, ..TcpHeader::default() }
}
