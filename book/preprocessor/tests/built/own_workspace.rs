//! Who types all that the program pages show gets programs that build and do what they should.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use book_preprocessor::checks::listings::program_pages;
use book_preprocessor::{Book, Course, Directive, WORKSPACE, manifest, select};
use support::cargo::cargo;

use super::{book, course, root, run};

#[test]
#[ignore = "builds all lessons once more: just test-book"]
fn what_the_pages_show_builds_and_works() {
    let (course, book) = (course(), book());
    let workspace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("my-sockets");
    if workspace.exists() {
        fs::remove_dir_all(&workspace).expect("the last workspace can be removed");
    }
    for (path, text) in files(&course, &book) {
        let path = workspace.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(path, text).expect("a file can be written");
    }
    // The versions that the course itself is built with.
    fs::copy(root().join("Cargo.lock"), workspace.join("Cargo.lock")).expect("a lock is there");

    let built = workspace.with_file_name("my-sockets-target");
    run(
        cargo().arg("build").current_dir(&workspace).env("CARGO_TARGET_DIR", &built),
        "https://rustup.rs",
    );
    judge(&built, "1", "server", "simple-echo-server");
    judge(&built, "2", "client", "communication-loop-client");
}

/// All files that a reader has at the end, by their paths in the reader's workspace.
fn files(course: &Course, book: &Book) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("Cargo.toml".to_owned(), WORKSPACE.to_owned())]);
    // The lines of the files of Rust, by their numbers: a page may show the end of `main` before
    // what comes in its middle.
    let mut lines: BTreeMap<String, BTreeMap<usize, String>> = BTreeMap::new();
    for lesson in &course.workspace.lessons {
        let pages = program_pages(book, lesson);
        for (_, directive) in pages.iter().flat_map(|page| page.directives()) {
            match directive {
                Directive::Manifest { lesson: number } if number == lesson.number => {
                    let path = format!("lessons/{}/Cargo.toml", lesson.folder);
                    files.insert(path, manifest(course, lesson).expect("a manifest can be made"));
                }
                Directive::Code { path, selector, .. } if path.starts_with("lessons/") => {
                    let text = course.file(&path).expect("a file is there");
                    let ranges = select(&path, &text, &selector).expect("the lines are there");
                    let all: Vec<_> = text.lines().collect();
                    let shown = ranges.into_iter().flatten();
                    let shown = shown.map(|number| (number, all[number - 1].to_owned()));
                    lines.entry(path).or_default().extend(shown);
                }
                _ => {}
            }
        }
    }
    for (path, lines) in lines {
        files.insert(path, lines.into_values().collect::<Vec<_>>().join("\n") + "\n");
    }
    files
}

/// Has the checker judge one of the reader's programs, as the book says.
fn judge(built: &Path, lesson: &str, role: &str, program: &str) {
    run(
        cargo()
            .args(["checker", lesson, role, "--"])
            .arg(built.join("debug").join(program))
            .arg("{address}")
            .current_dir(root()),
        "https://rustup.rs",
    );
}
