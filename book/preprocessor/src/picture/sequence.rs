//! What happens over time: lanes from left to right, time from top to bottom.

use super::body::{Body, Mistake};
use super::canvas::{Canvas, Rect, WIDTH, height};
use super::text::{MONO, PROSE, SMALL, Style};

/// The space between two steps.
const GAP: f64 = 7.0;
/// By how much an arrow falls on its way: what is sent arrives later.
const FALL: f64 = 8.0;

/// A lane: a program, or a machine.
struct Lane<'a> {
    name: &'a str,
    colour: &'static str,
    x: f64,
    /// How wide what belongs to it can be.
    room: f64,
}

/// Draws lanes and, one below the other, the steps.
pub fn draw(body: &Body) -> Result<Canvas, Mistake> {
    let Some((&(number, first), steps)) = body.split_first() else {
        return Err((0, "the picture is empty".into()));
    };
    let Some(names) = first.trim().strip_prefix("lanes:") else {
        return Err((number, "the first line is lanes: NAME, NAME".into()));
    };
    let names: Vec<_> = names.split(',').map(str::trim).collect();
    if !(2..=4).contains(&names.len()) {
        return Err((number, "a sequence has two to four lanes".into()));
    }
    let lanes = lanes(&names);

    let mut drawing = Drawing { canvas: Canvas::default(), y: 0.0, waits: Vec::new(), lanes };
    drawing.heads().map_err(|text| (number, text))?;
    let top = drawing.y;
    for &(number, step) in steps {
        drawing.step(step.trim()).map_err(|text| (number, text))?;
    }
    Ok(drawing.finish(top))
}

fn lanes<'a>(names: &[&'a str]) -> Vec<Lane<'a>> {
    let count = u8::try_from(names.len()).unwrap_or(u8::MAX);
    let room = WIDTH / f64::from(count);
    let others = ["client", "server", "wire", "other"];
    let mut lanes = Vec::new();
    for (place, &name) in (0u8..).zip(names) {
        let colour = match name.to_lowercase() {
            name if name.contains("server") => "server",
            name if name.contains("client") && count == 2 => "client",
            name if name.contains("wire") || name.contains("network") => "wire",
            _ => others[usize::from(place)],
        };
        lanes.push(Lane { name, colour, x: room * (f64::from(place) + 0.5), room: room - 4.0 });
    }
    lanes
}

struct Drawing<'a> {
    canvas: Canvas,
    lanes: Vec<Lane<'a>>,
    /// Where the next step begins.
    y: f64,
    /// Where the lanes are dotted, because time passes.
    waits: Vec<(f64, f64)>,
}

impl Drawing<'_> {
    /// Draws the names of the lanes.
    fn heads(&mut self) -> Result<(), String> {
        let mut lines = Vec::new();
        for lane in &self.lanes {
            lines.push(PROSE.wrap(lane.name, lane.room - 12.0, 2)?);
        }
        let tallest = lines.iter().map(|lines| height(PROSE, lines)).fold(0.0, f64::max) + 10.0;
        for (lane, lines) in self.lanes.iter().zip(&lines) {
            let rect =
                Rect { x: lane.x - lane.room / 2.0, y: 1.0, width: lane.room, height: tallest };
            self.canvas.rect(&format!("lane {}", lane.colour), rect);
            self.canvas.text_in("strong", PROSE, rect, lines);
        }
        self.y = 1.0 + tallest;
        Ok(())
    }

    fn step(&mut self, step: &str) -> Result<(), String> {
        self.y += GAP;
        let (what, text) = step.split_once(": ").unwrap_or((step.trim_end_matches(':'), ""));
        if let Some(time) = what.strip_prefix("wait ") {
            self.wait(time, text)
        } else if what == "both" || what == "all" {
            self.across(text)
        } else if let Some(lane) = what.strip_prefix("note ") {
            let lane = self.lane(lane)?;
            self.beside("note", SMALL, lane, text)
        } else if let Some((from, to, arrives)) = message(what) {
            self.message(self.lane(from)?, self.lane(to)?, arrives, text)
        } else {
            let lane = self.lane(what)?;
            self.beside("act", MONO, lane, text)
        }
    }

    fn lane(&self, name: &str) -> Result<usize, String> {
        let lane = self.lanes.iter().position(|lane| lane.name == name.trim());
        lane.ok_or_else(|| format!("no lane is called {name:?}"))
    }

    /// Draws a text on a lane: what one side does, or a remark.
    fn beside(&mut self, kind: &str, style: Style, lane: usize, text: &str) -> Result<(), String> {
        let Lane { colour, x, room, .. } = self.lanes[lane];
        let lines = style.wrap(text, room - 10.0, 3)?;
        let widest = lines.iter().map(|line| style.width(line)).fold(0.0, f64::max);
        let rect = Rect {
            x: x - widest / 2.0 - 5.0,
            y: self.y,
            width: widest + 10.0,
            height: height(style, &lines) + 6.0,
        };
        self.canvas.rect(&format!("{kind} {colour}"), rect);
        self.canvas.text_in(kind, style, rect, &lines);
        self.y = rect.bottom();
        Ok(())
    }

    /// Draws an arrow from lane to lane, with its text above it.
    fn message(&mut self, from: usize, to: usize, arrives: bool, text: &str) -> Result<(), String> {
        let (from, to) = (&self.lanes[from], &self.lanes[to]);
        let (start, mut end) = (from.x, to.x);
        if from.name == to.name {
            return Err("a message goes from one lane to another".into());
        }
        let middle = f64::midpoint(start, end);
        let room = 2.0 * middle.min(WIDTH - middle) - 4.0;
        // A text may reach over its lanes, but not far.
        let lines = SMALL.wrap(text, room.min((end - start).abs() + 60.0), 3)?;
        if !text.is_empty() {
            self.canvas.text("label", SMALL, middle, self.y, &lines);
            self.y += height(SMALL, &lines);
        }
        let mut fall = FALL;
        if !arrives {
            end = start + (end - start) * 0.62;
            fall *= 0.62;
        }
        let inset = if start < end { 2.0 } else { -2.0 };
        let points = [(start + inset, self.y + 3.0), (end - inset, self.y + 3.0 + fall)];
        if arrives {
            self.canvas.arrow(&format!("message {}", from.colour), &points);
        } else {
            self.canvas.line(&format!("message lost {}", from.colour), &points);
            self.canvas.cross(end, self.y + 3.0 + fall);
        }
        self.y += 4.0 + FALL;
        Ok(())
    }

    /// Leaves a stretch of time in which nothing is sent.
    fn wait(&mut self, time: &str, text: &str) -> Result<(), String> {
        let start = self.y;
        let time = PROSE.wrap(time, WIDTH - 20.0, 1)?;
        self.y += 6.0;
        self.canvas.text("strong label", PROSE, WIDTH / 2.0, self.y, &time);
        self.y += height(PROSE, &time);
        if !text.is_empty() {
            let lines = SMALL.wrap(text, WIDTH - 20.0, 3)?;
            self.canvas.text("label", SMALL, WIDTH / 2.0, self.y, &lines);
            self.y += height(SMALL, &lines);
        }
        self.y += 6.0;
        self.waits.push((start, self.y));
        Ok(())
    }

    /// Draws a band over all lanes.
    fn across(&mut self, text: &str) -> Result<(), String> {
        let lines = PROSE.wrap(text, WIDTH - 20.0, 2)?;
        let height = height(PROSE, &lines) + 6.0;
        let rect = Rect { x: 2.0, y: self.y, width: WIDTH - 4.0, height };
        self.canvas.rect("across", rect);
        self.canvas.text_in("", PROSE, rect, &lines);
        self.y = rect.bottom();
        Ok(())
    }

    /// Puts the lanes' lines behind everything.
    fn finish(mut self, top: f64) -> Canvas {
        self.y += GAP;
        let mut behind = Canvas::default();
        for lane in &self.lanes {
            let class = format!("life {}", lane.colour);
            let mut start = top;
            for &(pause, end) in &self.waits {
                behind.line(&class, &[(lane.x, start), (lane.x, pause)]);
                behind.line(&format!("{class} dotted"), &[(lane.x, pause), (lane.x, end)]);
                start = end;
            }
            behind.line(&class, &[(lane.x, start), (lane.x, self.y)]);
        }
        behind.append(&self.canvas);
        behind.height = self.y + 2.0;
        behind
    }
}

/// Reads `client -> server`: from whom, to whom, and whether it arrives.
fn message(text: &str) -> Option<(&str, &str, bool)> {
    let arrows = [
        (" x-> ", true, false),
        (" <-x ", false, false),
        (" -> ", true, true),
        (" <- ", false, true),
    ];
    arrows.into_iter().find_map(|(arrow, right, arrives)| {
        let (left_lane, right_lane) = text.split_once(arrow)?;
        Some(match right {
            true => (left_lane, right_lane, arrives),
            false => (right_lane, left_lane, arrives),
        })
    })
}
