//! The checks of servers that run commands: lessons 4 to 6. Each is given how a server of its
//! lesson replies.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::lessons::exchange::{Exchange, look_into_silence, next_client};
use crate::lessons::length;
use crate::lessons::waiting::Crowd;
use crate::peer::{Arrival, Peer, Then, bytes_text};
use crate::verdict::{Failure, Outcome, Stop, ensure};
use crate::watch::Watch;

/// What `echo hello` prints.
const HELLO: &[u8] = if cfg!(windows) { b"hello\r\n" } else { b"hello\n" };

/// A command whose output ends in no newline, where there is one, and that output: a server that
/// cuts the newline off hears of it in `works`, not in every check.
const PLAIN: (&str, &[u8]) =
    if cfg!(windows) { ("echo hello", HELLO) } else { ("printf hello", b"hello") };

/// More than fits into a pipe: the numbers up to this one.
const LONG: u32 = 50_000;

/// More than fits into all buffers between two programs: the numbers up to this one, 16 MB.
const HUGE: u32 = 2_200_000;

/// What `{timeout}` is for a server that is to write only a part, and for how long its client
/// does not read then: longer than that, and shorter than two of them.
const TIMEOUT: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(1500);

/// How long a command may run that does not end, and what `{limit}` is for one that never ends
/// where the server has it; and how long the answer may take beyond that.
const LIMIT: Duration = Duration::from_secs(15);
const OWN_LIMIT: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_secs(6);

/// How much memory a server may hold for a command that prints for ever, and how long a reply
/// it may make of it.
const MEMORY: u64 = 1 << 30;

/// What an endless command does that does not merely run.
pub const FOR_EVER: &str = "prints for ever";

/// How often to look at that memory.
const LOOK: Duration = Duration::from_millis(100);

/// Causes of what goes wrong in plain good runs.
pub const WORKS_CAUSES: &[&str] = &[
    "the reply is not what the command has printed, byte for byte: it is decoded and stripped, or \
     something is added",
    "what the command writes to stderr is left out, or takes the place of its stdout",
    "the length in front of the reply counts something else than the bytes behind it",
];

/// Causes of a second client not being served.
pub const NEXT_CLIENT_CAUSES: &[&str] = &[
    "the program ends with its first client: accepting stands before the loop, not in it",
    "the end of the first client is not noticed, so nobody accepts the second",
];

/// Causes of a server that cannot take any bytes.
pub const INVALID_UTF8_CAUSES: &[&str] = &[
    "the command's bytes are decoded strictly, to be printed or to be run, and the error ends the \
     program",
    "what the command prints is decoded strictly (text mode of the library that runs it)",
];

/// Causes of a command holding the server that prints much.
pub const PIPE_DEADLOCK_CAUSES: &[&str] = &[
    "one of the command's two pipes is read to its end before the other: the command fills the \
     other, and waits; the server waits for the end of the first",
    "the server waits for the command's end, and reads its pipes only then",
];

/// Causes of a command holding the server that reads its input.
pub const INHERITED_STDIN_CAUSES: &[&str] = &[
    "the command inherits the server's own input, and waits for what is typed there",
    "the command gets a pipe as its input that nobody ever closes",
];

/// Causes of a command holding the server that does not end.
pub const ENDLESS_COMMAND_CAUSES: &[&str] = &[
    "the server waits for the command's end without any limit",
    "there is a limit of time, but none of how much is kept of what the command prints",
    "the limit is longer than 15 s: with {limit} in the command the checker says how long it is",
    "the shell is ended and what it had started goes on, holding the pipes that the server reads",
];

/// The cause of a command's output being kept that prints for ever.
pub const KEPT_CAUSE: &str = "what the command prints is kept, however much it is";

/// The cause of a command's not being ended where the checker says when to end it.
pub fn not_ended_cause(prints: bool) -> &'static str {
    if prints {
        "a command that prints for ever is not ended before its time is over: there is no limit of \
         how much it may print, or its pipes are not read while it runs"
    } else {
        "the {limit} is not kept: the command's end is waited for all the same, or only the shell \
         is ended, and what it had started goes on, holding the pipes that the server reads"
    }
}

/// Causes of a server being open to everybody.
pub const EXPOSED_SHELL_CAUSES: &[&str] = &[
    "the server listens wherever it is told to, with 0.0.0.0 as well: whoever reaches this \
     machine can run any command on it",
    "the address is not looked at: the server always listens on all of the machine's addresses",
];

/// Causes of a reply coming in two halves, one late.
pub const STALLED_WRITE_CAUSES: &[&str] = &[
    "the header and what follows it leave in small writes of their own: the second waits for the \
     acknowledgement of the first, which the receiver delays by some 40 ms",
];

/// Causes of a part of a reply never arriving.
pub const PARTIAL_WRITE_CAUSES: &[&str] = &[
    "one write is taken for the whole reply: it may take a part, and says how much, and nobody \
     looks",
    "the socket does not block (or has a timeout), and what did not fit is dropped",
];

/// Causes of a length that reads backwards.
pub const WRONG_BYTE_ORDER_CAUSES: &[&str] = &[
    "the length is packed with its highest byte first (network byte order, as in '!i' or '>i')",
    "the length is not four bytes long",
];

/// Causes of a length that is not that of the reply.
pub const WRONG_COUNT_CAUSES: &[&str] = &[
    "the length counts the characters of the decoded text, not the bytes that are sent",
    "the length is that of the text before it was encoded again, or before something was added",
];

/// A command that prints a zero byte, and its output.
pub const ZERO_BYTE: (&str, &[u8]) = (r"printf 'zero\000byte'", b"zero\0byte");

/// How the servers of a lesson reply.
pub trait Replies {
    /// Whether a reply tells how long it is. Then it is another check that is about the count.
    const COUNTED: bool = true;

    /// Receives what a reply carries, without what stands in front of it. `length` bytes are
    /// expected.
    ///
    /// # Errors
    ///
    /// The check is over: what came is no reply of the lesson's.
    fn receive(peer: &mut Peer, length: usize) -> Outcome<Arrival>;

    /// Receives a reply, whatever it is.
    ///
    /// # Errors
    ///
    /// As above.
    fn receive_any(peer: &mut Peer) -> Outcome;
}

/// A plain good exchange.
pub const fn good<R: Replies>() -> Exchange {
    Exchange { ask: PLAIN.0.as_bytes(), hear: |peer| expect::<R>(peer, PLAIN.1) }
}

/// Sends a command and expects a reply that carries exactly these bytes.
fn run<R: Replies>(peer: &mut Peer, command: &str, printed: &[u8]) -> Outcome {
    peer.send(command)?;
    expect::<R>(peer, printed)
}

fn expect<R: Replies>(peer: &mut Peer, printed: &[u8]) -> Outcome {
    let arrival = R::receive(peer, printed.len())?;
    let what = "a reply with what the command prints";
    ensure(arrival.bytes == printed, || peer.unexpected(what, printed, &arrival))?;
    ensure(matches!(arrival.then, Then::More), || {
        let count = bytes_text(printed.len());
        let then = peer.what(&arrival.then);
        let observed =
            format!("the length in front announces more than the {count} that came: {then}");
        Failure::new("a length in front that is that of the reply", observed).only_cause(
            "the length in front of the reply counts more than the bytes behind it: itself, or an \
             end that is not sent",
        )
    })
}

/// The checks that need more than `echo` are made where the shell is that of Unix.
fn need_unix_shell() -> Outcome {
    if cfg!(unix) { Ok(()) } else { Err(Stop::Skipped("it needs a Unix shell".into())) }
}

/// What `seq 1 LAST` prints.
fn numbers(last: u32) -> Vec<u8> {
    (1..=last).map(|number| format!("{number}\n")).collect::<String>().into_bytes()
}

/// Commands are run, one after another on one connection.
pub fn works<R: Replies>(bench: &mut Bench) -> Outcome {
    let mut peer = bench.connect()?;
    run::<R>(&mut peer, "echo hello", HELLO).map_err(|stop| look_into_silence(bench, stop))?;
    if cfg!(windows) {
        return run::<R>(&mut peer, "echo again", b"again\r\n");
    }
    run::<R>(&mut peer, "printf '%s, ' one two three", b"one, two, three, ")?;
    run::<R>(&mut peer, "echo oops >&2", b"oops\n")?;
    peer.send("echo out; echo err >&2")?;
    let arrival = R::receive(&mut peer, 8)?;
    // Which of the two comes first is left open.
    ensure(matches!(&arrival.bytes[..], b"out\nerr\n" | b"err\nout\n"), || {
        peer.unexpected("a reply with stdout and stderr", b"out\nerr\n", &arrival)
    })?;
    if !R::COUNTED {
        zero_byte::<R>(&mut peer)?;
    }
    peer.send("no-such-command")?;
    R::receive_any(&mut peer)?;
    good::<R>().play(&mut peer)
}

/// How a server is asked that may keep its replies.
pub const fn crowd<R: Replies>() -> Crowd {
    Crowd { good: good::<R>(), more: || format!("seq 1 {LONG}\n").into_bytes() }
}

/// A long command, and then short ones.
pub fn stale_bytes<R: Replies>(bench: &mut Bench) -> Outcome {
    let mut peer = next_client(bench, good::<R>())?;
    let (command, newline) = if cfg!(windows) { ("echo", "\r\n") } else { ("printf", "") };
    for word in ["abcdefghijklmnopqrstuvwxyz-0123456789", "short", "0"] {
        let printed = format!("{word}{newline}");
        run::<R>(&mut peer, &format!("{command} {word}"), printed.as_bytes())?;
        bench.settle()?;
        peer.expect_no_more()?;
    }
    Ok(())
}

/// A command prints nothing.
pub fn no_output<R: Replies>(bench: &mut Bench) -> Outcome {
    let mut peer = next_client(bench, good::<R>())?;
    peer.send("cd .")?;
    R::receive_any(&mut peer)?;
    good::<R>().play(&mut peer)
}

/// A command is not text, and then what another one prints.
pub fn invalid_utf8<R: Replies>(bench: &mut Bench) -> Outcome {
    let mut peer = next_client(bench, good::<R>())?;
    let commands: [&[u8]; 2] = [b"echo caf\xe9 \xff\xfe!", b"printf 'caf\\351 \\377\\376!\\n'"];
    for command in commands {
        peer.send(command)?;
        // What stands there in place of the broken characters is left open. All of it must be
        // there: a bare reply does not say how long it is.
        peer.await_arrival()?;
        bench.settle()?;
        R::receive_any(&mut peer)?;
        if R::COUNTED {
            peer.expect_no_more().map_err(|stop| {
                stop.only_cause(
                    "the length in front counts something else than the bytes behind it: \
                     `wrong-count` tries that",
                )
            })?;
        }
    }
    good::<R>().play(&mut peer)
}

/// Commands print more than fits into a pipe: to stderr, to stdout.
pub fn pipe_deadlock<R: Replies>(bench: &mut Bench) -> Outcome {
    need_unix_shell()?;
    let mut peer = next_client(bench, good::<R>())?;
    let printed = [&numbers(LONG), PLAIN.1].concat();
    let command = format!("seq 1 {LONG}; {}", PLAIN.0);
    run::<R>(&mut peer, &format!("({command}) >&2"), &printed).map_err(not_the_pipes)?;
    run::<R>(&mut peer, &command, &printed).map_err(not_the_pipes)
}

/// Names the one cause of a reply's coming that is another one: a server that waits sends none.
fn not_the_pipes(stop: Stop) -> Stop {
    match &stop {
        Stop::Failed(failure)
            if failure.bytes.as_ref().is_some_and(|bytes| !bytes.came.is_empty()) =>
        {
            stop.only_cause(
                "a reply comes, so the pipes do not hold the server: it sends only a part of what \
                 the command has printed, or something else",
            )
        }
        _ => stop,
    }
}

/// A command reads its input. The program's own stays open meanwhile.
pub fn inherited_stdin<R: Replies>(bench: &mut Bench) -> Outcome {
    need_unix_shell()?;
    let mut peer = next_client(bench, good::<R>())?;
    run::<R>(&mut peer, "cat; printf done", b"done")
}

/// A command prints for ever, and another never ends.
pub fn endless_command<R: Replies>(bench: &mut Bench) -> Outcome {
    need_unix_shell()?;
    let mut peer = next_client(bench, good::<R>())?;
    // The limit of time is long: it must not take its passing to end this one.
    peer = ends::<R>(bench, peer, "yes", FOR_EVER, LIMIT + SLACK)?;
    let mut patience = LIMIT + SLACK;
    if bench.has("limit") {
        peer.close()?;
        bench.settle()?;
        bench.kill();
        bench.set_limit(OWN_LIMIT);
        patience = OWN_LIMIT + SLACK;
        peer = next_client(bench, good::<R>())?;
    }
    peer = ends::<R>(bench, peer, "sleep 1000", "never ends", patience)?;
    good::<R>().play(&mut peer)
}

/// Sends a command that does not end, and expects that the server ends it. Returns a connection
/// that is served: this one, or if it was closed, a new one.
fn ends<R: Replies>(
    bench: &mut Bench,
    mut peer: Peer,
    command: &str,
    what: &str,
    patience: Duration,
) -> Outcome<Peer> {
    peer.send(command)?;
    await_reply(bench, &mut peer, patience, what)?;
    // There is no telling how long the reply is; but it ends.
    let (_, then) = peer.drain(MEMORY as usize)?;
    match then {
        Then::Silence(_) => Ok(peer),
        Then::End | Then::Reset => {
            bench.settle()?;
            next_client(bench, good::<R>())
        }
        Then::More | Then::Endless(_) => {
            let expected = format!("a reply of a bounded length to a command that {what}");
            let observed = match then {
                Then::Endless(_) => peer.what(&then),
                _ => "it goes on and on: more than 1 GiB has come".into(),
            };
            Err(Failure::new(expected, observed).into())
        }
    }
}

/// Waits for a reply, or for the connection's end, and keeps an eye on the memory meanwhile.
fn await_reply(bench: &mut Bench, peer: &mut Peer, patience: Duration, what: &str) -> Outcome {
    let expected = format!("a reply, or the end of the connection, though the command {what}");
    let limited = bench.has("limit");
    let program = bench.program()?;
    let began = Instant::now();
    peer.wait_for(Some(LOOK));
    while let Some(silence) = peer.await_arrival()? {
        let memory = program.memory();
        ensure(memory < MEMORY, || {
            let observed = "the program keeps all of it: it holds more than 1 GiB by now";
            Failure::new(expected.as_str(), observed).only_cause(KEPT_CAUSE)
        })?;
        ensure(began.elapsed() < patience && program.status().is_none(), || {
            let then = Then::Silence(silence);
            let waited = began.elapsed().as_secs_f64();
            let observed = format!("nothing came in {waited:.1} s: {}", peer.what(&then));
            let failure = Failure::new(expected.as_str(), observed);
            if limited && program.status().is_none() {
                failure.only_cause(not_ended_cause(what == FOR_EVER))
            } else {
                failure
            }
        })?;
    }
    peer.wait_for(None);
    Ok(())
}

/// The server is told to listen on all addresses of the machine.
pub fn exposed_shell<R: Replies>(bench: &mut Bench) -> Outcome {
    // Another address of this machine, and of no other.
    const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
    if TcpListener::bind((ELSEWHERE, 0)).is_err() {
        return Err(Stop::Skipped("this machine does not answer at 127.0.0.2".into()));
    }
    let port = bench.address()?.port();
    bench.set("address", format!("0.0.0.0:{port}"));
    bench.set("host", "0.0.0.0");
    let reached = listens_at(bench, ELSEWHERE)?;
    bench.story().tell(format!(
        "127.0.0.2:{port} {}",
        if reached { "accepts connections" } else { "refuses connections" }
    ));
    ensure(!reached, || {
        let expected = "a server that refuses to be reachable from other machines";
        let observed = "told to listen at 0.0.0.0 it can be reached at any address of the machine";
        Failure::new(expected, observed)
    })?;
    bench.kill();
    bench.set("address", format!("127.0.0.1:{port}"));
    bench.set("host", "127.0.0.1");
    next_client(bench, good::<R>()).map(drop)
}

/// Starts the program, waits until it listens on any loopback address or has ended, and tells
/// whether it listens at this one.
fn listens_at(bench: &mut Bench, elsewhere: Ipv4Addr) -> Outcome<bool> {
    let mut address = bench.address()?;
    bench.start()?;
    let program = bench.program()?;
    let mut watch = Watch::start(&program);
    while program.status().is_none() && TcpStream::connect(address).is_err() {
        if watch.look().is_some() {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    address.set_ip(elsewhere.into());
    Ok(TcpStream::connect(address).is_ok())
}

/// Replies are timed: from their first bytes to their last.
pub fn stalled_write<R: Replies>(bench: &mut Bench) -> Outcome {
    /// How many are timed, the first left out: it never stalls.
    const REPLIES: usize = 9;
    /// A delayed acknowledgement takes 40 ms or more, the reading of what is there none.
    const STALL: Duration = Duration::from_millis(20);

    let mut peer = next_client(bench, good::<R>())?;
    let mut times = Vec::new();
    for _ in 0..REPLIES {
        peer.send(good::<R>().ask)?;
        // The command's own time is not counted.
        peer.await_arrival()?;
        let began = Instant::now();
        (good::<R>().hear)(&mut peer)?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let median = times[REPLIES / 2];
    ensure(median < STALL, || {
        let median = median.as_secs_f64();
        Failure::new(
            "a reply whose bytes arrive together",
            format!(
                "the rest comes {median:.3} s after the first bytes (the median of {REPLIES} \
                 replies)"
            ),
        )
    })
}

/// The client does not read a huge reply at once.
pub fn partial_write<R: Replies>(bench: &mut Bench) -> Outcome {
    need_unix_shell()?;
    let huge = [&numbers(HUGE), PLAIN.1].concat();
    let mut peer = huge_reply::<R>(bench)?;
    // Until the server sleeps: it has written what there is room for.
    bench.settle()?;
    let arrival = R::receive(&mut peer, huge.len())?;
    ensure(arrival.bytes == huge, || cut_short(&peer, &huge, &arrival))?;
    good::<R>().play(&mut peer)?;
    if !bench.has("timeout") {
        return Ok(());
    }

    // The same with a client that is too slow for the timeout: it gets all, or is let go.
    peer.close()?;
    bench.settle()?;
    bench.kill();
    bench.set_timeout(TIMEOUT);
    let mut peer = huge_reply::<R>(bench)?;
    peer.send(good::<R>().ask)?;
    bench.story().tell(format!("read nothing for {:.1} s", PAUSE.as_secs_f64()));
    thread::sleep(PAUSE);
    // One who waits for the next command meanwhile lets the client go at the latest then.
    peer.wait_for(Some(2 * PAUSE));
    let arrival = R::receive(&mut peer, huge.len())?;
    if arrival.bytes == huge {
        // It has been asked already.
        return (good::<R>().hear)(&mut peer);
    }
    let let_go =
        huge.starts_with(&arrival.bytes) && matches!(arrival.then, Then::End | Then::Reset);
    ensure(let_go, || cut_short(&peer, &huge, &arrival))?;
    bench.settle()?;
    next_client(bench, good::<R>()).map(drop)
}

/// Asks for a huge reply, and waits until it begins.
fn huge_reply<R: Replies>(bench: &mut Bench) -> Outcome<Peer> {
    let mut peer = next_client(bench, good::<R>())?;
    peer.send_pieces([format!("seq 1 {HUGE}; {}", PLAIN.0)])?;
    peer.await_arrival()?;
    Ok(peer)
}

fn cut_short(peer: &Peer, wanted: &[u8], arrival: &Arrival) -> Failure {
    let alike = wanted.iter().zip(&arrival.bytes).take_while(|(left, right)| left == right).count();
    let then = match &arrival.then {
        Then::More => "others in their place".into(),
        then => peer.what(then),
    };
    let expected = format!("a reply of {}, however slowly it is read", bytes_text(wanted.len()));
    let observed = format!("only {} of it arrived, then {then}", bytes_text(alike));
    Failure::new(expected, observed).bytes(wanted, arrival.bytes.as_slice())
}

/// The length is looked at as it is. Elsewhere it is understood either way round.
pub fn wrong_byte_order<R: Replies>(bench: &mut Bench) -> Outcome {
    let mut peer = next_client(bench, good::<R>())?;
    peer.send(good::<R>().ask)?;
    length::expect_order(length::receive_header(&mut peer)?)
}

/// What a command prints has a zero byte in it.
fn zero_byte<R: Replies>(peer: &mut Peer) -> Outcome {
    run::<R>(peer, ZERO_BYTE.0, ZERO_BYTE.1).map_err(cut_at_zero)
}

/// Names the one cause of an output's being cut at its zero byte.
pub fn cut_at_zero(stop: Stop) -> Stop {
    let up_to_zero = ZERO_BYTE.1.split(|&byte| byte == 0).next();
    match &stop {
        Stop::Failed(failure)
            if failure.bytes.as_ref().is_some_and(|bytes| Some(&bytes.came[..]) == up_to_zero) =>
        {
            stop.only_cause(
                "a zero byte is taken for the end of what the command has printed, as that of a \
                 string in C",
            )
        }
        _ => stop,
    }
}

/// The reply has more bytes than characters, and another one a zero byte in it.
pub fn wrong_count<R: Replies>(bench: &mut Bench) -> Outcome {
    need_unix_shell()?;
    let mut peer = next_client(bench, good::<R>())?;
    let printed = "h\u{e9}llo w\u{f6}rld \u{4f60}\u{597d}".as_bytes();
    let octal = r"h\303\251llo w\303\266rld \344\275\240\345\245\275";
    run::<R>(&mut peer, &format!("printf '{octal}'"), printed)?;
    zero_byte::<R>(&mut peer)?;
    good::<R>().play(&mut peer)
}
