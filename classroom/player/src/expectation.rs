//! What a script expects to read: a text in which `{…}` stands for what only the run knows.

use std::net::SocketAddr;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex, escape};

/// `{any}`, `{server}`; not `{}`, `{ print $1 }` or `{"md5": …}`.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{([a-z][a-z0-9-]*)\}"));

/// An IP address with a port, as Rust prints it.
pub static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("({ANY_ADDRESS})")));

const ANY_ADDRESS: &str = r"(?:\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\d+";

/// The names of the placeholders in a text.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    PLACEHOLDER.find_iter(text).map(|found| found.as_str().trim_matches(['{', '}']))
}

/// The side that the placeholder `{SIDE}` or `{port-of-SIDE}` names.
pub fn side_of(placeholder: &str) -> &str {
    placeholder.strip_prefix("port-of-").unwrap_or(placeholder)
}

/// Puts values in place of the placeholders.
pub fn fill(text: &str, mut value: impl FnMut(&str) -> String) -> String {
    PLACEHOLDER.replace_all(text, |found: &Captures| value(&found[1])).into_owned()
}

/// A line that is expected.
pub struct Expectation(Regex);

impl Expectation {
    /// Prepares to recognise `text`. `known` gives what a placeholder stands for; one that
    /// nobody knows yet stands for any address. Spaces around a line do not count.
    pub fn new(text: &str, known: impl Fn(&str) -> Option<String>) -> Self {
        let mut regex = String::from(r"^\s*");
        let mut end = 0;
        for found in PLACEHOLDER.find_iter(text) {
            regex += &escape(&text[end..found.start()]);
            regex += &match found.as_str() {
                "{any}" => String::from(".*"),
                name => match known(name.trim_matches(['{', '}'])) {
                    Some(value) => escape(&value),
                    None => format!("({ANY_ADDRESS})"),
                },
            };
            end = found.end();
        }
        regex += &escape(&text[end..]);
        regex += r"\s*$";
        Self(pattern(&regex))
    }

    /// Compares a line. If it is the expected one, returns the addresses that were not known.
    pub fn matches(&self, line: &str) -> Option<Vec<SocketAddr>> {
        let found = self.0.captures(line)?;
        let addresses = found.iter().skip(1).flatten();
        Some(addresses.filter_map(|address| address.as_str().parse().ok()).collect())
    }
}

fn pattern(regex: &str) -> Regex {
    Regex::new(regex).expect("a pattern of ours is well formed")
}
