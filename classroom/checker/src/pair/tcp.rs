//! What can go wrong with any protocol over TCP.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use bstr::ByteSlice;
use record::Direction;
use socket2::SockRef;
use wire::streams::{Bends, Pause, Then};

use crate::pair::check::Check;
use crate::pair::likeness::Likeness;
use crate::pair::line::{self, Bend};
use crate::pair::measure::{Measure, server_ends_first};
use crate::pair::stage::{End, Input, PATIENCE, Performance, Stage};
use crate::pair::trial::Trial;
use crate::run::Side;
use crate::verdict::{Failure, Outcome, Stop, ensure};
use crate::watch::{Doing, Watch, need_to_see_sleep, settle};

/// How many bytes are delivered one by one; what follows them passes as it comes.
const DRIPPED: usize = 2000;

/// How long what is sent is held back, to be delivered together.
const GATHER: Duration = Duration::from_millis(200);

/// How long a pause within a message is.
const PAUSE: Duration = Duration::from_millis(2200);

/// How long a stranger waits for an answer, and a server may keep a silent one.
const ANSWER: Duration = Duration::from_millis(700);
const ENOUGH: Duration = Duration::from_secs(3);
const SILENCE: Duration = Duration::from_secs(6);

/// How many strangers come and go, and how many of them may have left something behind.
const STRANGERS: usize = 200;
const FEW: u64 = 5;

/// The causes of one read's being taken for a message.
const ONE_READ: &[&str] = &[
    "one read is taken for a whole message: a read returns what has arrived, be it a single byte",
    "a length or a header is read with one call, and its rest is taken for what follows it",
];

/// The causes of a cut character's being lost.
const CUT_CHARACTER: &[&str] =
    &["each read is decoded by itself: what comes of a character in two reads is no character"];

/// The causes of joined messages' being taken for one.
const JOINED: &[&str] = &[
    "one read is taken for one message: it may hold two, or one and the beginning of the next",
    "what was read behind the end of a message is thrown away",
];

/// The causes of bytes' being lost at a timeout.
const TIMED_OUT: &[&str] = &[
    "a timeout fires within a message, and what had come of it is thrown away before the read is \
     tried again",
    "the timeout is too short for a slow line, and nothing is said when it fires",
];

/// The causes of an early end's going unnoticed.
const EARLY_END: &[&str] = &[
    "a read of zero bytes ends the loop as if the message were whole; nobody compares what came \
     with what was announced",
    "a read of zero bytes is taken for data, and the loop goes on",
];

/// The causes of an end's being taken for data.
const TAKEN_FOR_DATA: &[&str] =
    &["a read of zero bytes, which is the end, is taken for an empty message"];

/// The causes of a lost connection's ending a server.
const NOT_CAUGHT: &[&str] = &[
    "the error of one connection is not caught where that connection is served, and ends the \
     server",
    "a read of zero bytes, which is the end, is taken for an empty message, again and again",
];

/// What is asked of every server, also of one that speaks by datagrams.
pub const WORKS_NEXT_CLIENT: Check = Check {
    id: "works-next-client",
    side: Some(Side::Server),
    about: "a client comes when the first has gone",
    run: works_next_client,
    causes: &[
        "the server ends, or waits for something else, when its first client has gone",
        "something is kept of the first client that the next one meets",
    ],
};

/// All of them, in the order in which they are shown.
pub const CHECKS: &[Check] = &[
    WORKS_NEXT_CLIENT,
    Check {
        id: "short-read",
        side: Some(Side::Server),
        about: "what the client sends is delivered byte by byte",
        run: |trial| short_read(trial, Side::Server),
        causes: ONE_READ,
    },
    Check {
        id: "short-read",
        side: Some(Side::Client),
        about: "what the server sends is delivered byte by byte",
        run: |trial| short_read(trial, Side::Client),
        causes: ONE_READ,
    },
    Check {
        id: "split-character",
        side: Some(Side::Server),
        about: "characters of more than one byte are cut on their way to the server",
        run: |trial| split_character(trial, Side::Server),
        causes: CUT_CHARACTER,
    },
    Check {
        id: "split-character",
        side: Some(Side::Client),
        about: "characters of more than one byte are cut on their way to the client",
        run: |trial| split_character(trial, Side::Client),
        causes: CUT_CHARACTER,
    },
    Check {
        id: "coalesced-messages",
        side: Some(Side::Server),
        about: "what the client sends within 200 ms is delivered together",
        run: |trial| coalesced(trial, Side::Server),
        causes: JOINED,
    },
    Check {
        id: "coalesced-messages",
        side: Some(Side::Client),
        about: "what the server sends within 200 ms is delivered together",
        run: |trial| coalesced(trial, Side::Client),
        causes: JOINED,
    },
    Check {
        id: "timeout-mid-message",
        side: Some(Side::Server),
        about: "a message to the server stops for 2.2 s after its first byte, and in its middle",
        run: |trial| timeout_mid_message(trial, Side::Server),
        causes: TIMED_OUT,
    },
    Check {
        id: "timeout-mid-message",
        side: Some(Side::Client),
        about: "a message to the client stops for 2.2 s after its first byte, and in its middle",
        run: |trial| timeout_mid_message(trial, Side::Client),
        causes: TIMED_OUT,
    },
    Check {
        id: "closed-mid-message",
        side: Some(Side::Server),
        about: "a client ends within its message: after the first byte, in the middle, before the \
                last",
        run: server_closed_mid_message,
        causes: NOT_CAUGHT,
    },
    Check {
        id: "closed-mid-message",
        side: Some(Side::Client),
        about: "the answer ends after its first byte, in the middle, before its last byte",
        run: client_closed_mid_message,
        causes: EARLY_END,
    },
    Check {
        id: "peer-closed",
        side: Some(Side::Server),
        about: "a client leaves at once, and another one before its answer",
        run: server_peer_closed,
        causes: NOT_CAUGHT,
    },
    Check {
        id: "peer-closed",
        side: Some(Side::Client),
        about: "the server ends the conversation where an answer should come",
        run: client_peer_closed,
        causes: TAKEN_FOR_DATA,
    },
    Check {
        id: "peer-reset",
        side: Some(Side::Server),
        about: "clients reset their connections: at once, and within a message",
        run: server_peer_reset,
        causes: NOT_CAUGHT,
    },
    Check {
        id: "peer-reset",
        side: Some(Side::Client),
        about: "the connection is reset within the answer",
        run: client_peer_reset,
        causes: &["the error of a read is taken for the end of the answer, or for nothing"],
    },
    Check {
        id: "write-after-close",
        side: Some(Side::Server),
        about: "a client asks for all at once, and leaves without reading an answer",
        run: server_write_after_close,
        causes: &[
            "the error of a write is not caught where that connection is served, and ends the \
             server",
            "SIGPIPE ends the program at the second write",
        ],
    },
    Check {
        id: "write-after-close",
        side: Some(Side::Client),
        about: "the server is gone after its first answer; the client goes on",
        run: client_write_after_close,
        causes: &["SIGPIPE ends the program at the second write, and nothing is said"],
    },
    Check {
        id: "unread-data-reset",
        side: Some(Side::Server),
        about: "a straight run: how the server ends the conversation",
        run: |trial| unread_data_reset(trial, Side::Server),
        causes: &["the server closes the connection while something that came lies there unread"],
    },
    Check {
        id: "unread-data-reset",
        side: Some(Side::Client),
        about: "a straight run: how the client ends the conversation",
        run: |trial| unread_data_reset(trial, Side::Client),
        causes: &["the client closes the connection while something that came lies there unread"],
    },
    Check {
        id: "half-close",
        side: Some(Side::Server),
        about: "a client has finished sending, and waits for the answer",
        run: half_close,
        causes: &["the end of the requests is taken for the end of the client: the server closes \
                   before it has answered"],
    },
    Check {
        id: "silent-peer",
        side: Some(Side::Server),
        about: "a client connects, and says nothing",
        run: server_silent_peer,
        causes: &[],
    },
    Check {
        id: "silent-peer",
        side: Some(Side::Client),
        about: "the server says nothing",
        run: client_silent_peer,
        causes: &[],
    },
    Check {
        id: "one-client-blocks-all",
        side: Some(Side::Server),
        about: "a client comes while another is connected and says nothing",
        run: one_client_blocks_all,
        causes: &[
            "the server serves one client after another, and does not come back to the next when \
             the one before has gone",
        ],
    },
    Check {
        id: "stalled-write",
        side: Some(Side::Server),
        about: "the lines are typed at once; when the server's writes leave",
        run: |trial| stalled_write(trial, Side::Server),
        causes: STALLED,
    },
    Check {
        id: "stalled-write",
        side: Some(Side::Client),
        about: "the lines are typed at once; when the client's writes leave",
        run: |trial| stalled_write(trial, Side::Client),
        causes: STALLED,
    },
    Check {
        id: "address-in-use",
        side: Some(Side::Server),
        about: "the server is killed while a client is connected, and started again",
        run: address_in_use,
        causes: &["SO_REUSEADDR is not set before bind: the old connection holds the port"],
    },
    Check {
        id: "leaked-descriptor",
        side: Some(Side::Server),
        about: "200 clients come and go",
        run: leaked_descriptor,
        causes: &[
            "a connection is not closed when its client has left: it is kept in a list, or only \
             forgotten",
        ],
    },
    Check {
        id: "busy-wait",
        side: Some(Side::Server),
        about: "a client is connected, and nothing happens",
        run: server_busy_wait,
        causes: SPINS,
    },
    Check {
        id: "busy-wait",
        side: Some(Side::Client),
        about: "an answer lets wait, and nothing happens",
        run: client_busy_wait,
        causes: SPINS,
    },
    Check {
        id: "stale-bytes",
        side: Some(Side::Server),
        about: "a short message after a long one is answered as by itself",
        run: |trial| stale_bytes(trial, Side::Server),
        causes: STALE,
    },
    Check {
        id: "stale-bytes",
        side: Some(Side::Client),
        about: "a short answer after a long one is printed as by itself",
        run: |trial| stale_bytes(trial, Side::Client),
        causes: STALE,
    },
];

const SECOND_START: &str = "the server cannot be started a second time: see its last words";
const BIND_PASSED_OVER: &str = "the error of bind is passed over, and the server goes on at another \
     port or at none; SO_REUSEADDR, set before bind, lets it have its port";
const STALLED: &[&str] =
    &["a message leaves in two writes, and the second waits until the first is acknowledged \
     (Nagle's algorithm and a delayed acknowledgement)"];
const SPINS: &[&str] =
    &["a socket that does not block is asked again and again, without a wait in between"];
const STALE: &[&str] = &[
    "one buffer is used whole, or up to a zero byte, whatever count the read returned: the end of \
     an earlier message hangs on a shorter one",
];

// ---- segments

/// Whether a side does as ever, though what it hears is bent.
fn bears(trial: &Trial, side: Side, bends: Bends) -> Outcome {
    let right = |performance: &Performance| is_right(trial, side, performance);
    let bend = trial.bend(side.hears(), bends);
    let outcome = trial.makes_no_difference(side, &trial.pair.input, &bend, right);
    if side == Side::Client || !matches!(outcome, Err(Stop::Failed(_))) {
        return outcome;
    }
    // What the server makes of it comes in pieces, too, and perhaps the client does not bear that.
    let together = Bends { gather: Some(GATHER), ..Bends::default() };
    let connection = trial.measure.connection;
    let bend = Bend::Stream { connection, ways: [bends, together].into() };
    trial.makes_no_difference(side, &trial.pair.input, &bend, right)
}

fn is_right(trial: &Trial, side: Side, performance: &Performance) -> Result<(), Box<Failure>> {
    let outcome = trial.as_ever(performance);
    if side == Side::Client || outcome.is_ok() {
        return outcome;
    }
    // If the server has said what it always says, the client is to blame.
    let said = line::streams(&performance.events, Direction::Reply);
    let said = said.get(&trial.measure.connection).map_or(&[][..], Vec::as_slice);
    let answers = trial.measure.answers.as_ref();
    if answers.is_some_and(|answers| answers.fits(said)) {
        return Ok(());
    }
    // Nor if the server has answered all that the client has asked before it gave up.
    let asked = line::streams(&performance.events, Direction::Request);
    let asked = asked.get(&trial.measure.connection).map_or(0, Vec::len);
    let due = trial.measure.answered_by(asked);
    if asked < trial.measure.requests.len()
        && said.len() >= due
        && trial.measure.replies.starts_with(said)
    {
        return Ok(());
    }
    let failure = Failure::new(
        "a server that answers as it does on a straight line",
        if said.is_empty() { "it answered nothing" } else { "it answered something else" },
    );
    Err(failure.bytes(trial.measure.replies.clone(), said).into())
}

fn heard(measure: &Measure, side: Side) -> &[u8] {
    match side.hears() {
        Direction::Request => &measure.requests,
        Direction::Reply => &measure.replies,
    }
}

/// Skips a check for which a side hears too little.
fn hears_enough(trial: &Trial, side: Side) -> Outcome {
    if side == Side::Client && trial.measure.resets[Direction::Reply as usize] {
        let why = "the server resets the connection, and what is on its way is lost: see \
                   `unread-data-reset`";
        return Err(Stop::Skipped(why.into()));
    }
    let count = heard(trial.measure, side).len();
    if count >= 2 {
        return Ok(());
    }
    let other = if side == Side::Server { "client" } else { "server" };
    Err(Stop::Skipped(format!("the {other} sends no more than one byte; type something")))
}

fn has_wide_characters(bytes: &[u8]) -> bool {
    bytes.to_str().is_ok_and(|text| !text.is_ascii())
}

fn drip(whole_characters: bool) -> Bends {
    let drip_first = Some(DRIPPED);
    Bends { drip: Some(1), drip_first, whole_characters, ..Bends::default() }
}

fn short_read(trial: &Trial, side: Side) -> Outcome {
    hears_enough(trial, side)?;
    let whole = has_wide_characters(heard(trial.measure, side));
    bears(trial, side, drip(whole))
}

fn split_character(trial: &Trial, side: Side) -> Outcome {
    hears_enough(trial, side)?;
    if !has_wide_characters(heard(trial.measure, side)) {
        let why = "no letter of more than one byte is sent; type one, such as é";
        return Err(Stop::Skipped(why.into()));
    }
    let cut = bears(trial, side, drip(false));
    if let Err(stop @ Stop::Failed(_)) = cut {
        let story = trial.story();
        told_by_short_read(trial, side)?;
        return trial.fails(stop, story);
    }
    cut
}

/// The same input, with its lines typed all at once.
fn at_once(input: &Input) -> Input {
    match input {
        Input::Lines(lines) => Input::Together(lines.clone()),
        other => other.clone(),
    }
}

fn coalesced(trial: &Trial, side: Side) -> Outcome {
    let together = at_once(&trial.pair.input);
    let bends = Bends { gather: Some(GATHER), ..Bends::default() };
    let right = |performance: &Performance| is_right(trial, side, performance);
    trial.makes_no_difference(side, &together, &trial.bend(side.hears(), bends), right)
}

fn timeout_mid_message(trial: &Trial, side: Side) -> Outcome {
    hears_enough(trial, side)?;
    let direction = side.hears();
    let middle = trial.measure.middle(direction);
    let mut places = vec![1, middle];
    places.dedup();
    for after in places {
        let pause = Some(Pause { after: after as u64, time: PAUSE });
        let bends = Bends { pause, ..Bends::default() };
        let right = |performance: &Performance| {
            let outcome = is_right(trial, side, performance);
            let reached = Trial::reached(performance, side.hears(), after).unwrap_or_default();
            // A client that did not wait for the rest is none of the server's faults.
            let left =
                matches!(performance.end, End::Ended(_)) && performance.over < reached + PAUSE;
            let closed = Trial::server_ended(performance);
            let gave_up = match side {
                // Nor is it a client's fault to be let go meanwhile, for it seemed to say nothing.
                Side::Client => {
                    let was_let_go =
                        server_ends_first(&performance.events) && !trial.measure.server_ends;
                    left || was_let_go && trial.ends_in_words(performance).is_ok()
                }
                Side::Server => {
                    let closed = closed.is_some_and(|when| when < reached + PAUSE);
                    left || closed && matches!(performance.end, End::Ended(_))
                }
            };
            let mut quiet = Performance { ..performance.clone() };
            quiet.stdout = trial.measure.without_remarks(&performance.stdout);
            if gave_up || is_right(trial, side, &quiet).is_ok() { Ok(()) } else { outcome }
        };
        let bend = trial.bend(direction, bends);
        let outcome = trial.makes_no_difference(side, &trial.pair.input, &bend, right);
        if let Err(stop @ Stop::Failed(_)) = outcome {
            let story = trial.story();
            told_by_short_read(trial, side)?;
            told_by_coalesced(trial, side)?;
            return trial.fails(stop, story);
        }
        outcome?;
    }
    Ok(())
}

/// Skips a check whose failure has a simpler reason.
fn told_by_short_read(trial: &Trial, side: Side) -> Outcome {
    match short_read(trial, side) {
        Err(Stop::Failed(_)) => {
            let why = "bytes that come one by one are not understood at all: see `short-read`";
            Err(Stop::Skipped(why.into()))
        }
        _ => Ok(()),
    }
}

/// Skips a check whose failure has another reason: behind a pause messages come together.
fn told_by_coalesced(trial: &Trial, side: Side) -> Outcome {
    match coalesced(trial, side) {
        Err(Stop::Failed(_)) => {
            let why = "messages that come together are not understood: see `coalesced-messages`";
            Err(Stop::Skipped(why.into()))
        }
        _ => Ok(()),
    }
}

// ---- ends

/// Where an answer of so many bytes can break off.
fn places(middle: usize, length: usize) -> Vec<usize> {
    let mut places = vec![1, middle, length - 1];
    places.dedup();
    places
}

fn client_closed_mid_message(trial: &Trial) -> Outcome {
    hears_enough(trial, Side::Client)?;
    let (length, middle) =
        (trial.measure.length(Direction::Reply), trial.measure.last_middle(Direction::Reply));
    for after in places(middle, length) {
        let performance = trial.bent(&trial.broken(Direction::Reply, after, Then::Close))?;
        // There may have been less to say this time.
        let was_cut = Trial::reached(&performance, Direction::Reply, after).is_some();
        let Err(failure) = trial.ends_in_words(&performance) else { continue };
        if !was_cut {
            continue;
        }
        let story = trial.story();
        if trial.as_ever(&performance).is_ok() {
            // The last byte may be one that nobody needs, a newline, and so may all of the turn.
            let begin = trial.measure.last_turn(Direction::Reply);
            let unanswered = trial.broken(Direction::Reply, begin, Then::Close);
            let is_needless = after == length - 1 && after != middle
                || after > begin && trial.as_ever(&trial.bent(&unanswered)?).is_ok();
            if is_needless {
                continue;
            }
        }
        if matches!(performance.end, End::Ended(_)) {
            excuse(trial)?;
            if performance.stdout.is_empty() && trial.measure.server_ends {
                let why = "the server ends the connection itself, and of what came before its \
                           early end the client shows nothing: it may be no part of the answer";
                return Err(Stop::Skipped(why.into()));
            }
            // Perhaps this was the end of a message.
            let other = if after + 1 < length { after + 1 } else { after - 1 };
            let other = trial.bent(&trial.broken(Direction::Reply, other, Then::Close))?;
            if after > 1 && trial.ends_in_words(&other).is_ok() {
                continue;
            }
        }
        return trial.fails(failure, story);
    }
    Ok(())
}

/// Skips a check of a client that cannot know that something is missing.
fn excuse(trial: &Trial) -> Outcome {
    let unanswered = trial.bent(&trial.broken(Direction::Reply, 0, Then::Close))?;
    if trial.as_ever(&unanswered).is_ok() {
        let why = "the client does as ever when no answer comes at all: it needs none";
        return Err(Stop::Skipped(why.into()));
    }
    if trial.shows_what_comes()? {
        let why = "the client shows bytes as they come, and knows of no message that could break \
                   off";
        return Err(Stop::Skipped(why.into()));
    }
    if trial.waits_for_end()? {
        let why = "the end of the connection is the end of the answer here; nobody can tell an \
                   early one from it";
        return Err(Stop::Skipped(why.into()));
    }
    Ok(())
}

fn client_peer_closed(trial: &Trial) -> Outcome {
    let measure = trial.measure;
    if measure.replies.is_empty() {
        return Err(Stop::Skipped("the server answers nothing".into()));
    }
    let mut places = vec![0];
    let first = measure.first_answer();
    if first > 0 && first < measure.replies.len() {
        places.push(first);
    }
    for after in places {
        let performance = trial.bent(&trial.broken(Direction::Reply, after, Then::Close))?;
        let Err(failure) = trial.ends_in_words(&performance) else { continue };
        // It may have had all that it wanted.
        if after > 0 && trial.as_ever(&performance).is_ok() {
            continue;
        }
        let story = trial.story();
        if matches!(performance.end, End::Ended(_)) {
            excuse(trial)?;
        }
        return trial.fails(failure, story);
    }
    Ok(())
}

fn client_peer_reset(trial: &Trial) -> Outcome {
    hears_enough(trial, Side::Client)?;
    let middle = trial.measure.last_middle(Direction::Reply);
    let performance = trial.bent(&trial.broken(Direction::Reply, middle, Then::Reset))?;
    let Err(failure) = trial.ends_in_words(&performance) else { return Ok(()) };
    let was_reset = Trial::reached(&performance, Direction::Reply, middle).is_some();
    // It may have had all that it wanted: what was reset was the server's goodbye.
    if !was_reset || trial.as_ever(&performance).is_ok() {
        return Ok(());
    }
    let story = trial.story();
    if matches!(performance.end, End::Ended(_)) && trial.shows_what_comes()? {
        let why = "the client shows bytes as they come, and knows of no message that could break \
                   off";
        return Err(Stop::Skipped(why.into()));
    }
    if matches!(client_closed_mid_message(trial), Err(Stop::Failed(_))) {
        let why = "half an answer is taken for a whole one also where the connection just ends: \
                   see `closed-mid-message`";
        return Err(Stop::Skipped(why.into()));
    }
    trial.fails(failure, story)
}

fn client_write_after_close(trial: &Trial) -> Outcome {
    let measure = trial.measure;
    let first = measure.first_answer();
    if first == 0 || first >= measure.replies.len() {
        let why = "the client asks no second time; type two lines or more";
        return Err(Stop::Skipped(why.into()));
    }
    let performance = trial.bent(&trial.broken(Direction::Reply, first, Then::Leave))?;
    match performance.end {
        // What it says then, `peer-closed` is about.
        End::Ended(status) if !status.has_crashed() => Ok(()),
        _ => Ok(trial.ends_in_words(&performance)?),
    }
}

/// A stranger sends what the client would send, up to some byte.
fn send(mut stream: &TcpStream, bytes: &[u8]) {
    // A server that has closed already is a server's right.
    let _ = stream.write_all(bytes);
}

/// Reads until the end, or until nothing has come for a while. Of one who never stops talking it
/// is enough after some time.
fn read_all(mut stream: &TcpStream, patience: Duration) -> Vec<u8> {
    let mut all = Vec::new();
    let _ = stream.set_read_timeout(Some(patience));
    let mut buffer = vec![0; 64 * 1024];
    let began = Instant::now();
    while let Ok(count) = stream.read(&mut buffer) {
        if count == 0 || began.elapsed() > ENOUGH {
            break;
        }
        all.extend(&buffer[..count]);
    }
    all
}

fn reset(stream: TcpStream) {
    // Where it cannot be reset, it is closed.
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
}

/// Skips a check of a server that serves no second client, whatever the first one did.
fn serves_again(trial: &Trial) -> Outcome {
    if trial.measure.second.is_ok() {
        return Ok(());
    }
    let why = "a second client is not served at all: see `works-next-client`";
    Err(Stop::Skipped(why.into()))
}

fn needs_requests(trial: &Trial) -> Outcome {
    if trial.measure.requests.is_empty() {
        return Err(Stop::Skipped("the client sends nothing".into()));
    }
    Ok(())
}

fn server_closed_mid_message(trial: &Trial) -> Outcome {
    serves_again(trial)?;
    hears_enough(trial, Side::Server)?;
    let measure = trial.measure;
    let stage = trial.stage()?;
    for after in places(measure.middle(Direction::Request), measure.requests.len()) {
        let stranger = stage.stranger()?;
        stage
            .story()
            .tell(format!("it sends the first {after} bytes of what the client sends, and ends"));
        send(&stranger, &measure.requests[..after]);
        let _ = stranger.shutdown(Shutdown::Write);
        read_all(&stranger, ANSWER);
        drop(stranger);
        if measure.one_shot {
            break;
        }
    }
    trial.serves_the_next(&stage)
}

fn server_peer_closed(trial: &Trial) -> Outcome {
    serves_again(trial)?;
    let stage = trial.stage()?;
    if trial.measure.server_spins {
        if matches!(settle(stage.server()?), Doing::Spins(_)) {
            let why = "the server spins before anybody comes: see `busy-wait`";
            return Err(Stop::Skipped(why.into()));
        }
        trial.play(&stage, &Bend::Straight, &trial.pair.input)?;
        let expected = "a server that sleeps when its client has gone";
        return Err(Failure::new(expected, "the server spins from then on").into());
    }
    let stranger = stage.stranger()?;
    settle(stage.server()?);
    stage.story().tell("it leaves");
    // Who leaves with a greeting unread resets the connection, and that is another thing.
    let _ = stranger.shutdown(Shutdown::Write);
    read_all(&stranger, ANSWER);
    drop(stranger);
    if !trial.measure.one_shot && !trial.measure.requests.is_empty() {
        settle(stage.server()?);
        let stranger = stage.stranger()?;
        stage.story().tell("it asks as the client does first, and leaves");
        send(&stranger, &trial.measure.requests[..trial.measure.first_turn(Direction::Request)]);
        let _ = stranger.shutdown(Shutdown::Write);
        settle(stage.server()?);
        read_all(&stranger, ANSWER);
        drop(stranger);
    }
    trial.serves_the_next(&stage)
}

fn server_peer_reset(trial: &Trial) -> Outcome {
    serves_again(trial)?;
    let stage = trial.stage()?;
    if !trial.measure.one_shot {
        let stranger = stage.stranger()?;
        settle(stage.server()?);
        stage.story().tell("it resets the connection");
        reset(stranger);
        settle(stage.server()?);
    }
    let stranger = stage.stranger()?;
    let middle = trial.measure.middle(Direction::Request).min(trial.measure.requests.len());
    send(&stranger, &trial.measure.requests[..middle]);
    settle(stage.server()?);
    stage
        .story()
        .tell(format!("it has sent {middle} bytes as the client does, and resets the connection"));
    reset(stranger);
    trial.serves_the_next(&stage)
}

fn server_write_after_close(trial: &Trial) -> Outcome {
    needs_requests(trial)?;
    let stage = trial.stage()?;
    let stranger = stage.stranger()?;
    stage.story().tell("it sends all that the client sends, and leaves without reading an answer");
    // Whether an answer is written before the stranger has gone is a race; so there are some.
    let times = if trial.measure.one_shot { 1 } else { 3 };
    send(&stranger, &trial.measure.requests);
    drop(stranger);
    for _ in 1..times {
        settle(stage.server()?);
        let Ok(stranger) = stage.stranger() else { break };
        send(&stranger, &trial.measure.requests);
        reset(stranger);
    }
    let outcome = trial.serves_the_next(&stage);
    if let Err(stop @ Stop::Failed(_)) = outcome {
        let story = trial.story();
        if matches!(server_peer_reset(trial), Err(Stop::Failed(_))) {
            let why = "a client that resets its connection is too much already: see `peer-reset`";
            return Err(Stop::Skipped(why.into()));
        }
        return trial.fails(stop, story);
    }
    outcome
}

fn unread_data_reset(trial: &Trial, side: Side) -> Outcome {
    if !trial.measure.resets[side.hears().back() as usize] {
        return Ok(());
    }
    let name = side.name();
    let expected = format!("a {name} that ends the conversation with an end");
    let failure = Failure::new(expected, format!("the {name} resets the connection"));
    match side {
        Side::Server => Err(failure.into()),
        Side::Client => Err(Stop::Remarked(Box::new(failure))),
    }
}

fn half_close(trial: &Trial) -> Outcome {
    needs_requests(trial)?;
    let measure = trial.measure;
    let wanted = &measure.replies[..measure.first_answer()];
    if wanted.is_empty() {
        return Err(Stop::Skipped("the server answers nothing".into()));
    }
    let stage = trial.stage()?;
    let asked = |ends: bool| -> Outcome<Vec<u8>> {
        let stranger = stage.stranger()?;
        stage.story().tell(format!(
            "it asks as the client does first{}",
            if ends { ", and ends its sending" } else { "" }
        ));
        send(&stranger, &measure.requests[..measure.first_turn(Direction::Request)]);
        if ends {
            let _ = stranger.shutdown(Shutdown::Write);
        }
        let answer = read_all(&stranger, 2 * ANSWER);
        let text =
            if answer.is_empty() { "no answer".into() } else { crate::peer::quoted(&answer) };
        stage.story().tell(format!("it gets {text}"));
        Ok(answer)
    };
    let came = asked(true)?;
    // What differs from run to run is not looked at: only whether it is an answer at all.
    let varies = !measure.answers.as_ref().is_some_and(Likeness::is_exact);
    if came.len() * 2 >= wanted.len() || varies && !came.is_empty() {
        return Ok(());
    }
    if measure.one_shot && !measure.same_requests {
        let why = "what the client sends differs from run to run, and cannot be sent by another";
        return Err(Stop::Skipped(why.into()));
    }
    if !measure.one_shot && asked(false)?.len() * 2 < wanted.len() {
        let why = "the server answers a stranger who sends the same in another way";
        return Err(Stop::Skipped(why.into()));
    }
    let expected = "an answer for a client that has finished sending";
    let observed = if came.is_empty() { "there is none" } else { "there is only a part of it" };
    Err(Failure::new(expected, observed).bytes(wanted, came).into())
}

// ---- waiting

fn client_silent_peer(trial: &Trial) -> Outcome {
    let performance = trial.bent_patiently(&trial.broken(Direction::Reply, 0, Then::Silence))?;
    match performance.end {
        End::Stays(Doing::Sleeps | Doing::Unknown) => {
            let expected = "a client that gives up on a server that says nothing";
            let seconds = PATIENCE.as_secs();
            let observed = format!(
                "the client waits for a server that says nothing for more than {seconds} s"
            );
            Err(Stop::Remarked(Box::new(Failure::new(expected, observed))))
        }
        _ => Ok(()),
    }
}

fn server_silent_peer(trial: &Trial) -> Outcome {
    let stage = trial.stage()?;
    let stranger = stage.stranger()?;
    let began = Instant::now();
    stranger.set_read_timeout(Some(Duration::from_millis(100)))?;
    let mut buffer = [0; 4096];
    while began.elapsed() < SILENCE {
        match (&stranger).read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return Ok(()),
        }
    }
    let expected = "a server that lets a client go that says nothing";
    let seconds = SILENCE.as_secs();
    let observed = format!("a client that says nothing is kept for more than {seconds} s");
    Err(Stop::Remarked(Box::new(Failure::new(expected, observed))))
}

fn one_client_blocks_all(trial: &Trial) -> Outcome {
    if trial.measure.one_shot {
        return Err(Stop::Skipped("the server ends with its first client".into()));
    }
    let stage = trial.stage()?;
    let stranger = stage.stranger()?;
    if matches!(settle(stage.server()?), Doing::Spins(_)) {
        let why = "the server spins while another client is connected: see `busy-wait`";
        return Err(Stop::Skipped(why.into()));
    }
    let served = trial.serves_the_next(&stage);
    match served {
        Err(Stop::Failed(failure)) if stage.server()?.status().is_none() => {
            stage.story().tell("the stranger leaves");
            drop(stranger);
            trial.serves_the_next(&stage)?;
            let observed = "a client waits while another is connected: the server serves one after \
                            another";
            Err(Stop::Remarked(Box::new(Failure { observed: observed.into(), ..*failure })))
        }
        served => served,
    }
}

fn stalled_write(trial: &Trial, side: Side) -> Outcome {
    let input = at_once(&trial.pair.input);
    // An acknowledgement is delayed only to one who answers at once, and not every time.
    let mut fewest = usize::MAX;
    for _ in 0..2 {
        let Some(count) = trial.stalls(&input, side.hears().back())? else {
            let why = "this system does not tell what a program has written";
            return Err(Stop::Skipped(why.into()));
        };
        fewest = fewest.min(count);
        if fewest == 0 {
            return Ok(());
        }
    }
    let name = side.name();
    let expected = format!("a {name} whose messages leave as soon as they are written");
    let times = if fewest == 1 { "once".into() } else { format!("{fewest} times") };
    let observed = format!(
        "{times} a message of its came in two pieces, and the second, written already, left 30 ms \
         later or more"
    );
    Err(Failure::new(expected, observed).into())
}

fn server_busy_wait(trial: &Trial) -> Outcome {
    need_to_see_sleep()?;
    let stage = trial.stage()?;
    let _stranger = stage.stranger()?;
    ensure(!matches!(settle(stage.server()?), Doing::Spins(_)), || {
        Failure::new("a server that sleeps while nothing happens", "it spins")
    })
}

fn client_busy_wait(trial: &Trial) -> Outcome {
    need_to_see_sleep()?;
    let performance = trial.bent(&trial.broken(Direction::Reply, 0, Then::Silence))?;
    ensure(!matches!(performance.end, End::Stays(Doing::Spins(_))), || {
        Failure::new("a client that sleeps while it waits for an answer", "it spins")
    })
}

// ---- servers that go on

fn works_next_client(trial: &Trial) -> Outcome {
    if trial.measure.one_shot {
        let expected = "a server that serves the next client";
        let observed = "the server ends with its first client";
        return Err(Stop::Remarked(Box::new(Failure::new(expected, observed))));
    }
    match &trial.measure.second {
        Ok(()) => Ok(()),
        // What happened then is told once more.
        Err(_) => {
            let stage = trial.stage()?;
            let first = trial.play(&stage, &Bend::Straight, &trial.pair.input)?;
            let second = trial.play(&stage, &Bend::Straight, &trial.pair.input)?;
            if trial.as_ever(&first).is_ok() {
                trial.as_ever(&second)?;
            }
            let why = "the next client was served otherwise once, and once as the first: what \
                       differs by chance cannot be compared";
            Err(Stop::Skipped(why.into()))
        }
    }
}

fn address_in_use(trial: &Trial) -> Outcome {
    let mut stage = trial.stage()?;
    let stranger = stage.stranger()?;
    settle(stage.server()?);
    read_all(&stranger, Duration::from_millis(50));
    stage.kill_server();
    read_all(&stranger, ANSWER);
    drop(stranger);
    let mut again = stage.start_server().map_err(|stop| match stop {
        Stop::Failed(failure) => {
            let about = failure.means("address-in-use");
            let failure = Failure { cause: None, ..*failure };
            if about {
                return failure.into();
            }
            failure.only_cause(SECOND_START).into()
        }
        stop => stop,
    });
    if again.is_err() && stage.server()?.status().is_none() {
        again = again.map_err(|stop| stop.only_cause(BIND_PASSED_OVER));
    }
    again?;
    let play = || trial.play(&stage, &Bend::Straight, &trial.pair.input);
    let next = play()?;
    let served = trial.is_served(&next)? || trial.is_served(&play()?)?;
    ensure(served, || {
        Failure::new(
            "a server that serves when it is started again",
            "it listens, and its client is not served as ever",
        )
        .only_cause("it finds something from the time before that it cannot begin with")
        .bytes(trial.measure.samples[0].clone(), next.stdout)
    })
}

fn leaked_descriptor(trial: &Trial) -> Outcome {
    if trial.measure.one_shot {
        return Err(Stop::Skipped("the server ends with its first client".into()));
    }
    if trial.measure.server_spins {
        // 200 clients would make 200 threads or processes that spin.
        let why = "the server spins when a client has gone: see `peer-closed` and `busy-wait`";
        return Err(Stop::Skipped(why.into()));
    }
    let stage = trial.stage()?;
    let asks = trial.measure.same_requests;
    let first = &trial.measure.requests[..trial.measure.first_turn(Direction::Request)];
    let come_and_go = |asks: bool| -> Outcome<bool> {
        let stranger = stage.quiet_stranger()?;
        let mut answered = false;
        if asks {
            send(&stranger, first);
            stranger.set_read_timeout(Some(ANSWER))?;
            answered = (&stranger).read(&mut [0; 4096]).is_ok();
        }
        Ok(answered)
    };
    let answers = come_and_go(asks && !first.is_empty())?;
    let open = |stage: &Stage| -> Outcome<Option<u64>> {
        settle(stage.server()?);
        Ok(stage.server()?.activity().map(|now| now.descriptors))
    };
    let Some(before) = open(&stage)? else {
        return Err(Stop::Skipped("this system does not tell what a program has open".into()));
    };
    stage.story().tell(format!(
        "{STRANGERS} strangers come and go; the server has {before} descriptors open before"
    ));
    for _ in 0..STRANGERS {
        if let Err(Stop::Failed(_)) = come_and_go(answers) {
            break;
        }
    }
    if matches!(settle(stage.server()?), Doing::Ended(_)) {
        let why = "the server does not outlive clients that come and go: see what has failed";
        return Err(Stop::Skipped(why.into()));
    }
    let mut watch = Watch::new(stage.server()?);
    let mut after = before;
    while watch.look().is_none() {
        after = open(&stage)?.unwrap_or(before);
        if after <= before + FEW {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    stage.story().tell(format!("{after} descriptors are open then"));
    ensure(after <= before + FEW, || {
        Failure::new(
            "a server that closes the connections of clients that have left",
            format!(
                "it has {after} descriptors open when {STRANGERS} clients have come and gone; \
                 {before} before"
            ),
        )
    })?;
    trial.serves_the_next(&stage).map_err(|stop| {
        stop.only_cause("something else than descriptors is used up by clients that come and go")
    })
}

/// A short line after a long one, and the short one by itself. Whoever prints, or sends, the end
/// of the long one behind the short one has kept it.
fn stale_bytes(trial: &Trial, side: Side) -> Outcome {
    let zeros = zeros(trial, side);
    if let Some(failure) = zeros {
        return Err(failure.into());
    }
    let Input::Lines(lines) = &trial.pair.input else {
        return Err(Stop::Skipped("lines must be typed: a long one, and a shorter one".into()));
    };
    let long = lines.iter().max_by_key(|line| line.len());
    let short = lines.iter().min_by_key(|line| line.len());
    let (Some(long), Some(short)) = (long, short) else {
        return Err(Stop::Skipped("type a long line, and a shorter one".into()));
    };
    if long.len() < short.len() + 2 {
        return Err(Stop::Skipped("type a long line, and a shorter one".into()));
    }
    let play = |lines: &[&String]| -> Outcome<Performance> {
        let lines = lines.iter().map(|&line| line.clone()).collect();
        trial.play(&trial.stage()?, &Bend::Straight, &Input::Lines(lines))
    };
    let runs = [play(&[short])?, play(&[long])?, play(&[long, short])?];
    let is_stale = |said: &dyn Fn(&Performance) -> Vec<u8>| stale(&runs.each_ref().map(said));
    let stream = |direction| {
        move |run: &Performance| -> Vec<u8> {
            line::streams(&run.events, direction).into_values().next().unwrap_or_default()
        }
    };
    let asked = is_stale(&stream(Direction::Request));
    let answered = is_stale(&stream(Direction::Reply));
    let printed = is_stale(&|run| run.stdout.clone());
    let (found, what) = match side {
        Side::Server => (answered && !asked, "answers"),
        Side::Client if asked => (true, "sends"),
        Side::Client => (printed && !answered, "prints"),
    };
    let [alone, _, after] = runs;
    ensure(!found, || {
        Failure::new(
            format!("a {} that {what} a short message as it does by itself", side.name()),
            "the end of an earlier, longer one hangs on it",
        )
        .bytes(alone.stdout, after.stdout)
    })
}

/// Zero bytes that a client prints, and nobody has sent.
fn zeros(trial: &Trial, side: Side) -> Option<Failure> {
    let printed = trial.measure.samples[0].contains(&0);
    let sent = trial.measure.replies.contains(&0);
    (side == Side::Client && printed && !sent).then(|| {
        let observed = "it prints zero bytes, and nobody has sent any";
        Failure::new("a client that prints what it has received", observed)
            .bytes(trial.measure.replies.clone(), trial.measure.samples[0].clone())
    })
}

/// How many bytes are the same at the beginning.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Tells, of what was said to a short line, to a long one, and to the long one and then the
/// short one, whether at last the end of the long one stood behind the short one.
fn stale([alone, first, after]: &[Vec<u8>; 3]) -> bool {
    // What is said around each answer is the same: prompts, and a newline.
    let head = common(alone, first);
    let backwards = alone[head..].iter().rev().zip(first[head..].iter().rev());
    let tail = backwards.take_while(|(one, other)| one == other).count();
    let tail = alone[alone.len() - tail..].find_byte(b'\n').map_or(0, |at| tail - at);
    let (short, long) = (&alone[head..alone.len() - tail], &first[head..first.len() - tail]);
    // Zeros fill up a record.
    let (short, long) = (short.trim_end_with(|c| c == '\0'), long.trim_end_with(|c| c == '\0'));
    if short.is_empty() || long.len() <= short.len() {
        return false;
    }
    let behind = &after[common(after, first)..];
    let mixed = [short, &long[short.len()..]].concat();
    // Where a line is kept with its newline, the end of the long one stands in the next line.
    let with_newline = [short, b"\n", &long[short.len() + 1..], b"\n"].concat();
    behind.contains_str(mixed) || (tail > 0 && behind.contains_str(with_newline))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(texts: [&str; 3]) -> bool {
        stale(&texts.map(|text| text.as_bytes().to_vec()))
    }

    #[test]
    fn the_end_of_a_long_message_behind_a_short_one_is_seen() {
        assert!(runs(["HI\n", "HELLO WORLD\n", "HELLO WORLD\nHILLO WORLD\n"]));
        assert!(runs(["> HI\n> ", "> HELLO WORLD\n> ", "> HELLO WORLD\n> HILLO WORLD\n> "]));
        assert!(runs(["HI\0\0\0\0", "HELLO\0", "HELLO\0HILLO\0"]));
        assert!(!runs(["HI\0\0\0\0", "HELLO\0", "HELLO\0HI\0\0\0\0"]));
        assert!(runs(["HI\n", "HELLO WORLD\n", "HELLO WORLD\nHI\nLO WORLD\n"]));
        assert!(!runs(["HI\n", "HELLO WORLD\n", "HELLO WORLD\nHI\n"]));
        assert!(!runs(["> HI\n> ", "> HELLO WORLD\n> ", "> HELLO WORLD\n> HI\n> "]));
    }
}
