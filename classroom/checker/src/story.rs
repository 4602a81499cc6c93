//! What happened during a check, with the times since it began.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many lines of the program are kept from its beginning, and how many from its end: one
/// that prints for ever must not eat our memory.
const FIRST_LINES: usize = 40;
const LAST_LINES: usize = 10;

/// The events of one check, in their order. Clones share it.
#[derive(Clone)]
pub struct Story {
    events: Arc<Mutex<Events>>,
    /// Whose output is told through this clone.
    program: &'static str,
}

struct Events {
    began: Instant,
    /// What is told from beginning to end.
    kept: Vec<Event>,
    first_lines: usize,
    /// The latest lines of a program that prints a lot.
    last_lines: VecDeque<Event>,
    left_out: usize,
    flooded: bool,
    number: usize,
}

struct Event {
    number: usize,
    time: Duration,
    text: String,
}

impl Story {
    /// Begins a story. Its time counts from now.
    pub fn new() -> Self {
        let events = Arc::new(Mutex::new(Events {
            began: Instant::now(),
            kept: Vec::new(),
            first_lines: 0,
            last_lines: VecDeque::new(),
            left_out: 0,
            flooded: false,
            number: 0,
        }));
        Self { events, program: "program" }
    }

    /// The same story, where one of several programs is told of.
    pub fn of(&self, program: &'static str) -> Self {
        Self { program, ..self.clone() }
    }

    /// Whose output is told.
    pub fn program(&self) -> &'static str {
        self.program
    }

    fn lock(&self) -> MutexGuard<'_, Events> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what happened just now.
    pub fn tell(&self, text: impl Into<String>) {
        let mut events = self.lock();
        let event = events.event(text.into());
        events.kept.push(event);
    }

    /// Tells what the program printed. Of many lines only the first and the last are kept.
    pub fn printed(&self, text: impl Into<String>) {
        let mut events = self.lock();
        let event = events.event(text.into());
        if events.first_lines < FIRST_LINES {
            events.first_lines += 1;
            events.kept.push(event);
            return;
        }
        events.last_lines.push_back(event);
        if events.last_lines.len() > LAST_LINES {
            events.last_lines.pop_front();
            events.left_out += 1;
        }
    }

    /// Tells that so much is printed that nobody looks at it any more.
    pub fn flooded(&self) {
        let mut events = self.lock();
        events.left_out += events.last_lines.len();
        events.last_lines.clear();
        events.flooded = true;
    }

    /// The story so far, a line for each event: `0.046 s  1 → program  "hello" (5 bytes)`.
    pub fn lines(&self) -> Vec<String> {
        let events = self.lock();
        let mut all: Vec<_> = events.kept.iter().chain(&events.last_lines).collect();
        all.sort_by_key(|event| event.number);
        let gap = events.last_lines.front().filter(|_| events.left_out > 0);
        let flood = if events.flooded { ", and a flood behind them" } else { "" };
        let left_out = format!("         … {} more lines of the program{flood}", events.left_out);
        let mut lines = Vec::with_capacity(all.len() + 1);
        for event in all {
            if gap.is_some_and(|gap| gap.number == event.number) {
                lines.push(left_out.clone());
            }
            lines.push(format!("{:.3} s  {}", event.time.as_secs_f64(), event.text));
        }
        if events.left_out > 0 && gap.is_none() {
            lines.push(left_out);
        }
        lines
    }
}

impl Events {
    fn event(&mut self, text: String) -> Event {
        self.number += 1;
        Event { number: self.number, time: self.began.elapsed(), text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_and_not_kept() {
        let story = Story::new();
        (0..1000).for_each(|number| story.printed(format!("line {number}")));
        story.flooded();
        let lines = story.lines();
        assert_eq!(lines.len(), FIRST_LINES + 1, "{lines:?}");
        let last = lines.last().expect("a line");
        let left_out = 1000 - FIRST_LINES;
        let told = format!("… {left_out} more lines of the program, and a flood behind them");
        assert_eq!(last.trim(), told);
    }
}
