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

use crate::part::Part;

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
