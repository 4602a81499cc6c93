//! The pages of the book as they are written.

use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::directive::{Directive, is_block};

/// The pages of the book.
pub struct Book {
    /// All pages but the summary, in the order of their paths.
    pub pages: Vec<Page>,
    /// The summary.
    pub summary: Page,
}

/// A page as it is written.
pub struct Page {
    /// Its path below `book/src`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Book {
    /// Reads all pages below a folder.
    ///
    /// # Errors
    ///
    /// A page cannot be read.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut pages = Vec::new();
        visit(folder, "", &mut pages)?;
        pages.sort_by(|one, other| one.path.cmp(&other.path));
        let summary = pages.iter().position(|page| page.path == "SUMMARY.md");
        let summary = pages.remove(summary.context("the book has no SUMMARY.md")?);
        Ok(Self { pages, summary })
    }

    /// The page with this path.
    pub fn page(&self, path: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.path == path)
    }
}

fn visit(root: &Path, below: &str, pages: &mut Vec<Page>) -> anyhow::Result<()> {
    let folder = root.join(below);
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if root.join(&path).is_dir() {
            visit(root, &path, pages)?;
        } else if path.ends_with(".md") {
            let text = fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
            pages.push(Page { path, text });
        }
    }
    Ok(())
}

impl Page {
    /// The directives that stand alone on a line, with their lines. Wrong ones are left out.
    pub fn directives(&self) -> Vec<(usize, Directive)> {
        let lines = (1..).zip(self.text.lines());
        let blocks = lines.filter_map(|(number, line)| Some((number, is_block(line)?)));
        blocks.filter_map(|(line, text)| Some((line, Directive::parse(text).ok()?))).collect()
    }

    /// The text with a word in place of each directive, so that Markdown finds nothing in them.
    pub fn without_directives(&self) -> String {
        let mut text = String::new();
        let mut rest = self.text.as_str();
        while let Some(start) = rest.find("{{#") {
            let end = rest[start..].find("}}").map_or(rest.len(), |end| start + end + 2);
            text.push_str(&rest[..start]);
            text.push_str(&"x".repeat(end - start));
            rest = &rest[end..];
        }
        text + rest
    }

    /// The number of the line in which a place of the text lies.
    pub fn line_at(&self, place: usize) -> usize {
        1 + self.text.bytes().take(place).filter(|byte| *byte == b'\n').count()
    }

    /// The number of the lesson that the page belongs to.
    pub fn lesson(&self) -> Option<u8> {
        self.path.strip_prefix("lessons/")?.get(..2)?.parse().ok()
    }
}
