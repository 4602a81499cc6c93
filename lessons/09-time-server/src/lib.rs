//! Lesson 9: a request says how it wants the time written.

use std::str;

use jiff::Zoned;
use jiff::fmt::strtime::{BrokenDownTime, Config, PosixCustom};
use udp::MAX_DATAGRAM;

/// Where the server listens, and the client looks for it, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:9000";

/// The format that an empty request asks for.
pub const DEFAULT_FORMAT: &str = "%Y-%m-%d %X";

/// Answers one request: the time, written in the format that the request asks
/// for.
///
/// A format that cannot be served is answered with an ASCII text that starts
/// with `bad-format: ` and says why. No answer is longer than [`MAX_DATAGRAM`].
pub fn answer(request: &[u8], time: &Zoned) -> String {
    write_time(request, time)
        .unwrap_or_else(|reason| format!("bad-format: {reason}"))
}

fn write_time(request: &[u8], time: &Zoned) -> Result<String, String> {
    let format = match request {
        b"" => DEFAULT_FORMAT,
        _ => str::from_utf8(request).map_err(|_| "the format is not UTF-8")?,
    };
    // The same words and the same order in every country, as Python's strftime
    // has them.
    let config = Config::new().custom(PosixCustom::new());
    let text = BrokenDownTime::from(time)
        .to_string_with_config(&config, format)
        .map_err(|error| error.to_string())?;

    let size = text.len();
    if size > MAX_DATAGRAM {
        return Err(format!(
            "an answer of {size} bytes; a datagram carries {MAX_DATAGRAM}"
        ));
    }
    Ok(text)
}
