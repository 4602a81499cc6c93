//! Writes that wait for an acknowledgement, as the times of a straight run show them.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use record::{Direction, Event, What};

use crate::pair::line::Line;

/// How often the queues are looked at: a few times while a write waits. Each look has the system go
/// through its table of connections.
const LOOK: Duration = Duration::from_millis(10);

/// How long the second of two writes waits at least, and how long at most: a delayed
/// acknowledgement takes 40 ms on Linux, 200 elsewhere (RFC 1122, 4.2.3.2: less than 500).
const SHORTEST: f64 = 0.03;
const LONGEST: f64 = 0.5;

/// How long the first write is at most. What fills a segment does not wait (RFC 896).
const SMALL: u64 = 1460;

/// Looks again and again at what lies in the queues of the two senders.
pub struct Watcher {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Look>>,
}

/// What lay in the queues: bytes that were written, and not acknowledged yet.
struct Look {
    seconds: f64,
    /// The client's, and the server's.
    queued: [u64; 2],
}

impl Watcher {
    /// Begins to look. The line's clock has begun just now.
    pub fn of(line: &Line, server: SocketAddr) -> Self {
        let (began, over) = (Instant::now(), Arc::new(AtomicBool::new(false)));
        let (relay, is_over) = (line.address().port(), Arc::clone(&over));
        let thread = thread::spawn(move || {
            let mut looks = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let Some(queued) = queued(relay, server.port()) else { break };
                looks.push(Look { seconds: began.elapsed().as_secs_f64(), queued });
                thread::sleep(LOOK);
            }
            looks
        });
        Self { over, thread }
    }

    /// Ends, and finds out how many messages of a direction have waited. `None` where the system
    /// does not tell.
    pub fn stalls(self, events: &[Event], direction: Direction) -> Option<usize> {
        self.over.store(true, Ordering::Relaxed);
        let looks = self.thread.join().unwrap_or_default();
        (!looks.is_empty()).then(|| count(events, &looks, direction))
    }
}

/// How often more lay in a sender's queue than what had come, until the rest came much later.
fn count(events: &[Event], looks: &[Look], wanted: Direction) -> usize {
    let mut stalls = 0;
    let mut last: Option<(f64, u64)> = None;
    for event in events {
        let What::Bytes { direction, length, .. } = &event.what else { continue };
        if *direction != wanted {
            last = None;
            continue;
        }
        let length = *length as u64;
        if let Some((before, came)) = last {
            let gap = event.seconds - before;
            let between = |look: &&Look| look.seconds > before && look.seconds < event.seconds;
            let had_more =
                looks.iter().filter(between).any(|look| look.queued[wanted as usize] > came);
            let stalled = (SHORTEST..LONGEST).contains(&gap) && came < SMALL && had_more;
            stalls += usize::from(stalled);
        }
        last = Some((event.seconds, length));
    }
    stalls
}

/// What lies in the queues of a client that is connected to the relay, and of the server
/// (proc_net(5), Linux). `None` where the system does not tell.
fn queued(relay: u16, server: u16) -> Option<[u64; 2]> {
    let ends = [relay, server].map(|port| format!(":{port:04X}"));
    let mut queued = queues(&fs::read_to_string("/proc/net/tcp").ok()?, &ends);
    if queued.contains(&None) {
        // Who speaks IPv6 may call, and be called, by IPv4 as well.
        let others = queues(&fs::read_to_string("/proc/net/tcp6").unwrap_or_default(), &ends);
        queued = [queued[0].or(others[0]), queued[1].or(others[1])];
    }
    Some(queued.map(Option::unwrap_or_default))
}

/// What lies in the queues of those two that the table has, the most of several.
fn queues(table: &str, [relay, server]: &[String; 2]) -> [Option<u64>; 2] {
    let mut queued = [None; 2];
    let of_either = |row: &&str| row.contains(relay) || row.contains(server);
    for row in table.lines().filter(of_either) {
        // sl, local, remote, state, tx_queue:rx_queue, ...
        let fields: Vec<_> = row.split_whitespace().take(5).collect();
        let [_, local, remote, "01", queues] = fields[..] else { continue };
        let unacknowledged = queues.split_once(':').map_or("", |(sent, _)| sent);
        let count = u64::from_str_radix(unacknowledged, 16).unwrap_or_default();
        if remote.ends_with(relay) {
            queued[0] = queued[0].max(Some(count));
        } else if local.ends_with(server) {
            queued[1] = queued[1].max(Some(count));
        }
    }
    queued
}
