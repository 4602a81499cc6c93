//! What lies at the receiver's end of a connection until the receiver takes it.

#[cfg(target_os = "linux")]
mod diag;
#[cfg(target_os = "linux")]
mod table;

use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use crate::streams::stop::Stop;

/// How often a receiver is looked at that takes its time: at first again and again, then after
/// pauses that become longer.
const WITHOUT_PAUSE: usize = 100;
const SHORTEST: Duration = Duration::from_micros(20);
const LONGEST: Duration = Duration::from_millis(5);

/// Where the system does not tell, this is long enough for a receiver that only waits for us.
const MOMENT: Duration = Duration::from_millis(5);

/// The receiver's end of a connection.
pub enum Queue {
    /// The system tells exactly.
    #[cfg(target_os = "linux")]
    Diag(diag::Diag),
    /// The system has a table, which takes longer to read.
    #[cfg(target_os = "linux")]
    Table(table::Table),
    /// The receiver is on another machine, or the system does not tell.
    Unknown,
}

/// What the receiver's end is like.
pub enum Look {
    /// It is open.
    Open {
        /// How many bytes have arrived since the beginning, if that is known.
        arrived: Option<u64>,
        /// How many of them lie there unread.
        unread: u64,
    },
    /// It is closed: nobody takes anything any more.
    Gone,
}

/// The two ends of a connection, the receiver's first.
#[derive(Clone, Copy)]
pub struct Ends {
    /// The receiver's address.
    pub receiver: SocketAddr,
    /// Our own.
    pub sender: SocketAddr,
}

impl Queue {
    /// Finds out how the end of our peer can be looked at.
    pub fn of_peer(stream: &TcpStream) -> Self {
        match (stream.peer_addr(), stream.local_addr()) {
            (Ok(receiver), Ok(sender)) => Self::of(Ends { receiver, sender }),
            _ => Self::Unknown,
        }
    }

    #[cfg(target_os = "linux")]
    fn of(ends: Ends) -> Self {
        if let Ok(diag) = diag::Diag::open(ends) {
            match diag.look() {
                Ok(Look::Open { .. }) => return Self::Diag(diag),
                // Not on this machine.
                Ok(Look::Gone) => return Self::Unknown,
                // Some places forbid to ask.
                Err(_) => {}
            }
        }
        let table = table::Table::new(ends);
        match table.look() {
            Ok(Look::Open { .. }) => Self::Table(table),
            _ => Self::Unknown,
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn of(_ends: Ends) -> Self {
        Self::Unknown
    }

    /// Waits until all `sent` bytes are at the receiver's end, or `go_on` says no.
    pub fn wait_for_arrival(
        &self,
        sent: u64,
        go_on: impl FnMut() -> Result<bool, Stop>,
    ) -> Result<(), Stop> {
        self.wait(go_on, |arrived, _| arrived >= sent)
    }

    /// Waits until the receiver has taken all `sent` bytes, or `go_on` says no.
    pub fn wait_until_taken(
        &self,
        sent: u64,
        go_on: impl FnMut() -> Result<bool, Stop>,
    ) -> Result<(), Stop> {
        // What has not arrived is not unread either. So we must have seen that it has arrived
        // before we believe that it is read.
        let mut there = false;
        self.wait(go_on, |arrived, unread| {
            let taken = there && unread == 0;
            there = arrived >= sent;
            taken
        })
    }

    fn wait(
        &self,
        mut go_on: impl FnMut() -> Result<bool, Stop>,
        mut done: impl FnMut(u64, u64) -> bool,
    ) -> Result<(), Stop> {
        let mut pause = SHORTEST;
        for looks in 0.. {
            match self.look() {
                Look::Gone => return Ok(()),
                Look::Open { arrived, unread } => {
                    if done(arrived.unwrap_or(u64::MAX), unread) {
                        return Ok(());
                    }
                }
            }
            if !go_on()? {
                return Ok(());
            }
            if looks >= WITHOUT_PAUSE {
                thread::sleep(pause);
                pause = (2 * pause).min(LONGEST);
            } else if looks > 0 {
                thread::yield_now();
            }
        }
        Ok(())
    }

    fn look(&self) -> Look {
        let look = match self {
            #[cfg(target_os = "linux")]
            Self::Diag(diag) => diag.look().ok(),
            #[cfg(target_os = "linux")]
            Self::Table(table) => table.look().ok(),
            Self::Unknown => None,
        };
        look.unwrap_or_else(|| {
            thread::sleep(MOMENT);
            Look::Open { arrived: None, unread: 0 }
        })
    }
}
