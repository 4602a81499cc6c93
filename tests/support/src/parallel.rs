//! Doing several things at once.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::{iter, thread};

/// How many things [`each`] does at once. The tests wait for programs more than they work.
const AT_ONCE: usize = 4;

/// Does something with each of these, several at once, and returns what came of it.
pub fn each<T: Send, R: Send>(
    items: impl Iterator<Item = T> + Send,
    act: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let items = Mutex::new(items);
    // The lock is let go before anything is done.
    let next = || items.lock().expect("nobody panics with it").next();
    let work = || iter::from_fn(next).map(&act).collect::<Vec<_>>();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.flat_map(|all| all.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}
