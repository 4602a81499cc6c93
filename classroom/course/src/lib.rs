//! The course as its workspace describes it: its lessons, exercises and programs, its catalogue of
//! failures, and how cargo builds what it holds.
//!
//! What plays lessons, what checks programs and what makes the book's pages all learn it here.

mod building;
mod cargo;
mod catalogue;
mod course;
mod exercise;
mod id;
mod lesson;
mod package;
mod program;
mod unread;
mod words;

pub use building::{Programs, build_command, build_exercise, executable, executables, first_error};
pub use cargo::cargo;
pub use catalogue::{Catalogue, Failure};
pub use course::Course;
pub use exercise::{About, Exercise};
pub use id::Id;
pub use lesson::Lesson;
pub use program::Program;
pub use unread::is_unread;
pub use words::{Errno, Meant, Words, meant};
