//! Brings code, recorded plays, tables and pictures into the pages of the book.
//!
//! Nothing that a program printed and no code is typed into a page. A directive such as
//! `{{#code lessons/01-simple-echo/src/server.rs main}}` names it, and is replaced by it here.
//! One that names something missing is a [`Problem`], and the book is not built.

mod about;
mod book;
mod bytes;
mod changes;
pub mod checks;
mod code;
mod course;
mod directive;
mod figure;
mod html;
mod manifest;
mod markdown;
mod minutes;
mod page;
mod picture;
mod play_picture;
mod problem;
mod source;
mod tables;
mod transcript;
mod words;

pub use crate::course::Course;
pub use book::{Book, Page};
pub use directive::{Directive, Mark, Part, Selector};
pub use manifest::{WORKSPACE, manifest};
pub use markdown::parser;
pub use page::{expand_book, expand_page};
pub use play_picture::{PLAY_PICTURE, play_picture};
pub use problem::Problem;
pub use source::{Lines, select};

/// The version of mdBook that this is written for.
pub const MDBOOK: &str = "0.5.4";
