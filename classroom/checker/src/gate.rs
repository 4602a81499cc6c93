//! Keeps the other checks from starting a program that cannot be reached at all.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Opened by the first program that is reached, or that calls. Clones share it.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<Option<bool>>, Condvar)>);

impl Gate {
    /// Opens it, unless it was shut before.
    pub fn open(&self) {
        self.decide(true);
    }

    /// Shuts it, unless it was opened before.
    pub fn shut(&self) {
        self.decide(false);
    }

    fn decide(&self, open: bool) {
        let (state, decided) = &*self.0;
        state.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(open);
        decided.notify_all();
    }

    /// Waits until it is open, or shut. Tells whether it is open.
    pub fn wait(&self) -> bool {
        let (state, decided) = &*self.0;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match *state {
                Some(open) => return open,
                None => state = decided.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}
