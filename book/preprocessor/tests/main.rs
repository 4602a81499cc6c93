//! The tests of the book.
//!
//! One program for all of them: what one test waits for costs the others nothing.

mod book;
#[path = "built/main.rs"]
mod built;
mod play_picture;
