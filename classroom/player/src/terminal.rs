//! The terminal of the audience, if there is one.

use std::io::{self, IsTerminal};

use unicode_width::UnicodeWidthStr;

/// The bounds of a line that is read with ease, in columns.
const NARROWEST: usize = 40;
const WIDEST: usize = 92;

/// The width where the system does not tell.
const USUAL: usize = 80;

/// Lays out a text for the terminal: its lines begin with `indent` spaces, which are not among
/// what is returned. Nothing, if no terminal shows what we print: then every line stays as it is.
pub fn lay_out(text: &str, indent: usize) -> Option<Vec<String>> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let width = columns().filter(|&columns| columns > 0).unwrap_or(USUAL);
    Some(wrap(text, width.clamp(NARROWEST, WIDEST).saturating_sub(indent)))
}

/// The lines in which a text is printed: laid out for the terminal, or else the text as it is.
pub fn lines(text: &str, indent: usize) -> Vec<String> {
    lay_out(text, indent).unwrap_or_else(|| vec![text.into()])
}

/// Breaks a text between its words, so that no line is wider than `width`, but for a word that is.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let count = word.width();
        if used > 0 && used + 1 + count > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += count;
    }
    lines.push(line);
    lines
}

#[cfg(unix)]
fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(size.ws_col.into())
}

#[cfg(not(unix))]
fn columns() -> Option<usize> {
    None
}

/// Whether a person reads what we print and ask, and can answer.
pub fn shows_a_person() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Forgets what was typed before it was asked for: each step waits for an Enter of its own.
#[cfg(unix)]
pub fn forget_early_keys() {
    // A terminal that cannot do so keeps the keys, and goes on a step earlier.
    let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
}

/// Elsewhere an early Enter counts for the next step.
#[cfg(not(unix))]
pub fn forget_early_keys() {}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_full_and_no_word_is_broken() {
        assert_eq!(wrap("one two  three é-é", 7), ["one two", "three", "é-é"]);
        assert_eq!(wrap("a-word-that-is-too-long it is", 9), ["a-word-that-is-too-long", "it is"]);
        assert_eq!(wrap("", 9), [""]);
        // Each of these letters takes two columns.
        assert_eq!(wrap("你好 你好", 8), ["你好", "你好"]);
    }
}
