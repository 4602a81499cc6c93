//! Each failure has a page with its play, a scene, and a check or test; no page is about another.

use std::fs;
use std::path::Path;

use crate::{Book, Course, Directive, Problem};

/// Where checks and tests name the failures they are about.
const CODE: [&str; 3] = ["classroom/checker/src", "tests", "failures/tests"];

/// All failures that lack something, and all pages about none.
pub fn check(course: &Course, book: &Book) -> Vec<Problem> {
    let mut code = String::new();
    for folder in CODE {
        gather(&course.workspace.root.join(folder), &mut code);
    }
    let mut problems = Vec::new();
    for failure in &course.catalogue.failures {
        let id = &failure.id;
        let path = format!("failures/{id}.md");
        let mut problem = |text: String| {
            problems.push(Problem { page: path.clone(), line: 1, text });
        };
        let play = |directive: &Directive| matches!(directive, Directive::Failure { id: other, .. } if other == id);
        match book.page(&path) {
            None => problem(format!("the catalogue has {id}; write its page")),
            Some(page) if !page.directives().iter().any(|(_, directive)| play(directive)) => {
                problem(format!("the page does not show the failure; add {{{{#failure {id}}}}}"));
            }
            Some(_) => {}
        }
        let demo = failure.demo(&course.workspace.root);
        if !demo.is_file() {
            let demo = course.workspace.short(&demo);
            problem(format!("{demo} is missing, which brings the failure about"));
        }
        // A check has the failure's name, or a test does: fn backlog_overflow_is_shown().
        let test = format!("fn {}", id.replace('-', "_"));
        if !code.contains(&format!("\"{id}\"")) && !code.contains(&test) {
            problem(format!("no check and no test is called {id}; one in {CODE:?} should be"));
        }
    }
    for page in &book.pages {
        let id = page.path.strip_prefix("failures/").and_then(|name| name.strip_suffix(".md"));
        if let Some(id) = id
            && id != "index"
            && let Err(text) = course.failure(id)
        {
            problems.push(Problem { page: page.path.clone(), line: 1, text });
        }
    }
    problems
}

/// Adds the text of all Rust files below a folder.
fn gather(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
}
