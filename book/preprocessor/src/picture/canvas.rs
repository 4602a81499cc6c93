//! What a picture is drawn on.

use super::text::Style;
use crate::html::escape;

/// The width of every picture, in its units.
pub const WIDTH: f64 = 340.0;

/// Shapes and texts, later ones above earlier ones.
#[derive(Default)]
pub struct Canvas {
    shapes: String,
    /// How high the picture is.
    pub height: f64,
}

/// A rectangle.
#[derive(Clone, Copy, Debug)]
pub struct Rect {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl Rect {
    /// The middle between its left and its right edge.
    pub fn middle(self) -> f64 {
        self.x + self.width / 2.0
    }

    /// The middle between its upper and its lower edge.
    pub fn centre(self) -> f64 {
        self.y + self.height / 2.0
    }

    /// Its right edge.
    pub fn right(self) -> f64 {
        self.x + self.width
    }

    /// Its lower edge.
    pub fn bottom(self) -> f64 {
        self.y + self.height
    }
}

impl Canvas {
    /// What has been drawn.
    pub fn shapes(&self) -> &str {
        &self.shapes
    }

    /// Draws another canvas above this one.
    pub fn append(&mut self, other: &Canvas) {
        self.shapes.push_str(&other.shapes);
    }

    /// Draws a rectangle. The class says how it looks.
    pub fn rect(&mut self, class: &str, rect: Rect) {
        let Rect { x, y, width, height } = rect;
        self.shapes.push_str(&format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\" rx=\"3\"></rect>\n"
        ));
    }

    /// Draws a line through these points.
    pub fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let points = points.join(" ");
        self.shapes
            .push_str(&format!("<polyline class=\"{class}\" points=\"{points}\"></polyline>\n"));
    }

    /// Draws a line through these points with a head at its end.
    pub fn arrow(&mut self, class: &str, points: &[(f64, f64)]) {
        self.line(class, points);
        let [.., (from_x, from_y), (x, y)] = *points else { return };
        let length = (x - from_x).hypot(y - from_y);
        let (along_x, along_y) = ((x - from_x) / length, (y - from_y) / length);
        let corner = |side: f64| {
            let (back_x, back_y) = (x - 7.0 * along_x, y - 7.0 * along_y);
            format!("{:.1},{:.1}", back_x - side * along_y, back_y + side * along_x)
        };
        let (left, right) = (corner(3.5), corner(-3.5));
        self.shapes.push_str(&format!(
            "<polygon class=\"head {class}\" points=\"{left} {x:.1},{y:.1} {right}\"></polygon>\n"
        ));
    }

    /// Draws a cross, where something ends that should go on.
    pub fn cross(&mut self, x: f64, y: f64) {
        self.line("cross", &[(x - 4.0, y - 4.0), (x + 4.0, y + 4.0)]);
        self.line("cross", &[(x - 4.0, y + 4.0), (x + 4.0, y - 4.0)]);
    }

    /// Writes lines of text, the first line's upper edge at `y`. The class says how they look,
    /// and with `start` or `end` in it which end of them is at `x`; else it is their middle.
    pub fn text(&mut self, class: &str, style: Style, x: f64, y: f64, lines: &[String]) {
        let font = if style.mono { "mono" } else { "prose" };
        let size = style.size;
        for (index, line) in (0u8..).zip(lines) {
            // A line's letters stand a little above its lower edge.
            let y = y + f64::from(index) * style.leading() + size * 0.92;
            self.shapes.push_str(&format!(
                "<text class=\"{font} {class}\" x=\"{x:.1}\" y=\"{y:.1}\" \
                 font-size=\"{size}\">{}</text>\n",
                escape(line)
            ));
        }
    }

    /// Writes lines of text in the middle of a rectangle.
    pub fn text_in(&mut self, class: &str, style: Style, rect: Rect, lines: &[String]) {
        let y = rect.centre() - height(style, lines) / 2.0;
        self.text(class, style, rect.middle(), y, lines);
    }
}

/// How high lines of text are together.
pub fn height(style: Style, lines: &[String]) -> f64 {
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    f64::from(count) * style.leading()
}
