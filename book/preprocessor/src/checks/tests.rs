//! Each check finds what it is there for, on small bad pages.

use std::fs;
use std::path::Path;

use crate::checks::{blocks, catalogue, directives, images, links, listings, names, summary};
use crate::{Book, Course, Page, Problem, expand_page};

fn course() -> Course {
    Course::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("the course is there")
}

fn page(path: &str, text: &str) -> Page {
    Page { path: path.into(), text: text.into() }
}

/// A book of these pages, with a summary that lists them.
fn book(pages: Vec<Page>) -> Book {
    let entries = pages.iter().map(|page| format!("- [a page]({})\n", page.path));
    let summary = page("SUMMARY.md", &entries.collect::<String>());
    Book { pages, summary }
}

/// That a check finds one mistake, in this line, and says this of it.
#[track_caller]
fn finds(problems: &[Problem], line: usize, text: &str) {
    let [problem] = problems else { panic!("one mistake, not {problems:?}") };
    assert!(problem.line == line && problem.text.contains(text), "{problem}");
}

#[track_caller]
fn directive(text: &str, complaint: &str) {
    finds(&directives::check(&course(), &book(vec![page("a.md", text)])), 1, complaint);
}

#[test]
fn directives_that_name_something_missing() {
    directive("{{#code lessons/01-simple-echo/src/serve.rs}}", "serve.rs");
    directive("{{#code lessons/01-simple-echo/src/server.rs nothing}}", "no top-level item");
    directive("{{#code lessons/01-simple-echo/src/server.rs #nothing}}", "no anchor");
    directive("{{#code lessons/01-simple-echo/src/server.rs \"let\"}}", "take a longer text");
    directive("{{#code lessons/01-simple-echo/src/server.rs main ; loud}}", "loud");
    directive("{{#play 1 9}}", "no scene `9`");
    directive("{{#play 1 1 \"nobody says this\"}}", "no line contains");
    directive("{{#failure no-such-failure}}", "no-such-failure");
    directive("{{#run no-such-run}}", "no-such-run");
    directive("{{#changes lessons/01-simple-echo/src/server.rs nowhere.rs}}", "nowhere.rs");
    directive("{{#manifest 10}}", "no lesson 10");
    directive("a line with {{#id no-such-failure}} in it", "no-such-failure");
    directive("{{#include somewhere.md}}", "no directive");
    directive("{{#question}}", "no {{#end}}");
    directive("{{#end}}", "nothing is open");
    directive("{{#answer}}", "a {{#question}} of its own");
    directive("a sentence with {{#play 1 1}} in it", "must stand alone");
}

#[test]
fn questions_without_one_answer() {
    let problems = |text: &str| directives::check(&course(), &book(vec![page("a.md", text)]));
    assert_eq!(problems("{{#question}}\n{{#answer}}\n{{#end}}"), []);
    finds(&problems("{{#question}}\n{{#end}}"), 2, "a question needs {{#answer}}");
    let twice = problems("{{#question}}\n{{#answer}}\n{{#answer}}\n{{#end}}");
    finds(&twice, 3, "a {{#question}} of its own");
}

#[test]
fn pictures_that_cannot_be_drawn() {
    let picture = |head: &str, body: &str| format!("```picture\n{head}\n---\n{body}\n```\n");
    let wrong = |text: String, line: usize, complaint: &str| {
        finds(&directives::check(&course(), &book(vec![page("a.md", &text)])), line, complaint);
    };
    let rows = "kind: rows\nalt: A row.";
    wrong(picture("kind: rows", "a | b"), 2, "needs alt:");
    wrong(picture("kind: cake\nalt: A cake.", "a | b"), 2, "cake");
    wrong(picture(rows, "a | b | incomprehensibilities *1 | c | d | e"), 5, "too wide");
    wrong(picture("kind: bytes\nalt: A byte.", "5 : five"), 5, "no byte");
    wrong(picture("kind: sequence\nalt: Two.", "lanes: a, b\nc -> a: hello"), 6, "no lane");
    let wait = format!("lanes: a, b\nwait {}: why", "a while and ".repeat(9));
    wrong(picture("kind: sequence\nalt: Two.", &wait), 6, "too long");
    let label = format!("{} : {}", "05 ".repeat(12).trim_end(), "m".repeat(34));
    wrong(picture("kind: bytes\nalt: Twelve.", &label), 5, "too wide");
    wrong(picture("kind: boxes\nalt: A box.", "a\nb\na -> c: text"), 7, "no box");
}

#[test]
fn lines_that_no_page_shows_or_that_two_show() {
    let path = "lessons/01-simple-echo/src/server.rs";
    let program = |text: &str| book(vec![page("lessons/01-simple-echo/program.md", text)]);
    let problems = listings::check(&course(), &program(""));
    assert!(problems.iter().any(|problem| problem.text.contains(path)), "{problems:?}");

    let all_but = |missing: &str| {
        let whole = "{{#code lessons/01-simple-echo/src/lib.rs}}\n\
                     {{#code lessons/01-simple-echo/src/client.rs}}\n";
        let rest = [format!("{{{{#code {path} head}}}}"), format!("{{{{#code {path} Args}}}}")];
        let shown = rest.iter().filter(|line| !line.contains(missing)).cloned();
        let main = format!("{{{{#code {path} main}}}}");
        listings::check(
            &course(),
            &program(&format!("{whole}{}\n{main}", shown.collect::<Vec<_>>().join("\n"))),
        )
    };
    let of_lesson = |problems: Vec<Problem>| {
        let of_lesson = |problem: &Problem| problem.page.starts_with("lessons/01");
        problems.into_iter().filter(of_lesson).collect::<Vec<_>>()
    };
    assert_eq!(of_lesson(all_but("nothing")), []);
    finds(&of_lesson(all_but("Args")), 1, "no program page");

    let twice = format!("{{{{#code {path}}}}}\n{{{{#code {path} main}}}}");
    let problems = listings::check(&course(), &program(&twice));
    assert!(problems.iter().any(|problem| problem.line == 2), "{problems:?}");
    let again = format!("{{{{#code {path}}}}}\n{{{{#code {path} main ; again}}}}");
    let problems = listings::check(&course(), &program(&again));
    assert!(!problems.iter().any(|problem| problem.line == 2), "{problems:?}");
}

#[test]
fn pages_and_entries_without_each_other() {
    let mut book = book(vec![page("a.md", "# A"), page("b.md", "# B")]);
    assert_eq!(summary::check(&book), []);
    book.summary.text = "# Summary\n\n- [A](a.md)\n- [C](c.md)\n".into();
    let problems = summary::check(&book);
    finds(&problems[..1], 4, "c.md does not exist");
    finds(&problems[1..], 1, "not in book/src/SUMMARY.md");
}

#[test]
fn links_that_lead_nowhere() {
    let link = |text: &str| {
        links::check(
            &course(),
            &book(vec![
                page("ideas/a.md", text),
                page("b.md", "# A title: yes\n\n## `code` twice"),
            ]),
        )
    };
    assert_eq!(link("[b](../b.md), [b](../b.md#a-title-yes), [b](../b.md#code-twice)"), []);
    finds(&link("\n[c](c.md)"), 2, "no page book/src/ideas/c.md");
    finds(&link("[b](../b.md#nowhere)"), 1, "no such heading; it has a-title-yes, code-twice");
    finds(&link("[far](http://example.org/)"), 1, "https://");
}

#[test]
fn failures_without_a_page_and_pages_without_a_failure() {
    let course = course();
    let problems = catalogue::check(&course, &book(vec![page("failures/unheard-of.md", "")]));
    assert_eq!(problems.len(), course.catalogue.failures.len() + 1, "{problems:?}");
    let page = page("failures/peer-reset.md", "# Peer reset\n");
    let problems = catalogue::check(&course, &book(vec![page]));
    let of_page = problems.iter().filter(|problem| problem.page == "failures/peer-reset.md");
    finds(&of_page.cloned().collect::<Vec<_>>(), 1, "does not show the failure");
}

#[test]
fn a_faulty_program_that_names_its_failure_is_no_check_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = folder.path().join("failures/src");
    fs::create_dir_all(&programs).expect("a folder");
    fs::write(programs.join("lib.rs"), "const FAULT: &str = \"peer-reset\";").expect("a file");
    let mut course = course();
    course.workspace.root = folder.path().into();
    let problems = catalogue::check(&course, &book(vec![]));
    let of_page: Vec<_> =
        problems.iter().filter(|problem| problem.page == "failures/peer-reset.md").collect();
    let complaint = "no check and no test is called peer-reset;";
    assert!(of_page.iter().any(|problem| problem.text.contains(complaint)), "{of_page:?}");
}

#[test]
fn names_of_things_that_do_not_exist() {
    let wrong = |path: &str, text: &str, complaint: &str| {
        finds(&names::check(&course(), &book(vec![page(path, text)])), 1, complaint);
    };
    let lesson = "lessons/01-simple-echo/play.md";
    wrong(lesson, "at `127.0.0.1:9000`", "127.0.0.1:9000 is the address of no program");
    wrong(lesson, "`simple-echo-sever` and `simple-eco-server`", "simple-eco-server");
    wrong(lesson, "`just serve 1`", "no recipe serve");
    wrong(lesson, "`just server 10`", "no lesson 10");
    wrong(lesson, "`just server 4 brust`", "no pair brust");
    wrong(lesson, "`just server 7 put`", "no pair put");
    wrong(lesson, "`just exercise 77`", "no exercise 77");
    wrong(lesson, "`cargo lesson 1 7`", "no scene `7`");
    wrong(lesson, "`cargo failure sticky`", "sticky");
    wrong(lesson, "`cargo wire 8080 9090 --bend`", "--bend");
    wrong(lesson, "`cargo checker 12 server --list`", "no lesson 12");
    wrong(lesson, "`just check 1 waiter -- ./mine {address}`", "no role waiter");
    wrong(lesson, "`cargo checker 9 chat-server --list`", "no role chat-server in lesson 9");
    wrong(lesson, "`cargo run --bin simple-echo`", "simple-echo");
    wrong(lesson, "`cargo test -p simple-eco`", "simple-eco");
    wrong(lesson, "`cargo new --lib --name echo lessons/01-simple-echo`", "simple-echo");
    wrong(lesson, "`src/serve.rs`", "src/serve.rs");
    wrong("a.md", "`tests/python/simple.py`", "tests/python/simple.py");
    wrong("a.md", "`target/debug/simple-eco-server`", "simple-eco-server");

    let block = "```console\n$ just server 1\n$ just severe 1\n```\n";
    finds(&names::check(&course(), &book(vec![page(lesson, block)])), 3, "no recipe severe");
}

#[test]
fn blocks_typed_by_hand() {
    let block = |text: &str| blocks::check(&book(vec![page("a.md", text)]));
    assert_eq!(block("```console\n$ just server 1\n```\n"), []);
    finds(&block("```rust\nfn main() {}\n```\n"), 1, "{{#code");
    finds(&block("```python\nimport socket\n```\n"), 1, "{{#code");
    finds(&block("```console\n$ just server 1\nlistening on 127.0.0.1:8080\n```\n"), 3, "{{#play");
    finds(&block("```\nwhat is this?\n```\n"), 1, "console, toml, text or picture");
    finds(&block("text\n\n    an indented block\n"), 3, "indented");
}

#[test]
fn images_without_words() {
    let image = |text: &str| images::check(&book(vec![page("a.md", text)]));
    assert_eq!(image("![a wire](wire.svg)"), []);
    finds(&image("![](wire.svg)"), 1, "no text alternative");
    finds(&image("text\n\n<img src=\"wire.svg\">"), 3, "no text alternative");
}

#[test]
fn a_piece_says_whether_it_is_typed_or_copied() {
    let server = "lessons/01-simple-echo/src/server.rs";
    let shown = |path: &str, rest: &str| {
        let (text, problems) =
            expand_page(&course(), path, &format!("{{{{#code {server}{rest}}}}}"));
        assert_eq!(problems, []);
        text
    };
    let command = format!("$ cp ../socket-steps/{server} {server}\n");
    let program = "lessons/01-simple-echo/program.md";

    let typed = shown("a.md", " ; type");
    assert!(typed.contains("mark type") && !typed.contains("$ cp"), "{typed}");
    let copied = shown("a.md", " ; copy");
    assert!(copied.contains("mark copy") && copied.contains(&command), "{copied}");
    // The command stands where the file begins, and nowhere else.
    assert!(shown(program, " head ; copy").contains(&command));
    assert!(!shown(program, " main ; copy").contains("$ cp"));
    // A program is typed, unless the page says otherwise.
    assert!(shown(program, " main").contains("mark type"));
    assert!(!shown(program, " main ; again").contains("class=\"mark"));
    assert!(!shown("a.md", " main").contains("class=\"mark"));
}
