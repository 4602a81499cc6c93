//! The checks of the client that sends commands, and gets two datagrams for each.

use crate::bench::Bench;
use crate::datagrams::Host;
use crate::lessons::udp_client::{self, Client};
use crate::lessons::{lasting, tcp_client, waiting};
use crate::part::{Check, Part};
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// The checks of the shell's client.
pub const SHELL_CLIENT: Part = Part {
    lesson: 8,
    role: Role::ShellClient,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "each command is sent, and both datagrams of its answer printed",
            run: works,
            causes: &[
                "only one of the two datagrams is received: the other is taken for the next answer",
                "an empty datagram is taken for an end, or not counted",
            ],
        },
        waiting::busy_client_check(|bench| udp_client::busy_wait(bench, SHELL)),
        lasting::client_interrupted_call_check(|bench| udp_client::interrupted_call(bench, SHELL)),
        tcp_client::stale_bytes_check(|bench| udp_client::stale_bytes(bench, SHELL)),
        Check {
            id: "lost-datagram",
            about: "no answer comes, and the client gives up and says so",
            run: |bench| udp_client::lost_datagram(bench, SHELL),
            causes: udp_client::LOST_DATAGRAM_CAUSES,
        },
        Check {
            id: "stray-datagram",
            about: "a stranger answers before the server does",
            run: |bench| udp_client::stray_datagram(bench, SHELL),
            causes: udp_client::STRAY_DATAGRAM_CAUSES,
        },
        Check {
            id: "truncated-datagram",
            about: "a long answer comes, and is printed whole",
            run: |bench| udp_client::truncated_datagram(bench, SHELL),
            causes: udp_client::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "invalid-utf8",
            about: "an answer is not text, and the next command is sent all the same",
            run: |bench| udp_client::invalid_utf8(bench, SHELL),
            causes: udp_client::INVALID_UTF8_CAUSES,
        },
    ],
};

const SHELL: Client = Client {
    before: &[],
    typed: true,
    wrapped: false,
    first: Some(b""),
    repeats: false,
    short: false,
};

fn works(bench: &mut Bench) -> Outcome {
    let mut host = Host::new(bench)?;
    for (command, stderr, stdout) in [
        ("echo hello", "", "hello\n"),
        ("ls nowhere", "ls: there is no nowhere\n", ""),
        ("true", "", ""),
        ("both", "a complaint\n", "some output\n"),
    ] {
        SHELL.receive(bench, &mut host, command)?;
        host.answer(stderr)?;
        host.answer(stdout)?;
    }
    SHELL.leave(bench)?;
    for shown in ["hello", "ls: there is no nowhere", "a complaint", "some output"] {
        bench.expect_printed(shown)?;
    }
    Ok(())
}
