//! The preprocessor that mdBook runs: a book as JSON comes in, the finished pages go out.

use std::io::{self, Read};
use std::path::Path;
use std::{env, fs, process};

use anyhow::{Context, ensure};
use book_preprocessor::{Course, PLAY_PICTURE, expand_book, play_picture};
use serde_json::Value;

fn main() -> anyhow::Result<()> {
    if env::args().nth(1).as_deref() == Some("supports") {
        let html = env::args().nth(2).as_deref() == Some("html");
        process::exit(i32::from(!html));
    }

    // Run by hand, in the project's folder: the README's picture.
    if env::args().nth(1).as_deref() == Some("readme-picture") {
        let picture = play_picture(&Course::read(Path::new("."))?).map_err(anyhow::Error::msg)?;
        return fs::write(PLAY_PICTURE, picture).context("cannot write the picture");
    }

    let mut input = String::new();
    io::stdin().read_to_string(&mut input).context("cannot read the book")?;
    let input: Value = serde_json::from_str(&input)
        .context("this is no book; the preprocessor is run by mdBook: just book")?;
    let (context, mut book) = (&input[0], input[1].clone());
    let root = context["root"].as_str().context("mdBook gave no root")?;
    let root = Path::new(root).parent().context("the book lies in the course's folder")?;

    let course = Course::read(root)?;
    let problems = expand_book(&course, &mut book);
    for problem in &problems {
        eprintln!("{problem}");
    }
    // A writer may look at the other pages meanwhile; the mistakes stand in theirs.
    if env::var_os("BOOK_LENIENT").is_none() {
        ensure!(problems.is_empty(), "the book has {} mistakes; see above", problems.len());
    }
    println!("{book}");
    Ok(())
}
