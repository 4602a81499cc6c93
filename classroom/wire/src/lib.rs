//! A relay between a client and a server, which shows the bytes and bends the line.
//!
//! Its program is for people; the checker has the same relay in between when it judges two
//! programs together.

pub mod capture;
pub mod datagrams;
mod labels;
pub mod streams;
pub mod trace;
