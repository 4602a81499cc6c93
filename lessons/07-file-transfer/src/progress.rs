//! How far a transfer has come, for a person who watches.

use indicatif::{ProgressBar, ProgressStyle};
use simple_echo::shown;

/// Makes a bar for a file of `size` bytes. It goes to stderr, and only if that
/// is a terminal.
pub fn progress_bar(name: &str, size: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes}")
            .expect("the template is right");
    ProgressBar::new(size).with_style(style).with_message(shown(name))
}
