//! The program pages of a lesson show each line of its source, and show it once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use course::Lesson;
use syn::spanned::Spanned;
use syn::{Attribute, Item, Meta};

use crate::{Book, Course, Directive, Page, Problem, select};

/// All lines that no program page shows, and all that are shown twice.
pub fn check(course: &Course, book: &Book) -> Vec<Problem> {
    course.workspace.lessons.iter().flat_map(|lesson| check_lesson(course, book, lesson)).collect()
}

/// The pages that show a lesson's program, in the order in which they are read.
pub fn program_pages<'a>(book: &'a Book, lesson: &Lesson) -> Vec<&'a Page> {
    let start = format!("lessons/{}/program", lesson.folder);
    let mut pages: Vec<_> =
        book.pages.iter().filter(|page| page.path.starts_with(&start)).collect();
    // `program.md` comes before `program-2.md`.
    pages.sort_by_key(|page| (page.path.len(), page.path.clone()));
    pages
}

fn check_lesson(course: &Course, book: &Book, lesson: &Lesson) -> Vec<Problem> {
    let pages = program_pages(book, lesson);
    let mut problems = Vec::new();
    // Who shows a line of a file: the page and its line.
    let mut shown: BTreeMap<(String, usize), String> = BTreeMap::new();
    for page in &pages {
        for (line, directive) in page.directives() {
            let Directive::Code { path, selector, again: false, .. } = directive else { continue };
            let Ok(text) = course.file(&path) else { continue };
            let Ok(ranges) = select(&path, &text, &selector) else { continue };
            let lines: Vec<_> = text.lines().collect();
            let numbers = ranges.into_iter().flatten();
            let mut twice = None;
            for number in numbers.filter(|number| !lines[number - 1].trim().is_empty()) {
                let here = format!("{}:{line}", page.path);
                if let Some(before) = shown.insert((path.clone(), number), here) {
                    twice.get_or_insert((number, before));
                }
            }
            if let Some((number, before)) = twice {
                let text = format!(
                    "line {number} of {path} is shown at {before} already; show it once, or say \
                     `; again`"
                );
                problems.push(Problem { page: page.path.clone(), line, text });
            }
        }
    }
    let page = format!("lessons/{}/program.md", lesson.folder);
    for path in sources(course, lesson) {
        let Ok(text) = course.file(&path) else { continue };
        let missing = required(&text)
            .into_iter()
            .filter(|number| !shown.contains_key(&(path.clone(), *number)))
            .collect::<Vec<_>>();
        if let Some(first) = missing.first() {
            let line = text.lines().nth(first - 1).unwrap_or_default().trim();
            let text = format!(
                "no program page of the lesson shows {} of {path}, such as line {first}: {line}; \
                 add {{{{#code {path} …}}}}",
                match missing.len() {
                    1 => "a line".to_owned(),
                    count => format!("{count} lines"),
                },
            );
            problems.push(Problem { page: page.clone(), line: 1, text });
        }
    }
    problems
}

/// The lesson's files of Rust, as paths from the project's root.
pub fn sources(course: &Course, lesson: &Lesson) -> Vec<String> {
    let mut paths = Vec::new();
    visit(&course.workspace.root, &format!("lessons/{}/src", lesson.folder), &mut paths);
    paths.sort();
    paths
}

fn visit(root: &Path, folder: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            visit(root, &path, paths);
        } else if path.ends_with(".rs") {
            paths.push(path);
        }
    }
}

/// The lines that must be shown: all but blank ones and tests.
fn required(text: &str) -> Vec<usize> {
    let lines = (1..).zip(text.lines());
    let mut numbers: Vec<_> =
        lines.filter(|(_, line)| !line.trim().is_empty()).map(|(number, _)| number).collect();
    let items = syn::parse_file(text).map(|file| file.items).unwrap_or_default();
    for item in items {
        if let Item::Mod(module) = item
            && module.attrs.iter().any(is_test)
        {
            let span = module.span();
            numbers.retain(|number| !(span.start().line..=span.end().line).contains(number));
        }
    }
    numbers
}

fn is_test(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    }
}
