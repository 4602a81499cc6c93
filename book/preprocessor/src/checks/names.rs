//! Commands, programs, paths and ports that a page names exist.

use std::collections::{BTreeMap, BTreeSet};

use course::Lesson;
use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use crate::markdown::parser;
use crate::{Book, Course, Page, Problem};

/// Ports that belong to no lesson, and that a page may name: where a wire listens, and what to type
/// if the lesson's own port is taken; where a wire for datagrams listens; any free port; and the
/// first to the fourth client in every recorded play.
const OTHER_PORTS: [&str; 7] = ["9090", "9001", "0", "50001", "50002", "50003", "50004"];

/// The folders of the project. What begins with one of them is a path.
const FOLDERS: [&str; 6] = ["lessons/", "failures/", "tests/", "classroom/", "exercises/", "book/"];

/// All names of things that do not exist.
pub fn check(course: &Course, book: &Book) -> Vec<Problem> {
    let names = Names::read(course);
    let mut problems = Vec::new();
    for page in &book.pages {
        for (line, code) in snippets(page) {
            if let Err(text) = names.check(page, &code) {
                problems.push(Problem { page: page.path.clone(), line, text });
            }
        }
        for (number, line) in (1..).zip(page.text.lines()) {
            if let Err(text) = names.ports(page, line) {
                problems.push(Problem { page: page.path.clone(), line: number, text });
            }
        }
    }
    problems
}

/// The commands of console blocks and the code inside lines, with their lines.
fn snippets(page: &Page) -> Vec<(usize, String)> {
    let mut snippets = Vec::new();
    let mut in_console = false;
    for (event, range) in parser(&page.without_directives()).into_offset_iter() {
        let line = page.line_at(range.start);
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                in_console = &*kind == "console";
            }
            Event::End(TagEnd::CodeBlock) => in_console = false,
            Event::Text(text) if in_console => {
                for (number, command) in (line..).zip(text.lines()) {
                    snippets.push((number, command.trim_start_matches("$ ").to_owned()));
                }
            }
            Event::Code(code) => snippets.push((line, code.to_string())),
            _ => {}
        }
    }
    snippets
}

/// What there is.
struct Names<'a> {
    course: &'a Course,
    packages: BTreeSet<String>,
    programs: BTreeSet<String>,
    recipes: BTreeSet<String>,
    /// What the checker can play against, by the lessons' numbers.
    roles: BTreeMap<u8, BTreeSet<String>>,
    /// What the wire can be told, without the dashes.
    wire_options: BTreeSet<String>,
}

impl<'a> Names<'a> {
    fn read(course: &'a Course) -> Self {
        Self {
            course,
            packages: course.workspace.packages.iter().cloned().collect(),
            programs: course
                .workspace
                .programs
                .iter()
                .map(|program| program.name.clone())
                .collect(),
            recipes: recipes(&course.file("justfile").unwrap_or_default()),
            roles: roles(&course.file("classroom/checker/README.md").unwrap_or_default()),
            wire_options: options(&course.file("classroom/wire/README.md").unwrap_or_default()),
        }
    }

    /// Checks a command, or a name inside a line.
    fn check(&self, page: &Page, code: &str) -> Result<(), String> {
        let words: Vec<_> = code.split_whitespace().collect();
        match words[..] {
            ["just", recipe, ref arguments @ ..] => self.recipe(recipe, arguments)?,
            ["cargo", command, ref arguments @ ..] => self.cargo(command, arguments)?,
            _ => {}
        }
        for word in words {
            self.path(page, word.trim_matches(['\'', '"', ',', ';', '(', ')']))?;
        }
        Ok(())
    }

    fn recipe(&self, recipe: &str, arguments: &[&str]) -> Result<(), String> {
        if recipe.starts_with('-') || recipe == "…" {
            return Ok(());
        }
        if !self.recipes.contains(recipe) {
            return Err(format!("the justfile has no recipe {recipe}; `just` lists them"));
        }
        match (recipe, arguments) {
            ("lesson" | "record", [number, rest @ ..]) => self.scene(number, rest),
            ("failure" | "record-failure", [id, ..]) => self.failure(id),
            ("server" | "client", [number, rest @ ..]) => self.pair(recipe, number, rest),
            ("exercise" | "watch" | "hint" | "reset" | "solution", [id, ..]) => self.exercise(id),
            ("check", [number, role, ..]) => self.role(number, role),
            _ => Ok(()),
        }
    }

    fn cargo(&self, command: &str, arguments: &[&str]) -> Result<(), String> {
        match (command, arguments) {
            ("lesson", [number, rest @ ..]) => self.scene(number, rest),
            ("failure", [id, ..]) => self.failure(id),
            ("checker", ["exercise" | "watch" | "hint" | "reset" | "solution", id, ..]) => {
                self.exercise(id)
            }
            ("checker", ["progress" | "grade", ..]) => Ok(()),
            ("checker", [number, role, ..]) => self.role(number, role),
            ("new", [.., folder]) => self.new_package(arguments, folder),
            ("wire", _) => self.wire(arguments),
            _ => self.packages_and_programs(arguments),
        }
    }

    /// Options of cargo that name a package or a program.
    fn packages_and_programs(&self, arguments: &[&str]) -> Result<(), String> {
        for pair in arguments.windows(2) {
            match *pair {
                ["--bin", name] if self.is_made_up(name, &self.programs) => {
                    return Err(format!("no program is called {name}"));
                }
                ["-p" | "--package", name] if self.is_made_up(name, &self.packages) => {
                    return Err(format!("no package is called {name}"));
                }
                ["--", _] => return Ok(()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether it should be one of these names, and is none.
    fn is_made_up(&self, name: &str, names: &BTreeSet<String>) -> bool {
        !is_placeholder(name) && !names.contains(name)
    }

    fn lesson(&self, number: &str) -> Result<Option<&'a Lesson>, String> {
        if is_placeholder(number) {
            return Ok(None);
        }
        let number = number.parse().map_err(|_| format!("{number:?} is no lesson's number"))?;
        self.course.lesson(number).map(Some)
    }

    fn scene(&self, number: &str, rest: &[&str]) -> Result<(), String> {
        let Some(lesson) = self.lesson(number)? else { return Ok(()) };
        match rest.first().and_then(|scene| scene.parse().ok()) {
            Some(scene) => self.course.scene(lesson.number, scene, "play").map(drop),
            None => Ok(()),
        }
    }

    fn failure(&self, id: &str) -> Result<(), String> {
        if is_placeholder(id) { Ok(()) } else { self.course.failure(id).map(drop) }
    }

    fn exercise(&self, id: &str) -> Result<(), String> {
        match is_placeholder(id)
            || self
                .course
                .workspace
                .exercises
                .iter()
                .any(|exercise| exercise.about.id.to_string() == id)
        {
            true => Ok(()),
            false => Err(format!("there is no exercise {id}; `just progress` lists them")),
        }
    }

    fn role(&self, number: &str, role: &str) -> Result<(), String> {
        let Some(lesson) = self.lesson(number)? else { return Ok(()) };
        match self.roles.get(&lesson.number) {
            Some(roles) if !self.is_made_up(role, roles) => Ok(()),
            _ => Err(format!("the checker has no role {role} in lesson {number}")),
        }
    }

    fn is_role(&self, word: &str) -> bool {
        self.roles.values().any(|roles| roles.contains(word))
    }

    /// `just server 8 chat`: the word behind the number may name a pair.
    fn pair(&self, role: &str, number: &str, rest: &[&str]) -> Result<(), String> {
        let Some(lesson) = self.lesson(number)? else { return Ok(()) };
        let Some(word) = rest.first() else { return Ok(()) };
        // Some take words of their own, as lesson 7's client does: put, get and list.
        let is_command = lesson.commands.as_deref() == Some(role);
        let is_word = word.chars().all(|letter| letter.is_ascii_lowercase());
        let ending = format!("-{word}-{role}");
        match is_word
            && !is_command
            && !lesson.programs.iter().any(|program| program.name.ends_with(&ending))
        {
            true => Err(format!("lesson {number} has no pair {word}")),
            false => Ok(()),
        }
    }

    /// A reader's own packages have the names and folders of the course's.
    fn new_package(&self, arguments: &[&str], folder: &str) -> Result<(), String> {
        let name = arguments.windows(2).find(|pair| pair[0] == "--name").map(|pair| pair[1]);
        let Some(folder) = folder.strip_prefix("lessons/") else { return Ok(()) };
        let lesson = self.course.workspace.lessons.iter().find(|lesson| lesson.folder == folder);
        match lesson {
            Some(lesson) if name == Some(lesson.package.as_str()) => Ok(()),
            Some(lesson) => {
                Err(format!("the package in {folder} is called {}", lesson.package.as_str()))
            }
            None => Err(format!("no lesson has the folder {folder}")),
        }
    }

    fn wire(&self, arguments: &[&str]) -> Result<(), String> {
        for argument in arguments {
            let Some(option) = argument.strip_prefix("--") else { continue };
            let option = option.split('=').next().unwrap_or(option);
            if !option.is_empty() && option != "help" && !self.wire_options.contains(option) {
                return Err(format!("the wire has no option {argument}; `cargo wire --help`"));
            }
        }
        Ok(())
    }

    /// Paths of the project, built programs, and names that look like a program's.
    fn path(&self, page: &Page, word: &str) -> Result<(), String> {
        if let Some((_, name)) = word.split_once("target/debug/") {
            let name = name.trim_end_matches(".exe");
            return match !name.is_empty() && self.is_made_up(name, &self.programs) {
                true => Err(format!("no program is called {name}")),
                false => Ok(()),
            };
        }
        let (path, exists) = if FOLDERS.iter().any(|folder| word.starts_with(folder)) {
            (word.to_owned(), self.course.workspace.root.join(word).exists())
        } else if let (true, Some(lesson)) = (word.starts_with("src/"), page.lesson()) {
            // Pages of a lesson name its files without its folder.
            let path = format!("lessons/{}/{word}", self.course.lesson(lesson)?.folder);
            let exists = self.course.workspace.root.join(&path).exists();
            (path, exists)
        } else {
            let is_program = word.ends_with("-server") || word.ends_with("-client");
            let is_name = word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
            return match is_program && is_name && !word.starts_with('-') {
                true if !self.programs.contains(word) && !self.is_role(word) => {
                    Err(format!("no program is called {word}"))
                }
                _ => Ok(()),
            };
        };
        // A star or capitals stand for several.
        let pattern =
            path.contains(['*', '…', '{', '<']) || path.contains("NN") || path.contains("ID");
        if exists || pattern { Ok(()) } else { Err(format!("there is no {path} in the project")) }
    }

    /// The port of each loopback address in a line belongs to the page's lesson.
    fn ports(&self, page: &Page, line: &str) -> Result<(), String> {
        let lessons = self.course.workspace.lessons.iter();
        let mine =
            lessons.filter(|lesson| page.lesson().is_none_or(|number| number == lesson.number));
        let known: BTreeSet<_> = mine
            .flat_map(|lesson| &lesson.programs)
            .filter_map(|program| Some(program.address?.port().to_string()))
            .chain(OTHER_PORTS.map(String::from))
            .collect();
        for host in ["127.0.0.1:", "localhost:", "[::1]:"] {
            for (place, _) in line.match_indices(host) {
                let after = &line[place + host.len()..];
                let digits = after.chars().take_while(char::is_ascii_digit).count();
                let port = &after[..digits];
                if !port.is_empty() && !known.contains(port) {
                    return Err(format!(
                        "{host}{port} is the address of no program here; take the lesson's, or \
                         add the port to the list in book/preprocessor/src/checks/names.rs"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Whether a word stands for any name, as `NAME` and `…` do, or is an option in a name's place.
fn is_placeholder(word: &str) -> bool {
    word.starts_with('-') || word == "…" || word.chars().all(|letter| letter.is_ascii_uppercase())
}

/// The names of the recipes: what stands at the start of a line, before a colon.
fn recipes(justfile: &str) -> BTreeSet<String> {
    let heads = justfile.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let heads = heads.filter_map(|line| line.split_once(':'));
    heads.filter_map(|(head, _)| head.split_whitespace().next()).map(str::to_owned).collect()
}

/// The options in a README's tables: each row begins as in ``| `--drip N` |``.
fn options(readme: &str) -> BTreeSet<String> {
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `--"));
    rows.filter_map(|row| row.split([' ', '`']).next()).map(str::to_owned).collect()
}

/// The roles of each lesson, from the rows of a README's table: ``| 2 | `server`, `client` |``.
fn roles(readme: &str) -> BTreeMap<u8, BTreeSet<String>> {
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    rows.filter_map(|(lesson, roles)| {
        let roles = roles.split('`').skip(1).step_by(2).map(str::to_owned);
        Some((lesson.parse().ok()?, roles.collect()))
    })
    .collect()
}
