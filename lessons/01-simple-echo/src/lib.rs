//! Lesson 1: one client, one message, one answer.

/// Where the server listens, and the client looks for it, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:8080";

/// Checks the form of an address on the command line: `IP:PORT`, or a host's
/// name for the IP.
///
/// # Errors
///
/// A text without a host, or without a port from 0 to 65535.
pub fn address(text: &str) -> Result<String, String> {
    match text.rsplit_once(':') {
        Some((host, port))
            if !host.is_empty() && port.parse::<u16>().is_ok() =>
        {
            Ok(text.into())
        }
        _ => Err(format!("usage: IP:PORT, as in {ADDRESS} or [::1]:8080")),
    }
}
