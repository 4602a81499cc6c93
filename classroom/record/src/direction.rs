//! The two directions of a conversation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which way bytes go. In JSON they are called as on the wire's command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// From the client to the server.
    #[serde(rename = "requests")]
    Request,
    /// From the server to the client.
    #[serde(rename = "replies")]
    Reply,
}

impl Direction {
    /// Who sends in this direction.
    pub fn sender(self) -> &'static str {
        match self {
            Self::Request => "client",
            Self::Reply => "server",
        }
    }

    /// The other way.
    pub fn back(self) -> Self {
        match self {
            Self::Request => Self::Reply,
            Self::Reply => Self::Request,
        }
    }
}

/// As it is called in JSON and on the wire's command line.
impl FromStr for Direction {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "requests" => Ok(Self::Request),
            "replies" => Ok(Self::Reply),
            _ => Err("usage: requests or replies"),
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::Request => "client → server",
            Self::Reply => "client ← server",
        })
    }
}
