//! Each link inside the book leads to a page, and each fragment to a heading of it.

use std::collections::{HashMap, HashSet};

use pulldown_cmark::{Event, Tag};

use crate::markdown::{heading_ids, parser};
use crate::{Book, Course, Problem, expand_page};

/// All links that lead nowhere.
pub fn check(course: &Course, book: &Book) -> Vec<Problem> {
    let mut headings = HashMap::new();
    for page in &book.pages {
        let (text, _) = expand_page(course, &page.path, &page.text);
        headings.insert(page.path.as_str(), heading_ids(&text));
    }
    let mut problems = Vec::new();
    for page in &book.pages {
        let text = page.without_directives();
        for (event, range) in parser(&text).into_offset_iter() {
            let Event::Start(Tag::Link { dest_url, .. }) = event else { continue };
            if let Err(text) = lead(&page.path, &dest_url, &headings) {
                let line = page.line_at(range.start);
                problems.push(Problem { page: page.path.clone(), line, text });
            }
        }
    }
    problems
}

fn lead(page: &str, link: &str, headings: &HashMap<&str, HashSet<String>>) -> Result<(), String> {
    if link.starts_with("https://") {
        return Ok(());
    }
    if link.contains("://") {
        return Err(format!("{link}: links that leave the book begin with https://"));
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { page.to_owned() } else { resolve(page, path) };
    let ids = headings
        .get(target.as_str())
        .ok_or_else(|| format!("{link}: there is no page book/src/{target}"))?;
    if !fragment.is_empty() && !ids.contains(fragment) {
        let mut ids: Vec<_> = ids.iter().map(String::as_str).collect();
        ids.sort_unstable();
        return Err(format!("{link}: {target} has no such heading; it has {}", ids.join(", ")));
    }
    Ok(())
}

/// The path that a link means, from the folder of the page it stands in.
fn resolve(page: &str, link: &str) -> String {
    let mut parts: Vec<_> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}
