//! Each directive names something that exists, and each picture can be drawn.

use crate::{Book, Course, Problem, expand_page};

/// All mistakes in directives and pictures.
pub fn check(course: &Course, book: &Book) -> Vec<Problem> {
    book.pages.iter().flat_map(|page| expand_page(course, &page.path, &page.text).1).collect()
}
