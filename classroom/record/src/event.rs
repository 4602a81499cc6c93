//! What happens on a wire. The README of the wire documents its JSON, which may gain members and
//! loses none.

use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::direction::Direction;
use crate::hex;

/// Something that happened on a wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The number of the connection, or with datagrams of the client, from 1; `None` if it is
    /// about none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<usize>,
    /// When it happened, in seconds since the wire began to listen.
    pub seconds: f64,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// Clients can call.
    Listening {
        /// Where they call.
        address: SocketAddr,
    },
    /// A client is connected, and the server has not taken the call yet.
    Calling {
        /// The client.
        client: SocketAddr,
        /// The server that is called.
        target: SocketAddr,
    },
    /// A client is passed on to the server.
    Opened {
        /// The client.
        client: SocketAddr,
        /// The server.
        target: SocketAddr,
        /// How that came about.
        opening: Opening,
    },
    /// A client was reset, because the server cannot be reached.
    Refused {
        /// The client.
        client: SocketAddr,
        /// The server.
        target: SocketAddr,
        /// Why it cannot be reached.
        message: String,
    },
    /// Bytes came: one read of a stream, or one datagram.
    Bytes {
        /// Which way they go.
        direction: Direction,
        /// How many came.
        length: usize,
        /// All of them, in order.
        parts: Vec<Part>,
    },
    /// The sender has finished.
    End {
        /// Whose end it is.
        direction: Direction,
        /// Whether the receiver is told.
        passed_on: bool,
    },
    /// The sender is lost.
    Reset {
        /// Whose sender it is.
        direction: Direction,
        /// Whether the receiver is told.
        passed_on: bool,
        /// How it was lost.
        message: String,
    },
    /// The wire does to a direction what it was asked to do.
    Bent {
        /// Which way it bends.
        direction: Direction,
        /// What it does.
        message: String,
    },
    /// A datagram that the server never sent goes to the client.
    Stray {
        /// Where it seems to come from.
        from: SocketAddr,
        /// How many bytes it has.
        length: usize,
    },
    /// A connection is over.
    Closed,
    /// A client of datagrams is not remembered any more.
    Forgotten {
        /// Why not.
        message: String,
    },
    /// Something went wrong.
    Complaint {
        /// In which direction, if in one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        direction: Option<Direction>,
        /// What went wrong, and what to try where that is known.
        message: String,
    },
}

/// How a client came to be passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opening {
    /// It connected, and the server took the call at once.
    AtOnce,
    /// The server took the call after a [`What::Calling`].
    Called,
    /// Its first datagram came.
    Appeared,
}

/// Bytes that belong together: a length, a header, a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What they are, such as `length 3`; empty where nothing names them.
    pub label: String,
    /// How much of that has come with them; `None` where nobody counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// How many there are.
    pub length: usize,
    /// Those that are shown: all, or the first of them. In JSON, in hexadecimal digits.
    #[serde(with = "hex::digits")]
    pub bytes: Vec<u8>,
}

/// How much has come of a part, which depends on how large the reads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How many of its bytes have come, with the last of these.
    pub came: usize,
    /// How many it has.
    pub of: usize,
}

impl Part {
    /// Its label and its progress, as people read them: `body, 3 of 5 bytes`.
    pub fn title(&self) -> String {
        let Self { label, progress, .. } = self;
        match progress {
            Some(Progress { came, of }) => format!("{label}, {came} of {of} bytes"),
            None => label.clone(),
        }
    }
}

impl What {
    /// Which way it goes, if it concerns one direction.
    pub fn direction(&self) -> Option<Direction> {
        match self {
            Self::Bytes { direction, .. }
            | Self::End { direction, .. }
            | Self::Reset { direction, .. }
            | Self::Bent { direction, .. } => Some(*direction),
            Self::Complaint { direction, .. } => *direction,
            _ => None,
        }
    }

    /// The addresses that it tells of: the one of a client before that of the server.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        match *self {
            Self::Listening { address } => vec![address],
            Self::Calling { client, target }
            | Self::Opened { client, target, .. }
            | Self::Refused { client, target, .. } => vec![client, target],
            Self::Stray { from, .. } => vec![from],
            _ => Vec::new(),
        }
    }
}

/// As people read it, in one line; only bytes have more, a row for each 16 of them.
impl Display for What {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(direction) = self.direction() {
            write!(f, "{direction}  ")?;
        }
        match self {
            Self::Listening { address } => write!(f, "listening on {address}"),
            Self::Calling { client, target } => {
                write!(f, "client {client} connected; calling {target}")
            }
            Self::Opened { client, target, opening } => match opening {
                Opening::AtOnce => write!(f, "client {client} connected; passed on to {target}"),
                Opening::Called => write!(f, "passed on to {target}"),
                Opening::Appeared => write!(f, "client {client} appeared; passed on to {target}"),
            },
            Self::Refused { client, message, .. } => write!(f, "client {client} reset: {message}"),
            Self::Bytes { length, parts, .. } => {
                let mut rows = String::new();
                for part in parts {
                    let hidden = part.length.saturating_sub(part.bytes.len());
                    hex::add_rows(&mut rows, &part.bytes, hidden, &part.title());
                }
                let rows = rows.trim_end_matches('\n');
                let newline = if rows.is_empty() { "" } else { "\n" };
                write!(f, "{length} {}{newline}{rows}", hex::noun(*length))
            }
            Self::End { passed_on, .. } => write!(f, "end{}", not(*passed_on)),
            Self::Reset { passed_on, message, .. } => write!(f, "{message}{}", not(*passed_on)),
            Self::Stray { from, length } => {
                write!(f, "client ← {from}  {length} stray bytes, before the answer")
            }
            Self::Closed => f.write_str("closed"),
            Self::Bent { message, .. }
            | Self::Forgotten { message }
            | Self::Complaint { message, .. } => f.write_str(message),
        }
    }
}

fn not(passed_on: bool) -> &'static str {
    if passed_on { "" } else { ", not passed on" }
}
