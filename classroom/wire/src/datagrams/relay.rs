//! What all clients have in common.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use anyhow::Context;

use super::bends::Bends;
use crate::capture::Capture;
use crate::trace::Trace;

/// A buffer of so many bytes cuts no datagram, whoever sent it.
pub const BUFFER: usize = 65_535;

/// How long to wait after nothing could be received: what keeps us from it may last.
pub const RECEIVE_AGAIN: Duration = Duration::from_millis(100);

/// What all clients have in common.
pub struct Relay {
    /// Bound to the address that the clients call.
    pub socket: UdpSocket,
    /// Bound to another port: from there comes what the server never sent.
    pub stranger: Option<UdpSocket>,
    /// Where the server listens.
    pub target: SocketAddr,
    /// What befalls the datagrams.
    pub bends: Bends,
    /// Prints what happens.
    pub trace: Trace,
    /// Keeps what passes.
    pub capture: Option<Capture>,
    /// How many bytes wait for their delivery.
    pub waiting: AtomicUsize,
    /// Here a thread says why the relay must end.
    pub failures: Sender<anyhow::Error>,
}

impl Relay {
    /// Starts a thread. If its work fails, so does the relay.
    ///
    /// # Errors
    ///
    /// A thread that cannot be started.
    pub fn start(
        &self,
        work: impl FnOnce() -> anyhow::Result<()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let failures = self.failures.clone();
        let run = move || {
            if let Err(error) = work() {
                // Nobody listens any more when another thread failed before.
                let _ = failures.send(error);
            }
        };
        thread::Builder::new().spawn(run).context("cannot start a thread")?;
        Ok(())
    }

    /// Has a datagram sent, and puts it into the capture, if there is one and it could be sent.
    ///
    /// # Errors
    ///
    /// Those of writing to the capture. How `send` went is returned inside.
    pub fn record(
        &self,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
        send: impl FnOnce() -> io::Result<usize>,
    ) -> anyhow::Result<io::Result<usize>> {
        match &self.capture {
            Some(capture) => capture.datagram(from, to, bytes, send),
            None => Ok(send()),
        }
    }
}

/// Nothing came in time, or a signal came (Ctrl-Z, then fg). A timeout has two names: Unix calls
/// it by the first, Windows by the second.
pub fn is_pause(error: &io::Error) -> bool {
    use ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}

/// An earlier datagram met nobody. Unix calls it by the first name, Windows by the second.
pub fn nobody_listens(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}
