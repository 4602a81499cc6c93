//! The checks of clients that receive answers which tell their length: lessons 5 and 6.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use bstr::ByteSlice;
use processes::Status;

use crate::bench::Bench;
use crate::lessons::tcp_client::{self, exchange, receive};
use crate::lessons::{lasting, length, waiting};
use crate::part::Check;
use crate::peer::{Peer, Then, quoted};
use crate::program::{Program, Stream};
use crate::verdict::{Failure, Outcome, Plain, ensure};
use crate::watch::Doing;

/// Longer than the buffers that are usual for one read.
const BUFFERFUL: usize = 1500;

/// Longer than two of them, and still one delivery.
const LONG: usize = 50_000;

/// A pause that a slow line makes, and that is longer than an impatient client's patience.
pub const LULL: Duration = Duration::from_millis(1400);

/// Causes of a slow answer's being lost.
pub const TIMEOUT_MID_MESSAGE_CAUSES: &[&str] = &[
    "a timeout fires within the message, what has come of it is thrown away, and the read begins \
     anew: its rest is taken for a beginning",
];

/// How much memory is worth a word.
const MUCH: u64 = 256 << 20;

/// The cause of an answer's being printed that cannot be meant.
const A_WARNING: &str = "it is noticed, and has no consequence but a warning";

/// How the servers of a lesson send an answer.
pub trait Answers {
    /// Puts in front of an answer what belongs there.
    fn pack(answer: &[u8]) -> Vec<u8>;

    /// After how many bytes of a packed answer a server might close that has not sent it whole.
    /// The answer is longer than two bytes.
    fn places_to_stop(packed: &[u8]) -> Vec<usize>;

    /// What begins like an answer and tells a length below zero.
    fn negative() -> Vec<Vec<u8>>;

    /// What begins like an answer and tells a length beyond all measure.
    fn oversized() -> Vec<Vec<u8>>;

    /// What begins like an answer of this many bytes.
    fn large(size: u32) -> Vec<u8>;
}

/// What a client must refuse.
pub struct Refused<'a> {
    /// What comes instead of an answer, to a client of its own each time.
    pub messages: &'a [Vec<u8>],
    /// Whether the connection ends behind it.
    pub then_end: bool,
    /// What comes for an answer, if the client may go on when it has said what is wrong, and has
    /// not printed this: it knows where the next answer begins.
    pub may_go_on_without: Option<&'a [u8]>,
    /// What is expected of the client.
    pub expected: &'a str,
}

/// The checks of a client that receives such answers.
pub const fn checks<A: Answers>() -> [Check; 22] {
    [
        Check {
            id: "works",
            about: "each line typed is sent, and its answer printed, until the input ends",
            run: |bench| tcp_client::works(bench, A::pack, tcp_client::UNREAD_LENGTH),
            causes: &[],
        },
        Check {
            id: "works-no-output",
            about: "an answer has nothing in it, and the next line is sent all the same",
            run: no_output::<A>,
            causes: &[
                "a length of 0 is taken for the end of the connection",
                "a read for 0 bytes returns none, and that is taken for the end of the connection",
            ],
        },
        Check {
            id: "connection-refused",
            about: "nobody listens at the address",
            run: tcp_client::connection_refused,
            causes: tcp_client::CONNECTION_REFUSED_CAUSES,
        },
        Check {
            id: "empty-message",
            about: "an empty line is typed, then another",
            run: |bench| tcp_client::empty_message(bench, A::pack),
            causes: tcp_client::EMPTY_MESSAGE_CAUSES,
        },
        waiting::busy_client_check(|bench| waiting::busy_client(bench, A::pack)),
        tcp_client::stale_bytes_check(|bench| tcp_client::stale_bytes(bench, A::pack)),
        waiting::client_missing_delimiter_check(|bench| {
            waiting::client_missing_delimiter(bench, A::pack)
        }),
        waiting::client_unflushed_write_check(waiting::client_unflushed_write),
        lasting::client_interrupted_call_check(|bench| {
            tcp_client::interrupted_call(bench, A::pack)
        }),
        Check {
            id: "invalid-utf8",
            about: "an answer is not text, and the next message is sent all the same",
            run: |bench| tcp_client::invalid_utf8(bench, A::pack),
            causes: tcp_client::INVALID_UTF8_CAUSES,
        },
        Check {
            id: "peer-closed",
            about: "the server ends the connection instead of answering",
            run: |bench| tcp_client::peer_closed(bench, A::pack),
            causes: tcp_client::PEER_CLOSED_CAUSES,
        },
        Check {
            id: "peer-reset",
            about: "the connection is reset instead of answered",
            run: |bench| tcp_client::peer_reset(bench, A::pack),
            causes: tcp_client::PEER_RESET_CAUSES,
        },
        Check {
            id: "leftover-bytes",
            about: "an answer is longer than a usual buffer, and the next one is its own",
            run: leftover_bytes::<A>,
            causes: &[
                "one read with a buffer of its own size is taken for the whole answer; the rest \
                 stays behind, and comes out as the beginning of the next",
            ],
        },
        Check {
            id: "coalesced-messages",
            about: "two answers arrive in one delivery, and are printed one by one",
            run: coalesced_messages::<A>,
            causes: &[
                "the read takes more than belongs to this answer, and what is left over is thrown \
                 away with the buffer",
            ],
        },
        Check {
            id: "split-character",
            about: "an answer arrives in two pieces, cut within a character",
            run: split_character::<A>,
            causes: &[
                "each piece is decoded for itself, as soon as it arrives: the two halves of a \
                 character are no text",
                "one read is taken for the whole answer",
            ],
        },
        Check {
            id: "short-read",
            about: "an answer arrives byte by byte",
            run: short_read::<A>,
            causes: &[
                "one read is taken for the whole length in front, which may arrive in pieces",
                "one read is taken for all that follows it: a read returns what is there, which \
                 may be less than was asked for",
            ],
        },
        Check {
            id: "closed-mid-message",
            about: "the server ends the connection within an answer",
            run: closed_mid_message::<A>,
            causes: &[
                "a read of zero bytes within the answer is not noticed: the loop waits for bytes \
                 that never come",
                "the loop ends there, and what has come until then passes for the answer",
            ],
        },
        Check {
            id: "timeout-mid-message",
            about: "an answer pauses for more than a second, within its length and within its text",
            run: timeout_mid_message::<A>,
            causes: TIMEOUT_MID_MESSAGE_CAUSES,
        },
        Check {
            id: "wrong-byte-order",
            about: "the length in front has its lowest byte first",
            run: wrong_byte_order::<A>,
            causes: &[
                "the length is unpacked with its highest byte first (network byte order, as in \
                 '!i' or '>i'): 5 is read as 83886080, and the client waits for so much",
            ],
        },
        Check {
            id: "oversized-length",
            about: "an answer is announced that is longer than any that makes sense",
            run: |bench| {
                let expected = "an error: so much is more than a client should wait for";
                refuses_length::<A>(bench, &A::oversized(), expected)?;
                makes_no_room::<A>(bench)
            },
            causes: &[
                "the length is believed, whatever it says: the client waits for gigabytes, or \
                 makes room for them",
                "there is a limit for what follows the header, and none for the header",
            ],
        },
        Check {
            id: "negative-length",
            about: "an answer is announced that is shorter than nothing",
            run: |bench| {
                let expected = "an error: no answer has a length below zero";
                refuses_length::<A>(bench, &A::negative(), expected)
            },
            causes: &[
                "a loop that goes on while too little has come never begins: a length below zero \
                 passes for 0",
            ],
        },
        Check {
            id: "wrong-count",
            about: "an answer has more bytes than characters, another takes several reads",
            run: wrong_count::<A>,
            causes: &[
                "in each round all that has come so far is added to the count, not what has just \
                 come: the loop stops early",
                "what is counted are the characters of the decoded text, not the bytes",
                "one read is taken for the whole answer",
            ],
        },
    ]
}

/// Types a line and expects it as a message. Returns how much the program has printed so far.
fn ask(bench: &mut Bench, peer: &mut Peer) -> Outcome<usize> {
    receive(bench, peer, "next")?;
    Ok(printed_so_far(bench)?[0])
}

/// Waits for a client, and serves it as in `works`, until it has shown all that it was told.
fn served<A: Answers>(bench: &mut Bench) -> Outcome<Peer> {
    let peer = tcp_client::served(bench, A::pack)?;
    expect_shown(bench, 0, b"NEXT").map_err(|stop| stop.in_plain(Plain::Opening))?;
    Ok(peer)
}

/// Expects that the program has printed this since then, as text or as Python shows bytes.
fn expect_shown(bench: &mut Bench, before: usize, text: &[u8]) -> Outcome {
    let as_bytes = text.escape_ascii().to_string();
    let is_wanted =
        |program: &Program| program.has_printed(text) || program.has_printed(as_bytes.as_bytes());
    if bench.await_output(is_wanted)? {
        return Ok(());
    }
    let program = bench.program()?;
    let came = program.output(Stream::Stdout).split_off(before);
    let mut observed = match came.trim_ascii() {
        [] => String::from("it printed nothing"),
        _ => String::from("it printed something else"),
    };
    if let Some(status) = program.status() {
        let words = program.last_words().unwrap_or_else(|| "none".into());
        observed.push_str(&format!(", and ended with {status}. Its last words: {words}"));
    }
    let expected = format!("a program that prints the answer {}", quoted(text));
    Err(Failure::new(expected, observed).bytes(text, came).into())
}

/// Expects that a client of its own takes this for the answer that it is. `cause` says why it
/// might not: all the rest has gone well before.
pub fn understands<A: Answers>(
    bench: &mut Bench,
    message: &[u8],
    answer: &[u8],
    cause: &str,
) -> Outcome {
    bench.kill();
    let mut peer = served::<A>(bench)?;
    let before = ask(bench, &mut peer)?;
    peer.send(message)?;
    expect_shown(bench, before, answer).map_err(|stop| stop.only_cause(cause))
}

/// The next line is sent, and its answer shown: nothing of an earlier one is in the way.
fn goes_on<A: Answers>(bench: &mut Bench, peer: &mut Peer) -> Outcome {
    let before = ask(bench, peer)?;
    peer.send(A::pack(b"WHAT FOLLOWS"))?;
    expect_shown(bench, before, b"WHAT FOLLOWS")
}

fn no_output<A: Answers>(bench: &mut Bench) -> Outcome {
    let mut peer = served::<A>(bench)?;
    exchange(bench, &mut peer, "first", b"", A::pack)?;
    goes_on::<A>(bench, &mut peer)
}

/// Text of this length that is nowhere alike.
fn text(length: usize) -> Vec<u8> {
    let numbers: String = (1..).map(|number| format!("{number} ")).take(length / 2).collect();
    numbers.into_bytes()[..length].into()
}

fn leftover_bytes<A: Answers>(bench: &mut Bench) -> Outcome {
    let mut peer = served::<A>(bench)?;
    let long = text(BUFFERFUL);
    let before = ask(bench, &mut peer)?;
    peer.send(A::pack(&long))?;
    expect_shown(bench, before, &long)?;
    goes_on::<A>(bench, &mut peer)?;
    // One that ends exactly where a usual buffer ends is followed by nothing.
    for full in [1024, 4096] {
        let overhead = A::pack(&text(full)).len() - full;
        for length in [full, full - overhead] {
            let before = ask(bench, &mut peer)?;
            let answer = text(length);
            peer.send(A::pack(&answer))?;
            expect_shown(bench, before, &answer).map_err(|stop| {
                stop.only_cause(
                    "it is read until a read returns less than the buffer holds: an answer that \
                     fills the buffer exactly never ends so",
                )
            })?;
        }
    }
    goes_on::<A>(bench, &mut peer)
}

fn coalesced_messages<A: Answers>(bench: &mut Bench) -> Outcome {
    let mut peer = served::<A>(bench)?;
    // The second answer is early. It waits there until it is asked for. What one write puts into
    // an idle connection arrives together.
    let both = [A::pack(b"THE FIRST ANSWER"), A::pack(b"THE SECOND ANSWER")].concat();
    let before = ask(bench, &mut peer)?;
    peer.send(&both)?;
    expect_shown(bench, before, b"THE FIRST ANSWER")?;
    let before = ask(bench, &mut peer)?;
    expect_shown(bench, before, b"THE SECOND ANSWER")?;
    goes_on::<A>(bench, &mut peer)
}

fn split_character<A: Answers>(bench: &mut Bench) -> Outcome {
    let mut peer = served::<A>(bench)?;
    // How many bytes of the last character make the second piece.
    for (answer, rest) in [("un caf\u{e9}", 1), ("\u{4f60}\u{597d}", 1), ("\u{20ac}", 2)] {
        let before = ask(bench, &mut peer)?;
        let packed = A::pack(answer.as_bytes());
        let (beginning, end) = packed.split_at(packed.len() - rest);
        peer.send_pieces([beginning, end])?;
        expect_shown(bench, before, answer.as_bytes())?;
    }
    goes_on::<A>(bench, &mut peer)
}

fn short_read<A: Answers>(bench: &mut Bench) -> Outcome {
    let mut peer = served::<A>(bench)?;
    let before = ask(bench, &mut peer)?;
    peer.send_bytewise(&A::pack(b"THE FIRST ANSWER"))?;
    expect_shown(bench, before, b"THE FIRST ANSWER")?;
    goes_on::<A>(bench, &mut peer)
}

/// Answers come with a pause in them, each to a client of its own. A client may lose its patience;
/// then it says so.
fn timeout_mid_message<A: Answers>(bench: &mut Bench) -> Outcome {
    // Read as the beginning of another answer, what comes behind the pause is short enough to be
    // waited for.
    let answer = b"A  SLOW LINE,\n\n\n\nAND NOTHING ELSE";
    let packed = A::pack(answer);
    let front = packed.len() - answer.len();
    for place in [3, front.div_ceil(2), front + answer.len() / 2] {
        bench.kill();
        pauses_at::<A>(bench, answer, place)?;
    }
    Ok(())
}

fn pauses_at<A: Answers>(bench: &mut Bench, answer: &[u8], place: usize) -> Outcome {
    let mut peer = served::<A>(bench)?;
    let before = ask(bench, &mut peer)?;
    let packed = A::pack(answer);
    peer.send_pieces([&packed[..place]])?;
    bench.story().tell(format!("a pause of {:.1} s", LULL.as_secs_f64()));
    thread::sleep(LULL);
    peer.try_send(&packed[place..])?;
    if expect_shown(bench, before, answer).is_ok() {
        return goes_on::<A>(bench, &mut peer);
    }
    let expected = "the answer, or an error: the line was slow, and nothing was lost";
    if let Some(status) = bench.program()?.status() {
        return ensure(!status.is_success(), || {
            Failure::new(expected, "it ended with status 0, as if all were well")
        });
    }
    let printed = bench.program()?.output(Stream::Stdout).split_off(before);
    let observed = match printed.trim_ascii() {
        [] => "it waits for what has come already",
        _ => "it printed something else",
    };
    // Who takes what has come before the pause for all has no patience to lose: that was the text's
    // beginning, or a part of the length, whose rest is then printed with the text.
    let front = packed.len() - answer.len();
    let piece = answer.get(..place.saturating_sub(front)).unwrap_or_default().trim_ascii();
    let rest = if place < front { &packed[place..] } else { &[] };
    let printed_text = printed.trim_ascii();
    let takes_pieces =
        !printed_text.is_empty() && (printed_text == piece || rest.starts_with(printed_text));
    let failure = Failure::new(expected, observed).bytes(answer, printed);
    Err(if takes_pieces { failure.in_plain(Plain::Pieces) } else { failure }.into())
}

fn closed_mid_message<A: Answers>(bench: &mut Bench) -> Outcome {
    let packed = A::pack(b"THE ANSWER THAT IS CUT");
    let cut: Vec<_> =
        A::places_to_stop(&packed).into_iter().map(|end| packed[..end].to_vec()).collect();
    let expected = "an error: the connection ended within an answer";
    refuses::<A>(
        bench,
        &Refused { messages: &cut, then_end: true, may_go_on_without: None, expected },
    )
}

fn refuses_length<A: Answers>(bench: &mut Bench, messages: &[Vec<u8>], expected: &str) -> Outcome {
    refuses::<A>(bench, &Refused { messages, then_end: false, may_go_on_without: None, expected })
}

/// An answer is announced that a client may wait for. It need not hold room for it meanwhile.
fn makes_no_room<A: Answers>(bench: &mut Bench) -> Outcome {
    bench.kill();
    let mut peer = served::<A>(bench)?;
    receive(bench, &mut peer, "much")?;
    let program = bench.program()?;
    let memory = || program.memory();
    let before = memory();
    peer.send(A::large(2 * MUCH as u32))?;
    bench.settle()?;
    ensure(memory() < before + MUCH, || {
        let expected = "a client whose memory grows with what has come, not with what is announced";
        let observed = "512 MiB are announced, none has come, and it holds hundreds of MB";
        Failure::new(expected, observed)
            .only_cause("room is made, and filled, for the whole length that was announced")
    })
}

fn wrong_byte_order<A: Answers>(bench: &mut Bench) -> Outcome {
    let plain = |bench: &mut Bench| {
        let mut peer = bench.accept()?;
        let before = ask(bench, &mut peer)?;
        peer.send(A::pack(b"THE FIRST ANSWER"))?;
        expect_shown(bench, before, b"THE FIRST ANSWER")?;
        goes_on::<A>(bench, &mut peer)
    };
    length::expect_this_order(
        bench,
        plain,
        &[|bench| {
            let mut peer = bench.accept()?;
            let before = ask(bench, &mut peer)?;
            peer.send(length::swapped(A::pack(b"THE FIRST ANSWER")))?;
            expect_shown(bench, before, b"THE FIRST ANSWER")
        }],
    )
}

fn wrong_count<A: Answers>(bench: &mut Bench) -> Outcome {
    let mut peer = served::<A>(bench)?;
    let characters = "d\u{e9}j\u{e0} vu, \u{4f60}\u{597d}";
    for answer in [characters.into(), text(LONG)] {
        let before = ask(bench, &mut peer)?;
        peer.send(A::pack(&answer))?;
        expect_shown(bench, before, &answer)?;
    }
    // In pieces that fill no buffer: whoever counts what was asked for stops too early.
    let (answer, piece) = (text(3000), 300);
    let before = ask(bench, &mut peer)?;
    let sent = peer.send_pieces(A::pack(&answer).chunks(piece));
    sent.and_then(|()| expect_shown(bench, before, &answer)).map_err(|stop| {
        let printed = bench.program().map(|program| program.output(Stream::Stdout));
        let came = printed.unwrap_or_default().split_off(before);
        let alike = came.iter().zip(&answer).take_while(|(left, right)| left == right).count();
        // Who takes the first piece for all does not count at all.
        if alike > piece {
            stop.only_cause(
                "in each round the size of the buffer is added, or what was asked for, and not \
                 what has come: the loop stops early",
            )
        } else {
            stop.in_plain(Plain::Pieces)
        }
    })?;
    goes_on::<A>(bench, &mut peer)
}

// ---- what must be refused

/// Expects that the client takes none of these for an answer: that it ends with an error, or at
/// least says something that it does not say otherwise.
pub fn refuses<A: Answers>(bench: &mut Bench, refused: &Refused) -> Outcome {
    for message in refused.messages {
        bench.kill();
        let mut peer = served::<A>(bench)?;
        bench.settle()?;
        let mut known = words(&printed(&*bench.program()?, [0, 0]));
        known.extend(words(message));
        known.extend(words(message.escape_ascii().to_string().as_bytes()));
        let before = printed_so_far(bench)?;

        receive(bench, &mut peer, "second")?;
        peer.send(message)?;
        if refused.then_end {
            peer.finish()?;
        }
        let reaction = reaction(bench, &mut peer)?;
        expect_room(&*bench.program()?, refused.expected)?;
        let mut says_something =
            || bench.await_output(|program| !words(&printed(program, before)).is_subset(&known));
        let observed = match reaction {
            Reaction::Ends(status) if status.is_failure() => continue,
            Reaction::Ends(Status::Code(_)) if says_something()? => continue,
            Reaction::GoesOn if refused.may_go_on_without.is_some() && says_something()? => {
                let answer = refused.may_go_on_without.unwrap_or_default();
                let stdout = bench.program()?.output(Stream::Stdout).split_off(before[0]);
                if !stdout.contains_str(answer) {
                    continue;
                }
                let observed = "it says so, prints the answer all the same, and goes on";
                let failure = Failure::new(refused.expected, observed);
                return Err(failure.only_cause(A_WARNING).into());
            }
            Reaction::Ends(Status::Code(_)) => "it ended with status 0, as if all were well".into(),
            Reaction::Ends(status) => format!("it was ended by {status}"),
            Reaction::GoesOn => {
                "it goes on as if it had been answered, and sends the next message".into()
            }
            Reaction::Neither(what) => what,
        };
        return Err(Failure::new(refused.expected, observed).into());
    }
    Ok(())
}

/// Expects that a program has not ended because there was no room for what was announced. To
/// refuse that is another thing.
pub fn expect_room(program: &Program, expected: &str) -> Outcome {
    ensure(!program.has_no_room(), || {
        let status = program.status().map_or(String::new(), |status| format!(" with {status}"));
        let words = program.last_words().unwrap_or_default();
        let observed = format!("it ended{status}, for there was no room. Its last words: {words}");
        Failure::new(expected, observed).only_cause(
            "the length is believed, whatever it says: room is made for so many bytes, and only \
             that goes wrong",
        )
    })
}

/// What a client does with something that is no answer.
enum Reaction {
    Ends(Status),
    GoesOn,
    Neither(String),
}

fn reaction(bench: &mut Bench, peer: &mut Peer) -> Outcome<Reaction> {
    match bench.settle()? {
        Doing::Ended(status) => return Ok(Reaction::Ends(status)),
        Doing::Spins(time) => {
            let time = time.as_secs_f64();
            let what = format!("it spins: {time:.1} s of processor time, for nothing");
            return Ok(Reaction::Neither(what));
        }
        Doing::Floods => {
            return Ok(Reaction::Neither("it prints, and comes to no end".into()));
        }
        // Perhaps it waits for a line, and ends when it gets one.
        Doing::Sleeps | Doing::Unknown => bench.type_line("third")?,
    }
    let arrival = peer.receive("third".len())?;
    if !arrival.bytes.is_empty() {
        return Ok(Reaction::GoesOn);
    }
    if let Then::Silence(silence) = arrival.then {
        let memory = bench.program()?.memory();
        let room = if memory > MUCH { ", and has made room for hundreds of MB" } else { "" };
        return Ok(Reaction::Neither(format!("it waits for what never comes{room}: {silence}")));
    }
    bench.expect_program_end("it has left the connection").map(Reaction::Ends)
}

/// How much the program has printed, to stdout and to stderr.
fn printed_so_far(bench: &mut Bench) -> Outcome<[usize; 2]> {
    let program = bench.program()?;
    Ok([program.output(Stream::Stdout).len(), program.output(Stream::Stderr).len()])
}

/// What the program has printed since then, to both.
fn printed(program: &Program, since: [usize; 2]) -> Vec<u8> {
    let [stdout, stderr] = since;
    let mut printed = program.output(Stream::Stdout).split_off(stdout);
    printed.push(b'\n');
    printed.extend(program.output(Stream::Stderr).split_off(stderr));
    printed
}

/// The words in a text, and no numbers.
fn words(text: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(text).to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().any(char::is_alphabetic)).map(String::from).collect()
}
