//! The checks of the server that runs commands, and answers each with two datagrams.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::datagrams::{Caller, LONG};
use crate::lessons::udp_server::{self, Exchange, next_client};
use crate::lessons::{commands, lasting, tcp_client, waiting};
use crate::part::{Check, Part};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::{LOOK, Watch};

/// The checks of the shell's server.
pub const SHELL_SERVER: Part = Part {
    lesson: 8,
    role: Role::ShellServer,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "each command is answered with its stderr, then its stdout, empty ones too",
            run: works,
            causes: &[
                "the two answers come in the other order, or together in one datagram",
                "an empty answer is not sent: over UDP it is a message, and the client waits for it",
            ],
        },
        Check {
            id: "invalid-utf8",
            about: "a command that is not text is answered too",
            run: |bench| udp_server::invalid_utf8(bench, ECHO, b"echo caf\xe9 \xff\xfe!"),
            causes: commands::INVALID_UTF8_CAUSES,
        },
        waiting::busy_server_check(|bench| udp_server::busy_wait(bench, ECHO)),
        lasting::interrupted_call_check(|bench| udp_server::interrupted_call(bench, ECHO)),
        Check {
            id: "stale-bytes",
            about: "a short datagram comes after a long one, and nothing hangs on it",
            run: stale_bytes,
            causes: tcp_client::STALE_BYTES_CAUSES,
        },
        Check {
            id: "empty-datagram",
            about: "a datagram of zero bytes is answered too",
            run: |bench| udp_server::empty_datagram(bench, ECHO),
            causes: udp_server::EMPTY_DATAGRAM_CAUSES,
        },
        Check {
            id: "truncated-datagram",
            about: "a long command is run whole",
            run: truncated_datagram,
            causes: udp_server::TRUNCATED_DATAGRAM_CAUSES,
        },
        Check {
            id: "oversized-datagram",
            about: "a command prints more than a datagram carries, and is answered all the same",
            run: oversized_datagram,
            causes: &[
                "what the command prints is sent as it is: more than 65,507 bytes cannot be sent, \
                 and the error ends the server",
                "the error is caught, and nothing is sent instead: the client waits in vain",
            ],
        },
        Check {
            id: "pipe-deadlock",
            about: "a command prints more than fits into a pipe, to stderr and to stdout",
            run: |bench| pipe_deadlock(bench).map_err(|stop| unless_too_long(bench, stop)),
            causes: commands::PIPE_DEADLOCK_CAUSES,
        },
        Check {
            id: "inherited-stdin",
            about: "a command reads its input, and finds its end",
            run: inherited_stdin,
            causes: commands::INHERITED_STDIN_CAUSES,
        },
        Check {
            id: "endless-command",
            about: "a command prints for ever, another never ends, and the next client is served",
            run: |bench| endless_command(bench).map_err(|stop| unless_too_long(bench, stop)),
            causes: commands::ENDLESS_COMMAND_CAUSES,
        },
        Check {
            id: "exposed-shell",
            about: "told to listen on all addresses, it is not reachable from elsewhere",
            run: exposed_shell,
            causes: commands::EXPOSED_SHELL_CAUSES,
        },
    ],
};

/// A long command, and then a short one.
fn stale_bytes(bench: &mut Bench) -> Outcome {
    let mut caller = next_client(bench, ECHO)?;
    let newline = if cfg!(windows) { "\r\n" } else { "\n" };
    for word in ["abcdefghijklmnopqrstuvwxyz-0123456789", "short", "0"] {
        caller.send(format!("echo {word}"))?;
        hear(&mut caller, b"", format!("{word}{newline}").as_bytes())?;
    }
    Ok(())
}

const ECHO: Exchange = Exchange {
    ask: b"echo hello",
    hear: |_, caller| hear(caller, b"", HELLO),
    hear_any: |_, caller| hear_any(caller).map(drop),
};

/// What `echo hello` prints.
const HELLO: &[u8] = if cfg!(windows) { b"hello\r\n" } else { b"hello\n" };

/// How long a command may run that never ends, where the server has no `{limit}`, and what
/// `{limit}` is where it has; and how long the answer may take beyond it.
const LIMIT: Duration = Duration::from_secs(15);
const OWN_LIMIT: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_secs(6);

/// How much memory a server may hold for a command that prints for ever.
const MEMORY: u64 = 1 << 30;

fn hear(caller: &mut Caller, stderr: &[u8], stdout: &[u8]) -> Outcome {
    caller.expect(stderr, "a datagram with the command's stderr")?;
    caller.expect(stdout, "a datagram with the command's stdout")
}

/// Hears both datagrams, whatever they are.
fn hear_any(caller: &mut Caller) -> Outcome<[Vec<u8>; 2]> {
    Ok([
        caller.expect_datagram("a datagram with the command's stderr")?,
        caller.expect_datagram("a datagram with the command's stdout")?,
    ])
}

/// The checks that need more than `echo` are made where the shell is that of Unix.
fn need_unix_shell() -> Outcome {
    if cfg!(unix) { Ok(()) } else { Err(Stop::Skipped("it needs a Unix shell".into())) }
}

fn works(bench: &mut Bench) -> Outcome {
    let mut caller = next_client(bench, ECHO)?;
    if cfg!(unix) {
        caller.send("echo err >&2; echo out")?;
        hear(&mut caller, b"err\n", b"out\n")?;
        caller.send("true")?;
        hear(&mut caller, b"", b"")?;
        caller.send(commands::ZERO_BYTE.0)?;
        hear(&mut caller, b"", commands::ZERO_BYTE.1).map_err(commands::cut_at_zero)?;
    }
    udp_server::works(bench, ECHO)
}

fn truncated_datagram(bench: &mut Bench) -> Outcome {
    let text: String = (0..LONG / 6 - 2).map(|number| format!("{number:05}.")).collect();
    let mut caller = next_client(bench, ECHO)?;
    caller.send(format!("echo {text}"))?;
    let newline = if cfg!(windows) { "\r\n" } else { "\n" };
    hear(&mut caller, b"", format!("{text}{newline}").as_bytes())?;
    next_client(bench, ECHO).map(drop)
}

/// A command prints more than a datagram carries. How much of it arrives is left open.
fn oversized_datagram(bench: &mut Bench) -> Outcome {
    need_unix_shell()?;
    let mut caller = next_client(bench, ECHO)?;
    caller.send(MUCH)?;
    let [_, stdout] = hear_any(&mut caller)?;
    ensure(!stdout.is_empty(), || {
        let expected = "a datagram with a part of what the command has printed, or a word about it";
        Failure::new(expected, "an empty one came, as if it had printed nothing")
    })?;
    next_client(bench, ECHO).map(drop)
}

/// Blames a server for something else than what it leaves unsent only where it can send much. That
/// its first datagram comes shows that it has not got stuck before.
fn unless_too_long(bench: &mut Bench, stop: Stop) -> Stop {
    if !matches!(&stop, Stop::Failed(failure) if failure.plain.is_empty()) {
        return stop;
    }
    bench.kill();
    bench.story().tell("what one datagram cannot carry, to compare");
    let stderr_comes = next_client(bench, ECHO).and_then(|mut caller| {
        caller.send(MUCH)?;
        caller.expect_datagram("a datagram with the command's stderr")?;
        Ok(caller)
    });
    match stderr_comes.map(|mut caller| caller.expect_datagram("its stdout")) {
        Ok(Err(Stop::Failed(_))) => stop.in_plain(Plain::Oversized),
        Ok(Err(broken)) | Err(broken @ Stop::Broken(_)) => broken,
        _ => stop,
    }
}

/// A command that prints more than a datagram carries.
const MUCH: &str = "seq 1 20000";

fn pipe_deadlock(bench: &mut Bench) -> Outcome {
    need_unix_shell()?;
    let mut caller = next_client(bench, ECHO)?;
    caller.send("seq 1 50000 >&2; seq 1 50000; seq 1 50000 >&2")?;
    hear_any(&mut caller)?;
    next_client(bench, ECHO).map(drop)
}

fn inherited_stdin(bench: &mut Bench) -> Outcome {
    need_unix_shell()?;
    let mut caller = next_client(bench, ECHO)?;
    caller.send("cat; echo done")?;
    hear(&mut caller, b"", b"done\n")?;
    next_client(bench, ECHO).map(drop)
}

fn endless_command(bench: &mut Bench) -> Outcome {
    need_unix_shell()?;
    let limit = if bench.has("limit") { OWN_LIMIT } else { LIMIT };
    bench.set("limit", limit.as_secs().to_string());
    for (command, what) in [("yes", commands::FOR_EVER), ("sleep 1000", "never ends")] {
        let mut caller = next_client(bench, ECHO)?;
        caller.send(command)?;
        await_answer(bench, &mut caller, limit + SLACK, what)?;
        caller.expect_datagram("a second datagram, with the command's stdout")?;
    }
    next_client(bench, ECHO).map(drop)
}

/// Waits for an answer, and keeps an eye on the memory meanwhile.
fn await_answer(bench: &mut Bench, caller: &mut Caller, patience: Duration, what: &str) -> Outcome {
    let expected = format!("an answer, though the command {what}");
    let program = bench.program()?;
    let began = Instant::now();
    while !caller.has_arrived()? && began.elapsed() < patience && program.status().is_none() {
        let memory = program.memory();
        ensure(memory < MEMORY, || {
            let observed = "the program keeps all of it: it holds more than 1 GiB by now";
            Failure::new(expected.as_str(), observed).only_cause(commands::KEPT_CAUSE)
        })?;
    }
    caller.wait_for(Some(LOOK));
    let limited = bench.has("limit") && program.status().is_none();
    caller.expect_datagram(&expected).map_err(|stop| {
        let cause = commands::not_ended_cause(what == commands::FOR_EVER);
        if limited { stop.only_cause(cause) } else { stop }
    })?;
    caller.wait_for(None);
    Ok(())
}

/// The server is told to listen on all addresses of the machine.
fn exposed_shell(bench: &mut Bench) -> Outcome {
    // Another address of this machine, and of no other.
    const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
    if UdpSocket::bind((ELSEWHERE, 0)).is_err() {
        return Err(Stop::Skipped("this machine does not answer at 127.0.0.2".into()));
    }
    next_client(bench, ECHO)?;
    bench.kill();

    let port = bench.address()?.port();
    bench.set("address", format!("0.0.0.0:{port}"));
    bench.set("host", "0.0.0.0");
    // One that refuses to listen at all has ended by now.
    match next_client(bench, ECHO) {
        Err(Stop::Failed(_)) => return Ok(()),
        reached => reached?,
    };
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_read_timeout(Some(LOOK))?;
    let program = bench.program()?;
    let mut watch = Watch::new(&program);
    bench.story().tell(format!("sends \"echo open\" to 127.0.0.2:{port}"));
    socket.send_to(b"echo open", (ELSEWHERE, port))?;
    // Windows takes a datagram that does not fit for an error.
    let mut buffer = [0; 65_535];
    while watch.look().is_none() {
        // Whatever comes: it was heard there.
        ensure(socket.recv(&mut buffer).is_err(), || {
            let expected = "a server that refuses to be reachable from other machines";
            let observed = "told to listen at 0.0.0.0 it runs commands that come to 127.0.0.2";
            Failure::new(expected, observed)
        })?;
    }
    Ok(())
}
