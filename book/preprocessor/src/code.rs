//! Listings, and single lines of code.

use crate::course::Course;
use crate::directive::Selector;
use crate::html::{code, escape};
use crate::source::{Lines, select};

/// A listing in Markdown, under the file's name.
pub fn listing(
    course: &Course,
    path: &str,
    selector: &Selector,
    quiet: bool,
) -> Result<String, String> {
    let text = course.file(path)?;
    let lines = shown(&text, &select(path, &text, selector)?);
    let language = match path.rsplit_once('.') {
        Some((_, "rs")) => "rust",
        Some((_, "py")) => "python",
        Some((_, "toml")) => "toml",
        _ => "text",
    };
    let name = if quiet { "" } else { path };
    Ok(framed(name, language, &without_indent(&lines)))
}

/// A block of code with a name above it, unless that is empty.
pub fn framed(name: &str, language: &str, text: &str) -> String {
    // Documentation comments may hold fences of their own.
    let fence = if text.contains("```") { "`````" } else { "```" };
    let name = match name {
        "" => String::new(),
        name => format!("<p class=\"file\">{}</p>\n", escape(name)),
    };
    let text = text.trim_end();
    format!("<div class=\"listing\">\n{name}\n{fence}{language}\n{text}\n{fence}\n\n</div>")
}

/// One line of code, for the middle of a sentence.
pub fn line(course: &Course, path: &str, selector: &Selector) -> Result<String, String> {
    let text = course.file(path)?;
    let lines = shown(&text, &select(path, &text, selector)?);
    let mut lines = lines.iter().map(|line| line.trim());
    let mut found = lines.by_ref().filter(|line| !line.starts_with("//") && !line.is_empty());
    match (found.next(), found.next()) {
        (Some(line), None) => Ok(code(line)),
        _ => Err(format!("{path}: a line of code inside a sentence must be one line")),
    }
}

/// The lines in these ranges, an empty one between two ranges, and no anchors.
fn shown<'a>(text: &'a str, ranges: &[Lines]) -> Vec<&'a str> {
    let lines: Vec<_> = text.lines().collect();
    let mut shown = Vec::new();
    for range in ranges {
        if !shown.is_empty() {
            shown.push("");
        }
        let part = &lines[range.start() - 1..*range.end()];
        shown.extend(part.iter().filter(|line| !is_anchor(line)));
    }
    shown
}

fn is_anchor(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("// ANCHOR: ") || line.starts_with("// ANCHOR_END: ")
}

/// Takes away the indentation that all lines share.
fn without_indent(lines: &[&str]) -> String {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let least = lines.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    let cut = |line: &&str| line.get(least..).unwrap_or_default().to_owned();
    lines.iter().map(cut).collect::<Vec<_>>().join("\n")
}
