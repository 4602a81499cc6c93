//! The prose is spelled as in British English. Words that the dictionary does not know stand in
//! `book/words.txt`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use book_preprocessor::{Page, parser};
use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use super::{book, root};

#[test]
#[ignore = "needs hunspell: just test-book"]
fn each_word_is_spelled_right() {
    let words = root().join("book/words.txt");
    let list = fs::read_to_string(&words).expect("book/words.txt is there");
    let mut sorted: Vec<_> = list.lines().collect();
    sorted.sort_unstable();
    sorted.dedup();
    assert!(list.lines().eq(sorted), "book/words.txt is not sorted: LC_ALL=C sort -u");

    let mut prose = BTreeMap::new();
    for page in &book().pages {
        for (line, text) in lines(page) {
            prose.insert(format!("book/src/{}:{line}", page.path), text);
        }
    }
    let all = prose.values().cloned().collect::<Vec<_>>().join("\n");
    let mut wrong: Vec<_> = hunspell(&all, &words).lines().map(str::to_owned).collect();
    wrong.sort_unstable();
    wrong.dedup();
    let places: Vec<_> = wrong
        .iter()
        .map(|word| {
            let place = prose.iter().find(|(_, text)| text.contains(word));
            format!("{}: {word}", place.map_or("?", |(place, _)| place))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} words are unknown; mend them, or add them to book/words.txt:\n{}",
        wrong.len(),
        places.join("\n")
    );
}

/// What a page says in words, with the number of the line where each piece begins. Code,
/// commands and directives are left out; what a picture says instead of itself is not.
fn lines(page: &Page) -> Vec<(usize, String)> {
    let text = page.without_directives();
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut add = |line: usize, text: &str| match lines.last_mut() {
        // A word may be set in pieces: *t*here.
        Some((last, before)) if *last == line => before.push_str(text),
        _ => lines.push((line, text.to_owned())),
    };
    let mut block = None;
    for (event, range) in parser(&text).into_offset_iter() {
        let line = page.line_at(range.start);
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => block = Some(kind),
            Event::End(TagEnd::CodeBlock) => block = None,
            Event::Text(text) => match block.as_deref() {
                None => add(line, &text),
                Some("picture") => {
                    let (head, _) = text.split_once("---").unwrap_or((&text, ""));
                    let head = head.lines().filter(|line| !line.starts_with("kind:"));
                    add(line, &head.collect::<Vec<_>>().join(" ").replace("alt:", ""));
                }
                Some(_) => {}
            },
            // Code may stand beside a word, but not be part of it.
            Event::Code(_) | Event::SoftBreak | Event::Start(Tag::TableCell) => add(line, " "),
            _ => {}
        }
    }
    for (_, text) in &mut lines {
        *text = words_only(text);
    }
    lines
}

/// Leaves out what stands for a directive, and what no English dictionary can know: words with a
/// number in them, and Chinese.
fn words_only(text: &str) -> String {
    let known =
        |word: &&str| !word.contains("xxxxxx") && !word.contains(|c: char| c.is_ascii_digit());
    let words = text.split([' ', '/']).filter(known);
    let text: Vec<_> = words.collect();
    text.join(" ").replace(|letter: char| letter >= '\u{2e80}', " ").replace('’', "'")
}

/// The words that hunspell does not know.
fn hunspell(text: &str, words: &std::path::Path) -> String {
    let mut child = Command::new("hunspell")
        .args(["-d", "en_GB", "-i", "utf-8", "-l", "-p"])
        .arg(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("hunspell: {error}; get it: sudo apt-get install hunspell hunspell-en-gb")
        });
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("hunspell ends");
    writer.join().expect("the writer ends").expect("hunspell reads all of the text");
    assert!(
        output.status.success(),
        "hunspell failed; has it the dictionary? sudo apt-get install hunspell-en-gb"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
