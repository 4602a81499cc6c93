//! Listings, and single lines of code.

use crate::course::Course;
use crate::directive::{Mark, Selector};
use crate::html::{code, escape};
use crate::source::{Lines, select};

/// A listing in Markdown, under the file's name and what the reader does with it.
pub fn listing(
    course: &Course,
    path: &str,
    selector: &Selector,
    quiet: bool,
    mark: Option<Mark>,
) -> Result<String, String> {
    let text = course.file(path)?;
    let ranges = select(path, &text, selector)?;
    let lines = shown(&text, &ranges);
    let language = match path.rsplit_once('.') {
        Some((_, "rs")) => "rust",
        Some((_, "py")) => "python",
        Some((_, "toml")) => "toml",
        _ => "text",
    };
    let head = if quiet { String::new() } else { head(path, mark) };
    // Copying takes the whole file at once, where its first line is shown.
    let first = ranges.iter().any(|range| *range.start() == 1);
    let command = match mark {
        Some(Mark::Copy) if first => copying(path),
        _ => String::new(),
    };
    Ok(block(&(head + &command), language, &without_indent(&lines)))
}

/// The name of a file, and what the reader does with it.
fn head(path: &str, mark: Option<Mark>) -> String {
    let label = match mark {
        Some(Mark::Type) => " <span class=\"mark type\">type</span>",
        Some(Mark::Copy) => " <span class=\"mark copy\">copy</span>",
        None => "",
    };
    format!("<p class=\"file\">{}{label}</p>\n", escape(path))
}

/// The command that copies a file into the reader's workspace, which lies beside the course.
fn copying(path: &str) -> String {
    format!("\n```console\n$ cp ../socket-steps/{path} {path}\n```\n")
}

/// A block of code with a name above it, unless that is empty.
pub fn framed(name: &str, language: &str, text: &str) -> String {
    let head = if name.is_empty() { String::new() } else { head(name, None) };
    block(&head, language, text)
}

fn block(head: &str, language: &str, text: &str) -> String {
    // Documentation comments may hold fences of their own.
    let fence = if text.contains("```") { "`````" } else { "```" };
    let text = text.trim_end();
    format!("<div class=\"listing\">\n{head}\n{fence}{language}\n{text}\n{fence}\n\n</div>")
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
