//! Why a direction stops before its end.

use std::io;

use record::Direction;

/// What keeps a direction from going on.
pub enum Stop {
    /// The sender of this direction is lost, which may be the one we write to.
    Lost(Direction, io::Error),
    /// The connection is over, as the other direction found out.
    Over,
    /// Our own failure: stdout or the capture cannot be written.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}
