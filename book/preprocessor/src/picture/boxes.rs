//! Things inside things, with lines between them.

use super::body::{Body, Mistake};
use super::canvas::{Canvas, Rect, WIDTH, height};
use super::text::{PROSE, SMALL};

/// The space around what is inside a box.
const PADDING: f64 = 6.0;

/// A box, and what is inside it.
struct Node<'a> {
    number: usize,
    name: &'a str,
    children: Vec<Node<'a>>,
    /// The space above it, where a line to the box above needs room.
    above: f64,
}

/// A line from one box to another.
struct Link<'a> {
    number: usize,
    from: &'a str,
    to: &'a str,
    text: &'a str,
    arrow: bool,
}

/// Where the boxes are, by their names.
type Places<'a> = Vec<(&'a str, Rect)>;

/// Draws the outer boxes side by side, and what is inside them from top to bottom.
pub fn draw(body: &Body) -> Result<Canvas, Mistake> {
    let is_link = |line: &&(usize, &str)| link(line.0, line.1).is_some();
    let links: Vec<_> = body.iter().filter_map(|&(number, line)| link(number, line)).collect();
    let boxes: Vec<_> = body.iter().filter(|line| !is_link(line)).copied().collect();
    let mut nodes = nest(&boxes);
    make_room(&mut nodes, &links);

    let mut canvas = Canvas::default();
    let mut places = Places::new();
    let mut gap = 0.0;
    let mut y = 2.0;
    for row in rows(&nodes, &links) {
        gap = gap_beside(row, &links);
        let count = f64::from(u8::try_from(row.len()).unwrap_or(u8::MAX));
        let width = (WIDTH - 4.0 - gap * (count - 1.0)) / count;
        let mut x = 2.0;
        let mut bottom = y;
        for node in row {
            let rect = paint(&mut canvas, node, 0, (x, y), width, &mut places)?;
            bottom = f64::max(bottom, rect.bottom());
            x += width + gap;
        }
        canvas.height = bottom + 3.0;
        y = bottom + 30.0;
    }
    for link in &links {
        connect(&mut canvas, link, &places, gap).map_err(|text| (link.number, text))?;
    }
    Ok(canvas)
}

/// Up to three outer boxes stand in one row. More of them stand in pairs, and one that is joined
/// with many has a row of its own.
fn rows<'a, 'b>(nodes: &'b [Node<'a>], links: &[Link]) -> Vec<&'b [Node<'a>]> {
    if nodes.len() <= 3 {
        return vec![nodes];
    }
    let is_hub = |node: &Node| {
        let joins = |link: &&Link| contains(node, link.from) || contains(node, link.to);
        links.iter().filter(joins).count() > 2
    };
    let mut rows = Vec::new();
    let mut rest = nodes;
    while !rest.is_empty() {
        let alone = rest.len() == 1 || is_hub(&rest[0]) || is_hub(&rest[1]);
        let (row, after) = rest.split_at(if alone { 1 } else { 2 });
        rows.push(row);
        rest = after;
    }
    rows
}

/// The space between boxes side by side: enough for the texts of the lines between them.
fn gap_beside(row: &[Node], links: &[Link]) -> f64 {
    let column = |name: &str| row.iter().position(|node| contains(node, name));
    let beside = |link: &&Link| match (column(link.from), column(link.to)) {
        (Some(from), Some(to)) => from != to,
        _ => false,
    };
    let widths = links.iter().filter(beside).map(|link| SMALL.width(link.text));
    let most = if row.len() > 2 { 40.0 } else { 80.0 };
    (widths.fold(10.0, f64::max) + 14.0).min(most)
}

/// Reads `A -- B: text` or `A -> B: text`.
fn link<'a>(number: usize, line: &'a str) -> Option<Link<'a>> {
    let (from, rest, arrow) = match line.split_once(" -> ") {
        Some((from, rest)) => (from, rest, true),
        None => line.split_once(" -- ").map(|(from, rest)| (from, rest, false))?,
    };
    let (to, text) = rest.split_once(": ").unwrap_or((rest, ""));
    Some(Link { number, from: from.trim(), to: to.trim(), text: text.trim(), arrow })
}

/// Builds the tree that the indentation shows.
fn nest<'a>(lines: &[(usize, &'a str)]) -> Vec<Node<'a>> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut nodes: Vec<Node> = Vec::new();
    let mut rest = lines;
    while let Some((&(number, line), after)) = rest.split_first() {
        let inside = after.iter().take_while(|(_, other)| indent(other) > indent(line)).count();
        let children = nest(&after[..inside]);
        nodes.push(Node { number, name: line.trim(), children, above: PADDING });
        rest = &after[inside..];
    }
    nodes
}

/// Makes room between boxes that are one above the other and have a line between them.
fn make_room(outer: &mut [Node], links: &[Link]) {
    for node in outer {
        for index in 1..node.children.len() {
            let (above, below) = node.children.split_at(index);
            let (above, below) = (&above[index - 1], &below[0]);
            let joins = |link: &&Link| {
                (contains(above, link.from) && contains(below, link.to))
                    || (contains(above, link.to) && contains(below, link.from))
            };
            if links.iter().any(|link| joins(&link)) {
                node.children[index].above = 26.0;
            }
        }
        make_room(&mut node.children, links);
    }
}

fn contains(node: &Node, name: &str) -> bool {
    node.name == name || node.children.iter().any(|child| contains(child, name))
}

fn paint<'a>(
    canvas: &mut Canvas,
    node: &Node<'a>,
    depth: usize,
    (x, y): (f64, f64),
    width: f64,
    places: &mut Places<'a>,
) -> Result<Rect, Mistake> {
    let style = if depth == 0 { PROSE } else { SMALL };
    let lines = style.wrap(node.name, width - 8.0, 4).map_err(|text| (node.number, text))?;
    let mut inside = Canvas::default();
    let mut bottom = y + 5.0 + height(style, &lines);
    for child in &node.children {
        let y = bottom + child.above - 1.0;
        let width = width - 2.0 * PADDING;
        bottom = paint(&mut inside, child, depth + 1, (x + PADDING, y), width, places)?.bottom();
    }
    let rect = Rect {
        x,
        y,
        width,
        height: bottom - y + if node.children.is_empty() { 5.0 } else { PADDING },
    };
    canvas.rect(&format!("box depth-{} {}", depth.min(3), colour(node.name)), rect);
    let class = if depth == 0 { "strong" } else { "" };
    canvas.text(class, style, rect.middle(), y + 5.0, &lines);
    canvas.append(&inside);
    places.push((node.name, rect));
    Ok(rect)
}

/// A box that is called after a side has its colour.
fn colour(name: &str) -> &'static str {
    let name = name.to_lowercase();
    ["client", "server", "wire"].into_iter().find(|side| name.starts_with(side)).unwrap_or("plain")
}

fn connect(canvas: &mut Canvas, link: &Link, places: &Places, gap: f64) -> Result<(), String> {
    let place = |name: &str| {
        let found = places.iter().find(|(other, _)| *other == name);
        found.map(|(_, rect)| *rect).ok_or_else(|| format!("no box is called {name:?}"))
    };
    let (from, to) = (place(link.from)?, place(link.to)?);
    // A line from top to bottom keeps to the right, for names stand in the middle.
    let beside = from.x.max(to.x) + 0.8 * (from.right().min(to.right()) - from.x.max(to.x));
    let points = if from.right() <= to.x {
        [(from.right(), from.centre()), (to.x, to.centre())]
    } else if to.right() <= from.x {
        [(from.x, from.centre()), (to.right(), to.centre())]
    } else if from.bottom() <= to.y {
        [(beside, from.bottom()), (beside, to.y)]
    } else if to.bottom() <= from.y {
        [(beside, from.y), (beside, to.bottom())]
    } else {
        return Err(format!("{:?} is inside {:?}; no line leads there", link.from, link.to));
    };
    match link.arrow {
        true => canvas.arrow("link", &points),
        false => canvas.line("link", &points),
    }
    if link.text.is_empty() {
        return Ok(());
    }
    let [(x1, y1), (x2, y2)] = points;
    let (x, y) = (f64::midpoint(x1, x2), f64::midpoint(y1, y2));
    if (x1 - x2).abs() < 1.0 {
        let lines = SMALL.wrap(link.text, x - from.x.max(to.x) + 20.0, 2)?;
        canvas.text("end label", SMALL, x - 6.0, y - height(SMALL, &lines) / 2.0, &lines);
    } else {
        let room = (x1 - x2).abs().max(gap) - 6.0;
        let lines = SMALL.wrap(link.text, room, 3)?;
        let y = y1.min(y2) - height(SMALL, &lines) - 3.0;
        canvas.text("label", SMALL, x, y, &lines);
    }
    Ok(())
}
