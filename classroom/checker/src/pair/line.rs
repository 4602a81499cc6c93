//! The line between the two programs: a relay that may bend it, and what passed there.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use record::{Direction, Event, What};
use wire::trace::Trace;
use wire::{datagrams, streams};

use crate::peer::quoted;
use crate::story::Story;

/// How the line is bent.
#[derive(Clone, Default)]
pub enum Bend {
    /// Not at all.
    #[default]
    Straight,
    /// A stream, which is the one connection with this number.
    Stream {
        /// Its number.
        connection: usize,
        /// How the requests are bent, and the replies.
        ways: Box<[streams::Bends; 2]>,
    },
    /// Datagrams.
    Datagrams(datagrams::Bends),
}

/// A line that is open.
pub struct Line {
    address: SocketAddr,
    /// The relay of streams; that of datagrams goes on to the end of the checker.
    relay: Option<streams::Running>,
    opened: Instant,
    passed: Arc<Mutex<Passed>>,
}

/// What has passed so far.
struct Passed {
    events: Vec<Event>,
    last: Instant,
    /// How many pieces of what is cut into pieces had passed when it was looked at last.
    pieces: usize,
}

impl Line {
    /// Opens a line to where the server listens. What passes is told.
    ///
    /// # Errors
    ///
    /// Those of sockets and threads.
    pub fn open(server: SocketAddr, bend: &Bend, udp: bool, story: &Story) -> anyhow::Result<Self> {
        let (sender, events) = mpsc::channel();
        let trace = Trace::to(sender);
        let opened = Instant::now();
        let anywhere = (Ipv4Addr::LOCALHOST, 0);
        let (address, relay) = if udp {
            let socket = UdpSocket::bind(anywhere)?;
            let address = socket.local_addr()?;
            let bends = match bend {
                Bend::Datagrams(bends) => bends.clone(),
                _ => datagrams::Bends::default(),
            };
            thread::spawn(move || datagrams::relay(socket, server, bends, trace, None));
            (address, None)
        } else {
            let (only, requests, replies) = match bend {
                Bend::Stream { connection, ways } => (Some(*connection), ways[0], ways[1]),
                _ => Default::default(),
            };
            let relay = streams::Relay {
                target: server,
                requests,
                replies,
                only,
                lesson: None,
                trace,
                capture: None,
            };
            // Nothing can fail there but to tell us, when we do not listen any more.
            let running = relay.start(TcpListener::bind(anywhere)?, mpsc::channel().0)?;
            (running.address(), Some(running))
        };
        let passed =
            Arc::new(Mutex::new(Passed { events: Vec::new(), last: Instant::now(), pieces: 0 }));
        let (sink, story) = (Arc::clone(&passed), story.clone());
        thread::spawn(move || {
            for event in events {
                if let Some(text) = told(&event.what) {
                    story.tell(text);
                }
                let mut passed = sink.lock().unwrap_or_else(PoisonError::into_inner);
                passed.last = Instant::now();
                passed.events.push(event);
            }
        });
        Ok(Self { address, relay, opened, passed })
    }

    /// Where the client finds it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What its clock says, by which the events are told.
    pub fn time(&self) -> Duration {
        self.opened.elapsed()
    }

    /// What has passed so far.
    pub fn events(&self) -> Vec<Event> {
        self.passed().events.clone()
    }

    /// For how long nothing has passed. It is no time while something is held up on purpose.
    pub fn idle(&self) -> Duration {
        let mut passed = self.passed();
        if let Some(slow) = self.relay.as_ref().map(streams::Running::slow) {
            let pieces = slow.pieces();
            if slow.pauses() || pieces != passed.pieces {
                passed.pieces = pieces;
                passed.last = Instant::now();
            }
        }
        passed.last.elapsed()
    }

    /// Tells whether all that was opened is closed.
    pub fn is_over(&self) -> bool {
        let passed = self.passed();
        let count = |wanted: fn(&What) -> bool| {
            passed.events.iter().filter(|event| wanted(&event.what)).count()
        };
        let opened = count(|what| matches!(what, What::Opened { .. }));
        opened > 0 && opened == count(|what| *what == What::Closed)
    }

    /// Tells whether the last that has passed wants an answer.
    pub fn awaits_answer(&self) -> bool {
        let passed = self.passed();
        let last = passed.events.iter().rev().find_map(|event| match &event.what {
            What::Bytes { direction, .. } => Some(*direction),
            What::End { .. } | What::Reset { .. } | What::Closed => Some(Direction::Reply),
            _ => None,
        });
        last == Some(Direction::Request)
    }
}

/// An event as the story tells it; `None` for what says nothing to it.
pub fn told(what: &What) -> Option<String> {
    Some(match what {
        What::Bytes { direction, parts, .. } => {
            let bytes: Vec<_> = parts.iter().flat_map(|part| part.bytes.clone()).collect();
            format!("{direction}  {}", quoted(&bytes))
        }
        What::Listening { .. } | What::Closed | What::Forgotten { .. } => return None,
        What::Opened { .. } => "the client connects".into(),
        What::Refused { .. } => "the client connects, and the server does not take it".into(),
        What::End { direction, .. } => format!("{direction}  end"),
        other => other.to_string(),
    })
}

/// The bytes of one direction, for each connection by its number; for datagrams, for each client.
pub fn streams(events: &[Event], wanted: Direction) -> BTreeMap<usize, Vec<u8>> {
    let mut streams = BTreeMap::<_, Vec<u8>>::new();
    for event in events {
        let (Some(number), What::Bytes { direction, parts, .. }) = (event.connection, &event.what)
        else {
            continue;
        };
        let stream = streams.entry(number).or_default();
        if *direction == wanted {
            stream.extend(parts.iter().flat_map(|part| &part.bytes));
        }
    }
    streams
}

/// What was said on one connection, by turns: whoever speaks goes on until the other one does.
pub fn turns(events: &[Event], connection: usize) -> Vec<(Direction, Vec<u8>)> {
    let mut turns: Vec<(Direction, Vec<u8>)> = Vec::new();
    for event in events.iter().filter(|event| event.connection == Some(connection)) {
        let What::Bytes { direction, parts, .. } = &event.what else { continue };
        let bytes = parts.iter().flat_map(|part| part.bytes.iter().copied());
        match turns.last_mut() {
            Some((last, turn)) if last == direction => turn.extend(bytes),
            _ => turns.push((*direction, bytes.collect())),
        }
    }
    turns
}
