//! The tests of the programs that fail.
//!
//! One program for all of them: what one test waits for costs the others nothing.

mod connections;
mod datagrams;
mod files;
mod frames;
