//! What the programs of lesson 7 share, with the faults that they can have.

mod body;
mod folder;
mod header;
mod service;

pub use body::recv_body;
pub use folder::Folder;
pub use header::{check_filesize, recv_header, send_header, trusted};
pub use service::Service;
