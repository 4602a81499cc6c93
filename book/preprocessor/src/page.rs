//! Goes through a page line by line and puts in what its directives name.

use serde_json::Value;

use crate::course::Course;
use crate::directive::{Directive, Mark, is_block};
use crate::html::{escape, inert};
use crate::manifest::{WORKSPACE, manifest};
use crate::minutes::minutes;
use crate::problem::Problem;
use crate::words::Words;
use crate::{changes, code, figure, picture, tables, transcript};

/// Expands all pages of a book as mdBook gives it, and returns all mistakes.
pub fn expand_book(course: &Course, book: &mut Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    for item in book["items"].as_array_mut().into_iter().flatten() {
        expand_item(course, item, &mut problems);
    }
    problems
}

/// Expands a chapter and those below it.
fn expand_item(course: &Course, item: &mut Value, problems: &mut Vec<Problem>) {
    // A part's title, for instance, is no chapter.
    let Some(chapter) = item.get_mut("Chapter") else {
        return;
    };
    if let (Some(path), Some(text)) = (chapter["path"].as_str(), chapter["content"].as_str()) {
        let (text, found) = expand_page(course, path, text);
        problems.extend(found);
        chapter["content"] = text.into();
    }
    for item in chapter["sub_items"].as_array_mut().into_iter().flatten() {
        expand_item(course, item, problems);
    }
}

/// Expands one page, and returns its mistakes.
pub fn expand_page(course: &Course, path: &str, text: &str) -> (String, Vec<Problem>) {
    let mut page = Page {
        course,
        path,
        line: 0,
        open: Vec::new(),
        pictures: 0,
        figures: Vec::new(),
        plays: false,
        problems: Vec::new(),
    };
    let mut output = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        page.line += 1;
        let indent = &line[..line.len() - line.trim_start().len()];
        let expanded = if let Some(fence) = fence(line) {
            let start = page.line;
            let mut inside = Vec::new();
            let mut end = None;
            for line in lines.by_ref() {
                page.line += 1;
                if line.trim() == fence {
                    end = Some(line);
                    break;
                }
                inside.push(line);
            }
            match line.trim() == "```picture" {
                true => page.picture(&inside, start),
                false => {
                    let all = [&[line], &inside[..], &[end.unwrap_or_default()]].concat();
                    output.push_str(&all.join("\n"));
                    output.push('\n');
                    continue;
                }
            }
        } else if let Some(directive) = is_block(line) {
            page.block(directive)
        } else {
            output.push_str(&page.inline(line));
            output.push('\n');
            continue;
        };
        for line in expanded.lines() {
            output.push_str(indent);
            output.push_str(line);
            output.push('\n');
        }
    }
    if let Some((name, line)) = page.open.pop() {
        page.line = line;
        page.problem(format!("{{{{#{name}}}}} has no {{{{#end}}}}"));
    }
    if page.plays {
        let script = figure::script(course, "play");
        output.push_str(&format!("\n{}", page.or_problem(script)));
    }
    (output, page.problems)
}

/// The fence that a line opens, if it does.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let length = line.chars().take_while(|character| *character == '`').count();
    (length >= 3 && !line[length..].contains('`')).then(|| &line[..length])
}

struct Page<'a> {
    course: &'a Course,
    path: &'a str,
    line: usize,
    /// What waits for its `{{#end}}`, and the line where it began.
    open: Vec<(&'static str, usize)>,
    pictures: usize,
    /// The figures of the page so far, by their names.
    figures: Vec<String>,
    /// Whether it has a play that can be stepped through.
    plays: bool,
    problems: Vec<Problem>,
}

impl Page<'_> {
    fn problem(&mut self, text: String) {
        self.problems.push(Problem { page: self.path.into(), line: self.line, text });
    }

    /// Notes a mistake, and shows it in the page, for a writer who looks at the book.
    fn or_problem(&mut self, result: Result<String, String>) -> String {
        result.unwrap_or_else(|text| {
            let mark = format!("<strong class=\"problem\">{}</strong>", inert(&text));
            self.problem(text);
            mark
        })
    }

    /// Leads from this page to the book's first folder.
    fn up(&self) -> String {
        "../".repeat(self.path.matches('/').count())
    }

    fn picture(&mut self, lines: &[&str], start: usize) -> String {
        self.pictures += 1;
        let id =
            format!("{}-{}", self.path.trim_end_matches(".md").replace('/', "-"), self.pictures);
        match picture::draw(lines, &id) {
            Ok(svg) => svg,
            Err((line, text)) => {
                let end = self.line;
                self.line = start + line;
                let mark = self.or_problem(Err(text));
                self.line = end;
                mark
            }
        }
    }

    fn block(&mut self, text: &str) -> String {
        match Directive::parse(text) {
            Ok(directive) => {
                let result = self.expand(directive);
                self.or_problem(result)
            }
            Err(error) => self.or_problem(Err(error)),
        }
    }

    /// Expands the directives inside a line of text.
    fn inline(&mut self, line: &str) -> String {
        let mut output = String::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{#") {
            output.push_str(before);
            let Some((inside, behind)) = directive_end(after) else {
                self.problem("a directive has no end: }}".into());
                return output;
            };
            let result =
                Directive::parse(inside).and_then(|directive| match directive.is_inline() {
                    true => self.expand(directive),
                    false => Err(format!("{{{{#{inside}}}}} must stand alone on its line")),
                });
            output.push_str(&self.or_problem(result));
            rest = behind;
        }
        output + rest
    }

    fn expand(&mut self, directive: Directive) -> Result<String, String> {
        let course = self.course;
        match directive {
            Directive::Code { path, selector, quiet, again, mark } => {
                let mark = mark.or(self.default_mark(again));
                code::listing(course, &path, &selector, quiet, mark)
            }
            Directive::CodeLine { path, selector } => code::line(course, &path, &selector),
            Directive::Play { lesson, scene, part } => {
                self.plays = true;
                transcript::play(course, lesson, scene, part.as_ref())
            }
            Directive::Bytes { lesson, scene } => {
                self.plays = true;
                transcript::bytes(course, lesson, scene)
            }
            Directive::Failure { id, part } => transcript::failure(course, &id, part.as_ref()),
            Directive::Run { name } => transcript::run(course, &name),
            Directive::Changes { old, new } => changes::changes(course, &old, &new),
            Directive::Manifest { lesson } => {
                let lesson = course.lesson(lesson)?;
                let name = format!("lessons/{}/Cargo.toml", lesson.folder);
                Ok(code::framed(&name, "toml", &manifest(course, lesson)?))
            }
            Directive::WorkspaceManifest => Ok(code::framed("Cargo.toml", "toml", WORKSPACE)),
            Directive::Id { id } => course.failure(&id).map(|_| tables::link(&id, &self.up())),
            Directive::Meaning { id } => course.failure(&id).map(|failure| inert(&failure.meaning)),
            Directive::FailuresOf { lesson } => tables::failures_of(course, lesson, &self.up()),
            Directive::Exercises { lesson } => tables::exercises(course, lesson),
            Directive::Programs { lesson } => tables::programs(course, lesson),
            Directive::Minutes { lesson } => Ok(minutes(course, lesson)?.to_string()),
            Directive::Timetable => tables::timetable(course, &self.up()),
            Directive::Catalogue => Ok(tables::catalogue(course, &self.up())),
            Directive::Words { of } => words(course, &of, &self.up()),
            Directive::Question => self.begin("question", "<div class=\"question\">\n"),
            Directive::Answer => match self.open.last_mut() {
                Some(open) if open.0 == "question" => {
                    *open = ("answer", self.line);
                    Ok(folded("answer", "Answer"))
                }
                _ => Err("an answer needs a {{#question}} of its own".into()),
            },
            Directive::Teacher => self.begin("teacher", &folded("teacher", "For the teacher")),
            Directive::Fold { title } => self.begin("fold", &folded("fold", &escape(&title))),
            Directive::System { name } => {
                let name = escape(&name);
                let start = format!("<div class=\"system\">\n<p class=\"name\">{name}</p>\n");
                self.begin("system", &start)
            }
            Directive::Figure { name, attributes } => self.figure(&name, &attributes),
            Directive::End => match self.open.pop() {
                Some(("question", _)) => Err("a question needs {{#answer}}".into()),
                Some(("answer", _)) => Ok("\n</details>\n</div>".into()),
                Some(("system", _)) => Ok("\n</div>".into()),
                Some(("figure", _)) => self.end_figure(),
                Some(_) => Ok("\n</details>".into()),
                None => Err("nothing is open that could end here".into()),
            },
        }
    }

    /// What is not marked on the page of a lesson's program is typed.
    fn default_mark(&self, again: bool) -> Option<Mark> {
        let (_, page) = self.path.rsplit_once('/')?;
        let program = self.path.starts_with("lessons/") && page.starts_with("program");
        (program && !again).then_some(Mark::Type)
    }

    fn figure(&mut self, name: &str, attributes: &[(String, String)]) -> Result<String, String> {
        self.figures.push(name.into());
        let start = figure::start(self.course, name, attributes, &self.up());
        // Its end is looked for, whether there is such a figure or not.
        self.begin("figure", start.as_deref().unwrap_or_default())?;
        start.map(|html| html + "\n")
    }

    /// Ends a figure. Behind the first of its name stands the script, once a page.
    fn end_figure(&self) -> Result<String, String> {
        let Some((name, earlier)) = self.figures.split_last() else {
            return Err("no figure is open".into());
        };
        let end = format!("\n</socket-{name}>\n");
        // Of a figure that does not exist, its beginning has told.
        let known = figure::start(self.course, name, &[], "").is_ok();
        match known && !earlier.contains(name) {
            true => Ok(end + "\n" + &figure::script(self.course, name)?),
            false => Ok(end),
        }
    }

    fn begin(&mut self, name: &'static str, html: &str) -> Result<String, String> {
        self.open.push((name, self.line));
        Ok(format!("{html}\n"))
    }
}

/// What a failure is called elsewhere, what a language says, or the numbers of errors.
fn words(course: &Course, of: &str, up: &str) -> Result<String, String> {
    let words = Words::read(course)?;
    if of == "errnos" {
        return Ok(words.errnos(up));
    }
    match course.failure(of) {
        Ok(failure) => words.of_failure(&failure.id),
        Err(_) => words.of_language(of, up),
    }
}

fn folded(class: &str, title: &str) -> String {
    format!("\n<details class=\"{class}\">\n<summary>{title}</summary>\n\n")
}

/// Splits at the end of a directive. A quoted text inside it may hold braces.
fn directive_end(text: &str) -> Option<(&str, &str)> {
    let ends = text.match_indices("}}");
    let splits = ends.map(|(place, _)| (&text[..place], &text[place + 2..]));
    let mut splits = splits.peekable();
    let first = splits.peek().copied();
    splits.find(|(inside, _)| Directive::parse(inside).is_ok()).or(first)
}
