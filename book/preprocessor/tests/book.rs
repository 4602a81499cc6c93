//! The book is true: what its pages name exists, and what they show comes from the project.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use book_preprocessor::checks::{
    blocks, catalogue, directives, images, links, listings, names, summary,
};
use book_preprocessor::{Book, Course, MDBOOK, Problem};
use regex_lite::Regex;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn course() -> Course {
    Course::read(&root()).expect("the course can be read")
}

fn book() -> Book {
    Book::read(&root().join("book/src")).expect("the book can be read")
}

#[track_caller]
fn none(problems: &[Problem]) {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{} mistakes:\n{}", problems.len(), lines.join("\n"));
}

#[test]
fn each_directive_names_something_that_exists() {
    none(&directives::check(&course(), &book()));
}

#[test]
fn each_line_of_a_lesson_is_shown_once() {
    none(&listings::check(&course(), &book()));
}

/// A reader sees the calls first, and no line runs out of half a screen.
#[test]
fn each_program_begins_with_its_main_in_lines_of_eighty_columns() {
    let mut folders: Vec<_> = ["lessons", "exercises"]
        .iter()
        .flat_map(|name| fs::read_dir(root().join(name)).expect("a folder").flatten())
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .flat_map(|path| ["src", "skeleton", "solution"].map(|name| path.join(name)))
        .collect();
    folders.extend(["failures/src/bin", "failures/src"].map(|name| root().join(name)));
    let files = folders.iter().filter_map(|path| fs::read_dir(path).ok()).flatten().flatten();
    let files = files.map(|entry| entry.path()).filter(|path| path.extension().is_some());

    let mut programs = 0;
    for path in files {
        let text = fs::read_to_string(&path).expect("a text");
        let wide = text.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{}", path.display());
        if let (Some(main), Some(args)) = (text.find("\nfn main"), text.find("\nstruct Args")) {
            assert!(main < args, "{}: Args stands before main", path.display());
            programs += 1;
        }
    }
    assert!(programs > 60, "only {programs} programs were found");
}

/// The first screen of a lesson's main pair shows where it meets the network.
#[test]
fn each_main_pair_calls_a_socket_within_thirty_lines() {
    let call = Regex::new(r"(?m)^ .*\b(bind|connect|listen)\(").expect("the pattern is right");
    let course = course();
    for lesson in &course.workspace.lessons {
        for program in ["server.rs", "client.rs"] {
            let path = format!("lessons/{}/src/{program}", lesson.folder);
            let text = course.file(&path).expect("a source");
            let screen = text.lines().take(30).collect::<Vec<_>>().join("\n");
            assert!(call.is_match(&screen), "{path}: no call in the first 30 lines");
        }
    }
}

#[test]
fn each_page_is_in_the_summary() {
    none(&summary::check(&book()));
}

#[test]
fn each_link_leads_somewhere() {
    none(&links::check(&course(), &book()));
}

#[test]
fn each_failure_has_its_page() {
    none(&catalogue::check(&course(), &book()));
}

#[test]
fn each_name_is_that_of_something() {
    none(&names::check(&course(), &book()));
}

#[test]
fn nothing_is_typed_by_hand() {
    none(&blocks::check(&book()));
}

#[test]
fn each_image_says_what_it_shows() {
    none(&images::check(&book()));
}

#[test]
fn each_place_names_the_same_mdbook() {
    let command =
        Regex::new(r"cargo install mdbook --version ([0-9.]+)").expect("the pattern is right");
    let mut versions = BTreeSet::from([(MDBOOK.to_owned(), "book/preprocessor/src/lib.rs")]);
    for path in [
        "justfile",
        ".ci/run",
        ".github/workflows/book.yml",
        "README.md",
        "book/preprocessor/tests/built/html.rs",
    ] {
        let text = fs::read_to_string(root().join(path)).expect("the file is there");
        let found: Vec<_> = command.captures_iter(&text).map(|found| found[1].to_owned()).collect();
        assert!(!found.is_empty(), "{path} names no version of mdBook");
        versions.extend(found.into_iter().map(|version| (version, path)));
    }
    let all: BTreeSet<_> = versions.iter().map(|(version, _)| version).collect();
    assert!(all.len() == 1, "mdBook has several versions: {versions:?}");
}

/// The forms that the page on Rust has, and what they look like in a program.
const FORMS: &[(&str, &str)] = &[
    ("Closures", r"\|\w*\| "),
    ("The question mark, and with_context", r"with_context\(.*|\?;"),
    ("derive", r"#\[derive\("),
    ("Slices", r"&\w+\[\.\."),
    ("match with guards", r"(?m)^ +(\S.* )?if .* =>"),
    ("let … else", r"let \w+\(.*\) = [^;]*\belse \{"),
    ("Lifetimes", r"&'static "),
    ("impl Trait", r": (&mut )?impl \w+"),
    ("Macros", r"macro_rules!"),
    ("Modules", r"(?m)^mod \w+;"),
    ("impl … for …", r"(?m)^impl .* for "),
    ("if let", r"\bif let "),
    ("Iterators", r"\.collect"),
    ("Threads, move and Arc", r"Arc::"),
    ("Channels", r"sync_channel"),
    ("Serialize", r"derive\(Serialize"),
    ("Closures that are handed over", r"impl Fn"),
    ("Two question marks", r"\?\?"),
    ("cycle and take", r"\.cycle\(\)\.take\("),
    ("ControlFlow", r"ControlFlow"),
];

#[test]
fn each_form_of_rust_comes_first_where_its_page_says() {
    let (course, book) = (course(), book());
    let text = &book.page("start/rust.md").expect("the page on Rust").text;
    let sections: Vec<_> = text.split("\n## ").skip(1).collect();
    let names: Vec<_> = sections.iter().filter_map(|section| section.lines().next()).collect();
    assert_eq!(names, FORMS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let mut lesson_before = 0;
    for (section, (name, form)) in sections.iter().zip(FORMS) {
        let form = Regex::new(form).expect("the pattern is right");
        let has = |path: &String| form.is_match(&course.file(path).expect("a source"));
        let first = course
            .workspace
            .lessons
            .iter()
            .find(|lesson| listings::sources(&course, lesson).iter().any(has));
        let first = first.expect("a lesson has it");
        let folder = &first.folder;
        assert!(section.contains(&format!("lessons/{folder}/")), "{name} comes first in {folder}");
        assert!(lesson_before <= first.number, "{name} stands behind a later form");
        lesson_before = first.number;
    }
}

/// A lesson's first page answers no question that a later scene asks.
#[test]
fn each_first_page_shows_its_scenes_in_their_order() {
    let scene = Regex::new(r"\{\{#play \d+ (\d+)").expect("the pattern is right");
    for lesson in course().workspace.lessons {
        let path = format!("lessons/{}/index.md", lesson.folder);
        let text = &book().page(&path).expect("each lesson has a page").text.clone();
        let mut seen = 0;
        for found in scene.captures_iter(text) {
            let scene: u8 = found[1].parse().expect("a number");
            assert!(scene <= seen + 1, "{path} shows scene {scene} after scene {seen}");
            seen = seen.max(scene);
        }
    }
}

/// Whoever runs what they have just written is told where: the course's directory has programs of
/// the same names.
#[test]
fn each_page_of_a_program_says_where_to_try_it() {
    let (course, book) = (course(), book());
    let mut count = 0;
    for lesson in &course.workspace.lessons {
        let pages = format!("lessons/{}/program", lesson.folder);
        for page in book.pages.iter().filter(|page| page.path.starts_with(&pages)) {
            for part in page.text.split("\n## Try it\n").skip(1) {
                let above = part.split("```console").next().unwrap_or_default();
                let told = above.contains("`my-sockets`") || above.contains("your workspace");
                assert!(told, "{} does not say in which directory to try it", page.path);
                count += 1;
            }
        }
    }
    assert!(count > 5, "{count}");
}

/// The short names of segments stand in pictures. Where a lesson first shows one, it says what it is.
#[test]
fn each_name_of_a_segment_is_told_where_it_is_first_shown() {
    let (course, book) = (course(), book());
    let picture = Regex::new(r"(?s)```picture.*?```").expect("the pattern is right");
    for name in ["SYN", "ACK", "FIN", "RST"] {
        let pages = course.workspace.lessons.iter().map(|lesson| {
            let path = format!("lessons/{}/index.md", lesson.folder);
            &book.page(&path).expect("each lesson has a page").text
        });
        let first = pages.into_iter().find(|text| {
            picture.find_iter(text).any(|found| found.as_str().contains(&format!(": {name}")))
        });
        let first = first.expect("a lesson shows it");
        assert!(picture.replace_all(first, "").contains(name), "{name} is shown and not told");
    }
}

/// What a learner types holds no name that only a later lesson explains.
#[test]
fn no_library_names_a_failure_of_a_later_lesson() {
    let course = course();
    for lesson in &course.workspace.lessons {
        let path = format!("lessons/{}/src/lib.rs", lesson.folder);
        let text = course.file(&path).expect("each lesson has a library");
        for failure in
            course.catalogue.failures.iter().filter(|failure| failure.shown > lesson.number)
        {
            assert!(!text.contains(&format!("\"{}\"", failure.id)), "{path} names {}", failure.id);
        }
    }
}

/// A learner who presses Ctrl-C, or mistypes a number, reads no line about a recipe.
#[test]
fn no_recipe_of_a_learner_adds_to_what_its_program_says() {
    let justfile = fs::read_to_string(root().join("justfile")).expect("the justfile is there");
    let recipes = justfile.split("\n\n").filter(|recipe| {
        recipe.contains("[group('learn')]") || recipe.contains("[group('exercises')]")
    });
    let mut count = 0;
    for recipe in recipes {
        assert!(recipe.contains("[no-exit-message]"), "{recipe}");
        count += 1;
    }
    assert!(count > 10, "{count}");
}

#[test]
fn each_macro_of_a_lesson_stands_on_the_page_of_rust() {
    let (course, book) = (course(), book());
    let page = &book.page("start/rust.md").expect("the page on Rust").text;
    let called = Regex::new(r"\b([a-z_]+)!\(").expect("the pattern is right");
    for path in
        course.workspace.lessons.iter().flat_map(|lesson| listings::sources(&course, lesson))
    {
        let source = course.file(&path).expect("a source");
        // What stands behind this is for those who test.
        let shown = source.split("#[cfg(test)]").next().unwrap_or_default();
        for name in called.captures_iter(shown) {
            assert!(page.contains(&format!("`{}!", &name[1])), "{}! in {path}", &name[1]);
        }
    }
}

/// The notes from which the course grew hold many things. None of them gets lost: `book/items.txt`
/// says for each which page has it, and by which words it is found there.
#[test]
fn each_item_of_the_notes_has_its_place() {
    let (list, book) = (fs::read_to_string(root().join("book/items.txt")), book());
    let list = list.expect("the list can be read");
    let lost: Vec<_> = list.lines().filter(|item| !holds(&book, item)).collect();
    assert!(lost.is_empty(), "lost:\n{}", lost.join("\n"));
    let numbers = list.lines().filter_map(|item| {
        let (_, item) = item.rsplit_once(" | ")?;
        item.split_once(' ')?.0.parse().ok()
    });
    assert_eq!(numbers.collect::<BTreeSet<_>>(), (1..=188).collect::<BTreeSet<u32>>());
}

/// Whether the page of an item, `PAGE | WORDS | ITEM`, has its words, over line ends too.
fn holds(book: &Book, item: &str) -> bool {
    let columns: Vec<_> = item.splitn(3, " | ").collect();
    let [path, words, _] = columns[..] else { return false };
    let text =
        book.page(path).map(|page| page.text.split_whitespace().collect::<Vec<_>>().join(" "));
    text.is_some_and(|text| text.contains(words))
}

#[test]
fn an_item_without_its_place_is_lost() {
    let book = book();
    assert!(holds(&book, "index.md | Two programs want to talk | 1 the first sentence"));
    assert!(!holds(&book, "index.md | no page says this | 2 words that are gone"));
    assert!(!holds(&book, "nowhere.md | Two programs | 3 a page that is gone"));
    assert!(!holds(&book, "index.md | Two programs want to talk"));
}

/// What the preprocessor says of a book without pages, when this version of mdBook runs it.
fn said_to_mdbook(version: &str) -> String {
    let folder = root().join("book").canonicalize().expect("the book is there");
    let root = serde_json::json!({ "root": folder, "mdbook_version": version });
    let mut preprocessor = Command::new(env!("CARGO_BIN_EXE_book-preprocessor"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let input = serde_json::json!([root, { "items": [] }]).to_string();
    let mut stdin = preprocessor.stdin.take().expect("its stdin is a pipe");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = preprocessor.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).expect("it is text")
}

#[test]
fn another_series_of_mdbook_is_remarked_on() {
    assert_eq!(said_to_mdbook(MDBOOK), "");
    assert_eq!(said_to_mdbook("0.5.99"), "");
    let said = said_to_mdbook("0.6.0");
    assert!(said.contains("this is 0.6.0") && said.contains(MDBOOK), "{said}");
}
