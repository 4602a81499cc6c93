//! Mistakes that a solution may have: edits of it, as they stand in `wrong/NN-topic.diff`.
//!
//! ```text
//! # peer-closed, also closed-mid-message
//! # What is wrong, in a sentence. (And why the other checks fail with it.)
//! -    a line of the solution, or several
//! +    what stands in its place
//! ```
//!
//! A blank line ends it. It may have several edits.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A mistake.
pub struct Mistake {
    /// The check that fails with it.
    pub id: String,
    also: Vec<String>,
    edits: Vec<Edit>,
}

/// Whole lines, and what stands in their place.
struct Edit {
    old: Vec<String>,
    new: Vec<String>,
}

impl Mistake {
    /// The ids of all checks that fail with it.
    pub fn fails(&self) -> BTreeSet<String> {
        [&self.id].into_iter().chain(&self.also).cloned().collect()
    }

    /// The solution with this mistake. Each of its edits must fit in one place.
    pub fn made_in(&self, solution: &str) -> String {
        let mut lines: Vec<_> = solution.lines().map(String::from).collect();
        for Edit { old, new } in &self.edits {
            let fits = |place: &usize| lines[*place..].starts_with(old);
            let places: Vec<_> = (0..lines.len()).filter(fits).collect();
            let [place] = places[..] else {
                panic!("{}: there are {} places with {old:#?}", self.id, places.len());
            };
            lines.splice(place..place + old.len(), new.iter().cloned());
        }
        lines.join("\n") + "\n"
    }

    fn parse(text: &str) -> Self {
        let mut lines = text.lines().peekable();
        let first = lines.next().and_then(|line| line.strip_prefix("# ")).expect("an id");
        let (id, also) = first.split_once(", also ").unwrap_or((first, ""));
        let remarks = std::iter::from_fn(|| lines.next_if(|line| line.starts_with("# ")));
        assert_ne!(remarks.count(), 0, "{id}: a mistake is described");

        let mut edits: Vec<Edit> = Vec::new();
        for line in lines {
            let (sign, line) = line.split_at(1);
            match (sign, edits.last_mut()) {
                ("+", Some(edit)) => edit.new.push(line.into()),
                ("-", Some(edit)) if edit.new.is_empty() => edit.old.push(line.into()),
                ("-", _) => edits.push(Edit { old: vec![line.into()], new: Vec::new() }),
                _ => panic!("{id}: what does {line:?} mean?"),
            }
        }
        assert!(!edits.is_empty(), "{id}: a mistake has an edit");
        let also = also.split(", ").filter(|id| !id.is_empty()).map(String::from).collect();
        Self { id: id.into(), also, edits }
    }
}

/// The mistakes that can be made in this exercise, in the order of its checks.
pub fn mistakes(exercise: &str) -> Vec<Mistake> {
    let path = folder().join(exercise).with_extension("diff");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.trim_end().split("\n\n").map(Mistake::parse).collect()
}

/// Where they lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/classroom/wrong")
}
