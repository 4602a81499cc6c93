//! Nothing is typed by hand that comes from a program: no code, and no output.

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use crate::markdown::parser;
use crate::{Book, Page, Problem};

/// All blocks that should come from a directive.
pub fn check(book: &Book) -> Vec<Problem> {
    book.pages.iter().flat_map(blocks).collect()
}

fn blocks(page: &Page) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |line, text| {
        problems.push(Problem { page: page.path.clone(), line, text });
    };
    let mut in_console = false;
    let text = page.without_directives();
    for (event, range) in parser(&text).into_offset_iter() {
        let line = page.line_at(range.start);
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => match &*kind {
                "console" => in_console = true,
                "picture" | "text" | "toml" => {}
                "rust" | "python" => {
                    problem(line, "code comes from a file that is tested: {{#code PATH …}}".into());
                }
                _ => problem(
                    line,
                    format!("a block is console, toml, text or picture, not {kind:?}"),
                ),
            },
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                problem(line, "an indented block shows nothing; use a fence or no indent".into());
            }
            Event::Text(text) if in_console => {
                for (number, command) in (line..).zip(text.lines()) {
                    if !command.starts_with("$ ") {
                        problem(
                            number,
                            format!(
                                "{command:?}: a console block holds commands that begin with `$ `; \
                                 what they print comes from {{{{#play …}}}}, {{{{#failure …}}}} \
                                 or {{{{#run …}}}}"
                            ),
                        );
                    }
                }
            }
            Event::End(TagEnd::CodeBlock) => in_console = false,
            _ => {}
        }
    }
    problems
}
