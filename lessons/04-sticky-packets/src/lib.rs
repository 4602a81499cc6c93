//! Lesson 4: TCP carries a stream and has no messages.

mod runner;
mod text;

pub use runner::{Event, Output, Runner, with_remark};
pub use text::{Encoding, print_output};

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use connection_loop::resolve;

/// Where the server listens, and the client looks for it, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:8080";

/// Makes sure that a server which runs other people's commands is not exposed
/// by accident.
///
/// # Errors
///
/// An address that cannot be resolved, or one that other machines can reach,
/// unless `allow_remote`.
pub fn guarded(
    address: &str,
    allow_remote: bool,
) -> anyhow::Result<SocketAddr> {
    let address = resolve(address)
        .with_context(|| format!("cannot use the address {address}"))?;
    ensure!(
        allow_remote || address.ip().is_loopback(),
        "refusing to listen on {address}: whoever reaches this server can \
         run any command as you (exposed-shell); use a loopback address such \
         as {ADDRESS}, or --allow-remote if you mean it"
    );
    Ok(address)
}
