//! The programs that a play or a check starts: how they begin, what they do meanwhile, and how
//! they end, with all that they started themselves.

mod activity;
mod child;
mod listening;
mod port;
mod running;
mod started;
mod status;
mod transport;

pub use activity::{Activity, memory};
pub use child::{has_ended, signal, status};
pub use listening::listening;
pub use port::Port;
pub use running::Running;
pub use status::Status;
pub use transport::Transport;
