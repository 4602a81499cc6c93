//! What goes over a wire: as types, as the JSON that programs read, and as people read it.

pub mod bends;
mod direction;
mod event;
mod hex;
mod piece;
mod sign;

pub use bends::Bends;
pub use direction::Direction;
pub use event::{Event, Opening, Part, Progress, What};
pub use hex::{Row, noun, read_row, rest_row};
pub use piece::{Head, SHOWN_BYTES, told_pieces};
pub use sign::Sign;
