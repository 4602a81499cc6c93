//! What must hold for the pages, beside that their directives name something that exists.
//!
//! Each check goes through the whole book and returns every mistake it finds. That the recorded
//! transcripts are what the programs do is tested where they are played: in `classroom/player`.

pub mod blocks;
pub mod catalogue;
pub mod directives;
pub mod images;
pub mod links;
pub mod listings;
pub mod names;
pub mod summary;

#[cfg(test)]
mod tests;
