//! Pictures: drawn as SVG from a few lines of text.
//!
//! They are 340 units wide, as a phone's page is, and take their colours from the theme.

mod body;
mod boxes;
mod bytes;
mod canvas;
mod rows;
mod sequence;
mod text;

use crate::html::escape;
use body::Mistake;
use canvas::Canvas;

/// Draws a picture from the lines inside its fence. Its `id` must be the only one of its kind in
/// the book.
///
/// # Errors
///
/// The line that is wrong, counted from the fence, and why.
pub fn draw(lines: &[&str], id: &str) -> Result<String, Mistake> {
    let end = lines.iter().position(|line| line.trim() == "---");
    let end =
        end.ok_or((0, String::from("a picture has kind:, alt:, a line ---, and its body")))?;
    let (kind, alt) = head(&lines[..end])?;
    let body: Vec<_> = (end + 2..)
        .zip(lines[end + 1..].iter().copied())
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    let canvas = match kind {
        "sequence" => sequence::draw(&body),
        "bytes" => bytes::draw(&body),
        "rows" => rows::draw(&body),
        "boxes" => boxes::draw(&body),
        other => {
            let kinds = "sequence, bytes, rows and boxes";
            return Err((1, format!("no kind of picture is called {other:?}; there are {kinds}")));
        }
    }?;
    Ok(figure(&canvas, kind, &alt, id))
}

/// Reads what stands above the line `---`.
fn head<'a>(lines: &[&'a str]) -> Result<(&'a str, String), Mistake> {
    let (mut kind, mut alt) = ("", String::new());
    for (number, line) in (1..).zip(lines) {
        if let Some(value) = line.strip_prefix("kind:") {
            kind = value.trim();
        } else if let Some(value) = line.strip_prefix("alt:") {
            alt = value.trim().into();
        } else if line.starts_with("  ") && !alt.is_empty() {
            alt.push(' ');
            alt.push_str(line.trim());
        } else {
            return Err((number, format!("here belongs kind: or alt:, not {line:?}")));
        }
    }
    if alt.is_empty() {
        return Err((
            1,
            "a picture needs alt: what it says, for someone who does not see it".into(),
        ));
    }
    Ok((kind, alt))
}

/// The picture with its text alternative, which a printed page shows too.
fn figure(canvas: &Canvas, kind: &str, alt: &str, id: &str) -> String {
    let (title, description) = match alt.split_once(". ") {
        Some((first, rest)) => (format!("{first}."), rest),
        None => (alt.to_owned(), ""),
    };
    let mut names = format!("<title id=\"{id}-title\">{}</title>\n", escape(&title));
    let mut labelled_by = format!("{id}-title");
    if !description.is_empty() {
        names.push_str(&format!("<desc id=\"{id}-desc\">{}</desc>\n", escape(description)));
        labelled_by.push_str(&format!(" {id}-desc"));
    }
    format!(
        "<figure class=\"picture {kind}\">\n\
         <svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{labelled_by}\">\n\
         {names}{}</svg>\n\
         <figcaption class=\"alt\">{}</figcaption>\n\
         </figure>",
        canvas::WIDTH,
        canvas.height.ceil(),
        canvas.shapes(),
        escape(alt)
    )
}
