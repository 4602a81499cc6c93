//! The lines of Rust that the pages show.
//!
//! One program for all of them: what one test waits for costs the others nothing.

mod bytes;
mod connections;
mod frame_cases;
mod layout;
mod numbers;
mod options;
mod rust;
