//! Two programs that speak a protocol of their own, judged together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use support::each;

use crate::golden;
use crate::harness::{Judged, checker};

/// A pair, its protocol and its languages.
#[derive(Clone, Copy, PartialEq)]
enum Pair {
    /// Lines, in Python.
    Lines,
    /// A length in front, in JavaScript and Python.
    Framed,
    /// Records of one size, in C.
    Records,
    /// Datagrams with numbers, in Python.
    Ids,
}

/// A pair of which one has a fault.
struct Wrong {
    pair: Pair,
    id: &'static str,
    side: &'static str,
    /// What the two are told to do wrong. One of them may just go on otherwise, so that the other
    /// one's fault shows.
    server: &'static str,
    client: &'static str,
    /// Other failures that it has too, for a reason that stands beside it.
    also: &'static [(&'static str, &'static str)],
}

const fn wrong(pair: Pair, id: &'static str, side: &'static str) -> Wrong {
    let (server, client) = match side.as_bytes()[0] {
        b's' => (id, ""),
        _ => ("", id),
    };
    Wrong { pair, id, side, server, client, also: &[] }
}

/// How many lines the report of a pair has at most if one check fails.
const LONGEST: usize = 60;

/// Faults that another one has the id and the story of.
const WITHOUT_STORY: [&str; 2] = ["late", "spins-at-end"];

/// All of them.
const WRONG: &[Wrong] = &[
    wrong(Pair::Lines, "works-next-client", "server"),
    wrong(Pair::Lines, "short-read", "server"),
    // What it takes for a whole answer it takes so at the end, too.
    Wrong {
        also: &[("closed-mid-message", "client")],
        ..wrong(Pair::Lines, "short-read", "client")
    },
    wrong(Pair::Framed, "short-read", "server"),
    wrong(Pair::Framed, "short-read", "client"),
    wrong(Pair::Records, "short-read", "server"),
    wrong(Pair::Lines, "split-character", "server"),
    wrong(Pair::Lines, "split-character", "client"),
    Wrong { client: "two-messages", ..wrong(Pair::Lines, "coalesced-messages", "server") },
    Wrong { server: "two-messages", ..wrong(Pair::Lines, "coalesced-messages", "client") },
    wrong(Pair::Framed, "coalesced-messages", "server"),
    wrong(Pair::Lines, "timeout-mid-message", "server"),
    wrong(Pair::Lines, "timeout-mid-message", "client"),
    wrong(Pair::Lines, "closed-mid-message", "server"),
    wrong(Pair::Lines, "closed-mid-message", "client"),
    wrong(Pair::Lines, "peer-closed", "server"),
    Wrong { server: "spins-at-end", ..wrong(Pair::Lines, "peer-closed", "server") },
    wrong(Pair::Lines, "peer-closed", "client"),
    wrong(Pair::Lines, "peer-reset", "server"),
    wrong(Pair::Lines, "peer-reset", "client"),
    wrong(Pair::Lines, "write-after-close", "server"),
    wrong(Pair::Lines, "write-after-close", "client"),
    Wrong { client: "more-than-asked", ..wrong(Pair::Lines, "unread-data-reset", "server") },
    wrong(Pair::Lines, "half-close", "server"),
    wrong(Pair::Lines, "address-in-use", "server"),
    wrong(Pair::Lines, "leaked-descriptor", "server"),
    wrong(Pair::Lines, "busy-wait", "server"),
    wrong(Pair::Lines, "busy-wait", "client"),
    wrong(Pair::Lines, "stale-bytes", "server"),
    wrong(Pair::Lines, "stale-bytes", "client"),
    wrong(Pair::Records, "stale-bytes", "server"),
    wrong(Pair::Records, "stale-bytes", "client"),
    wrong(Pair::Ids, "lost-datagram", "client"),
    Wrong { client: "late", ..wrong(Pair::Ids, "lost-datagram", "client") },
    wrong(Pair::Ids, "stray-datagram", "client"),
    wrong(Pair::Ids, "empty-datagram", "server"),
    wrong(Pair::Ids, "empty-datagram", "client"),
    wrong(Pair::Ids, "truncated-datagram", "server"),
    wrong(Pair::Ids, "truncated-datagram", "client"),
    wrong(Pair::Ids, "port-unreachable", "server"),
    wrong(Pair::Ids, "port-unreachable", "client"),
    wrong(Pair::Ids, "busy-wait", "server"),
    wrong(Pair::Ids, "busy-wait", "client"),
];

impl Pair {
    /// How its two programs are started.
    fn commands(self, server: &str, client: &str) -> [String; 2] {
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pairs");
        let script = |with: &str, name: &str, fault: &str| {
            format!("{with} '{}' {{address}} {fault}", programs.join(name).display())
        };
        match self {
            Self::Lines => [
                script("python3", "lines_server.py", server),
                script("python3", "lines_client.py", client),
            ],
            Self::Framed => [
                script("node", "framed_server.mjs", server),
                script("python3", "framed_client.py", client),
            ],
            Self::Ids => [
                script("python3", "ids_server.py", server),
                script("python3", "ids_client.py", client),
            ],
            Self::Records => {
                let records = records().display();
                [("server", server), ("client", client)]
                    .map(|(role, fault)| format!("'{records}' {role} {{address}} {fault}"))
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Framed => "framed",
            Self::Records => "records",
            Self::Ids => "ids",
        }
    }

    /// Has the two judged.
    fn judge(self, server: &str, client: &str, options: &[&str]) -> Judged {
        // Longer than a buffer that is too small, where that is what goes wrong.
        let long = "hello there, wörld ".repeat(if self == Self::Ids { 5 } else { 1 });
        self.judge_typing(&[long.trim(), "hi"], server, client, options)
    }

    /// Has the two judged, these lines being typed.
    fn judge_typing(self, lines: &[&str], server: &str, client: &str, options: &[&str]) -> Judged {
        let [server, client] = self.commands(server, client);
        let typed: Vec<_> = lines.iter().flat_map(|line| ["--type", line]).collect();
        let udp: &[_] = if self == Self::Ids { &["--udp"] } else { &[] };
        let words = ["pair", "--server", &server, "--client", &client];
        checker(words.iter().chain(&typed).chain(udp).chain(options))
    }
}

/// The program in C, compiled once.
fn records() -> &'static Path {
    static RECORDS: OnceLock<PathBuf> = OnceLock::new();
    RECORDS.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pairs/records.c");
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("records");
        let compiled = Command::new("cc").arg("-o").arg(&program).arg(source).status();
        assert!(compiled.expect("a C compiler").success());
        program
    })
}

/// The ids that failed, with their sides.
fn failed(judged: &Judged) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&judged.stdout)
        .unwrap_or_else(|_| panic!("{}{}", judged.stdout, judged.stderr));
    let checks = document["checks"].as_array().expect("a list of checks");
    let failed = checks.iter().filter(|check| check["status"] == "failed");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut failed: Vec<_> =
        failed.map(|check| (text(&check["id"]), text(&check["side"]))).collect();
    failed.dedup();
    failed
}

impl Wrong {
    /// Has the two judged, three times at most: on a busy machine a message that comes 100 ms
    /// after another may come together with it also where nothing is done to the line.
    fn complaint(&self) -> Option<String> {
        let mut complaint = None;
        for _ in 0..3 {
            complaint = self.complaint_once();
            if complaint.is_none() {
                break;
            }
        }
        complaint
    }

    fn complaint_once(&self) -> Option<String> {
        let Self { pair, id, side, server, client, also } = *self;
        let judged = pair.judge(server, client, &[]);
        let wanted = [(id, side)].into_iter().chain(also.iter().copied());
        let wanted: BTreeSet<_> = wanted.map(|(id, side)| format!("{side} {id}")).collect();
        let found: BTreeSet<_> = judged.stdout.lines().filter_map(failure).collect();
        let name = format!("pair-{}-{side}-{id}", pair.name());
        if found != wanted || judged.status != Some(1) {
            return Some(format!("{name}: {found:?} failed instead of {wanted:?}\n"));
        }
        let length = judged.stdout.lines().count();
        let failures_told = judged.stdout.lines().filter_map(failure).count();
        if failures_told == 1 && length > LONGEST {
            return Some(format!("{name}: {length} lines for one failure:\n{}", judged.stdout));
        }
        if WITHOUT_STORY.contains(&client) || WITHOUT_STORY.contains(&server) {
            return None;
        }
        golden::difference(&name, &failures(&judged.stdout))
    }
}

/// The side and the id of a check that failed, if this line begins the report of one.
fn failure(line: &str) -> Option<String> {
    let mut words = line.strip_prefix("FAILED ")?.split_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?))
}

/// What the checker says of what failed, but for the events and the last words: which of two
/// programs comes first, and at which call one meets the other's end, the scheduler decides.
fn failures(output: &str) -> String {
    let is_event = |line: &str| {
        let line = line.trim_start();
        line.starts_with('…')
            || line.split_once(" s  ").is_some_and(|(time, _)| time.parse::<f64>().is_ok())
    };
    let mut has_failed = false;
    let told = output.lines().filter(|line| {
        // A check's report begins at the margin, and all that belongs to it stands further in.
        if !line.is_empty() && !line.starts_with(' ') {
            has_failed = line.starts_with("FAILED ");
        }
        has_failed && !is_event(line)
    });
    let without_words = told.map(|line| line.split(". Its last words: ").next().unwrap_or(line));
    without_words.flat_map(|line| [line, "\n"]).collect()
}

/// Each has its fault, and no other.
#[test]
#[ignore = "takes minutes"]
fn wrong_pairs_fail_by_their_ids_and_sides() {
    let complaints: Vec<_> = each(WRONG.iter(), Wrong::complaint).into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// It takes several answers until the system delays an acknowledgement for sure.
#[test]
#[ignore = "takes a while"]
fn a_message_in_two_writes_stalls() {
    let lines: Vec<_> = ["hello"].repeat(8);
    for (server, client, side) in [("stalled-write", "", "server"), ("", "stalled-write", "client")]
    {
        let options = ["--format", "json", "--only", "stalled-write"];
        let judged = Pair::Lines.judge_typing(&lines, server, client, &options);
        assert_eq!(failed(&judged), [("stalled-write".into(), side.into())], "{}", judged.stdout);
    }
    let judged = Pair::Lines.judge_typing(&lines, "", "", &["--only", "stalled-write"]);
    assert_eq!(judged.status, Some(0), "{}", judged.stdout);
}

/// Every check that can fail has a pair that fails it.
#[test]
fn every_check_of_pairs_has_its_wrong_pair() {
    for (options, udp) in [(&["pair", "--list"][..], false), (&["pair", "--list", "--udp"], true)] {
        let listed = checker(options);
        for line in listed.stdout.lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            let known = |wrong: &&Wrong| {
                (wrong.pair == Pair::Ids) == udp && words[..2] == [wrong.id, wrong.side]
            };
            // What may be meant is remarked, and fails nothing.
            let remarked = [
                "works ",
                "silent-peer ",
                "one-client-blocks-all ",
                // It has a test of its own.
                "stalled-write ",
                "unread-data-reset     client",
            ];
            let is_remarked = remarked.iter().any(|start| line.starts_with(start));
            let by_all = udp && line.starts_with("works-next-client");
            let found = WRONG.iter().any(|wrong| known(&wrong));
            assert!(found || is_remarked || by_all, "no wrong pair fails this: {line}");
        }
    }
}

fn passes(pair: Pair) {
    let judged = pair.judge("", "", &["--format", "json"]);
    assert_eq!(failed(&judged), [], "{}", judged.stdout);
    assert_eq!(judged.status, Some(0), "{}", judged.stderr);
}

#[test]
fn a_right_pair_that_speaks_in_lines_passes() {
    passes(Pair::Lines);
}

#[test]
#[ignore = "takes a while"]
fn right_pairs_of_other_protocols_and_languages_pass() {
    each([Pair::Framed, Pair::Records, Pair::Ids].into_iter(), passes);
}

/// The machine is busy with all of them at once.
#[test]
#[ignore = "takes many minutes"]
fn right_pairs_pass_ten_times_while_the_machine_is_busy() {
    let all = [Pair::Lines, Pair::Framed, Pair::Records, Pair::Ids];
    each(all.into_iter().cycle().take(10 * all.len()), passes);
}

/// What may be meant is remarked, and is no failure.
#[test]
#[ignore = "takes a while"]
fn a_server_that_serves_one_client_after_another_is_remarked_and_does_not_fail() {
    for (fault, id) in [
        ("one-client-blocks-all", "one-client-blocks-all"),
        ("ends-with-client", "works-next-client"),
    ] {
        let judged = Pair::Lines.judge(fault, "", &["--format", "json", "--only", id]);
        let document: Value = serde_json::from_str(&judged.stdout).expect("an object");
        let checks = document["checks"].as_array().expect("a list");
        let found = checks.iter().find(|check| check["id"] == id).expect("it is there");
        assert_eq!((&found["status"], judged.status), (&"remarked".into(), Some(0)), "{found}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_in_words() {
    for (words, complaint) in [
        (&["pair", "--server", "x {address}", "--client", "y"][..], "the client's command has no"),
        (&["pair", "--server", "x", "--client", "y {address}"], "the server's command has no"),
        (&["pair", "--server", "'x {address}", "--client", "y"], "cannot be split into words"),
        (&["pair", "--client", "y {address}"], "--server"),
        (&["pair", "--list", "--only", "nonsense"], "there is no check `nonsense` here"),
    ] {
        let judged = checker(words);
        assert_eq!(judged.status, Some(2), "{words:?}: {}", judged.stdout);
        assert!(judged.stderr.contains(complaint), "{words:?}: {}", judged.stderr);
    }
}

/// Two that do not get on with each other get one story, and not many.
#[test]
fn a_server_that_does_not_listen_is_one_story() {
    let words = ["pair", "--server", "false {address}", "--client", "false {address}"];
    let judged = checker(words.iter().chain(&["--format", "json"]));
    assert_eq!(failed(&judged), [("works".into(), String::new())]);
}
