//! How long a lesson takes, worked out from what its pages hold.

use std::collections::BTreeSet;

use course::Lesson;

use similar::{ChangeTag, TextDiff};

use crate::checks::listings::program_pages;
use crate::{Book, Course, Directive, Mark, select};

/// Words that are read in a minute.
const WORDS: usize = 200;
/// Lines of code that are typed in a minute, and understood.
const LINES: usize = 6;
/// Minutes that a scene takes: it is watched, then played by hand.
const SCENE: usize = 2;

/// The minutes of one lesson, rounded up to five: its words, the lines that are typed, its scenes,
/// and the first of its exercises.
pub fn minutes(course: &Course, lesson: u8) -> Result<usize, String> {
    let book =
        Book::read(&course.workspace.root.join("book/src")).map_err(|error| error.to_string())?;
    of_book(course, &book, lesson)
}

/// The minutes of a lesson with these pages.
fn of_book(course: &Course, book: &Book, lesson: u8) -> Result<usize, String> {
    let lesson = course.lesson(lesson)?;
    let exercise = course
        .workspace
        .exercises
        .iter()
        .find(|exercise| exercise.about.id.lesson == lesson.number);
    let exercise =
        exercise.map_or(0, |exercise| usize::try_from(exercise.about.minutes).unwrap_or(0));
    let sum = words(book, lesson).div_ceil(WORDS)
        + typed(course, book, lesson).div_ceil(LINES)
        + lesson.scenes().map_err(|error| error.to_string())?.len() * SCENE
        + exercise;
    Ok(sum.next_multiple_of(5))
}

/// The words of all pages of a lesson, without what its directives bring in.
fn words(book: &Book, lesson: &Lesson) -> usize {
    let folder = format!("lessons/{}/", lesson.folder);
    let pages = book.pages.iter().filter(|page| page.path.starts_with(&folder));
    pages
        .map(|page| {
            let lines = page.text.lines().filter(|line| !line.trim_start().starts_with("{{#"));
            lines.flat_map(str::split_whitespace).count()
        })
        .sum()
}

/// The lines of code that a reader types: neither empty nor a comment. Of a file that is a copy of
/// another one, these are the lines that change.
fn typed(course: &Course, book: &Book, lesson: &Lesson) -> usize {
    let mut lines = BTreeSet::new();
    let mut kept = BTreeSet::new();
    for (_, directive) in program_pages(book, lesson).iter().flat_map(|page| page.directives()) {
        if let Directive::Changes { old, new } = &directive
            && let (Ok(old), Ok(text)) = (course.file(old), course.file(new))
        {
            kept.extend(unchanged(&old, &text).into_iter().map(|number| (new.clone(), number)));
        }
        let Directive::Code { path, selector, again: false, mark, .. } = directive else {
            continue;
        };
        let Ok(text) = course.file(&path) else { continue };
        let Ok(ranges) = select(&path, &text, &selector) else { continue };
        if mark == Some(Mark::Copy) || !path.ends_with(".rs") {
            continue;
        }
        let all: Vec<_> = text.lines().map(str::trim).collect();
        let code = |number: &usize| {
            let line = all[number - 1];
            !line.is_empty() && !line.starts_with("//")
        };
        lines
            .extend(ranges.into_iter().flatten().filter(code).map(|number| (path.clone(), number)));
    }
    lines.difference(&kept).count()
}

/// The lines of a file that stand in the old one too, by their numbers in the new one.
fn unchanged(old: &str, new: &str) -> Vec<usize> {
    let diff = TextDiff::from_lines(old, new);
    let changes = diff.iter_all_changes().filter(|change| change.tag() == ChangeTag::Equal);
    changes.filter_map(|change| Some(change.new_index()? + 1)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{of_book, typed};
    use crate::{Book, Course, Page};

    /// The minutes of lesson 1, if this were the page of its program.
    fn minutes(text: &str) -> usize {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let course = Course::read(&root).expect("the course is there");
        let page = |path: &str, text: &str| Page { path: path.into(), text: text.into() };
        let pages = vec![page("lessons/01-simple-echo/program.md", text)];
        let book = Book { pages, summary: page("SUMMARY.md", "") };
        of_book(&course, &book, 1).expect("lesson 1 is there")
    }

    #[test]
    fn no_lesson_has_more_than_a_hundred_and_fifty_lines_to_type() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let course = Course::read(&root).expect("the course is there");
        let book = Book::read(&root.join("book/src")).expect("the book is there");
        for lesson in &course.workspace.lessons {
            let lines = typed(&course, &book, lesson);
            assert!((1..=150).contains(&lines), "{}: {lines} lines", lesson.folder);
        }
    }

    #[test]
    fn a_thousand_words_take_five_minutes() {
        assert_eq!(minutes(&"word ".repeat(1000)), minutes("") + 5);
    }

    #[test]
    fn what_is_typed_takes_time_and_what_is_copied_or_shown_again_does_not() {
        let shown = |option: &str| {
            minutes(&format!("{{{{#code lessons/01-simple-echo/src/server.rs{option}}}}}"))
        };
        assert!(shown("") > minutes(""));
        assert_eq!(shown(" ; type"), shown(""));
        assert_eq!(shown(" ; copy"), minutes(""));
        assert_eq!(shown(" ; again"), minutes(""));
    }

    #[test]
    fn of_a_changed_copy_only_the_changed_lines_are_typed() {
        let (server, client) = ("server.rs", "client.rs");
        let path = |name: &str| format!("lessons/01-simple-echo/src/{name}");
        let page = |old: &str| {
            let new = path(server);
            minutes(&format!("{{{{#changes {} {new}}}}}\n{{{{#code {new}}}}}", path(old)))
        };
        assert_eq!(page(server), minutes(""));
        assert!(page(client) > minutes(""));
    }
}
