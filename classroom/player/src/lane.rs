//! What happens on a wire, as the audience reads it beside the two sides.

use record::{Direction, Event, What};

/// How many reads that follow each other in one direction are shown.
const READS: usize = 3;

/// An event that the audience is to read.
pub struct Entry {
    /// Which side sent what it tells of, if one did.
    direction: Option<Direction>,
    /// Its first line, with the time and without: it differs from run to run.
    head: (String, String),
    /// The rows of bytes below it.
    rows: Vec<String>,
}

impl Entry {
    fn new(event: &Event) -> Self {
        let text = event.what.to_string();
        let mut lines = text.lines().map(String::from);
        let first = lines.next().unwrap_or_default();
        let head = match event.connection {
            Some(number) => {
                let live = format!("{number}  {:.3} s  {first}", event.seconds);
                (live, format!("{number}  {first}"))
            }
            None => (first.clone(), first),
        };
        let direction = match event.what {
            What::Stray { .. } => Some(Direction::Reply),
            _ => event.what.direction(),
        };
        Self { direction, head, rows: lines.collect() }
    }

    /// Its lines: as they came, and as they are recorded.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        let (live, recorded) = &self.head;
        let rows = self.rows.iter().map(|row| (row.as_str(), row.as_str()));
        std::iter::once((live.as_str(), recorded.as_str())).chain(rows)
    }
}

/// How many of these are to be shown before a line of the server, or of a client. What that side
/// itself has sent last is its next step: it comes after.
pub fn before(entries: &[Entry], of_server: bool) -> usize {
    let own = if of_server { Direction::Reply } else { Direction::Request };
    let last = entries.iter().rposition(|entry| entry.direction != Some(own));
    last.map_or(0, |last| last + 1)
}

/// Leaves out what no audience would read: of many reads in one direction, all but the first.
pub fn shorten(events: &[Event]) -> Vec<Entry> {
    let flow = |event: &Event| match event.what {
        What::Bytes { direction, length, .. } => Some((event.connection, direction, length)),
        _ => None,
    };
    let same = |one: &Event, next: &Event| match (flow(one), flow(next)) {
        (Some((number, way, _)), Some((next, next_way, _))) => (number, way) == (next, next_way),
        _ => false,
    };
    let mut short = Vec::new();
    for run in events.chunk_by(same) {
        let (shown, left_out) = run.split_at(run.len().min(READS));
        short.extend(shown.iter().map(Entry::new));
        let bytes: usize = left_out.iter().filter_map(flow).map(|(_, _, length)| length).sum();
        if let Some(last) = short.last_mut().filter(|_| !left_out.is_empty()) {
            let more = format!("{} more reads, {bytes} bytes", left_out.len());
            last.rows.push(record::rest_row(&more));
        }
    }
    short
}
