//! What stands between `{{#` and `}}`.

/// Which lines of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    /// All of them.
    Whole,
    /// From the start through the last `use`.
    Head,
    /// Top-level items by their names, in this order.
    Items(Vec<String>),
    /// From the one line with the first text to the next line with the second.
    Between(Part),
    /// Between `ANCHOR: name` and `ANCHOR_END: name`.
    Anchor(String),
}

/// From the one line that contains the first text to the next line that contains the second.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What the first line contains.
    pub first: String,
    /// What the last line contains.
    pub last: String,
}

/// What a reader does with a piece of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark {
    /// Types it.
    Type,
    /// Copies it from the course.
    Copy,
}

/// A directive of a page.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each is explained in book/README.md")]
pub enum Directive {
    Code { path: String, selector: Selector, quiet: bool, again: bool, mark: Option<Mark> },
    CodeLine { path: String, selector: Selector },
    Play { lesson: u8, scene: u8, part: Option<Part> },
    Bytes { lesson: u8, scene: u8 },
    Failure { id: String, part: Option<Part> },
    Run { name: String },
    Changes { old: String, new: String },
    Manifest { lesson: u8 },
    WorkspaceManifest,
    Id { id: String },
    Meaning { id: String },
    FailuresOf { lesson: u8 },
    Exercises { lesson: Option<u8> },
    Programs { lesson: u8 },
    Minutes { lesson: u8 },
    Timetable,
    Catalogue,
    Words { of: String },
    Question,
    Answer,
    Teacher,
    Fold { title: String },
    System { name: String },
    Figure { name: String, attributes: Vec<(String, String)> },
    End,
}

impl Directive {
    /// Reads what stands between the braces, without the `#`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and how it should look.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, rest) = split_word(text);
        let none = |directive| match rest {
            "" => Ok(directive),
            _ => Err(format!("{{{{#{name}}}}} stands alone, without {rest:?}")),
        };
        match name {
            "code" => code(rest),
            "code+" => match code(rest)? {
                Self::Code { path, selector, quiet: false, again: false, mark: None } => {
                    Ok(Self::CodeLine { path, selector })
                }
                _ => Err("a line of code has no options".into()),
            },
            "play" => {
                let (lesson, rest) = split_word(rest);
                let (scene, rest) = split_word(rest);
                let (lesson, scene) = (number(lesson)?, number(scene)?);
                Ok(Self::Play { lesson, scene, part: optional_part(rest)? })
            }
            "bytes" => {
                let (lesson, scene) = split_word(rest);
                Ok(Self::Bytes { lesson: number(lesson)?, scene: number(scene)? })
            }
            "failure" => {
                let (id, rest) = split_word(rest);
                Ok(Self::Failure {
                    id: word(id, "the id of a failure")?,
                    part: optional_part(rest)?,
                })
            }
            "run" => Ok(Self::Run { name: word(rest, "the name of a file in book/runs")? }),
            "changes" => {
                let (old, new) = split_word(rest);
                let hint = "two paths, OLD NEW";
                Ok(Self::Changes { old: word(old, hint)?, new: word(new, hint)? })
            }
            "manifest" if rest == "workspace" => Ok(Self::WorkspaceManifest),
            "manifest" => Ok(Self::Manifest { lesson: number(rest)? }),
            "id" => Ok(Self::Id { id: word(rest, "the id of a failure")? }),
            "meaning" => Ok(Self::Meaning { id: word(rest, "the id of a failure")? }),
            "failures-of" => Ok(Self::FailuresOf { lesson: number(rest)? }),
            "exercises" if rest.is_empty() => Ok(Self::Exercises { lesson: None }),
            "exercises" => Ok(Self::Exercises { lesson: Some(number(rest)?) }),
            "programs" => Ok(Self::Programs { lesson: number(rest)? }),
            "minutes" => Ok(Self::Minutes { lesson: number(rest)? }),
            "timetable" => none(Self::Timetable),
            "catalogue" => none(Self::Catalogue),
            "words" => {
                Ok(Self::Words { of: word(rest, "the id of a failure, a language, or errnos")? })
            }
            "question" => none(Self::Question),
            "answer" => none(Self::Answer),
            "teacher" => none(Self::Teacher),
            "fold" if !rest.is_empty() => Ok(Self::Fold { title: rest.into() }),
            "fold" => Err("a folded part needs a title: {{#fold Title}}".into()),
            "system" if !rest.is_empty() => Ok(Self::System { name: rest.into() }),
            "system" => Err("a box needs the name of a system: {{#system Linux}}".into()),
            "figure" => {
                let (name, rest) = split_word(rest);
                let name = word(name, "the name of a figure")?;
                Ok(Self::Figure { name, attributes: attributes(rest)? })
            }
            "end" => none(Self::End),
            _ => Err(format!("there is no directive {{{{#{name}}}}}; book/README.md lists them")),
        }
    }

    /// Whether it may stand inside a line.
    pub fn is_inline(&self) -> bool {
        matches!(
            self,
            Self::CodeLine { .. } | Self::Id { .. } | Self::Meaning { .. } | Self::Minutes { .. }
        )
    }
}

/// The directive that a line consists of, without its braces.
pub fn is_block(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix("{{#")?.strip_suffix("}}")?;
    // Two directives inside a line of text begin and end like one.
    (!inside.contains("}} ") && !inside.contains("{{#")).then_some(inside)
}

fn code(text: &str) -> Result<Directive, String> {
    let (path, rest) = split_word(text);
    let path = word(path, "a path from the project's root")?;
    let (rest, options) = options(rest)?;
    let selector = selector(rest)?;
    let Options { quiet, again, mark } = options;
    Ok(Directive::Code { path, selector, quiet, again, mark })
}

/// What stands at the end of a directive, behind semicolons.
#[derive(Default)]
struct Options {
    quiet: bool,
    again: bool,
    mark: Option<Mark>,
}

/// Takes `; quiet`, `; again`, `; type` and `; copy` from the end of a directive.
fn options(mut rest: &str) -> Result<(&str, Options), String> {
    let mut options = Options::default();
    loop {
        // A semicolon inside a quoted text belongs to the text.
        let end = rest.rfind('"').map_or(0, |quote| quote + 1);
        let Some(semicolon) = rest[end..].rfind(';') else {
            return Ok((rest.trim(), options));
        };
        match rest[end + semicolon + 1..].trim() {
            "quiet" => options.quiet = true,
            "again" => options.again = true,
            "type" => options.mark = Some(Mark::Type),
            "copy" => options.mark = Some(Mark::Copy),
            other => {
                return Err(format!(
                    "no option is called {other:?}; there are quiet, again, type and copy"
                ));
            }
        }
        rest = &rest[..end + semicolon];
    }
}

fn selector(text: &str) -> Result<Selector, String> {
    match text {
        "" => Ok(Selector::Whole),
        "head" => Ok(Selector::Head),
        _ if text.starts_with('"') => part(text).map(Selector::Between),
        _ if text.starts_with('#') => Ok(Selector::Anchor(text[1..].trim().into())),
        _ => Ok(Selector::Items(text.split(',').map(|name| name.trim().into()).collect())),
    }
}

fn optional_part(text: &str) -> Result<Option<Part>, String> {
    if text.is_empty() { Ok(None) } else { part(text).map(Some) }
}

/// Reads `"first" .. "last"`, or `"first"` for one line.
fn part(text: &str) -> Result<Part, String> {
    let inside = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .ok_or_else(|| format!("a part is given as \"first\" .. \"last\", not as {text:?}"))?;
    let (first, last) = inside.split_once("\" .. \"").unwrap_or((inside, inside));
    Ok(Part { first: first.replace("\\\"", "\""), last: last.replace("\\\"", "\"") })
}

/// Reads `preset=hello-world size=16`.
fn attributes(text: &str) -> Result<Vec<(String, String)>, String> {
    let attribute = |word: &str| {
        let (name, value) = word
            .split_once('=')
            .ok_or_else(|| format!("a figure's attribute is name=value, not {word:?}"))?;
        Ok((name.into(), value.into()))
    };
    text.split_whitespace().map(attribute).collect()
}

fn number(text: &str) -> Result<u8, String> {
    text.parse().map_err(|_| format!("a number is needed, not {text:?}"))
}

fn word(text: &str, what: &str) -> Result<String, String> {
    match text.is_empty() || text.contains(char::is_whitespace) {
        true => Err(format!("here belongs {what}, not {text:?}")),
        false => Ok(text.into()),
    }
}

/// The first word, and what follows it.
fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim())
}
