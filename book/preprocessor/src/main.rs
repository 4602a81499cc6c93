//! The preprocessor that mdBook runs: a book as JSON comes in, the finished pages go out.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use anyhow::{Context, ensure};
use book_preprocessor::{Course, MDBOOK, PLAY_PICTURE, expand_book, play_picture};
use serde::Deserialize;
use serde_json::Value;

/// What mdBook says of itself and of the book, as far as we need it.
#[derive(Deserialize)]
struct BookContext {
    /// The folder of `book.toml`.
    root: PathBuf,
    mdbook_version: String,
}

impl BookContext {
    /// Another series of mdBook (0.6 is another than 0.5) may describe its books in another way.
    fn warn_of_version(&self) {
        let series =
            |version: &str| version.split('.').take(2).map(String::from).collect::<Vec<_>>();
        if series(&self.mdbook_version) != series(MDBOOK) {
            eprintln!(
                "The book is made with mdBook {MDBOOK}, and this is {}: if its pages are wrong, \
                 cargo install mdbook --version {MDBOOK}",
                self.mdbook_version
            );
        }
    }
}

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
    let (context, mut book): (BookContext, Value) = serde_json::from_str(&input)
        .context("this is no book; the preprocessor is run by mdBook: just book")?;
    context.warn_of_version();
    let root = context.root.parent().context("the book lies in the course's folder")?;

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
