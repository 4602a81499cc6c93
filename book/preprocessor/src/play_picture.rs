//! The picture of a play in the README: some lines of a transcript as an SVG, with text as text.

use record::Sign;

use crate::course::Course;
use crate::directive::Part;
use crate::html::escape;
use crate::transcript::{Entry, entries, part_of_scene};

/// Where the picture lies, from the project's root.
pub const PLAY_PICTURE: &str = "book/play.svg";

/// The scene that it shows, and the lines of it.
const SCENE: (u8, u8) = (4, 1);
const FROM: &str = "client $ sticky-packets-client";
const TO: &str = "it carries a stream";

const WIDTH: usize = 600;
const MARGIN: usize = 20;
const LINE: usize = 21;
/// What is said is broken into lines of at most so many letters.
const LETTERS: usize = 72;
/// Where the sign and the text of a line begin; a letter of the terminals is 8.4 wide.
const SIGN: usize = 84;
const TEXT: usize = 102;

const STYLE: &str = "\
.back{fill:#f6f5f3;stroke:#c9c5bf}\
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1c1917;white-space:pre}\
.say{font-family:system-ui,sans-serif}\
.ask{font-family:system-ui,sans-serif;font-style:italic;fill:#6b21a8}\
.skip,.event{font-style:italic;fill:#57534e}\
.client{fill:#0b57a4;font-weight:bold}\
.server{fill:#92400e;font-weight:bold}\
.strong{font-weight:bold}\
@media(prefers-color-scheme:dark){\
.back{fill:#1b1f27;stroke:#56606c}\
text{fill:#e7e5e4}\
.ask{fill:#d8b4fe}\
.skip,.event{fill:#a8b0ba}\
.client{fill:#8cc4ff}\
.server{fill:#fdba74}}";

/// Draws the play's picture.
///
/// # Errors
///
/// The scene, or the part of it, is not there.
pub fn play_picture(course: &Course) -> Result<String, String> {
    let part = Part { first: FROM.into(), last: TO.into() };
    let (lesson, scene) = SCENE;
    let text = part_of_scene(course, lesson, scene, &part)?;
    let lines: Vec<_> = text.lines().collect();
    let entries = entries(&lines, false)?;

    let mut drawing = Drawing { lines: String::new(), height: MARGIN };
    for entry in &entries {
        drawing.entry(entry);
    }
    let described: Vec<_> = entries.iter().map(described).collect();
    let height = drawing.height + MARGIN;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">Lesson {lesson}, scene {scene}, as it was recorded</title>\n\
         <desc id=\"desc\">{}</desc>\n\
         <style>{STYLE}</style>\n\
         <rect class=\"back\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n\
         {}</svg>\n",
        escape(&described.join(" ")),
        WIDTH - 1,
        height - 1,
        drawing.lines,
    ))
}

struct Drawing {
    lines: String,
    height: usize,
}

impl Drawing {
    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Title(_) => {}
            Entry::Say(text) => self.paragraph("say", text),
            Entry::Ask(text) => self.paragraph("ask", &format!("? {text}")),
            Entry::Side { name, sign, text } => {
                self.height += LINE;
                let side = if name.contains("server") { "server" } else { "client" };
                let class = match sign {
                    Sign::Typed | Sign::Command => "strong",
                    Sign::Printed => "print",
                    Sign::Skipped => "skip",
                    Sign::Event => "event",
                };
                self.text(MARGIN, side, name);
                self.text(SIGN, side, &sign.letter().to_string());
                self.text(TEXT, class, text);
            }
        }
    }

    /// What is told stands apart from the lines around it.
    fn paragraph(&mut self, class: &str, text: &str) {
        self.height += LINE / 2;
        for line in broken(text) {
            self.height += LINE;
            self.text(MARGIN, class, &line);
        }
        self.height += LINE / 2;
    }

    fn text(&mut self, x: usize, class: &str, text: &str) {
        let (y, text) = (self.height, escape(text));
        self.lines
            .push_str(&format!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{text}</text>\n"));
    }
}

/// Breaks a text between words.
fn broken(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line =
            lines.last_mut().filter(|line| line.is_empty() || line.len() + word.len() < LETTERS);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => *line = format!("{line} {word}"),
            None => lines.push(word.into()),
        }
    }
    lines
}

/// An entry for somebody who does not see the picture.
fn described(entry: &Entry) -> String {
    match entry {
        Entry::Title(text) => (*text).into(),
        Entry::Say(text) | Entry::Ask(text) => text.clone(),
        Entry::Side { name, sign: Sign::Command, text } => format!("The {name} is run: {text}."),
        Entry::Side { name, sign: Sign::Typed, text } => format!("The {name} types: {text}."),
        Entry::Side { name, sign: Sign::Skipped, text } => {
            format!("The {name} prints {text} more.")
        }
        Entry::Side { name, sign: Sign::Printed, text } => format!("The {name} prints: {text}."),
        Entry::Side { name, sign: Sign::Event, text } => format!("The {name}: {text}."),
    }
}
