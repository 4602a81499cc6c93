//! Whether replies leave in one write. In two, the second waits for the acknowledgement of the
//! first, which the receiver delays.

use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::lessons::exchange::{Exchange, next_client};
use crate::verdict::{Failure, Outcome, ensure};

/// Causes of replies that stall.
pub const CAUSES: &[&str] =
    &["what stands in front of the answer and the answer leave in two writes: the second is held \
     back until the first is acknowledged"];

/// How many replies are timed, behind one that never stalls.
const REPLIES: usize = 9;

/// A delayed acknowledgement takes 40 ms or more, the reading of what is there none.
const STALL: Duration = Duration::from_millis(20);

/// Times replies on one connection, from their first bytes to their last.
pub fn check(bench: &mut Bench, good: Exchange) -> Outcome {
    let mut peer = next_client(bench, good)?;
    let mut times = Vec::new();
    for _ in 0..REPLIES {
        peer.send(good.ask)?;
        peer.await_arrival()?;
        let began = Instant::now();
        (good.hear)(&mut peer)?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let median = times[REPLIES / 2];
    ensure(median < STALL, || {
        let observed = format!(
            "the rest comes {:.3} s after the first bytes (the median of {REPLIES} replies)",
            median.as_secs_f64()
        );
        Failure::new("a reply whose bytes arrive together", observed)
    })
}
