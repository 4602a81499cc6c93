//! How a program ended.

use std::fmt;

/// The exit status of a program, or the signal that ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It ended by itself, with this status.
    Code(i32),
    /// A signal ended it (Unix).
    Signal(i32),
    /// An exception that it did not catch ended it, or what is like one (Windows): its code.
    Exception(u32),
}

impl Status {
    /// Tells whether the program says that all went well.
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }

    /// Tells whether the program says that something went wrong.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Code(code) if code != 0)
    }

    /// Tells whether it did not end by itself.
    pub fn has_crashed(self) -> bool {
        !matches!(self, Self::Code(_))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "status {code}"),
            Self::Signal(signal) => match name(*signal) {
                Some(name) => write!(f, "signal {signal}, {name}"),
                None => write!(f, "signal {signal}"),
            },
            Self::Exception(code) => write!(f, "exception {code:#x}"),
        }
    }
}

/// The signals that end programs, where all systems number them alike.
fn name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        2 => "SIGINT",
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return None,
    })
}
