//! The list of files, as long as a header can hold it.

use anyhow::anyhow;
use dict_header::MAX_HEADER;
use serde::{Deserialize, Serialize};

use crate::Entry;

/// The files that there are, sorted by name.
#[derive(Serialize, Deserialize)]
pub struct Listing {
    /// As many of them as fit into a header.
    pub files: Vec<Entry>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

impl Listing {
    /// Reads a list from the JSON of an answer that is no refusal.
    ///
    /// # Errors
    ///
    /// `malformed-header` for what is no list of files.
    pub fn parse(json: &[u8]) -> anyhow::Result<Self> {
        serde_json::from_slice(json).map_err(|error| {
            anyhow!(
                "the answer is no list of files: {error} (malformed-header)"
            )
        })
    }

    /// Lists the first of these files, as many as fit into a header.
    pub fn fitting(mut files: Vec<Entry>) -> Self {
        let mut room = MAX_HEADER - AROUND_FILES;
        let fits = |entry: &&Entry| {
            // Each takes one byte more, for the comma.
            let length = serde_json::to_vec(entry)
                .map_or(MAX_HEADER, |json| json.len() + 1);
            let rest = room.checked_sub(length);
            room = rest.unwrap_or_default();
            rest.is_some()
        };
        let count = files.iter().take_while(fits).count();
        let left_out = files.split_off(count).len();
        Self { files, left_out }
    }
}

/// What a list needs around its files:
/// `{"status":"ok","files":[],"left_out":…}`.
const AROUND_FILES: usize = 64;

fn is_zero(number: &usize) -> bool {
    *number == 0
}
