//! Recorded plays: what each side was told and what it printed, line by line.

use std::fmt::Write;

use record::Sign;

use crate::bytes;
use crate::course::Course;
use crate::directive::Part;
use crate::html::escape;
use crate::source::first_between;

/// What a line of a transcript is.
#[derive(Debug, PartialEq)]
pub enum Entry<'a> {
    /// The scene's name, without its number.
    Title(&'a str),
    /// The audience is told something.
    Say(String),
    /// The audience is asked something.
    Ask(String),
    /// A side is started or told something, prints, or something happens to it.
    Side { name: &'a str, sign: Sign, text: &'a str },
}

/// The scene of a lesson, or a part of it. Below a whole scene its bytes are folded away.
pub fn play(course: &Course, lesson: u8, scene: u8, part: Option<&Part>) -> Result<String, String> {
    let bytes = match (part, course.scene(lesson, scene, "bytes")?) {
        (None, Some(path)) => folded("The bytes between the two sides", &pieces(course, &path)?),
        _ => String::new(),
    };
    scene_figure(course, lesson, scene, part, "", |lines| lines + &bytes)
}

/// The bytes between the sides of a scene. What the sides print is folded away below them.
pub fn bytes(course: &Course, lesson: u8, scene: u8) -> Result<String, String> {
    let path = course.scene(lesson, scene, "bytes")?;
    let path =
        path.ok_or_else(|| format!("no bytes of lesson {lesson}, scene {scene} are kept"))?;
    let bytes = pieces(course, &path)?;
    scene_figure(course, lesson, scene, None, " --bytes", |lines| {
        bytes + &folded("What the sides print", &lines)
    })
}

fn scene_figure(
    course: &Course,
    lesson: u8,
    scene: u8,
    part: Option<&Part>,
    option: &str,
    inside: impl FnOnce(String) -> String,
) -> Result<String, String> {
    let path = course.scene(lesson, scene, "transcript")?;
    let path = path.ok_or_else(|| format!("record scene {scene}: just record {lesson}"))?;
    let data = format!("data-lesson=\"{lesson}\" data-scene=\"{scene}\"");
    let command = format!("cargo lesson {lesson} {scene}{option}");
    figure(&course.file(&path)?, part, &data, &command, inside)
        .map_err(|error| format!("{path}: {error}"))
}

/// The lines of a part of a scene's transcript.
pub fn part_of_scene(
    course: &Course,
    lesson: u8,
    scene: u8,
    part: &Part,
) -> Result<String, String> {
    let path = course.scene(lesson, scene, "transcript")?;
    let path = path.ok_or_else(|| format!("lesson {lesson}, scene {scene} is not recorded"))?;
    let text = course.file(&path)?;
    let lines: Vec<_> = text.lines().collect();
    let range = first_between(&lines, part).map_err(|error| format!("{path}: {error}"))?;
    Ok(lines[range.start() - 1..*range.end()].join("\n"))
}

fn pieces(course: &Course, path: &str) -> Result<String, String> {
    bytes::pieces(&course.file(path)?).map_err(|error| format!("{path}: {error}"))
}

fn folded(title: &str, inside: &str) -> String {
    format!("<details>\n<summary>{title}</summary>\n{inside}</details>\n")
}

/// The play of a failure, or a part of it.
pub fn failure(course: &Course, id: &str, part: Option<&Part>) -> Result<String, String> {
    let path = course.failure(id)?.demo(&course.workspace.root).with_extension("transcript");
    let path = course.workspace.short(&path).to_string();
    let data = format!("data-failure=\"{id}\"");
    let command = format!("cargo failure {id}");
    figure(&course.file(&path)?, part, &data, &command, |lines| lines)
        .map_err(|error| format!("{path}: {error}"))
}

/// The recorded output of commands.
pub fn run(course: &Course, name: &str) -> Result<String, String> {
    course.file(&format!("book/runs/{name}.sh"))?;
    let text = course.file(&format!("book/runs/{name}.txt"))?;
    let mut html = String::from("<div class=\"run\">\n\n<pre>");
    for line in text.trim_end().lines() {
        let escaped = escape(line);
        match line.strip_prefix("$ ") {
            Some(_) => writeln!(html, "<kbd>{escaped}</kbd>"),
            None => writeln!(html, "<samp>{escaped}</samp>"),
        }
        .map_err(|error| error.to_string())?;
    }
    html.push_str("</pre>\n\n</div>");
    Ok(html)
}

/// A play as the page has it. `inside` puts its lines together with what else belongs there.
fn figure(
    text: &str,
    part: Option<&Part>,
    data: &str,
    command: &str,
    inside: impl FnOnce(String) -> String,
) -> Result<String, String> {
    let lines: Vec<_> = text.lines().collect();
    let lines = match part {
        Some(part) => {
            let range = first_between(&lines, part)?;
            &lines[range.start() - 1..*range.end()]
        }
        None => &lines[..],
    };
    let entries = entries(lines, part.is_none())?;
    let widest = entries.iter().map(name_width).max().unwrap_or(0);
    let mut html = format!("<figure class=\"play\" style=\"--names: {widest}ch\" {data}>\n");
    let title = match entries.first() {
        Some(Entry::Title(title)) => format!(" <span>{}</span>", escape(title)),
        _ => String::new(),
    };
    html.push_str(&format!("<figcaption><code>{}</code>{title}</figcaption>\n", escape(command)));
    let mut sides = Vec::new();
    let elements = entries.iter().map(|entry| element(entry, &mut sides)).collect();
    html.push_str(&inside(elements));
    html.push_str("</figure>");
    Ok(html)
}

/// Reads the lines of a transcript, whose first line is its title if they are the whole of it.
pub fn entries<'a>(lines: &[&'a str], whole: bool) -> Result<Vec<Entry<'a>>, String> {
    let mut entries = Vec::new();
    // Whether the line before is one that an indented line continues.
    let mut open = false;
    for (index, &line) in lines.iter().enumerate() {
        if line.trim().is_empty() {
            open = false;
        } else if index == 0 && whole {
            // A lesson's scene has its number before its name.
            let title = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            entries.push(Entry::Title(title.trim()));
        } else if let Some(question) = line.strip_prefix("  ? ") {
            entries.push(Entry::Ask(question.into()));
            open = true;
        } else if let Some(remark) = line.strip_prefix("    ") {
            match entries.last_mut() {
                Some(Entry::Say(text) | Entry::Ask(text)) if open => {
                    text.push(' ');
                    text.push_str(remark);
                }
                _ => entries.push(Entry::Say(remark.into())),
            }
            open = true;
        } else {
            entries.push(side(line)?);
            open = false;
        }
    }
    Ok(entries)
}

/// Reads `server | listening on 127.0.0.1:8080`.
fn side(line: &str) -> Result<Entry<'_>, String> {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (sign, text) = Sign::read(rest.trim_start())
        .ok_or_else(|| format!("no sign stands behind the name in {line:?}"))?;
    Ok(Entry::Side { name, sign, text: text.strip_prefix(' ').unwrap_or(text) })
}

/// How many letters the name of a line's side has.
fn name_width(entry: &Entry) -> usize {
    match entry {
        Entry::Side { name, .. } => name.chars().count(),
        _ => 0,
    }
}

fn element<'a>(entry: &Entry<'a>, sides: &mut Vec<&'a str>) -> String {
    match entry {
        Entry::Title(_) => String::new(),
        Entry::Say(text) => format!("<p class=\"say\">{}</p>\n", escape(text)),
        Entry::Ask(text) => format!("<p class=\"ask\">{}</p>\n", escape(text)),
        Entry::Side { name, sign, text } => {
            let kind = match sign {
                Sign::Command => "start",
                Sign::Typed => "type",
                Sign::Printed => "print",
                Sign::Skipped => "skip",
                Sign::Event => "event",
            };
            let (colour, sign) = (colour(name, sides), sign.letter());
            let (name, text) = (escape(name), escape(text));
            format!(
                "<div class=\"line {kind} {colour}\"><span class=\"side\">{name}</span> \
                 <span class=\"sign\">{sign}</span> <span class=\"text\">{text}</span></div>\n"
            )
        }
    }
}

/// A server, the wire and files have colours of their own; the others take turns.
fn colour<'a>(name: &'a str, sides: &mut Vec<&'a str>) -> String {
    if name.contains("server") {
        return "server".into();
    }
    if name == "wire" || name == "files" {
        return name.into();
    }
    let place = sides.iter().position(|side| *side == name).unwrap_or_else(|| {
        sides.push(name);
        sides.len() - 1
    });
    if place == 0 { "client".into() } else { format!("client-{}", (place - 1) % 3 + 2) }
}
