//! What a program prints of how far it is. How often, the pieces decide in which the bytes come:
//! no fault of anybody.

/// A line as a terminal shows it, and whether it tells of progress.
#[derive(PartialEq, Eq)]
struct Line<'a> {
    text: &'a str,
    /// The text with `#` for each number, if it tells how much there is of something.
    shape: Option<String>,
    numbers: u64,
}

/// Words that say what a number counts.
const COUNTED: [&str; 12] = [
    "b", "byte", "bytes", "kb", "kib", "mb", "mib", "chunk", "chunks", "packets", "pieces",
    "percent",
];

/// Tells whether two outputs differ in nothing but how often they tell of progress. What a
/// carriage return has had overwritten is not there any more.
pub fn alike(left: &[u8], right: &[u8]) -> bool {
    let (Ok(left), Ok(right)) = (str::from_utf8(left), str::from_utf8(right)) else { return false };
    let (left, right) = (lines(left), lines(right));
    let mut left = left.chunk_by(goes_on);
    let mut right = right.chunk_by(goes_on);
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if left == right || as_far(left, right) => {}
            _ => return false,
        }
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let shown = |line| str::trim_end_matches(line, '\r').rsplit('\r').next();
    text.split('\n').filter_map(shown).map(Line::of).collect()
}

fn goes_on(left: &Line, right: &Line) -> bool {
    left.shape.is_some() && left.shape == right.shape
}

/// Tells whether both runs of lines tell of the same in another number of steps. A single line
/// is no steps: it may be the count of a message.
fn as_far(left: &[Line], right: &[Line]) -> bool {
    let sum = |lines: &[Line]| lines.iter().map(|line| line.numbers).sum::<u64>();
    let counts = left.len() != right.len() || (left.len() > 1 && sum(left) == sum(right));
    counts && left[0].shape.is_some() && left[0].shape == right[0].shape
}

impl<'a> Line<'a> {
    fn of(text: &'a str) -> Self {
        let (mut shape, mut numbers) = (String::new(), 0_u64);
        let is_digit = |c: char| c.is_ascii_digit() || c == '.';
        let pieces: Vec<_> = split_when(text, is_digit);
        for piece in pieces {
            match piece.trim_matches('.').parse::<f64>() {
                Ok(number) => {
                    numbers = numbers.saturating_add(number as u64);
                    shape.push('#');
                }
                Err(_) => shape.push_str(piece),
            }
        }
        let counted = shape.to_lowercase();
        let mut words = counted.split(|c: char| !c.is_alphabetic());
        let tells = shape.contains('#')
            && (counted.contains('%') || words.any(|word| COUNTED.contains(&word)));
        Self { text, shape: tells.then_some(shape), numbers }
    }
}

/// Cuts a text wherever letters of a kind begin or end.
fn split_when(text: &str, is: impl Fn(char) -> bool) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    let mut before = None;
    for (at, letter) in text.char_indices() {
        if before.is_some_and(|before| before != is(letter)) {
            pieces.push(&text[begin..at]);
            begin = at;
        }
        before = Some(is(letter));
    }
    pieces.push(&text[begin..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) -> bool {
        alike(left.as_bytes(), right.as_bytes())
    }

    #[test]
    fn more_steps_to_the_same_end_are_alike() {
        assert!(same("\r50 %\r100 %\ndone\n", "\r1 %\r2 %\r3 %\r100 %\ndone\n"));
        assert!(same("got 60 bytes\ndone\n", "got 1 bytes\ngot 1 bytes\ndone\n"));
        assert!(same("got 6 bytes\ngot 4 bytes\n", "got 3 bytes\ngot 7 bytes\n"));
        assert!(same("50.0%\r\n100.0%\r\n", "1.5%\r\n100.0%\r\n7%\r\n"));
    }

    #[test]
    fn what_is_no_progress_is_compared() {
        assert!(!same("got 5 bytes: HELLO\n", "got 1 bytes: H\ngot 1 bytes: E\n"));
        assert!(!same("got 5 bytes\n", "got 1 bytes\n"));
        assert!(!same("got 5 bytes\ngot 2 bytes\n", "got 1 bytes\ngot 1 bytes\n"));
        assert!(!same("12\n", "1\n2\n"));
        assert!(!same("\r100 %\ndone\n", "\r100 %\n"));
        assert!(!same("\r100 %\n", "\r50 %\n"));
        assert!(!alike(b"\xff\r1", b"\xfe\r1"));
    }
}
