//! What any program may get wrong, whatever its lesson: what it waits for, keeps, and takes for a
//! message. Five scripts have these mistakes in every lesson and role that can have them.

use super::Wrong;
use crate::harness::Program;

/// A script with this mistake, and its arguments. Behind the semicolon stands what fails as well.
macro_rules! habit {
    ($lesson:literal, $role:literal, $script:literal, $id:literal, [$($argument:expr),*]
     $(; $($also:literal),*)?) => {
        Wrong {
            lesson: $lesson,
            role: $role,
            id: $id,
            program: Program::Python(concat!("wrong/", $script, ".py")),
            arguments: &[$($argument),*],
            also: &[$($($also),*)?],
        }
    };
}

macro_rules! server {
    ($lesson:literal, $id:literal $(; $($also:literal),*)?) => {
        habit!(
            $lesson, "server", "stream_server", $id,
            ["{host}", "{port}", stringify!($lesson), $id, "{timeout}", "{limit}"]
            $(; $($also),*)?
        )
    };
}

macro_rules! client {
    ($lesson:literal, $id:literal $(; $($also:literal),*)?) => {
        habit!(
            $lesson, "client", "stream_client", $id,
            ["{host}", "{port}", stringify!($lesson), $id] $(; $($also),*)?
        )
    };
}

macro_rules! file_server {
    ($id:literal $(; $($also:literal),*)?) => {
        habit!(
            7, "server", "lasting_file_server", $id,
            [$id, "{host}", "{port}", "{dir}", "{timeout}"] $(; $($also),*)?
        )
    };
}

/// Over UDP; `$kind` is the protocol.
macro_rules! udp_server {
    ($lesson:literal, $role:literal, $kind:literal, $id:literal $(; $($also:literal),*)?) => {
        habit!(
            $lesson, $role, "datagram_server", $id,
            ["{host}", "{port}", $kind, $id, "{limit}"] $(; $($also),*)?
        )
    };
}

macro_rules! udp_client {
    ($lesson:literal, $role:literal, $kind:literal, $id:literal) => {
        habit!(
            $lesson,
            $role,
            "datagram_client",
            $id,
            ["{host}", "{port}", $kind, $id, "{timeout}"]
        )
    };
}

/// All of them.
pub const WRONG: &[Wrong] = &[
    server!(2, "busy-wait"),
    server!(2, "stale-bytes"; "works"),
    server!(2, "missing-delimiter"; "works"),
    server!(2, "unflushed-write"; "works"),
    client!(2, "busy-wait"),
    client!(2, "stale-bytes"),
    client!(2, "missing-delimiter"; "works"),
    client!(2, "unflushed-write"; "works"),
    client!(2, "interrupted-call"),
    server!(3, "busy-wait"; "silent-peer"),
    server!(3, "wrong-socket"; "works", "silent-peer"),
    server!(3, "leaked-descriptor"; "silent-peer"),
    server!(3, "interrupted-call"),
    server!(3, "stale-bytes"; "works"),
    server!(3, "missing-delimiter"; "works"),
    server!(3, "unflushed-write"; "works"),
    client!(3, "busy-wait"),
    client!(3, "stale-bytes"),
    client!(3, "missing-delimiter"; "works"),
    client!(3, "unflushed-write"; "works"),
    client!(3, "interrupted-call"),
    server!(4, "busy-wait"; "silent-peer"),
    server!(4, "wrong-socket"; "works", "silent-peer"),
    server!(4, "leaked-descriptor"; "silent-peer"),
    server!(4, "interrupted-call"),
    server!(4, "stale-bytes"; "works", "invalid-utf8", "pipe-deadlock"),
    server!(4, "missing-delimiter"; "works"),
    server!(4, "unflushed-write"; "works"),
    client!(4, "busy-wait"),
    client!(4, "stale-bytes"),
    client!(4, "missing-delimiter"; "works"),
    client!(4, "unflushed-write"; "works"),
    client!(4, "interrupted-call"),
    server!(5, "busy-wait"; "silent-peer"),
    server!(5, "wrong-socket"; "works", "silent-peer"),
    server!(5, "leaked-descriptor"; "silent-peer", "partial-write"),
    server!(5, "interrupted-call"),
    server!(
        5, "stale-bytes";
        "works", "invalid-utf8", "pipe-deadlock", "partial-write", "wrong-count"
    ),
    server!(5, "missing-delimiter"; "works"),
    server!(5, "unflushed-write"; "works"),
    client!(5, "busy-wait"),
    client!(5, "stale-bytes"),
    client!(5, "missing-delimiter"; "works"),
    client!(5, "unflushed-write"; "works"),
    client!(5, "interrupted-call"),
    client!(5, "timeout-mid-message"),
    server!(6, "busy-wait"; "silent-peer"),
    server!(6, "wrong-socket"; "works", "silent-peer"),
    server!(6, "leaked-descriptor"; "silent-peer", "partial-write"),
    server!(6, "interrupted-call"),
    server!(
        6, "stale-bytes";
        "works", "invalid-utf8", "pipe-deadlock", "partial-write", "wrong-count"
    ),
    server!(6, "missing-delimiter"; "works"),
    server!(6, "unflushed-write"; "works"),
    client!(6, "busy-wait"),
    client!(6, "stale-bytes"),
    client!(6, "missing-delimiter"; "works"),
    client!(6, "unflushed-write"; "works"),
    client!(6, "interrupted-call"),
    client!(6, "timeout-mid-message"),
    udp_server!(8, "server", "udp", "busy-wait"),
    udp_server!(8, "server", "udp", "interrupted-call"),
    udp_server!(8, "server", "udp", "stale-bytes"),
    udp_server!(8, "chat-server", "chat", "busy-wait"),
    udp_server!(8, "chat-server", "chat", "interrupted-call"),
    udp_server!(8, "chat-server", "chat", "stale-bytes"),
    udp_server!(8, "shell-server", "shell", "busy-wait"),
    udp_server!(8, "shell-server", "shell", "interrupted-call"),
    udp_server!(
        8, "shell-server", "shell", "stale-bytes";
        "works", "invalid-utf8", "truncated-datagram", "oversized-datagram", "pipe-deadlock",
        "inherited-stdin"
    ),
    udp_server!(9, "server", "time", "busy-wait"),
    udp_server!(9, "server", "time", "interrupted-call"),
    udp_server!(9, "server", "time", "stale-bytes"),
    udp_client!(8, "client", "udp", "busy-wait"),
    udp_client!(8, "client", "udp", "interrupted-call"),
    udp_client!(8, "client", "udp", "stale-bytes"),
    udp_client!(8, "chat-client", "chat", "busy-wait"),
    udp_client!(8, "chat-client", "chat", "interrupted-call"),
    udp_client!(8, "chat-client", "chat", "stale-bytes"),
    udp_client!(8, "shell-client", "shell", "busy-wait"),
    udp_client!(8, "shell-client", "shell", "interrupted-call"),
    udp_client!(8, "shell-client", "shell", "stale-bytes"),
    udp_client!(9, "client", "time", "busy-wait"),
    udp_client!(9, "client", "time", "interrupted-call"),
    udp_client!(9, "client", "time", "stale-bytes"),
    file_server!("busy-wait"; "silent-peer"),
    file_server!("wrong-socket"; "works"),
    file_server!("leaked-descriptor"),
    file_server!("interrupted-call"),
    file_server!("crossed-answers"),
    file_server!("timeout-mid-message"; "silent-peer"),
    file_server!("coalesced-messages"; "works"),
];
