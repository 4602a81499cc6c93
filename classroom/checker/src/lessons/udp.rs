//! Lesson 8: datagrams.

mod chat_client;
mod chat_server;
mod client;
mod server;
mod shell_client;
mod shell_server;

pub use chat_client::CHAT_CLIENT;
pub use chat_server::CHAT_SERVER;
pub use client::CLIENT;
pub use server::SERVER;
pub use shell_client::SHELL_CLIENT;
pub use shell_server::SHELL_SERVER;
