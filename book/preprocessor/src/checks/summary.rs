//! Each page is in the summary, and each entry of the summary has a page.

use std::collections::HashMap;

use pulldown_cmark::{Event, Tag};

use crate::markdown::parser;
use crate::{Book, Problem};

/// All pages that the summary lacks, and all entries without a page.
pub fn check(book: &Book) -> Vec<Problem> {
    let summary = &book.summary;
    let mut entries = HashMap::new();
    let mut problems = Vec::new();
    for (event, range) in parser(&summary.text).into_offset_iter() {
        let Event::Start(Tag::Link { dest_url, .. }) = event else { continue };
        let line = summary.line_at(range.start);
        let text = if entries.insert(dest_url.to_string(), line).is_some() {
            format!("{dest_url} is listed twice; leave one")
        } else if book.page(&dest_url).is_none() {
            format!("{dest_url} does not exist; write it, or take it from the list")
        } else {
            continue;
        };
        problems.push(Problem { page: summary.path.clone(), line, text });
    }
    for page in book.pages.iter().filter(|page| !entries.contains_key(&page.path)) {
        let text = "the page is not in book/src/SUMMARY.md; add it there".into();
        problems.push(Problem { page: page.path.clone(), line: 1, text });
    }
    problems
}
