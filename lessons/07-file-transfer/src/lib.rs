//! Lesson 7: whole files, up and down, for several clients at once.

mod body;
mod disk;
mod ending;
mod files;
mod folder;
mod hasher;
mod listing;
mod message;
mod name;
mod progress;
mod service;
mod waiting;

pub use body::{interrupted, measure, recv_body, send_body};
pub use disk::disk;
pub use ending::end_in_order;
pub use files::{begin, check_free, keep, look_up, open_to_read};
pub use folder::{Entry, Folder};
pub use listing::Listing;
pub use message::{Answer, Request, ascii, check_answer, file_name};
pub use name::{PARTIAL, check_name};
pub use progress::progress_bar;
pub use service::{Reply, Service};
pub use waiting::measure_for;

/// Where the server listens, and the client looks for it, unless told
/// otherwise.
pub const ADDRESS: &str = "127.0.0.1:8090";

/// The folder in which the server keeps its files unless told otherwise.
pub const DIR: &str = "received";

/// The longest upload that the server accepts unless told otherwise, in bytes:
/// 1 TiB, or all that a smaller machine can count.
pub const MAX_UPLOAD: usize = match 1_usize.checked_shl(40) {
    Some(bytes) => bytes,
    None => usize::MAX,
};
