//! Each image says in words what it shows. (A picture without `alt:` is not drawn at all.)

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::markdown::parser;
use crate::{Book, Page, Problem};

/// All images without a text alternative.
pub fn check(book: &Book) -> Vec<Problem> {
    book.pages.iter().flat_map(images).collect()
}

fn images(page: &Page) -> Vec<Problem> {
    let mut lines = Vec::new();
    // Where the image that we are in began, if nothing has been said of it yet.
    let mut silent = None;
    for (event, range) in parser(&page.without_directives()).into_offset_iter() {
        let line = page.line_at(range.start);
        match event {
            Event::Start(Tag::Image { .. }) => silent = Some(line),
            Event::Text(text) | Event::Code(text) if !text.trim().is_empty() => silent = None,
            Event::End(TagEnd::Image) => lines.extend(silent.take()),
            Event::Html(html) | Event::InlineHtml(html) if is_silent_image(&html) => {
                lines.push(line);
            }
            _ => {}
        }
    }
    let text = "the image has no text alternative: ![what it shows](…)";
    let problem = |line| Problem { page: page.path.clone(), line, text: text.into() };
    lines.into_iter().map(problem).collect()
}

fn is_silent_image(html: &str) -> bool {
    html.contains("<img") && (!html.contains("alt=\"") || html.contains("alt=\"\""))
}
