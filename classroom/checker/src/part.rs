//! What is tried with a program in one role, and how each check is written down.

use crate::bench::Bench;
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// All checks of one role in one lesson.
pub struct Part {
    /// The lesson's number.
    pub lesson: u8,
    /// What the program under test is.
    pub role: Role,
    /// What carries the bytes.
    pub transport: Transport,
    /// The checks, in the order in which they are shown.
    pub checks: &'static [Check],
}

/// One thing that is tried with a program.
#[derive(Clone, Copy)]
pub struct Check {
    /// An id of the catalogue, or one that begins with `works`.
    pub id: &'static str,
    /// What is done, in one line, shown when it has passed: `a client leaves; the next is served`.
    pub about: &'static str,
    /// Plays the other side. The program is started by it, with a folder and a port of its own.
    pub run: fn(&mut Bench) -> Outcome,
    /// Likely causes when it fails, in the learner's terms, the commonest mistake first. Never
    /// the solution.
    pub causes: &'static [&'static str],
}

/// The folders of the lessons, where to read on.
const FOLDERS: [&str; 9] = [
    "lessons/01-simple-echo",
    "lessons/02-communication-loop",
    "lessons/03-connection-loop",
    "lessons/04-sticky-packets",
    "lessons/05-struct-header",
    "lessons/06-dict-header",
    "lessons/07-file-transfer",
    "lessons/08-udp",
    "lessons/09-time-server",
];

impl Part {
    /// Where to read on about the lesson.
    pub fn folder(&self) -> &'static str {
        FOLDERS.get(usize::from(self.lesson) - 1).copied().unwrap_or("lessons")
    }
}
