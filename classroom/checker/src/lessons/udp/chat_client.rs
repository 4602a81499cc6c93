//! The checks of the chat's client, which asks whom to talk to.

use crate::bench::Bench;
use crate::datagrams::Host;
use crate::lessons::udp_client::{self, Client};
use crate::lessons::{lasting, tcp_client, waiting};
use crate::part::{Check, Part};
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// The checks of the chat's client. It must know a friend Ada at the address it is given.
pub const CHAT_CLIENT: Part = Part {
    lesson: 8,
    role: Role::ChatClient,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "messages are sent to the friend Ada, and her answers printed",
            run: |bench| play(bench, udp_client::works),
            causes: &[
                "the client knows no friend called Ada at the address: its table is another one",
                "the answer is not received before the next line is read, or not printed",
            ],
        },
        Check {
            id: "works-next-friend",
            about: "an unknown name is asked for again; q leads back to choosing a friend",
            run: next_friend,
            causes: &[
                "q is sent as a message, or the friend's name is put in front before it is looked \
                 for",
                "an unknown name ends the program, or its messages vanish in silence",
            ],
        },
        waiting::busy_client_check(|bench| play(bench, udp_client::busy_wait)),
        lasting::client_interrupted_call_check(|bench| play(bench, udp_client::interrupted_call)),
        tcp_client::stale_bytes_check(|bench| play(bench, udp_client::stale_bytes)),
        Check {
            id: "lost-datagram",
            about: "no answer comes, and the client gives up and says so",
            run: |bench| play(bench, udp_client::lost_datagram),
            causes: udp_client::LOST_DATAGRAM_CAUSES,
        },
        Check {
            id: "stray-datagram",
            about: "a stranger answers before the friend does",
            run: |bench| play(bench, udp_client::stray_datagram),
            causes: udp_client::STRAY_DATAGRAM_CAUSES,
        },
        Check {
            id: "truncated-datagram",
            about: "a long answer comes, and is printed whole",
            run: |bench| play(bench, udp_client::truncated_datagram),
            causes: udp_client::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "invalid-utf8",
            about: "an answer is not text",
            run: |bench| play(bench, udp_client::invalid_utf8),
            causes: udp_client::INVALID_UTF8_CAUSES,
        },
    ],
};

const FRIEND: &str = "Ada";

const CHAT: Client = Client {
    before: &[FRIEND],
    typed: true,
    wrapped: true,
    first: None,
    repeats: false,
    short: false,
};

fn play(bench: &mut Bench, check: fn(&mut Bench, Client) -> Outcome) -> Outcome {
    bench.set("name", FRIEND);
    check(bench, CHAT)
}

fn next_friend(bench: &mut Bench) -> Outcome {
    bench.set("name", FRIEND);
    let mut host = Host::new(bench)?;
    for (name, message, answer) in
        [("Nobody-at-all", "", ""), (FRIEND, "hello", "good day"), (FRIEND, "again", "yes?")]
    {
        bench.type_line(name)?;
        if message.is_empty() {
            continue;
        }
        CHAT.receive(bench, &mut host, message)?;
        CHAT.answer(&mut host, answer.as_bytes())?;
        bench.type_line("q")?;
    }
    CHAT.leave(bench)?;
    bench.expect_printed("good day")?;
    bench.expect_printed("yes?")
}
