//! What the programs of lessons 8 and 9 share, with the faults that they can
//! have.

mod client;
mod server;

pub use client::{Peer, ask, text};
pub use server::{buffer, receive};
