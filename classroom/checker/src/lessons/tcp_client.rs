//! The checks of clients that send each line typed and print its answer: lessons 2 to 6. Each is
//! given how a server of its lesson packs an answer.

use bstr::ByteSlice;
use processes::Status;

use crate::bench::Bench;
use crate::lessons::lasting;
use crate::part::Check;
use crate::peer::{Peer, Then};
use crate::program::Stream;
use crate::role::Transport;
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::Doing;

/// What is said of a program that ended with an error of its own.
const ENDED_BADLY: &str = "the program ended with an error: see its last words";

/// What is said where an answer is waited for that has come.
pub const UNREAD: &str = "the program waits for more than the answer, which has come whole: \
                          `missing-delimiter` tries what draws it";

/// The same where a length stands in front of the answer.
pub const UNREAD_LENGTH: &str = "the program waits for more than the answer, which has come whole: for a length that it reads \
     in another order (`wrong-byte-order` tries that), for a newline or the end \
     (`missing-delimiter`), or for bytes that it has read together with the length and thrown away";

/// Causes of a refusal passing unnoticed.
pub const CONNECTION_REFUSED_CAUSES: &[&str] = &[
    "what connect says is not looked at (connect_ex returns an error number), or its exception is \
     swallowed",
    "the error is printed, but the program then ends as after a success",
    "the client tries again, for ever",
];

/// Causes of an empty line holding both sides.
pub const EMPTY_MESSAGE_CAUSES: &[&str] = &[
    "the empty line is sent as it is: zero bytes, which are nothing. The server hears of nothing, \
     and the client waits for an answer",
    "the empty line is sent as its newline, or as a blank",
];

/// Causes of an answer ending the client that is not text.
pub const INVALID_UTF8_CAUSES: &[&str] =
    &["the answer is decoded strictly, and the error ends the program"];

/// Causes of the server's end passing unnoticed.
pub const PEER_CLOSED_CAUSES: &[&str] = &[
    "a read of zero bytes is taken for an answer that happens to be empty; it is the end of the \
     stream",
    "the read is in a loop that does not stop at zero bytes",
];

/// Causes of a reset passing unnoticed.
pub const PEER_RESET_CAUSES: &[&str] =
    &["the error of the read is caught and passed over in silence, as if the server had said all"];

/// Causes of the end of an earlier answer hanging on a later one.
pub const STALE_BYTES_CAUSES: &[&str] =
    &["the whole buffer is used, or all up to a zero byte, and not as many bytes as the read has \
     returned: behind them stands what was there before"];

/// The check of a client that may use more of its buffer than has come.
pub const fn stale_bytes_check(run: fn(&mut Bench) -> Outcome) -> Check {
    Check {
        id: "stale-bytes",
        about: "a short answer comes after a long one, and nothing else is printed",
        run,
        causes: STALE_BYTES_CAUSES,
    }
}

/// A long answer, and then short ones.
pub fn stale_bytes(bench: &mut Bench, pack: Pack) -> Outcome {
    let mut peer = served(bench, pack)?;
    let long = "a long answer: abcdefghijklmnopqrstuvwxyz";
    exchange(bench, &mut peer, "long", long.as_bytes(), pack)?;
    bench.settle()?;
    for answer in ["short", "0"] {
        let before = bench.program()?.output(Stream::Stdout).len();
        exchange(bench, &mut peer, "more", answer.as_bytes(), pack)?;
        bench.settle()?;
        let printed = bench.program()?.output(Stream::Stdout).split_off(before);
        nothing_stale(&printed, answer, long)?;
    }
    Ok(())
}

/// Expects that what was printed for an answer has nothing of an earlier one in it, nor zeros.
pub fn nothing_stale(printed: &[u8], answer: &str, earlier: &str) -> Outcome {
    /// So many letters in a row are no accident.
    const PART: usize = 6;

    let stale = earlier.as_bytes().windows(PART).any(|part| printed.contains_str(part));
    ensure(!stale && !printed.contains(&0) && !printed.contains_str(b"\\x00"), || {
        let expected = format!("the answer \"{answer}\", and nothing behind it");
        let observed = if stale {
            "the end of an earlier answer hangs on it"
        } else {
            "zero bytes are printed with it"
        };
        Failure::new(expected, observed).bytes(answer, printed)
    })
}

/// A signal comes while an answer is waited for, and it is printed all the same.
pub fn interrupted_call(bench: &mut Bench, pack: Pack) -> Outcome {
    let mut peer = served(bench, pack)?;
    receive(bench, &mut peer, "third")?;
    let program = bench.program()?;
    lasting::interrupted_call(bench, |_| peer.send(pack(b"THIRD")))?;
    let printed = bench.await_output(|_| program.has_printed(b"THIRD"))?;
    ensure(printed, || {
        let words = program
            .last_words()
            .map_or_else(String::new, |words| format!(". The last words of the program: {words}"));
        let observed = format!("the answer that came then is not printed{words}");
        Failure::new(lasting::CALLS_AGAIN, observed)
    })
}

/// Packs an answer as the lesson's server sends it.
pub type Pack = fn(&[u8]) -> Vec<u8>;

/// Types a line, expects it as a message, and answers it.
pub fn exchange(
    bench: &mut Bench,
    peer: &mut Peer,
    line: &str,
    answer: &[u8],
    pack: Pack,
) -> Outcome {
    receive(bench, peer, line)?;
    peer.send(pack(answer))
}

/// Waits for a client, and serves it as in `works`: that it goes on shows that it has understood.
pub fn served(bench: &mut Bench, pack: Pack) -> Outcome<Peer> {
    let mut peer = bench.accept()?;
    for (line, answer) in [("first", "FIRST"), ("next", "NEXT")] {
        exchange(bench, &mut peer, line, answer.as_bytes(), pack)
            .map_err(|stop| stop.in_plain(Plain::Opening))?;
    }
    Ok(peer)
}

/// Types a line and expects it as a message.
pub fn receive(bench: &mut Bench, peer: &mut Peer, line: &str) -> Outcome {
    bench.type_line(line)?;
    peer.expect(line, &format!("the message \"{line}\", as it was typed"))
}

/// Lines are typed, sent, answered, and their answers printed; then the input ends, and with it
/// the program. `unread` says where to look for the reason if an answer is waited for that has
/// come.
pub fn works(bench: &mut Bench, pack: Pack, unread: &str) -> Outcome {
    let mut peer = bench.accept().or_else(|stop| Err(why_no_call(bench, stop)?))?;
    let lines = [("hello", "HELLO"), ("a second message", "A SECOND MESSAGE"), ("3", "THREE")];
    let mut before = None;
    for (line, answer) in lines {
        receive(bench, &mut peer, line)
            .or_else(|stop| Err(why_no_line(bench, stop, before, unread)?))?;
        peer.send(pack(answer.as_bytes()))?;
        before = Some(answer);
    }
    leave(bench, peer).map_err(|stop| why_no_end(bench, stop))?;
    lines.iter().try_for_each(|(_, answer)| bench.expect_answer(answer))
}

/// Names the one cause of no call's coming, if one comes as soon as a line is typed.
fn why_no_call(bench: &mut Bench, stop: Stop) -> Outcome<Stop> {
    if !matches!(stop, Stop::Failed(_)) || bench.settle()? != Doing::Sleeps {
        return Ok(stop);
    }
    bench.type_line("hello")?;
    bench.settle()?;
    Ok(if bench.is_called_again()? {
        stop.only_cause(
            "the client calls when a line is typed, and not before: it connects inside the loop, \
             anew for each line",
        )
    } else {
        stop
    })
}

/// Names the one cause, by all that was seen, of a line's not arriving. `answer` is what came
/// before it.
fn why_no_line(bench: &mut Bench, stop: Stop, answer: Option<&str>, unread: &str) -> Outcome<Stop> {
    let Stop::Failed(failure) = stop else { return Ok(stop) };
    if failure.cause.is_some() {
        return Ok(failure.into());
    }
    let came = failure.bytes.as_ref().is_some_and(|bytes| !bytes.came.is_empty());
    let doing = bench.settle()?;
    let program = bench.program()?;
    let cause = match (answer, doing) {
        _ if came => {
            "the line is not sent as it was typed: its newline goes along, or something is added"
        }
        (_, Doing::Ended(status)) if !status.is_success() => ENDED_BADLY,
        (Some(_), _) if bench.is_called_again()? => "the client connects anew for each message",
        (_, Doing::Ended(_)) => {
            "the program ends before it has sent all lines: a loop ends too early, or there is none"
        }
        (None, _) => {
            "the line never leaves the program, which waits itself: `unflushed-write` tries what \
             draws it"
        }
        (Some(answer), _) if program.has_printed(answer.as_bytes()) => {
            "the answer is printed, and after it something else is waited for than the next line"
        }
        (Some(_), _) => unread,
    };
    Ok(failure.only_cause(cause).into())
}

/// Names the one cause of a program's going on when its input has ended.
fn why_no_end(bench: &mut Bench, stop: Stop) -> Stop {
    match bench.settle() {
        Ok(Doing::Sleeps) => stop.only_cause(
            "the end of the input is not noticed, or the end of the connection is waited for first",
        ),
        Ok(Doing::Spins(_) | Doing::Floods) => stop.only_cause(
            "the end of the input is taken for an empty line, which is left out, again and again",
        ),
        _ => stop,
    }
}

/// Ends the input, and expects that the program ends.
pub fn leave(bench: &mut Bench, mut peer: Peer) -> Outcome {
    bench.close_input()?;
    bench.settle()?;
    // One that listens while it waits for lines may want to hear the end as well.
    peer.finish()?;
    bench.expect_program_end("there is no more input").map(drop)
}

/// Nobody listens where the client calls.
pub fn connection_refused(bench: &mut Bench) -> Outcome {
    calls_when_somebody_listens(bench)?;
    bench.listen_no_more(Transport::Tcp)?;
    bench.start()?;
    ends_with_error(bench)
}

/// Lets the client call once. One that never gets so far, because it dies of its arguments, for
/// instance, says nothing about what it does when it is refused.
///
/// # Errors
///
/// The check is over: it does not call.
pub fn calls_when_somebody_listens(bench: &mut Bench) -> Outcome {
    bench.accept()?;
    bench.kill();
    Ok(())
}

/// Expects that a client ends that was refused, and says that it has failed.
pub fn ends_with_error(bench: &mut Bench) -> Outcome {
    let why = "nobody listens at the address that it calls";
    let status = bench.expect_program_end_after_retries(why)?;
    ensure(status.is_failure(), || {
        let expected = "an end with a status other than 0, for the connection was refused";
        Failure::new(expected, format!("it ended with {status}"))
    })
}

/// An empty line is typed.
pub fn empty_message(bench: &mut Bench, pack: Pack) -> Outcome {
    let mut peer = served(bench, pack)?;
    bench.type_line("")?;
    bench.type_line("second")?;
    let arrival = peer.receive_exactly("second".len())?;
    if arrival.bytes == b"second" {
        peer.send(pack(b"SECOND"))?;
        bench.close_input()?;
        return bench.expect_printed("SECOND");
    }
    // To leave at an empty line is unusual, but then nobody waits for anything.
    let left = arrival.bytes.is_empty() && matches!(arrival.then, Then::End);
    if left && bench.settle()? == Doing::Ended(Status::Code(0)) {
        return Ok(());
    }
    let what = "the message \"second\", for the empty line before it is none";
    Err(peer.unexpected(what, b"second", &arrival).into())
}

/// An answer comes that is not text.
pub fn invalid_utf8(bench: &mut Bench, pack: Pack) -> Outcome {
    let mut peer = served(bench, pack)?;
    exchange(bench, &mut peer, "which bytes?", b"caf\xe9 \xff\xfe!", pack)?;
    exchange(bench, &mut peer, "second", b"SECOND", pack)?;
    bench.close_input()?;
    bench.expect_printed("SECOND")
}

/// The server ends the connection instead of answering.
pub fn peer_closed(bench: &mut Bench, pack: Pack) -> Outcome {
    let mut peer = served(bench, pack)?;
    receive(bench, &mut peer, "second")?;
    // We only end our side, to hear whether the client goes on talking to nobody.
    peer.finish()?;
    let expected = "a client that notices that the server has ended the connection, and ends";
    match bench.settle()? {
        Doing::Ended(status) => return not_by_signal(status, expected),
        Doing::Spins(time) => {
            let time = time.as_secs_f64();
            let observed = format!("it spins: {time:.1} s of processor time, for nothing");
            return Err(Failure::new(expected, observed).into());
        }
        Doing::Floods => {
            return Err(Failure::new(expected, "it prints, and comes to no end").into());
        }
        // Perhaps it waits for a line, and ends when it gets one.
        Doing::Sleeps | Doing::Unknown => bench.type_line("third")?,
    }
    let arrival = peer.receive("third".len())?;
    ensure(arrival.bytes.is_empty(), || {
        Failure::new(expected, "it goes on as if it had been answered, and sends the next message")
            .bytes([], arrival.bytes.as_slice())
    })?;
    let status = bench.expect_program_end("the server has ended the connection")?;
    not_by_signal(status, expected)
}

fn not_by_signal(status: Status, expected: &str) -> Outcome {
    ensure(!status.has_crashed(), || Failure::new(expected, format!("it was ended by {status}")))
}

/// The server vanishes instead of answering.
pub fn peer_reset(bench: &mut Bench, pack: Pack) -> Outcome {
    let mut peer = served(bench, pack)?;
    receive(bench, &mut peer, "second")?;
    bench.settle()?;
    let program = bench.program()?;
    let before = program.all_output().len();
    peer.reset()?;
    if !matches!(bench.settle()?, Doing::Ended(_)) {
        // Perhaps it waits for a line, and ends when it gets one.
        bench.type_line("third")?;
    }
    let status = bench.expect_program_end("the connection was reset")?;
    let expected = "a client that says that the connection was lost";
    not_by_signal(status, expected)?;
    let output = program.all_output();
    let remark = output.get(before..).unwrap_or_default().trim_ascii();
    ensure(!status.is_success() || !remark.is_empty(), || {
        Failure::new(expected, "it ended with status 0 and said nothing, as if all were well")
    })
}
