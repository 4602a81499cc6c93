//! The wire's tests.
//!
//! One program for all of them: what one test waits for costs the others nothing.

mod arguments;
mod capture;
mod datagrams;
mod json;
mod peer;
mod rows;
mod streams;
