//! The difference between two files, as highlighted Rust.

use similar::{ChangeTag, TextDiff};

use crate::course::Course;
use crate::html::escape;

/// How many lines that stay are shown around those that change.
const CONTEXT: usize = 3;
/// Fewer lines than these are shown, not counted.
const FEW: usize = 4;

/// What changed from one file to another. The signs before added and removed lines are drawn by
/// the style sheet, so that nobody copies them.
pub fn changes(course: &Course, old: &str, new: &str) -> Result<String, String> {
    let (old_text, new_text) = (course.file(old)?, course.file(new)?);
    let old_lines: Vec<_> = old_text.lines().collect();
    let diff = TextDiff::from_lines(&old_text, &new_text);
    let name = format!("{} → {}", escape(old), escape(new));
    let mut html = format!("<div class=\"listing changes\">\n<p class=\"file\">{name}</p>\n");
    let mut shown = 0;
    for group in diff.grouped_ops(CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let skipped = &old_lines[shown..first.old_range().start];
        if skipped.len() >= FEW || shown == 0 {
            html.push_str(&pause(skipped.len(), shown > 0));
            html.push_str(START);
        } else {
            skipped.iter().for_each(|line| html.push_str(&format!("{}\n", escape(line))));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = escape(change.value().trim_end_matches('\n'));
            match change.tag() {
                ChangeTag::Equal => html.push_str(&format!("{line}\n")),
                ChangeTag::Delete => html.push_str(&format!("<del>{line}\n</del>")),
                ChangeTag::Insert => html.push_str(&format!("<ins>{line}\n</ins>")),
            }
        }
        shown = last.old_range().end;
    }
    html.push_str(&pause(old_lines.len() - shown, shown > 0));
    html.push_str("\n</div>");
    Ok(html)
}

/// Begins the code. A blank line before it lets Markdown see that all of it is one block.
const START: &str = "\n<pre><code class=\"language-rust\">";

/// Ends the code before, if there is any, and stands for lines that are the same in both files.
fn pause(lines: usize, after_code: bool) -> String {
    let end = if after_code { "</code></pre>\n\n" } else { "" };
    match lines {
        0 => end.into(),
        1 => format!("{end}<p class=\"same\">1 line stays</p>\n"),
        _ => format!("{end}<p class=\"same\">{lines} lines stay</p>\n"),
    }
}
