//! What lies at the receiver's end of a connection until the receiver takes it: whoever delivers
//! bytes piece by piece waits here until the last piece is taken.

#[cfg(target_os = "linux")]
mod diag;
mod ends;
#[cfg(target_os = "linux")]
mod table;

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::ends::{Ends, Look, Queues};

/// How often a receiver is looked at that takes its time: at first again and again, then after
/// pauses that become longer.
const WITHOUT_PAUSE: usize = 100;
const SHORTEST: Duration = Duration::from_micros(20);
const LONGEST: Duration = Duration::from_millis(5);

/// Where the system does not tell, this is long enough for a receiver that only waits for us.
const MOMENT: Duration = Duration::from_millis(5);

/// The receiver's end of a connection.
pub struct Queue(Source);

/// Where it is looked at.
enum Source {
    /// The system tells exactly.
    #[cfg(target_os = "linux")]
    Diag(diag::Diag),
    /// The system has a table, which takes longer to read.
    #[cfg(target_os = "linux")]
    Table(table::Table),
    /// The receiver is on another machine, or the system does not tell.
    Unknown,
}

impl Queue {
    /// Finds out how the end of our peer can be looked at.
    pub fn of_peer(stream: &TcpStream) -> Self {
        Self(match (stream.peer_addr(), stream.local_addr()) {
            (Ok(own), Ok(other)) => Source::of(Ends { own, other }),
            _ => Source::Unknown,
        })
    }

    /// Finds out how our own end can be looked at.
    fn of_our_own(stream: &TcpStream) -> Self {
        Self(match (stream.local_addr(), stream.peer_addr()) {
            (Ok(own), Ok(other)) => Source::of(Ends { own, other }),
            _ => Source::Unknown,
        })
    }

    /// Waits until the receiver has taken all that has been sent on a connection, or is gone, or
    /// `go_on` says no: for whoever has not counted what was sent.
    ///
    /// # Errors
    ///
    /// Those of `go_on`.
    pub fn wait_until_all_taken<E>(
        stream: &TcpStream,
        mut go_on: impl FnMut() -> Result<bool, E>,
    ) -> Result<(), E> {
        // What is on its way is unread nowhere yet. What is acknowledged has arrived.
        Self::of_our_own(stream).wait(&mut go_on, |queues| queues.unacknowledged == 0)?;
        Self::of_peer(stream).wait(go_on, |queues| queues.unread == 0)
    }

    /// Waits until all `sent` bytes, counted from the connection's beginning, are at the
    /// receiver's end, or it is gone, or `go_on` says no.
    ///
    /// # Errors
    ///
    /// Those of `go_on`.
    pub fn wait_for_arrival<E>(
        &self,
        sent: u64,
        go_on: impl FnMut() -> Result<bool, E>,
    ) -> Result<(), E> {
        self.wait(go_on, |queues| queues.has(sent))
    }

    /// Waits until the receiver has taken all `sent` bytes, counted from the connection's
    /// beginning, or is gone, or `go_on` says no.
    ///
    /// # Errors
    ///
    /// Those of `go_on`.
    pub fn wait_until_taken<E>(
        &self,
        sent: u64,
        go_on: impl FnMut() -> Result<bool, E>,
    ) -> Result<(), E> {
        // What has not arrived is not unread either. So we must have seen that it has arrived
        // before we believe that it is read.
        let mut there = false;
        self.wait(go_on, |queues| {
            let taken = there && queues.unread == 0;
            there = queues.has(sent);
            taken
        })
    }

    fn wait<E>(
        &self,
        mut go_on: impl FnMut() -> Result<bool, E>,
        mut done: impl FnMut(Queues) -> bool,
    ) -> Result<(), E> {
        let mut pause = SHORTEST;
        for looks in 0.. {
            match self.0.look() {
                Look::Gone => return Ok(()),
                Look::Open(queues) => {
                    if done(queues) {
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
}

impl Source {
    #[cfg(target_os = "linux")]
    fn of(ends: Ends) -> Self {
        if let Ok(diag) = diag::Diag::open(ends) {
            match diag.look() {
                Ok(Look::Open(_)) => return Self::Diag(diag),
                // Not on this machine.
                Ok(Look::Gone) => return Self::Unknown,
                // Some places forbid to ask.
                Err(_) => {}
            }
        }
        let table = table::Table::new(ends);
        match table.look() {
            Ok(Look::Open(_)) => Self::Table(table),
            _ => Self::Unknown,
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn of(_ends: Ends) -> Self {
        Self::Unknown
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
            Look::Open(Queues { arrived: None, unread: 0, unacknowledged: 0 })
        })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::convert::Infallible;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// A sender with its receiver.
    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let sender = TcpStream::connect(address).expect("somebody listens");
        (sender, listener.accept().expect("a client calls").0)
    }

    #[test]
    fn waits_until_the_last_byte_is_taken() {
        let (mut sender, mut receiver) = pair();
        let queue = Queue::of_peer(&sender);
        sender.write_all(b"abc").unwrap();
        let mut unread = 3;
        let mut looks = 0;
        let taken = queue.wait_until_taken(3, || {
            looks += 1;
            if looks % 10 == 0 {
                receiver.read_exact(&mut [0]).unwrap();
                unread -= 1;
            }
            Ok::<_, Infallible>(true)
        });
        assert_eq!((taken, unread), (Ok(()), 0));
    }

    #[test]
    fn waits_until_all_is_taken_that_nobody_has_counted() {
        let (mut sender, mut receiver) = pair();
        for bytes in ["abc", "de"] {
            sender.write_all(bytes.as_bytes()).unwrap();
            let mut unread = bytes.len();
            let taken = Queue::wait_until_all_taken(&sender, || {
                // What is read may be acknowledged later.
                if unread > 0 {
                    receiver.read_exact(&mut [0]).unwrap();
                    unread -= 1;
                }
                Ok::<_, Infallible>(true)
            });
            assert_eq!((taken, unread), (Ok(()), 0));
        }
    }

    #[test]
    fn a_receiver_that_is_gone_is_not_waited_for() {
        let (mut sender, receiver) = pair();
        let queue = Queue::of_peer(&sender);
        sender.write_all(b"abc").unwrap();
        // It goes with bytes unread, that is with a reset.
        receiver.peek(&mut [0]).unwrap();
        drop(receiver);
        let go_on = || Err("it is gone: nothing is to be waited for");
        assert_eq!(queue.wait_until_taken(3, go_on), Ok(()));
    }

    #[test]
    fn stops_when_it_is_told_to() {
        let (sender, _receiver) = pair();
        let queue = Queue::of_peer(&sender);
        assert_eq!(queue.wait_until_taken(1, || Ok::<_, Infallible>(false)), Ok(()));
        assert_eq!(queue.wait_until_taken(1, || Err("enough")), Err("enough"));
    }
}
