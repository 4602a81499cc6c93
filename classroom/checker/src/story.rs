//! What happened during a check, with the times since it began.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many lines of the program are kept from its beginning, and how many from its end: one
/// that prints for ever must not eat our memory.
const FIRST_LINES: usize = 40;
const LAST_LINES: usize = 10;

/// How many equal lines in a row are told one by one. The others are counted.
const EQUAL_LINES: usize = 3;

/// The events of one check, in their order. Clones share it.
#[derive(Clone)]
pub struct Story(Arc<Mutex<Events>>);

struct Events {
    began: Instant,
    /// What is told from beginning to end.
    kept: Vec<Event>,
    first_lines: usize,
    /// The latest lines of a program that prints a lot.
    last_lines: VecDeque<Event>,
    left_out: usize,
    number: usize,
    /// How many lines like the last one have come in a row.
    equal: usize,
}

struct Event {
    number: usize,
    time: Duration,
    text: String,
    /// How many more came that were the same.
    more: usize,
}

impl Story {
    /// Begins a story. Its time counts from now.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Events {
            began: Instant::now(),
            kept: Vec::new(),
            first_lines: 0,
            last_lines: VecDeque::new(),
            left_out: 0,
            number: 0,
            equal: 0,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Events> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what happened just now.
    pub fn tell(&self, text: impl Into<String>) {
        let mut events = self.lock();
        let event = events.event(text.into());
        events.equal = 0;
        events.kept.push(event);
    }

    /// Tells what the program printed. Of many lines only the first and the last are kept.
    pub fn printed(&self, text: impl Into<String>) {
        let mut events = self.lock();
        let text = text.into();
        if events.repeats(&text) {
            return;
        }
        let event = events.event(text);
        if events.first_lines < FIRST_LINES {
            events.first_lines += 1;
            events.kept.push(event);
            return;
        }
        events.last_lines.push_back(event);
        if events.last_lines.len() > LAST_LINES
            && let Some(first) = events.last_lines.pop_front()
        {
            events.left_out += 1 + first.more;
        }
    }

    /// The story so far, a line for each event: `0.046 s  1 → program  "hello" (5 bytes)`.
    pub fn lines(&self) -> Vec<String> {
        let events = self.lock();
        let mut all: Vec<_> = events.kept.iter().chain(&events.last_lines).collect();
        all.sort_by_key(|event| event.number);
        let gap = events.last_lines.front().filter(|_| events.left_out > 0);
        let mut lines = Vec::with_capacity(all.len() + 1);
        for event in all {
            if gap.is_some_and(|gap| gap.number == event.number) {
                lines.push(format!("         … {} more lines of the program", events.left_out));
            }
            lines.push(format!("{:.3} s  {}", event.time.as_secs_f64(), event.text));
            if event.more > 0 {
                lines.push(format!("         … the same {} more times", event.more));
            }
        }
        lines
    }
}

impl Events {
    fn event(&mut self, text: String) -> Event {
        self.number += 1;
        Event { number: self.number, time: self.began.elapsed(), text, more: 0 }
    }

    /// Counts a line that is the same as those before it, and tells whether it was one of many.
    fn repeats(&mut self, text: &str) -> bool {
        let number = self.number;
        let last = self.last_lines.back_mut().or(self.kept.last_mut());
        let Some(last) = last.filter(|last| last.number == number && last.text == text) else {
            self.equal = 1;
            return false;
        };
        self.equal += 1;
        let many = self.equal > EQUAL_LINES;
        last.more += usize::from(many);
        many
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(story: &Story) -> Vec<String> {
        let lines = story.lines();
        lines.iter().map(|line| line.trim_start_matches(['0', '.', ' ', 's']).into()).collect()
    }

    #[test]
    fn many_equal_lines_are_counted() {
        let story = Story::new();
        for _ in 0..1000 {
            story.printed("received nothing");
        }
        story.printed("goodbye");
        let told = ["received nothing", "received nothing", "received nothing"];
        let told = [&told[..], &["… the same 997 more times", "goodbye"]].concat();
        assert_eq!(texts(&story), told);
    }

    #[test]
    fn what_happens_in_between_is_told_where_it_happened() {
        let story = Story::new();
        for _ in 0..3 {
            story.printed("hello");
            story.printed("hello");
            story.tell("we did something");
        }
        let told = ["hello", "hello", "we did something"].repeat(3);
        assert_eq!(texts(&story), told);
    }

    #[test]
    fn of_many_lines_the_first_and_the_last_are_told() {
        let story = Story::new();
        for number in 1000..2000 {
            story.printed(format!("line {number}"));
        }
        let told = texts(&story);
        assert_eq!(told.len(), FIRST_LINES + 1 + LAST_LINES);
        assert_eq!(told[0], "line 1000");
        assert_eq!(told[FIRST_LINES], "… 950 more lines of the program");
        assert_eq!(told.last().map(String::as_str), Some("line 1999"));
    }
}
