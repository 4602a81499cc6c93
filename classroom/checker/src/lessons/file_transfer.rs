//! Lesson 7: whole files, up and down, for several clients at once.

mod client;
mod get_client;
mod message;
mod paths;
mod receiver;
mod server;

pub use client::CLIENT;
pub use get_client::GET_CLIENT;
pub use message::DIGITS_AS_LETTERS;
pub use receiver::RECEIVER;
pub use server::SERVER;
