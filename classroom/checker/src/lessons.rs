//! The checks, a file for each lesson.

mod commands;
mod communication_loop;
mod connection_loop;
mod dict_header;
mod echo;
pub mod exchange;
mod file_transfer;
mod framed_client;
mod framed_server;
mod lasting;
pub mod length;
pub mod patience;
mod simple_echo;
mod sticky_packets;
mod struct_header;
pub mod tcp_client;
pub mod tcp_server;
mod time_server;
mod udp;
pub mod udp_client;
mod udp_server;
mod waiting;

use crate::bench::Bench;
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// All checks of one role in one lesson.
pub struct Part {
    /// The lesson's number.
    pub lesson: u8,
    /// What the program under test is.
    pub role: Role,
    /// What carries the bytes.
    pub transport: Transport,
    /// The checks, in the order in which they are shown.
    pub checks: &'static [Check],
}

/// One thing that is tried with a program.
#[derive(Clone, Copy)]
pub struct Check {
    /// An id of the catalogue, or one that begins with `works`.
    pub id: &'static str,
    /// What is done, in one line, shown when it has passed: `a client leaves; the next is served`.
    pub about: &'static str,
    /// Plays the other side. The program is started by it, with a folder and a port of its own.
    pub run: fn(&mut Bench) -> Outcome,
    /// Likely causes when it fails, in the learner's terms, the commonest mistake first. Never
    /// the solution.
    pub causes: &'static [&'static str],
}

/// The folders of the lessons, where to read on.
const FOLDERS: [&str; 9] = [
    "lessons/01-simple-echo",
    "lessons/02-communication-loop",
    "lessons/03-connection-loop",
    "lessons/04-sticky-packets",
    "lessons/05-struct-header",
    "lessons/06-dict-header",
    "lessons/07-file-transfer",
    "lessons/08-udp",
    "lessons/09-time-server",
];

/// What can be checked.
pub const PARTS: &[Part] = &[
    simple_echo::SERVER,
    simple_echo::CLIENT,
    communication_loop::SERVER,
    communication_loop::CLIENT,
    communication_loop::REPLY_SERVER,
    connection_loop::SERVER,
    connection_loop::CLIENT,
    connection_loop::REPLY_SERVER,
    sticky_packets::SERVER,
    sticky_packets::CLIENT,
    struct_header::SERVER,
    struct_header::CLIENT,
    dict_header::SERVER,
    dict_header::CLIENT,
    file_transfer::SERVER,
    file_transfer::CLIENT,
    file_transfer::GET_CLIENT,
    file_transfer::RECEIVER,
    udp::SERVER,
    udp::CLIENT,
    udp::CHAT_SERVER,
    udp::CHAT_CLIENT,
    udp::SHELL_SERVER,
    udp::SHELL_CLIENT,
    time_server::SERVER,
    time_server::CLIENT,
];

impl Part {
    /// Where to read on about the lesson.
    pub fn folder(&self) -> &'static str {
        FOLDERS.get(usize::from(self.lesson) - 1).copied().unwrap_or("lessons")
    }
}
