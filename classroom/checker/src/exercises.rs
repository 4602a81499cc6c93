//! The checks of the exercises, a file for each.

mod blank_line;
mod both_sizes;
mod chat_room;
mod clock_offset;
mod exit_status;
mod framed_requests;
mod greeting;
mod headers;
mod line_messages;
mod message_count;
mod network_order;
mod resume;
mod retries;
mod stalled;
mod switchboard;

use anyhow::Context;
use course::Exercise;

use crate::part::Part;

/// The checks of an exercise, which names them in its `Cargo.toml`, under `check`.
///
/// # Errors
///
/// There are none of that name.
pub fn part(exercise: &Exercise) -> anyhow::Result<&'static Part> {
    let name = &exercise.about.check;
    find(name).with_context(|| format!("there are no checks called `{name}`"))
}

fn find(name: &str) -> Option<&'static Part> {
    Some(match name {
        "greeting" => &greeting::PART,
        "line-messages" => &line_messages::PART,
        "message-count" => &message_count::PART,
        "switchboard" => &switchboard::PART,
        "blank-line" => &blank_line::PART,
        "network-order" => &network_order::PART,
        "framed-requests" => &framed_requests::PART,
        "exit-status" => &exit_status::PART,
        "both-sizes" => &both_sizes::PART,
        "resume" => &resume::PART,
        "chat-room" => &chat_room::PART,
        "retries" => &retries::PART,
        "clock-offset" => &clock_offset::PART,
        _ => return None,
    })
}
