//! What a wire prints, as the audience reads it beside the two sides.

use std::sync::LazyLock;

use regex_lite::Regex;

/// The line above the bytes of one read: connection, time, direction, count.
static READ: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(\d+)  [0-9.]+ s  (client . server)  (\d+) bytes?$")
        .expect("a pattern of ours is well formed")
});

/// The connection and the time at the beginning of a line.
static TIME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d+)  [0-9.]+ s  ").expect("a pattern of ours is well formed"));

/// How many reads that follow each other in one direction are shown.
const READS: usize = 3;

/// The beginning of a line about what a client, or a server, sends.
static SENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d+  [0-9.]+ s  client (→|←)").expect("a pattern of ours is well formed")
});

/// How many of these lines are to be shown before a line of the server, or of a client. What
/// that side itself has sent last is its next step: it comes after.
pub fn before(lines: &[String], of_server: bool) -> usize {
    let own = if of_server { "←" } else { "→" };
    let is_own = |line: &String| {
        line.starts_with(' ') || SENT.captures(line).is_some_and(|found| &found[1] == own)
    };
    let last = lines.iter().rposition(|line| !is_own(line));
    let end = last.map_or(0, |last| last + 1);
    // The rows of a read go with it.
    end + lines[end..].iter().take_while(|line| line.starts_with(' ')).count()
}

/// Takes the time out of a line: it differs from run to run.
pub fn without_time(line: &str) -> String {
    TIME.replace(line, "$1  ").into_owned()
}

/// Leaves out what no audience would read: of many reads in one direction, all but the first.
pub fn shorten(lines: Vec<String>) -> Vec<String> {
    let mut short = Vec::new();
    let mut run = Run::default();
    for line in lines {
        if line.starts_with(' ') {
            // A row of bytes goes with its read.
            if run.reads <= READS {
                short.push(line);
            }
            continue;
        }
        match READ.captures(&line).map(|found| (format!("{}{}", &found[1], &found[2]), found)) {
            Some((flow, found)) if flow == run.flow => {
                run.reads += 1;
                if run.reads > READS {
                    run.bytes += found[3].parse::<u64>().unwrap_or_default();
                    continue;
                }
            }
            Some((flow, _)) => run.finish(&mut short, flow),
            None => run.finish(&mut short, String::new()),
        }
        short.push(line);
    }
    run.finish(&mut short, String::new());
    short
}

/// Reads that follow each other in one direction of one connection.
#[derive(Default)]
struct Run {
    flow: String,
    reads: usize,
    /// What the reads held that are not shown.
    bytes: u64,
}

impl Run {
    /// Says how much was left out, and goes on with another flow.
    fn finish(&mut self, short: &mut Vec<String>, flow: String) {
        if self.reads > READS {
            let reads = self.reads - READS;
            short.push(format!("     … {reads} more reads, {} bytes", self.bytes));
        }
        let reads = usize::from(!flow.is_empty());
        *self = Self { flow, reads, bytes: 0 };
    }
}
