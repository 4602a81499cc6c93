//! Whether what a program prints is what it prints when nothing is wrong.

use std::fmt;

use bstr::ByteSlice;

/// How much of what several runs print must be the same, so that another run can be compared
/// with it: a quarter.
const SAME: usize = 4;

/// How many comparisons of words a likeness may cost. Where it would cost more, all between the
/// first and the last difference is left out.
const COMPARISONS: usize = 4_000_000;

/// What several runs have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Words in their order, with gaps where the runs differ.
    Words(Vec<Piece>),
    /// Lines that come in any order; they are sorted.
    Lines(Vec<Vec<u8>>),
}

/// A piece of a likeness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// What is the same in all runs.
    Same(Vec<u8>),
    /// What differs: a clock, a process number.
    Gap,
}

impl Likeness {
    /// What some samples have in common. `None` if that is too little to compare anything with.
    pub fn of(samples: &[Vec<u8>]) -> Option<Self> {
        let (first, others) = samples.split_first()?;
        if others.iter().all(|other| other == first) {
            return Some(Self::Words(vec![Piece::Same(first.clone())]));
        }
        let lines = sorted_lines(first);
        if others.iter().all(|other| sorted_lines(other) == lines) {
            return Some(Self::Lines(lines));
        }
        let mut common: Vec<_> = words(first).into_iter().map(Some).collect();
        for other in others {
            common = in_common(&common, &words(other));
        }
        let same: usize = common.iter().flatten().map(|word| word.len()).sum();
        let shortest = samples.iter().map(Vec::len).min().unwrap_or_default();
        (shortest > 0 && same * SAME >= shortest).then(|| Self::Words(joined(&common)))
    }

    /// Tells whether one more sample is alike.
    pub fn fits(&self, sample: &[u8]) -> bool {
        match self {
            Self::Lines(lines) => sorted_lines(sample) == *lines,
            Self::Words(pieces) => fits(pieces, sample),
        }
    }

    /// What would be alike, beside a sample that is not: with what differs anyway as it stands
    /// there, so that the first difference is one that counts. `None` if that cannot be said.
    pub fn beside(&self, sample: &[u8]) -> Option<Vec<u8>> {
        let Self::Words(pieces) = self else { return None };
        let (mut beside, mut rest) = (Vec::new(), Some(sample));
        let mut free = false;
        for piece in pieces {
            let Piece::Same(bytes) = piece else {
                free = true;
                continue;
            };
            let at = rest.and_then(|rest| {
                if free { rest.find(bytes) } else { rest.starts_with(bytes).then_some(0) }
            });
            if let (Some(text), Some(at)) = (rest, at) {
                let (alike, behind) = text.split_at(at + bytes.len());
                beside.extend(alike);
                rest = Some(behind);
            } else {
                // As much of it as there is until what follows may begin.
                let gap = rest.and_then(|rest| Some(&rest[..rest.find_byte(*bytes.first()?)?]));
                beside.extend(gap.unwrap_or("…".as_bytes()).iter().filter(|_| free));
                beside.extend(bytes);
                rest = None;
            }
            free = false;
        }
        if free {
            beside.extend(rest.unwrap_or("…".as_bytes()));
        }
        Some(beside)
    }

    /// Tells whether all samples were the same, to the last byte.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Words(pieces) if matches!(pieces[..], [Piece::Same(_)]))
    }
}

/// Where the runs differ stands `…`.
impl fmt::Display for Likeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Words(pieces) = self else { return f.write_str("the order of its lines") };
        pieces.iter().try_for_each(|piece| match piece {
            Piece::Same(bytes) => write!(f, "{}", bytes.escape_ascii()),
            Piece::Gap => f.write_str("…"),
        })
    }
}

/// Words, numbers, and each other byte by itself.
fn words(text: &[u8]) -> Vec<&[u8]> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80;
    text.chunk_by(|&left, &right| is_word(left) && is_word(right)).collect()
}

/// The longest run of words that both have, with `None` where one of them has others between.
fn in_common<'a>(left: &[Option<&'a [u8]>], right: &[&'a [u8]]) -> Vec<Option<&'a [u8]>> {
    let alike = |(left, right): (&Option<&[u8]>, &&[u8])| *left == Some(*right);
    let head = left.iter().zip(right).take_while(|&pair| alike(pair)).count();
    let (left_rest, right_rest) = (&left[head..], &right[head..]);
    let pairs = left_rest.iter().rev().zip(right_rest.iter().rev());
    let tail = pairs.take_while(|&pair| alike(pair)).count();
    let left_middle = &left_rest[..left_rest.len() - tail];
    let right_middle = &right_rest[..right_rest.len() - tail];

    let mut common = left[..head].to_vec();
    if left_middle.len() * right_middle.len() > COMPARISONS {
        common.push(None);
    } else {
        common.extend(longest(left_middle, right_middle));
    }
    common.extend(&left_rest[left_middle.len()..]);
    common
}

/// The longest common run of words, found by how long it is from each place on.
fn longest<'a>(left: &[Option<&'a [u8]>], right: &[&'a [u8]]) -> Vec<Option<&'a [u8]>> {
    let width = right.len() + 1;
    let mut lengths = vec![0_u32; (left.len() + 1) * width];
    for (row, word) in left.iter().enumerate().rev() {
        for (column, other) in right.iter().enumerate().rev() {
            let at = row * width + column;
            lengths[at] = if *word == Some(*other) {
                lengths[at + width + 1] + 1
            } else {
                lengths[at + width].max(lengths[at + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut common = Vec::new();
    while row < left.len() || column < right.len() {
        let (word, other) = (left.get(row), right.get(column));
        if let (Some(Some(word)), Some(other)) = (word, other)
            && word == other
        {
            common.push(Some(*word));
            (row, column) = (row + 1, column + 1);
            continue;
        }
        if common.last() != Some(&None) {
            common.push(None);
        }
        let at = row * width + column;
        let skip_left =
            column == right.len() || (row < left.len() && lengths[at + width] >= lengths[at + 1]);
        if skip_left { row += 1 } else { column += 1 }
    }
    common
}

fn joined(words: &[Option<&[u8]>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for word in words {
        match (word, pieces.last_mut()) {
            (Some(word), Some(Piece::Same(bytes))) => bytes.extend(*word),
            (Some(word), _) => pieces.push(Piece::Same(word.to_vec())),
            (None, Some(Piece::Gap)) => {}
            (None, _) => pieces.push(Piece::Gap),
        }
    }
    widened(pieces)
}

/// The gaps of clocks, as wide as they are: of `12:00:…` the minute may be another one, too, by
/// the time of the next run.
fn widened(pieces: Vec<Piece>) -> Vec<Piece> {
    let of_number = |byte: &u8| byte.is_ascii_digit() || b":.-".contains(byte);
    let cut = |bytes: &[u8]| if bytes.iter().any(u8::is_ascii_digit) { bytes.len() } else { 0 };
    let mut wide: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (piece, wide.last_mut()) {
            (Piece::Gap, Some(Piece::Same(before))) => {
                let digits = before.iter().rev().take_while(|byte| of_number(byte)).count();
                let end = before.len() - cut(&before[before.len() - digits..]);
                before.truncate(end);
                if before.is_empty() {
                    wide.pop();
                }
                if wide.last() != Some(&Piece::Gap) {
                    wide.push(Piece::Gap);
                }
            }
            (Piece::Same(mut bytes), Some(Piece::Gap)) => {
                let digits = bytes.iter().take_while(|byte| of_number(byte)).count();
                bytes.drain(..cut(&bytes[..digits]));
                if !bytes.is_empty() {
                    wide.push(Piece::Same(bytes));
                }
            }
            (piece, _) => wide.push(piece),
        }
    }
    wide
}

fn fits(pieces: &[Piece], sample: &[u8]) -> bool {
    let (mut rest, mut free) = (sample, false);
    for (number, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Gap => free = true,
            // What stands behind the last gap is the end.
            Piece::Same(bytes) if free && number + 1 == pieces.len() => {
                return rest.ends_with(bytes);
            }
            Piece::Same(bytes) => {
                let at = if free { rest.find(bytes) } else { rest.starts_with(bytes).then_some(0) };
                let Some(at) = at else { return false };
                rest = &rest[at + bytes.len()..];
                free = false;
            }
        }
    }
    free || rest.is_empty()
}

fn sorted_lines(text: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<_> = text.lines().map(<[u8]>::to_vec).collect();
    lines.sort();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(samples: &[&str]) -> Likeness {
        let samples: Vec<_> = samples.iter().map(|sample| sample.as_bytes().to_vec()).collect();
        Likeness::of(&samples).expect("they have something in common")
    }

    #[test]
    fn a_clock_is_masked_and_nothing_else() {
        let likeness = of(&["time 12:00:01, pid 7\nok\n", "time 12:00:02, pid 1234\nok\n"]);
        assert_eq!(likeness.to_string(), "time …, pid …\\nok\\n");
        assert!(likeness.fits(b"time 12:00:59, pid 99\nok\n"));
        // The next minute has begun.
        assert!(likeness.fits(b"time 12:01:03, pid 99\nok\n"));
        assert!(!likeness.fits(b"time 12:00:59, pid 99\nno\n"));
        assert!(!likeness.fits(b"time 12:00:59, pid 99\nok\nok"));
        assert!(!likeness.fits(b"tim"));
        let beside = likeness.beside(b"time 13:00:59, pid 99\nno\n").expect("words");
        assert_eq!(beside.as_bstr(), "time 13:00:59, pid 99\nok\n");
    }

    #[test]
    fn what_is_always_the_same_is_compared_to_the_last_byte() {
        let likeness = of(&["HELLO\n", "HELLO\n", "HELLO\n"]);
        assert!(likeness.is_exact());
        assert!(likeness.fits(b"HELLO\n"));
        assert!(!likeness.fits(b"HELLO\nX"));
        assert!(!likeness.fits(b"HELLO"));
    }

    #[test]
    fn more_words_in_one_run_than_in_the_other_are_a_gap() {
        let likeness = of(&["a 1 % 2 % done", "a 1 % 2 % 3 % done", "a done"]);
        assert!(likeness.fits(b"a 9 % done"));
        assert!(!likeness.fits(b"a 9 % don"));
        assert!(!likeness.fits(b"9 % done"));
    }

    #[test]
    fn something_is_not_like_nothing() {
        assert_eq!(Likeness::of(&[b"HELLO".to_vec(), Vec::new()]), None);
    }

    #[test]
    fn lines_may_come_in_any_order() {
        let likeness = of(&["first\nsecond\nthird\n", "third\nfirst\nsecond\n"]);
        assert!(likeness.fits(b"second\nthird\nfirst\n"));
        assert!(!likeness.fits(b"second\nthird\nfirst\nfourth\n"));
        assert!(!likeness.fits(b"second\nthird\n"));
    }

    #[test]
    fn runs_that_have_nothing_in_common_are_like_nothing() {
        let samples = [b"8f3a11 77aa01".to_vec(), b"00b1c9 1234aa".to_vec()];
        assert_eq!(Likeness::of(&samples), None);
    }
}
