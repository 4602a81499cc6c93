//! A server that the program, a client, calls.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;

use super::reception::{BUFFER, Reception, is_refusal, is_timeout};
use crate::beginning::not_begun;
use crate::bench::Bench;
use crate::gate::Gate;
use crate::peer::quoted;
use crate::program::Program;
use crate::story::Story;
use crate::verdict::{Failure, Outcome, Plain, Stop};
use crate::watch::{Doing, LOOK, Silence, Watch};

/// How long a client may ask the same again before it asks what is wanted.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server of the program.
pub struct Host {
    socket: UdpSocket,
    program: Arc<Program>,
    story: Story,
    /// From where the program has sent to us; each is numbered. The last is where we answer to.
    callers: Vec<SocketAddr>,
    current: usize,
    /// What it sent last.
    request: Option<Vec<u8>>,
    gate: Gate,
    bound: Option<Duration>,
}

impl Host {
    /// Waits at the bench's address, and starts the program if it does not run.
    ///
    /// # Errors
    ///
    /// A command that cannot be started.
    pub fn new(bench: &mut Bench) -> Outcome<Self> {
        let socket = bench.socket()?.try_clone()?;
        socket.set_read_timeout(Some(LOOK))?;
        bench.start()?;
        Ok(Self {
            socket,
            program: bench.program()?,
            story: bench.story().clone(),
            callers: Vec::new(),
            current: 0,
            request: None,
            gate: bench.gate().clone(),
            bound: None,
        })
    }

    /// Says how long each of the next waits lasts, whatever the program does meanwhile. `None`:
    /// as long as there is hope, which is the rule.
    pub fn wait_for(&mut self, bound: Option<Duration>) {
        self.bound = bound;
    }

    fn tell(&self, what: &str) {
        self.story.tell(format!("{} {what}", self.current + 1));
    }

    /// Waits for the next datagram of the program. What we send then goes back to where it came
    /// from.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn receive(&mut self) -> Outcome<Reception> {
        let program = Arc::clone(&self.program);
        let mut watch = match self.bound {
            Some(bound) => Watch::within(&program, bound),
            None if self.request.is_none() => Watch::start(&program),
            None => Watch::new(&program),
        };
        let mut bytes = vec![0; BUFFER];
        loop {
            match self.socket.recv_from(&mut bytes) {
                Ok((count, from)) => {
                    bytes.truncate(count);
                    self.note(&bytes, from);
                    return Ok(Reception::Datagram(bytes));
                }
                // Windows tells here that an earlier answer met nobody.
                Err(error) if is_timeout(&error) || is_refusal(&error) => {
                    if let Some(silence) = watch.look() {
                        self.tell(&format!("← program  silence ({silence})"));
                        return Ok(Reception::Silence(silence));
                    }
                }
                Err(error) => Err(error).context("cannot receive a datagram")?,
            }
        }
    }

    fn note(&mut self, bytes: &[u8], from: SocketAddr) {
        let known = self.callers.iter().position(|caller| *caller == from);
        self.current = known.unwrap_or(self.callers.len());
        if known.is_none() {
            self.callers.push(from);
        }
        self.request = Some(bytes.to_vec());
        self.gate.open();
        self.tell(&format!("← program  {}", quoted(bytes)));
    }

    /// Expects a datagram, whatever is in it.
    ///
    /// # Errors
    ///
    /// The check is over: none came.
    pub fn expect_datagram(&mut self, what: &str) -> Outcome<Vec<u8>> {
        match self.receive()? {
            Reception::Datagram(bytes) => Ok(bytes),
            other => Err(self.missing(what, &other).into()),
        }
    }

    /// Expects a datagram of exactly these bytes. The one before may come a second time: a
    /// client may ask again when an answer takes long.
    ///
    /// # Errors
    ///
    /// The check is over: something else came, or nothing.
    pub fn expect(&mut self, wanted: impl AsRef<[u8]>, what: &str) -> Outcome {
        let wanted = wanted.as_ref();
        let before = self.request.clone();
        let began = Instant::now();
        loop {
            match self.receive()? {
                Reception::Datagram(bytes) if bytes == wanted => return Ok(()),
                Reception::Datagram(bytes)
                    if Some(&bytes) == before.as_ref() && began.elapsed() < PATIENCE => {}
                other @ Reception::Datagram(_) => {
                    return Err(other.unexpected(what, wanted, &self.program).into());
                }
                other => return Err(self.missing(what, &other).into()),
            }
        }
    }

    fn missing(&self, what: &str, reception: &Reception) -> Failure {
        let failure = Failure::new(what, reception.what(&self.program));
        if self.request.is_some() {
            return match reception {
                Reception::Silence(Silence { doing: Doing::Spins(_), .. }) => {
                    failure.in_plain(Plain::Idle)
                }
                _ => failure,
            };
        }
        let doing = match (reception, self.program.status()) {
            (_, Some(status)) => Doing::Ended(status),
            (Reception::Silence(silence), None) => silence.doing,
            _ => Doing::Unknown,
        };
        failure.in_plain(Plain::Opening).only_cause(not_begun(
            doing,
            "the program calls an address of its own, not the one it is given, or makes a \
             connection instead of sending a datagram",
        ))
    }

    /// Sends a datagram to where the last one came from.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn answer(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        self.send_from(&self.socket, bytes.as_ref())?;
        self.tell(&format!("→ program  {}", quoted(bytes.as_ref())));
        Ok(())
    }

    /// Sends a datagram there as well, but from somebody else's socket.
    ///
    /// # Errors
    ///
    /// Only those of the checker itself.
    pub fn stray(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        self.send_from(&stranger, bytes.as_ref())?;
        self.story.tell(format!("a stranger → program  {}", quoted(bytes.as_ref())));
        Ok(())
    }

    fn send_from(&self, socket: &UdpSocket, bytes: &[u8]) -> Outcome {
        let nobody = || Stop::Broken(anyhow::Error::msg("nobody has called yet"));
        let caller = self.callers.get(self.current).ok_or_else(nobody)?;
        socket.send_to(bytes, caller).context("cannot send a datagram")?;
        Ok(())
    }
}
