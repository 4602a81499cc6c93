//! The player's tests.
//!
//! One program for all of them: what one test waits for costs the others nothing.

mod failures;
mod player;
#[path = "plays/main.rs"]
mod plays;
#[cfg(any(target_os = "linux", windows))]
mod recorded;
mod wires;
