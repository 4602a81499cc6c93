//! The README's picture of a play is made from the transcript as it is now.

use std::fs;
use std::path::Path;

use book_preprocessor::{Course, PLAY_PICTURE, play_picture};

#[test]
fn the_picture_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let course = Course::read(&root).expect("the course can be read");
    let picture = play_picture(&course).expect("the scene is recorded");
    let kept = fs::read_to_string(root.join(PLAY_PICTURE)).expect("the picture is kept");
    assert!(kept.replace('\r', "") == picture, "draw {PLAY_PICTURE} again: just readme-picture");
}
