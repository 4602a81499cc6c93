//! Every failure of the catalogue plays as it was recorded.
#![cfg(any(target_os = "linux", windows))]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::OutputAssertExt;
use course::Catalogue;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use crate::recorded::is_as_recorded;

/// How many seconds a busy machine may take for what must come.
const PATIENCE: &str = "60";

/// Makes a test for each failure, so that two are played at once, and each fails by its name.
macro_rules! failures {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            replay(&id(stringify!($name)));
        })*

        #[test]
        fn no_failure_is_left_out() {
            let tested: BTreeSet<_> = [$(id(stringify!($name))),*].into();
            assert_eq!(tested, catalogue(), "a test above for each id of the catalogue");
            for extension in ["play", "transcript"] {
                assert_eq!(stems(extension), catalogue(), "a .{extension} for each id, no other");
            }
        }
    };
}

failures! {
    connection_refused empty_message peer_closed peer_reset invalid_utf8
    address_in_use write_after_close unread_data_reset half_close silent_peer
    one_client_blocks_all backlog_overflow
    bad_address stale_bytes missing_delimiter unflushed_write wrong_socket leaked_descriptor
    busy_wait interrupted_call timeout_mid_message crossed_answers
    leftover_bytes coalesced_messages split_character short_read pipe_deadlock inherited_stdin
    endless_command exposed_shell
    stalled_write closed_mid_message partial_write wrong_byte_order oversized_length
    negative_length wrong_count
    malformed_header
    path_traversal interrupted_upload digest_mismatch
    truncated_datagram oversized_datagram lost_datagram stray_datagram port_unreachable
    empty_datagram
    bad_format
}

#[test]
fn the_list_has_a_line_for_each_failure() {
    let list = player(&[]).success();
    let lines = String::from_utf8_lossy(&list.get_output().stdout).into_owned();
    let listed = lines.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    assert_eq!(listed.map(String::from).collect::<BTreeSet<_>>(), catalogue());
    let leftover = lines.lines().find(|line| line.contains("leftover-bytes"));
    assert!(leftover.is_some_and(|line| line.ends_with("surfaces as the next reply")), "{lines}");
}

#[test]
fn an_unknown_failure_is_refused_with_the_way_to_the_list() {
    for unknown in ["no-such-thing", "", "e"] {
        player(&[unknown]).code(1).stdout("").stderr(
            contains(format!("no failure `{unknown}`")).and(contains("`cargo failure` lists them")),
        );
    }
}

#[test]
fn a_part_of_an_id_is_answered_with_the_ids_that_have_it() {
    for (part, ids) in [
        ("half", "half-close"),
        ("Half-Close", "half-close"),
        ("left over", "leftover-bytes"),
        ("reset", "peer-reset or unread-data-reset"),
    ] {
        let suggestion = format!("no failure `{part}`; did you mean {ids}?\n");
        player(&[part]).code(1).stdout("").stderr(contains(suggestion));
    }
}

/// Plays a failure and compares it with its transcript.
fn replay(id: &str) {
    let played = player(&[id, "--patience", PATIENCE])
        .append_context("to record it anew", format!("cargo failure {id} --record"));
    is_as_recorded(played, &folder().join("demo").join(id).with_extension("play"));
}

fn player(arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_player"));
    command.arg("failure").args(arguments).output().expect("the player starts").assert()
}

/// The ids of the catalogue.
fn catalogue() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let catalogue = Catalogue::load(&root).expect("the catalogue is there");
    catalogue.failures.into_iter().map(|failure| failure.id).collect()
}

/// The names of the files with an extension beside the plays.
fn stems(extension: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder().join("demo")).expect("the plays are there").flatten();
    files
        .map(|file| file.path())
        .filter(|file| file.extension() == Some(OsStr::new(extension)))
        .filter_map(|file| file.file_stem()?.to_str().map(String::from))
        .collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../failures")
}

/// The id that the name of a test stands for.
fn id(name: &str) -> String {
    name.replace('_', "-")
}
