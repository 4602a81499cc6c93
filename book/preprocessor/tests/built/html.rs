//! mdBook builds the book without a warning, and each link of the pages leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use regex_lite::Regex;

use super::{root, run};

/// What a page has and where it leads.
#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    links: Vec<String>,
}

#[test]
#[ignore = "needs mdbook: just test-book"]
fn the_book_builds_and_each_link_leads_somewhere() {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("book");
    let (stdout, stderr) = run(
        Command::new("mdbook")
            .args(["build", "book", "--dest-dir"])
            .arg(&output)
            .current_dir(root())
            .env("MDBOOK_PREPROCESSOR__STEPS__COMMAND", env!("CARGO_BIN_EXE_book-preprocessor")),
        "cargo install mdbook --version 0.5.4 --locked",
    );
    let warned = |line: &&str| line.contains("WARN") || line.contains("ERROR");
    let warnings: Vec<_> = stdout.lines().chain(stderr.lines()).filter(warned).collect();
    assert!(warnings.is_empty(), "mdbook warns:\n{}", warnings.join("\n"));

    let mut pages = BTreeMap::new();
    read(&output, "", &mut pages);
    let mut lost = Vec::new();
    for (path, page) in &pages {
        for link in &page.links {
            if !leads(&output, path, link, &pages) {
                lost.push(format!("{path}: {link}"));
            }
        }
    }
    assert!(lost.is_empty(), "{} links lead nowhere:\n{}", lost.len(), lost.join("\n"));
}

/// Reads all pages below a folder.
fn read(root: &Path, below: &str, pages: &mut BTreeMap<String, Page>) {
    let attribute = Regex::new(r#"\s(id|href|src)="([^"]*)""#).expect("the pattern is right");
    for entry in fs::read_dir(root.join(below)).expect("the book was built") {
        let name = entry.expect("the book was built").file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if root.join(&path).is_dir() {
            read(root, &path, pages);
        // The page for a lost link leads to the start of whatever site it lies on.
        } else if path.ends_with(".html") && path != "404.html" {
            let text = fs::read_to_string(root.join(&path)).expect("a page is text");
            let mut page = Page::default();
            for found in attribute.captures_iter(&text) {
                let value = found[2].replace("&amp;", "&");
                match &found[1] {
                    "id" => drop(page.ids.insert(value)),
                    _ => page.links.push(value),
                }
            }
            pages.insert(path, page);
        }
    }
}

fn leads(output: &Path, page: &str, link: &str, pages: &BTreeMap<String, Page>) -> bool {
    if link.starts_with("https://") || link.starts_with("data:") {
        return true;
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let mut target: Vec<_> = page.split('/').collect();
    if !path.is_empty() {
        target.pop();
    }
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(target.pop()),
            part => target.push(part),
        }
    }
    let target = target.join("/");
    match pages.get(&target) {
        Some(page) => fragment.is_empty() || page.ids.contains(fragment),
        None => output.join(&target).is_file(),
    }
}
