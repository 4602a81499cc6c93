//! The relay for TCP: each client has a connection of its own to the server.

mod bends;
mod connection;
mod delivery;
mod flow;
mod held;
mod stop;

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use record::{Direction, Opening, What};
use socket2::SockRef;

use crate::capture::{Capture, Conversation};
use crate::labels::Labeller;
use crate::trace::Trace;
use connection::Connection;
use flow::Flow;

pub use bends::{Bends, Limit, Pause, Then};
pub use connection::Slow;

/// After how long it is said that the server has not taken the call yet.
const MOMENT: Duration = Duration::from_secs(1);

/// How long to wait after a client could not be accepted.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// What all connections have in common.
pub struct Relay {
    /// Where the server listens.
    pub target: SocketAddr,
    /// How requests are bent.
    pub requests: Bends,
    /// How replies are bent.
    pub replies: Bends,
    /// The number of the only connection that is bent; `None` stands for all.
    pub only: Option<usize>,
    /// Which lesson's frames are named.
    pub lesson: Option<u8>,
    /// Prints what happens.
    pub trace: Trace,
    /// Keeps what passes.
    pub capture: Option<Capture>,
}

/// A relay that works in the background, until it goes out of scope. Connections that it has
/// passed on then go on to their ends.
pub struct Running {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    slow: Slow,
}

impl Running {
    /// Where clients call.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What takes its time on purpose.
    pub fn slow(&self) -> &Slow {
        &self.slow
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // So that the thread that accepts looks up. If nobody is there, it has ended.
        let _ = TcpStream::connect(self.address);
    }
}

impl Relay {
    /// Passes on to the server what the clients of `listener` send, and back what it answers.
    ///
    /// It ends only when it fails. What befalls one connection is printed, and ends no other.
    ///
    /// # Errors
    ///
    /// Those of starting threads, and of writing to stdout or to the capture.
    pub fn run(self, listener: TcpListener) -> anyhow::Result<()> {
        let (failures, failed) = mpsc::channel();
        let _running = self.start(listener, failures)?;
        // The one that accepts never ends, and keeps the channel open.
        Err(failed.recv().unwrap_or_else(anyhow::Error::from))
    }

    /// Does so in the background. Why a connection has failed by our own fault is sent to
    /// `failures`.
    ///
    /// # Errors
    ///
    /// Those of starting a thread, and of a listener without an address.
    pub fn start(
        self,
        listener: TcpListener,
        failures: Sender<anyhow::Error>,
    ) -> anyhow::Result<Running> {
        let address = listener.local_addr().context("cannot tell the own address")?;
        let running = Running { address, over: Arc::default(), slow: Slow::default() };
        let (over, slow) = (Arc::clone(&running.over), running.slow.clone());
        let relay = Arc::new(self);
        thread::Builder::new()
            .spawn(move || relay.accept(&listener, &failures, &over, &slow))
            .context("cannot start a thread")?;
        Ok(running)
    }

    /// Gives each client a thread.
    fn accept(
        self: Arc<Self>,
        listener: &TcpListener,
        failures: &Sender<anyhow::Error>,
        over: &AtomicBool,
        slow: &Slow,
    ) {
        for number in 1.. {
            let (client, peer) = self.next_client(listener);
            if over.load(Ordering::SeqCst) {
                return;
            }
            let (relay, thread_failures) = (Arc::clone(&self), failures.clone());
            let slow = slow.clone();
            let work = move || {
                if let Err(error) = relay.serve(number, client, peer, slow) {
                    // If nobody listens any more, the program is ending already.
                    let _ = thread_failures.send(error);
                }
            };
            if let Err(error) = thread::Builder::new().spawn(work) {
                self.say_no_thread(number, &error);
            }
        }
    }

    /// Serves one client from its first byte to its last.
    fn serve(
        &self,
        number: usize,
        client: TcpStream,
        peer: SocketAddr,
        slow: Slow,
    ) -> anyhow::Result<()> {
        let server = match self.call(number, peer)? {
            Ok(server) => server,
            Err(error) => return self.refuse(number, peer, &client, &error),
        };
        let conversation = match &self.capture {
            Some(capture) => Some(Conversation::open(capture, peer, client.local_addr()?)?),
            None => None,
        };

        let trace = self.trace.clone();
        let connection = Connection::new(number, client, server, trace, conversation, slow);
        let labeller = |direction| self.lesson.map(|lesson| Labeller::new(lesson, direction));
        let is_bent = self.only.is_none_or(|only| only == number);
        let flow = |direction, bends: Bends| {
            let bends = if is_bent { bends } else { Bends::default() };
            Flow::new(&connection, direction, bends, labeller(direction))
        };
        let requests = flow(Direction::Request, self.requests);
        let replies = flow(Direction::Reply, self.replies);
        thread::scope(|scope| {
            match thread::Builder::new().spawn_scoped(scope, || requests.run()) {
                Ok(thread) => replies.run().and(thread.join().expect("a flow does not panic")),
                Err(error) => {
                    self.say_no_thread(number, &error);
                    Ok(())
                }
            }
        })?;
        Ok(self.trace.announce(number, &What::Closed)?)
    }

    /// Calls the server for a client, and says so when it takes the call. Where that is not at
    /// once, it says that it calls.
    fn call(&self, number: usize, peer: SocketAddr) -> anyhow::Result<io::Result<TcpStream>> {
        let target = self.target;
        let (caller, outcome) = mpsc::channel();
        let call = move || caller.send(TcpStream::connect(target));
        if let Err(error) = thread::Builder::new().spawn(call) {
            return Ok(Err(error));
        }
        let (called, opening) = match outcome.recv_timeout(MOMENT) {
            Ok(called) => (called, Opening::AtOnce),
            Err(_) => {
                self.trace.announce(number, &What::Calling { client: peer, target })?;
                (outcome.recv()?, Opening::Called)
            }
        };
        if called.is_ok() {
            self.trace.announce(number, &What::Opened { client: peer, target, opening })?;
        }
        Ok(called)
    }

    /// Lets a client go that the server does not take. To refuse it is too late: it is
    /// connected to us. A reset comes nearest.
    fn refuse(
        &self,
        number: usize,
        peer: SocketAddr,
        client: &TcpStream,
        error: &io::Error,
    ) -> anyhow::Result<()> {
        let target = self.target;
        let message = match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                format!("{target} refuses; is the server running?")
            }
            _ => format!("cannot connect to {target}: {error}"),
        };
        self.trace.announce(number, &What::Refused { client: peer, target, message })?;
        // Where it cannot be reset, it sees an end, and no answer either.
        let _ = SockRef::from(client).set_linger(Some(Duration::ZERO));
        Ok(())
    }

    /// Waits for the next client.
    fn next_client(&self, listener: &TcpListener) -> (TcpStream, SocketAddr) {
        loop {
            match listener.accept() {
                Ok(client) => return client,
                Err(error) => {
                    // Mostly this is about one client, which gave up while it waited. If the
                    // system has no room for more connections, trying at once again would be of
                    // no use.
                    self.trace.complain(None, format!("cannot accept a client: {error}"));
                    thread::sleep(ACCEPT_AGAIN);
                }
            }
        }
    }

    fn say_no_thread(&self, number: usize, error: &io::Error) {
        let message = format!("connection {number} is closed: cannot start a thread: {error}");
        self.trace.complain(Some(number), message);
    }
}
