//! Markdown as mdBook understands it.

use std::collections::HashSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A parser with what mdBook has switched on for this book.
pub fn parser(text: &str) -> Parser<'_> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    Parser::new_ext(text, options)
}

/// The fragments that lead to the headings of a page.
pub fn heading_ids(text: &str) -> HashSet<String> {
    let mut ids = HashSet::new();
    // The heading that we are in: the id it was given, if any, and its text.
    let mut heading: Option<(Option<String>, String)> = None;
    for event in parser(text) {
        match event {
            Event::Start(Tag::Heading { id, .. }) => {
                heading = Some((id.map(|id| id.to_string()), String::new()));
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, heading)) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((given, text)) = heading.take() {
                    let id = given.unwrap_or_else(|| heading_id(&text));
                    ids.insert(unused(&id, &ids));
                }
            }
            _ => {}
        }
    }
    ids
}

/// The id that mdBook makes from a heading's text.
fn heading_id(text: &str) -> String {
    let mut id = String::new();
    for character in text.trim().to_lowercase().chars() {
        if character.is_alphanumeric() || character == '_' || character == '-' {
            id.push(character);
        } else if character.is_whitespace() {
            id.push('-');
        }
    }
    id
}

/// The id, or with the first number behind it that makes it new.
fn unused(id: &str, ids: &HashSet<String>) -> String {
    let numbered = (1..).map(|number| format!("{id}-{number}"));
    let mut candidates = std::iter::once(id.to_owned()).chain(numbered);
    candidates.find(|id| !ids.contains(id)).unwrap_or_default()
}
