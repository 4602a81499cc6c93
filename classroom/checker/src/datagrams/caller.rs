//! A client that calls the program, a server.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use processes::Transport;

use super::reception::{BUFFER, Reception, is_refusal, is_timeout};
use crate::beginning::not_at;
use crate::bench::Bench;
use crate::gate::Gate;
use crate::peer::quoted;
use crate::program::Program;
use crate::story::Story;
use crate::verdict::{Failure, Outcome, Plain};
use crate::watch::{Doing, LOOK, Watch};

/// How long the news takes, at most, that nobody listens; on a busy machine it may come later.
const KNOCK: Duration = Duration::from_millis(10);

/// A client of the program.
pub struct Caller {
    number: usize,
    server: SocketAddr,
    socket: UdpSocket,
    program: Arc<Program>,
    story: Story,
    /// What was sent last.
    last: Vec<u8>,
    /// The program has said something: from then on it must listen.
    met: bool,
    gate: Gate,
    bound: Option<Duration>,
}

impl Caller {
    /// Makes a client with a socket of its own, and starts the program if it does not run.
    ///
    /// # Errors
    ///
    /// A command that cannot be started.
    pub fn new(bench: &mut Bench) -> Outcome<Self> {
        let address = bench.address()?;
        bench.start()?;
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        // Only what comes from the server's address is its answer; and we hear of it if nobody
        // listens there.
        socket.connect(address)?;
        socket.set_read_timeout(Some(LOOK))?;
        let (program, story, gate) =
            (bench.program()?, bench.story().clone(), bench.gate().clone());
        let (number, last) = (bench.number(), Vec::new());
        Ok(Self {
            number,
            server: address,
            socket,
            program,
            story,
            last,
            met: false,
            gate,
            bound: None,
        })
    }

    /// Says how long each of the next waits lasts, whatever the program does meanwhile. `None`:
    /// as long as there is hope, which is the rule.
    pub fn wait_for(&mut self, bound: Option<Duration>) {
        self.bound = bound;
    }

    /// Whether it is the first client of its check.
    pub fn is_first(&self) -> bool {
        self.number == 1
    }

    fn tell(&self, what: &str) {
        self.story.tell(format!("{} {what}", self.number));
    }

    /// Sends a datagram. Until the program listens it is sent again and again.
    ///
    /// # Errors
    ///
    /// The check is over: the program does not listen.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        self.last = bytes.as_ref().to_vec();
        self.write()?;
        if !self.met {
            self.wait_until_heard()?;
        }
        self.tell(&format!("→ program  {}", quoted(bytes.as_ref())));
        Ok(())
    }

    fn write(&self) -> Outcome {
        let sent = match self.socket.send(&self.last) {
            // That was about an earlier one; it is said once.
            Err(error) if is_refusal(&error) => self.socket.send(&self.last),
            sent => sent,
        };
        // About this one we hear when we receive.
        match sent {
            Err(error) if !is_refusal(&error) => {
                Err(anyhow::Error::from(error).context("cannot send a datagram").into())
            }
            _ => Ok(()),
        }
    }

    /// Sends the same again as long as nobody listens: what was refused has not arrived.
    fn wait_until_heard(&self) -> Outcome {
        let program = Arc::clone(&self.program);
        let mut watch = Watch::start(&program);
        self.socket.set_read_timeout(Some(KNOCK))?;
        while self.socket.peek(&mut [0]).is_err_and(|error| is_refusal(&error)) {
            let silence = watch.look();
            if let Some(status) = program.status() {
                let why = format!("the program ended with {status}");
                return Err(self.unheard(&why, Doing::Ended(status)).into());
            }
            if let Some(silence) = silence {
                return Err(self.unheard(&silence.to_string(), silence.doing).into());
            }
            thread::sleep(KNOCK);
            self.write()?;
        }
        self.socket.set_read_timeout(Some(LOOK))?;
        Ok(())
    }

    fn unheard(&self, why: &str, doing: Doing) -> Failure {
        self.tell(&format!("nobody listens at {}", self.server));
        let seen = format!("nobody listens there ({why})");
        let failure = not_at(self.server, Transport::Udp, &self.program, &seen, doing);
        if self.is_first() { failure.in_plain(Plain::Opening) } else { failure }
    }

    /// Looks for a moment whether something has come, and leaves it there.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn has_arrived(&self) -> Outcome<bool> {
        match self.socket.peek(&mut [0; BUFFER]) {
            Ok(_) => Ok(true),
            Err(error) if is_timeout(&error) || is_refusal(&error) => Ok(false),
            Err(error) => {
                Err(anyhow::Error::from(error).context("cannot look for datagrams").into())
            }
        }
    }

    /// Waits for whatever comes next.
    ///
    /// # Errors
    ///
    /// The check is over: the program has never listened.
    pub fn receive(&mut self) -> Outcome<Reception> {
        let reception = self.wait()?;
        match &reception {
            Reception::Datagram(bytes) => self.tell(&format!("← program  {}", quoted(bytes))),
            Reception::Refused => self.tell("← program  nobody listens"),
            Reception::Silence(silence) => self.tell(&format!("← program  silence ({silence})")),
        }
        Ok(reception)
    }

    fn wait(&mut self) -> Outcome<Reception> {
        let program = Arc::clone(&self.program);
        let begin =
            || self.bound.map_or_else(|| Watch::new(&program), |b| Watch::within(&program, b));
        let mut watch = begin();
        let mut bytes = vec![0; BUFFER];
        loop {
            match self.socket.recv(&mut bytes) {
                Ok(count) => {
                    self.met = true;
                    self.gate.open();
                    bytes.truncate(count);
                    return Ok(Reception::Datagram(bytes));
                }
                Err(error) if is_timeout(&error) => {
                    if let Some(silence) = watch.look() {
                        return Ok(Reception::Silence(silence));
                    }
                }
                Err(error) if is_refusal(&error) && self.met => return Ok(Reception::Refused),
                Err(error) if is_refusal(&error) => {
                    // The news came late: the program did not listen yet.
                    self.write()?;
                    self.wait_until_heard()?;
                    watch = begin();
                }
                Err(error) => {
                    let error = Err::<(), _>(error).context("cannot receive a datagram");
                    error?;
                }
            }
        }
    }

    /// Expects a datagram, whatever is in it.
    ///
    /// # Errors
    ///
    /// The check is over: none came.
    pub fn expect_datagram(&mut self, what: &str) -> Outcome<Vec<u8>> {
        match self.receive()? {
            Reception::Datagram(bytes) => Ok(bytes),
            other => Err(Failure::new(what, other.what(&self.program)).into()),
        }
    }

    /// Expects a datagram of exactly these bytes. `what` says what they are.
    ///
    /// # Errors
    ///
    /// The check is over: something else came, or nothing.
    pub fn expect(&mut self, wanted: impl AsRef<[u8]>, what: &str) -> Outcome {
        let wanted = wanted.as_ref();
        match self.receive()? {
            Reception::Datagram(bytes) if bytes == wanted => Ok(()),
            other => Err(other.unexpected(what, wanted, &self.program).into()),
        }
    }
}
