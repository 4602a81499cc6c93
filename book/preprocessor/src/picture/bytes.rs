//! A frame as labelled bytes.

use super::body::{Body, Mistake};
use super::canvas::{Canvas, Rect, WIDTH, height};
use super::text::{MONO, PROSE, SMALL};

/// How wide and how high the cell of a byte is.
const CELL: f64 = 22.0;
/// The space between two fields.
const GAP: f64 = 6.0;
/// A label has at least this much room, however few its bytes are.
const LEAST: f64 = 60.0;

/// Bytes that belong together.
struct Field<'a> {
    bytes: Vec<&'a str>,
    class: &'a str,
    label: Vec<String>,
    width: f64,
}

/// Draws field beside field, and a new row where one is asked for or the width is used up.
pub fn draw(body: &Body) -> Result<Canvas, Mistake> {
    let mut canvas = Canvas::default();
    let (mut x, mut y, mut tallest) = (2.0, 2.0, 0.0);
    for &(number, line) in body {
        if let Some(label) = line.trim().strip_prefix("row ") {
            if tallest > 0.0 {
                y += tallest + 10.0;
            }
            (x, tallest) = (2.0, 0.0);
            let lines = PROSE.wrap(label, WIDTH - 4.0, 2).map_err(|text| (number, text))?;
            canvas.text("start strong", PROSE, x, y, &lines);
            y += height(PROSE, &lines) + 3.0;
            continue;
        }
        let field = field(line).map_err(|text| (number, text))?;
        if x + field.width > WIDTH {
            y += tallest + 8.0;
            (x, tallest) = (2.0, 0.0);
        }
        let used = CELL + 3.0 + height(SMALL, &field.label);
        paint(&mut canvas, &field, x, y);
        x += field.width + GAP;
        tallest = f64::max(tallest, used);
    }
    canvas.height = y + tallest + 4.0;
    Ok(canvas)
}

/// Reads `05 00 00 00 : [length] 5, little-endian`.
fn field(line: &str) -> Result<Field<'_>, String> {
    let (bytes, label) = line.split_once(" :").ok_or("here belongs HEX : LABEL, or row LABEL")?;
    let bytes: Vec<_> = bytes.split_whitespace().collect();
    for byte in &bytes {
        let hex = byte.len() == 2 && byte.chars().all(|digit| digit.is_ascii_hexdigit());
        if !hex && !["…", "..", "??"].contains(byte) {
            return Err(format!("{byte:?} is no byte in hex, and not …"));
        }
    }
    if bytes.is_empty() || bytes.len() > 12 {
        return Err("a field has one to twelve bytes; let … stand for the rest".into());
    }
    let label = label.trim();
    let (class, label) = match label.strip_prefix('[').and_then(|label| label.split_once(']')) {
        Some((class, label)) => (class, label.trim()),
        None => ("plain", label),
    };
    if !["length", "header", "body", "bad", "missing", "plain"].contains(&class) {
        return Err(format!(
            "[{class}] is no class; there are [length], [header], [body], [bad] and [missing]"
        ));
    }
    let count = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    let cells = CELL * f64::from(count);
    let room = (cells + 8.0).max(LEAST);
    let label = SMALL
        .wrap(label, room, 4)
        .or_else(|_| SMALL.wrap(label, (room * 2.0).min(WIDTH - 4.0), 4))?;
    let widest = label.iter().map(|line| SMALL.width(line)).fold(cells, f64::max);
    Ok(Field { bytes, class, label, width: widest })
}

fn paint(canvas: &mut Canvas, field: &Field, x: f64, y: f64) {
    for (place, byte) in (0u8..).zip(&field.bytes) {
        let x = x + CELL * f64::from(place);
        let cell = Rect { x, y, width: CELL, height: CELL };
        canvas.rect(&format!("cell {}", field.class), cell);
        canvas.text_in(field.class, MONO, cell, &[(*byte).to_owned()]);
    }
    canvas.text("start", SMALL, x + 1.0, y + CELL + 3.0, &field.label);
}
