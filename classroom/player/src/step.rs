//! One step of a script: a verb, whom it concerns, and a text.

use std::path::{Component, Path};

use anyhow::{Context, ensure};

/// A step. The sides are named by the script.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Tells the audience something, in the lines of the script.
    Say(Vec<String>),
    /// Asks the audience something.
    Ask(Vec<String>),
    /// Starts a program as a side.
    Start { side: String, program: String, arguments: Vec<String>, shown: String },
    /// Waits for the next line of a side.
    See { side: String, text: String },
    /// Lets lines of a side pass until the next one expected of it.
    Skip { side: String },
    /// Types a line into a side.
    Type { side: String, text: String },
    /// Ends the input of a side.
    Close { side: String },
    /// Waits until a side ends by itself.
    Ends { side: String, status: i32 },
    /// Kills a side.
    Kill { side: String },
    /// Stops a side where it is.
    Pause { side: String },
    /// Lets a paused side go on.
    Resume { side: String },
    /// Waits until a side has a TCP connection.
    Connected { side: String },
    /// Waits until bytes lie unread in the connection of a side.
    Unread { side: String, count: Option<u64> },
    /// Waits until a side has sent more than its peer takes.
    Unsent { side: String },
    /// Waits until a side does nothing any more, because nothing comes.
    Waits { side: String },
    /// Waits until a side has used the processor without rest.
    Spins { side: String },
    /// Waits until a side holds more memory than so many megabytes.
    Memory { side: String, megabytes: u64 },
    /// Makes a file.
    File { name: String, content: Content },
    /// Makes a folder.
    Folder { name: String },
    /// Waits until a folder holds what is expected.
    Files { folder: String, text: String },
    /// Compares two files.
    Same { left: String, right: String },
}

/// What a new file holds.
#[derive(Debug, PartialEq)]
pub enum Content {
    /// A line of text.
    Line(String),
    /// So many bytes.
    Bytes(usize),
}

impl Step {
    /// Reads what follows a verb. `None` if no step is called so.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and how it should read.
    pub fn parse(verb: &str, rest: &str) -> Option<anyhow::Result<Self>> {
        let (_, read) = VERBS.iter().find(|(name, _)| *name == verb)?;
        let (first, text) = split_word(rest);
        Some(read(&Words { verb, rest, first, text }))
    }

    /// The verbs of all steps.
    pub fn verbs() -> impl Iterator<Item = &'static str> {
        VERBS.iter().map(|(verb, _)| *verb)
    }

    /// The side that the step concerns.
    pub fn side(&self) -> Option<&str> {
        match self {
            Self::Start { side, .. }
            | Self::See { side, .. }
            | Self::Skip { side }
            | Self::Type { side, .. }
            | Self::Close { side }
            | Self::Ends { side, .. }
            | Self::Kill { side }
            | Self::Pause { side }
            | Self::Resume { side }
            | Self::Connected { side }
            | Self::Unread { side, .. }
            | Self::Unsent { side }
            | Self::Waits { side }
            | Self::Spins { side }
            | Self::Memory { side, .. } => Some(side),
            Self::Say(_)
            | Self::Ask(_)
            | Self::File { .. }
            | Self::Folder { .. }
            | Self::Files { .. }
            | Self::Same { .. } => None,
        }
    }

    /// Takes the step that follows, if both are lines of one remark, or of one question.
    /// Otherwise gives it back.
    pub fn join(&mut self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Say(lines), Self::Say(more)) | (Self::Ask(lines), Self::Ask(more)) => {
                lines.extend(more);
                None
            }
            (_, next) => Some(next),
        }
    }

    /// The text in which placeholders stand.
    pub fn text(&self) -> &str {
        match self {
            Self::Start { shown: text, .. } | Self::See { text, .. } | Self::Files { text, .. } => {
                text
            }
            _ => "",
        }
    }
}

/// What a line of a script says.
struct Words<'a> {
    verb: &'a str,
    /// All that follows the verb.
    rest: &'a str,
    /// The first word of that, and what follows it.
    first: &'a str,
    text: &'a str,
}

impl Words<'_> {
    /// The side that is named first.
    fn side(&self) -> anyhow::Result<String> {
        side(self.verb, self.first)
    }

    /// The side, where nothing else is to be said.
    fn only_side(&self) -> anyhow::Result<String> {
        let Self { verb, first, text, .. } = self;
        ensure!(text.is_empty(), "`{verb}` takes a side and nothing more: {verb} {first}");
        self.side()
    }
}

/// Reads a step.
type Read = fn(&Words) -> anyhow::Result<Step>;

/// The verbs, each with what reads the step that it begins.
const VERBS: [(&str, Read); 21] = [
    ("say", |words| Ok(Step::Say(vec![needed(words.rest, "say A few words to the audience")?]))),
    ("ask", |words| Ok(Step::Ask(vec![needed(words.rest, "ask A question?")?]))),
    ("start", |words| start(words.side()?, words.text)),
    ("see", |words| Ok(Step::See { side: words.side()?, text: words.text.into() })),
    ("skip", |words| Ok(Step::Skip { side: words.only_side()? })),
    ("type", |words| Ok(Step::Type { side: words.side()?, text: words.text.into() })),
    ("close", |words| Ok(Step::Close { side: words.only_side()? })),
    ("ends", |words| Ok(Step::Ends { side: words.side()?, status: status(words.text)? })),
    ("kill", |words| Ok(Step::Kill { side: words.only_side()? })),
    ("pause", |words| Ok(Step::Pause { side: words.only_side()? })),
    ("resume", |words| Ok(Step::Resume { side: words.only_side()? })),
    ("connected", |words| Ok(Step::Connected { side: words.only_side()? })),
    ("unread", |words| Ok(Step::Unread { side: words.side()?, count: count(words.text)? })),
    ("unsent", |words| Ok(Step::Unsent { side: words.only_side()? })),
    ("waits", |words| Ok(Step::Waits { side: words.only_side()? })),
    ("spins", |words| Ok(Step::Spins { side: words.only_side()? })),
    ("memory", |words| Ok(Step::Memory { side: words.side()?, megabytes: megabytes(words.text)? })),
    ("file", |words| Ok(Step::File { name: path(words.first)?, content: content(words.text)? })),
    ("folder", |words| Ok(Step::Folder { name: path(words.rest)? })),
    ("files", |words| {
        let text = needed(words.text, "files FOLDER  notes.txt 12 bytes, empty/ (or: empty)")?;
        Ok(Step::Files { folder: path(words.first)?, text })
    }),
    ("same", |words| Ok(Step::Same { left: path(words.first)?, right: path(words.text)? })),
];

/// Splits a line after its first word. Spaces around both parts do not count.
pub fn split_word(line: &str) -> (&str, &str) {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word, rest.trim())
}

fn needed(text: &str, example: &str) -> anyhow::Result<String> {
    ensure!(!text.is_empty(), "something is missing; it should read: {example}");
    Ok(text.into())
}

fn side(verb: &str, name: &str) -> anyhow::Result<String> {
    ensure!(!name.is_empty(), "`{verb}` needs a side, as in: {verb} client");
    ensure!(
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
        "a side is named by small letters, digits and -, as in: {verb} client"
    );
    ensure!(
        !["any", "dir", "free", "files"].contains(&name),
        "`{name}` means something else; name the side otherwise"
    );
    Ok(name.into())
}

fn start(side: String, shown: &str) -> anyhow::Result<Step> {
    let mut words = words(shown)?.into_iter();
    let program = words.next().context("`start` needs a program: start client PROGRAM {server}")?;
    Ok(Step::Start { side, program, arguments: words.collect(), shown: shown.into() })
}

/// Splits a command at its spaces, but for those between quotes.
fn words(text: &str) -> anyhow::Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    ensure!(quote.is_none(), "a quote is open");
    words.extend(word);
    Ok(words)
}

fn status(text: &str) -> anyhow::Result<i32> {
    text.parse().context("`ends` needs the exit status that is expected, as in: ends client 0")
}

fn count(text: &str) -> anyhow::Result<Option<u64>> {
    if text.is_empty() {
        return Ok(None);
    }
    let count = text.strip_suffix(" bytes").and_then(|count| count.parse().ok());
    ensure!(count.is_some(), "`unread` takes a side and a count: unread client 10 bytes");
    Ok(count)
}

fn megabytes(text: &str) -> anyhow::Result<u64> {
    let count = text.strip_prefix("over ").and_then(|text| text.strip_suffix(" MB"));
    count
        .and_then(|count| count.parse().ok())
        .context("`memory` takes a side and a bound: memory server over 200 MB")
}

fn content(text: &str) -> anyhow::Result<Content> {
    if let Some(count) = text.strip_suffix(" bytes").and_then(|count| count.parse().ok()) {
        return Ok(Content::Bytes(count));
    }
    Ok(Content::Line(needed(text, "file NAME  some text (or: 300000 bytes)")?))
}

/// The name of a file or folder of the scene, which lies inside the scene's folder.
fn path(name: &str) -> anyhow::Result<String> {
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    ensure!(
        !name.is_empty() && inside && !name.contains(char::is_whitespace),
        "a file is named without spaces and lies in the scene's folder, as in: notes.txt, out/notes.txt"
    );
    Ok(name.into())
}
