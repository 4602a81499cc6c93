//! Labelled rows of cells: buffers, layers, reads.

use super::body::{Body, Mistake};
use super::canvas::{Canvas, Rect, WIDTH, height};
use super::text::{PROSE, SMALL};

/// How wide the labels on the left are at most.
const LABELS: f64 = 92.0;

/// A row of cells, or an arrow between two rows.
enum Row<'a> {
    Cells { label: &'a str, cells: Vec<Cell<'a>> },
    Arrow { down: bool, text: &'a str },
}

struct Cell<'a> {
    class: &'static str,
    text: &'a str,
    units: u8,
}

/// Draws row below row. A unit is equally wide in all of them; a cell alone takes the whole row.
pub fn draw(body: &Body) -> Result<Canvas, Mistake> {
    let rows: Vec<_> = body.iter().map(|&(number, line)| (number, row(line.trim()))).collect();
    let units = rows.iter().map(|(_, row)| units(row)).max().unwrap_or(1).max(1);
    let label_width = label_width(&rows);
    let unit = (WIDTH - 4.0 - label_width) / f64::from(units);

    let mut canvas = Canvas::default();
    canvas.height = 2.0;
    for (number, row) in &rows {
        match row {
            Row::Arrow { down, text } => arrow(&mut canvas, *down, text, label_width),
            Row::Cells { label, cells } => {
                let alone = cells.len() == 1 && cells[0].units == 1;
                let unit = if alone { unit * f64::from(units) } else { unit };
                row_of_cells(&mut canvas, label, cells, label_width, unit)
            }
        }
        .map_err(|text| (*number, text))?;
    }
    canvas.height += 2.0;
    Ok(canvas)
}

fn row(line: &str) -> Row<'_> {
    for (mark, down) in [('v', true), ('^', false)] {
        if let Some(text) = line.strip_prefix(mark)
            && (text.is_empty() || text.starts_with(' '))
            && !text.contains('|')
        {
            return Row::Arrow { down, text: text.trim() };
        }
    }
    let mut parts = line.split('|').map(str::trim);
    let label = parts.next().unwrap_or_default();
    Row::Cells { label, cells: parts.map(cell).collect() }
}

/// Reads `+ hello *3`.
fn cell(text: &str) -> Cell<'_> {
    let classes = [('+', "good"), ('!', "bad"), ('~', "faint"), ('=', "plain")];
    let marked =
        classes.into_iter().find_map(|(mark, class)| Some((class, text.strip_prefix(mark)?)));
    let (class, text) = marked.unwrap_or(("plain", text));
    let wide = text.rsplit_once('*').and_then(|(text, units)| Some((text, units.parse().ok()?)));
    let (text, units) = wide.unwrap_or((text, 1));
    Cell { class, text: text.trim(), units }
}

fn units(row: &Row) -> u16 {
    match row {
        Row::Cells { cells, .. } => cells.iter().map(|cell| u16::from(cell.units)).sum(),
        Row::Arrow { .. } => 0,
    }
}

/// As wide as the widest label, broken into lines if it must be.
fn label_width(rows: &[(usize, Row)]) -> f64 {
    let width = |(_, row): &(usize, Row)| match row {
        Row::Cells { label, .. } if !label.is_empty() => SMALL.width(label) + 8.0,
        _ => 0.0,
    };
    rows.iter().map(width).fold(0.0, f64::max).min(LABELS)
}

fn row_of_cells(
    canvas: &mut Canvas,
    label: &str,
    cells: &[Cell],
    label_width: f64,
    unit: f64,
) -> Result<(), String> {
    if cells.is_empty() {
        return Err("a row is LABEL | CELL | CELL, or v TEXT, or ^ TEXT".into());
    }
    let label = match label {
        "" => Vec::new(),
        _ => SMALL.wrap(label, label_width - 6.0, 4)?,
    };
    let mut texts = Vec::new();
    for cell in cells {
        texts.push(PROSE.wrap(cell.text, unit * f64::from(cell.units) - 6.0, 4)?);
    }
    let tallest = texts.iter().map(|lines| height(PROSE, lines)).fold(0.0, f64::max);
    let tall = (tallest + 10.0).max(height(SMALL, &label)).max(24.0);

    let y = canvas.height;
    let mut x = 2.0 + label_width;
    canvas.text("end", SMALL, x - 6.0, y + (tall - height(SMALL, &label)) / 2.0, &label);
    for (cell, lines) in cells.iter().zip(&texts) {
        let rect = Rect { x, y, width: unit * f64::from(cell.units), height: tall };
        canvas.rect(&format!("cell {}", cell.class), rect);
        canvas.text_in(cell.class, PROSE, rect, lines);
        x = rect.right();
    }
    canvas.height = y + tall + 4.0;
    Ok(())
}

fn arrow(canvas: &mut Canvas, down: bool, text: &str, label_width: f64) -> Result<(), String> {
    let x = label_width + 24.0;
    let lines = SMALL.wrap(text, WIDTH - x - 14.0, 3)?;
    let tall = (height(SMALL, &lines) + 4.0).max(20.0);
    let (top, bottom) = (canvas.height, canvas.height + tall);
    let (start, end) = if down { (top, bottom) } else { (bottom, top) };
    canvas.arrow("flow", &[(x, start), (x, end)]);
    let y = top + (tall - height(SMALL, &lines)) / 2.0;
    canvas.text("start", SMALL, x + 10.0, y, &lines);
    canvas.height = bottom + 4.0;
    Ok(())
}
