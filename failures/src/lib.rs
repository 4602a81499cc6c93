//! What the programs that have the failures of the catalogue share.

pub mod answers;
pub mod asking;
pub mod commands;
pub mod datagrams;
mod fault;
pub mod files;
pub mod raw;
pub mod replies;
mod serving;

pub use fault::{Fault, one_of};
pub use serving::{Reply, listen, serve};
