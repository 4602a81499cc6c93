//! What the bytes of a framed conversation are: length, header, body.

use serde_json::Value;

use record::Direction;

use crate::trace::Label;

/// The longest header that is looked into, in bytes: the longest that the lessons accept.
const MAX_HEADER: usize = 64 * 1024;

/// Names the bytes of one direction, read by read. A frame may go on over many reads.
pub struct Labeller {
    /// Whether a JSON header stands between the length and the body.
    header: bool,
    part: Part,
}

/// Which part of a frame comes next, and how much of it has come.
enum Part {
    /// Nothing is framed: each read is a request.
    Request,
    /// The four bytes in front.
    Length(Vec<u8>),
    /// The header, of so many bytes.
    Header(usize, Vec<u8>),
    /// The body: so many bytes have come, of so many.
    Body(usize, usize),
    /// What follows a length that cannot be meant.
    Unframed,
}

impl Labeller {
    /// Makes ready for the first bytes in this direction, as lesson 5, 6 or 7 sends them.
    pub fn new(lesson: u8, direction: Direction) -> Self {
        let framed = direction == Direction::Reply || lesson == 7;
        let part = if framed { Part::Length(Vec::new()) } else { Part::Request };
        Self { header: lesson > 5, part }
    }

    /// Names the bytes of the next read.
    pub fn labels(&mut self, bytes: &[u8]) -> Vec<Label> {
        let mut labels = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let label = self.next(rest);
            rest = &rest[label.length..];
            labels.push(label);
        }
        labels
    }

    /// Names those of these bytes that belong together, from the first.
    fn next(&mut self, bytes: &[u8]) -> Label {
        match &mut self.part {
            Part::Request => Label::new(bytes.len(), "request"),
            Part::Unframed => Label::new(bytes.len(), "not framed"),
            Part::Length(read) => {
                let count = take(read, 4, bytes);
                let whole = count == 4;
                let Some(&[a, b, c, d]) = read.first_chunk() else {
                    return Label::of_part(count, "length", read.len(), 4);
                };
                let length = i32::from_le_bytes([a, b, c, d]);
                self.part = self.after_length(length);
                let text = format!("length {length}");
                if whole { Label::new(count, text) } else { Label::of_part(count, text, 4, 4) }
            }
            Part::Header(length, read) => {
                let (count, length) = (take(read, *length, bytes), *length);
                let label = Label::of_part(count, "header", read.len(), length);
                if read.len() == length {
                    self.part = after_header(read);
                }
                label
            }
            Part::Body(read, length) => {
                let count = (*length - *read).min(bytes.len());
                *read += count;
                let label = Label::of_part(count, "body", *read, *length);
                if read == length {
                    self.part = Part::Length(Vec::new());
                }
                label
            }
        }
    }

    /// What a length announces.
    fn after_length(&self, length: i32) -> Part {
        match usize::try_from(length) {
            Ok(length) if !self.header => body(length),
            Ok(length @ 1..=MAX_HEADER) => Part::Header(length, Vec::new()),
            _ => Part::Unframed,
        }
    }
}

/// Adds to what has been read of a part, up to its length. Returns how many bytes it took.
fn take(read: &mut Vec<u8>, length: usize, bytes: &[u8]) -> usize {
    let count = (length - read.len()).min(bytes.len());
    read.extend(&bytes[..count]);
    count
}

/// What a header announces, under whichever name it calls the size of the body.
fn after_header(json: &[u8]) -> Part {
    let Ok(Value::Object(header)) = serde_json::from_slice(json) else {
        return Part::Unframed;
    };
    let size = ["total_size", "data_size", "filesize"].iter().find_map(|&key| header.get(key));
    match size.map(Value::as_u64) {
        None => Part::Length(Vec::new()),
        Some(Some(size)) => body(usize::try_from(size).unwrap_or(usize::MAX)),
        Some(None) => Part::Unframed,
    }
}

fn body(length: usize) -> Part {
    match length {
        0 => Part::Length(Vec::new()),
        _ => Part::Body(0, length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names reads one after another, and writes what it got as `LENGTH TITLE`.
    fn labelled(lesson: u8, direction: Direction, reads: &[&[u8]]) -> Vec<String> {
        let mut labeller = Labeller::new(lesson, direction);
        let labels = reads.iter().flat_map(|read| labeller.labels(read));
        let title = |Label { length, text, progress }| {
            let part = record::Part { label: text, progress, length, bytes: Vec::new() };
            format!("{length} {}", part.title())
        };
        labels.map(title).collect()
    }

    fn framed(header: &str, body: &str) -> Vec<u8> {
        let length = header.len() as u32;
        [&length.to_le_bytes(), header.as_bytes(), body.as_bytes()].concat()
    }

    #[test]
    fn a_reply_of_lesson_5_is_a_length_and_a_body() {
        let reads: &[&[u8]] = &[b"\x03\0\0\0hi\n\x01\0", b"\0\0a\0\0\0\0\x05\0\0\0he", b"llo"];
        assert_eq!(
            labelled(5, Direction::Reply, reads),
            [
                "4 length 3",
                "3 body, 3 of 3 bytes",
                "2 length, 2 of 4 bytes",
                "2 length 1, 4 of 4 bytes",
                "1 body, 1 of 1 bytes",
                "4 length 0",
                "4 length 5",
                "2 body, 2 of 5 bytes",
                "3 body, 5 of 5 bytes",
            ]
        );
    }

    #[test]
    fn a_request_of_lessons_5_and_6_has_no_frame() {
        assert_eq!(labelled(5, Direction::Request, &[b"echo hi"]), ["7 request"]);
        assert_eq!(labelled(6, Direction::Request, &[b"ls", b"id"]), ["2 request", "2 request"]);
    }

    #[test]
    fn a_reply_of_lesson_6_has_a_header() {
        let frame = framed(r#"{"total_size":2}"#, "hi");
        let labels = ["4 length 16", "16 header, 16 of 16 bytes", "2 body, 2 of 2 bytes"];
        assert_eq!(labelled(6, Direction::Reply, &[&frame]), labels);

        let frame = framed(r#"{"data_size":1}"#, "h");
        let labels = [
            "4 length 15",
            "1 header, 1 of 15 bytes",
            "14 header, 15 of 15 bytes",
            "1 body, 1 of 1 bytes",
        ];
        assert_eq!(labelled(6, Direction::Reply, &[&frame[..5], &frame[5..]]), labels);
    }

    #[test]
    fn lesson_7_frames_both_directions() {
        let put = framed(r#"{"filename":"a","filesize":3}"#, "abc");
        let labels = ["4 length 29", "29 header, 29 of 29 bytes", "3 body, 3 of 3 bytes"];
        assert_eq!(labelled(7, Direction::Request, &[&put]), labels);

        // The sizes in a list are those of other bodies.
        let list = framed(r#"{"files":[{"filesize":3}]}"#, "");
        let labels = ["4 length 26", "26 header, 26 of 26 bytes", "4 length 26"];
        assert_eq!(labelled(7, Direction::Reply, &[&list, &list[..4]]), labels);
    }

    #[test]
    fn what_follows_an_absurd_length_is_not_framed() {
        let negative = ["4 length -1", "2 not framed"];
        assert_eq!(labelled(5, Direction::Reply, &[b"\xff\xff\xff\xffhi"]), negative);
        let huge = ["4 length 542393671", "3 not framed"];
        assert_eq!(labelled(7, Direction::Request, &[b"GET / H"]), huge);
        let no_json = ["4 length 2", "2 header, 2 of 2 bytes", "1 not framed"];
        assert_eq!(labelled(6, Direction::Reply, &[b"\x02\0\0\0hi!"]), no_json);
    }
}
