//! Two programs that do all as they should, in another way than most: nothing is wrong with them,
//! or it is said in words why they cannot be judged.

use std::path::Path;

use support::each;

use crate::harness::{Judged, checker};

/// Habits of pairs in which nothing is wrong.
const RIGHT: &[&str] = &[
    "clock",
    "any-order",
    "slow-answer",
    "slow-start",
    "greets",
    "never-ends",
    "password",
    "both-ways",
    "two-connections",
    "progress",
];

/// Judges the two that have a habit.
fn judge(habit: &str) -> Judged {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pairs/habits.py");
    let [server, client] = ["server", "client"]
        .map(|role| format!("python3 '{}' {role} {{address}} {habit}", script.display()));
    let typed = ["anna", "secret words", "hello"].into_iter().flat_map(|line| ["--type", line]);
    checker(["pair", "--server", &server, "--client", &client].into_iter().chain(typed))
}

/// Asserts that nothing is wrong with the two.
fn passes(habit: &str) {
    let judged = judge(habit);
    assert_eq!(judged.ids("FAILED "), [""; 0], "{habit}: {}", judged.stdout);
    assert_eq!(judged.status, Some(0), "{habit}: {}", judged.stderr);
    assert!(judged.stdout.contains("0 failed"), "{habit}: {}", judged.stdout);
}

#[test]
#[ignore = "takes a while"]
fn those_with_a_habit_of_their_own_pass() {
    each(RIGHT.iter(), |habit| passes(habit));
}

/// The machine is busy with all of them at once.
#[test]
#[ignore = "takes many minutes"]
fn those_with_a_habit_pass_ten_times_while_the_machine_is_busy() {
    each(RIGHT.iter().cycle().take(10 * RIGHT.len()), |habit| passes(habit));
}

#[test]
#[ignore = "takes a while"]
fn who_cannot_be_judged_is_told_why() {
    for (habit, observed, cause) in [
        ("keyboard", "until a line was typed into it", "types into the client only"),
        ("ipv6", "the program listens for connections at [::1]:", "an address of IPv6 only"),
    ] {
        if habit == "ipv6" && !support::has_ipv6() {
            continue;
        }
        let judged = judge(habit);
        assert_eq!(judged.ids("FAILED "), ["works"], "{}", judged.stdout);
        for said in [observed, cause] {
            assert!(judged.stdout.contains(said), "{habit}: {}", judged.stdout);
        }
    }
}
