//! What every server that runs commands must withstand, however it frames its answers.
//!
//! A lesson says how it frames them by a function that sends a command and asserts that
//! exactly the expected output comes back; [`command_server_tests!`](crate::command_server_tests)
//! makes a test of each function here. Commands that `sh` and `cmd` do not both have are given for
//! each; what only one of them can do is tested there only.

use std::fs;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tempfile::{NamedTempFile, TempPath};

use crate::{
    PATIENCE, Program, check_accept_that_fails, check_arguments, connect, escaped, expect_end,
    expect_process_gone, has_ipv6, is_alive, read_some, reset,
};

/// How the system's shell ends a line.
pub const END: &str = if cfg!(windows) { "\r\n" } else { "\n" };

/// A command that prints nothing.
pub const SILENT: &str = if cfg!(windows) { "cd ." } else { "true" };

/// A file for a command to print: any bytes, the same on every system.
pub struct Printed(TempPath);

impl Printed {
    /// Makes the file.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        let mut file = NamedTempFile::new().expect("a file can be made");
        file.write_all(bytes.as_ref()).expect("it can be written");
        // Windows lets `type` read no file that another program has open for writing.
        Self(file.into_temp_path())
    }

    /// The command that prints it.
    pub fn command(&self) -> String {
        let path = self.0.display();
        if cfg!(windows) { format!("type \"{path}\"") } else { format!("cat '{path}'") }
    }
}

/// Sends a command and asserts that exactly this output comes back, framed as the lesson does.
pub type ExpectOutput = fn(&mut TcpStream, command: &[u8], output: &[u8]);

/// Frames an answer as the lesson's server does.
pub type Frame = fn(answer: &[u8]) -> Vec<u8>;

/// Makes a test of each function of [`commands`](crate::commands), in a module of this name.
#[macro_export]
macro_rules! command_server_tests {
    ($module:ident, $server:expr, $expect_output:expr) => {
        mod $module {
            use super::*;

            $crate::command_server_tests! { @tests $server, $expect_output;
                wrong_arguments
                ipv6_and_names
                command_after_command
                client_after_client
                stdout_comes_before_stderr
                a_command_without_output
                peer_closed
                peer_reset
                half_close
                silent_peer_says_nothing
                silent_peer_does_not_read
                address_in_use
                pipe_deadlock
                inherited_stdin
                endless_command_runs
                endless_command_prints
                endless_command_left_in_the_background
                exposed_shell
                invalid_utf8
                a_command_with_a_zero_byte
                a_log_that_nobody_takes
                an_accept_that_fails
                no_thread_can_be_started
                pipes_of_what_stays_in_the_background
                peer_reset_while_a_command_runs
            }
        }
    };
    (@tests $server:expr, $expect_output:expr; $($test:ident)*) => {
        $(
            #[test]
            fn $test() {
                $crate::commands::$test($server, $expect_output);
            }
        )*
    };
}

/// A log that nobody reads, or that the disk has no room for, ends no server and changes no
/// answer.
pub fn a_log_that_nobody_takes(path: &str, expect_output: ExpectOutput) {
    let mut servers = vec![Program::server_without_log(path, &[])];
    if cfg!(unix) {
        servers.push(Program::server_with_full_log(path, &[]));
    }
    for server in servers {
        for _ in 0..3 {
            let mut stream = connect(server.address());
            // Long enough to fill a small disk with the line that tells of it.
            let rest = if cfg!(windows) { "& rem" } else { " #" };
            let command = format!("echo hi{rest} {}", "x".repeat(600));
            expect_echo(&mut stream, expect_output, &command, "hi");
            expect_echo(&mut stream, expect_output, "echo hi", "hi");
        }
    }
}

/// A system that has no room for more connections does not make the server spin.
pub fn an_accept_that_fails(path: &str, _: ExpectOutput) {
    if cfg!(target_os = "linux") {
        check_accept_that_fails(path);
    }
}

/// A command that nobody can watch is not run, and the client is told so.
pub fn no_thread_can_be_started(path: &str, expect_output: ExpectOutput) {
    if !cfg!(target_os = "linux") {
        return;
    }
    // No system has room for a stack of this size.
    let first = "export RUST_MIN_STACK=100000000000000000;";
    let mut server = Program::by_shell(first, path, &["127.0.0.1:0"], "");
    server.wait_until_listening();
    for _ in 0..2 {
        let mut stream = connect(server.address());
        let remark = "the command cannot be run: Resource temporarily unavailable (os error 11)";
        expect_output(&mut stream, b"echo hi", format!("({remark})\n").as_bytes());
        drop(stream);
        server.expect_client_gone("peer-closed");
    }
}

/// What commands leave in the background keeps no descriptor and no thread of the server.
pub fn pipes_of_what_stays_in_the_background(path: &str, expect_output: ExpectOutput) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let mut server = Program::by_shell("ulimit -n 24;", path, &["127.0.0.1:0"], "");
    server.wait_until_listening();
    let mut stream = connect(server.address());
    let directory = tempfile::tempdir().expect("a directory can be made");
    let ids = directory.path().join("ids");
    let command = format!("sleep 600 & echo $! >> '{}'; echo hi", ids.display());
    for _ in 0..8 {
        expect_output(&mut stream, command.as_bytes(), b"hi\n");
    }
    let ids = fs::read_to_string(ids).expect("the commands have written it").replace('\n', " ");
    expect_output(&mut stream, format!("kill {ids}").as_bytes(), b"");
}

/// A command whose client has vanished is ended. (On Windows its server hears of it later.)
pub fn peer_reset_while_a_command_runs(path: &str, expect_output: ExpectOutput) {
    if cfg!(windows) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let file = directory.path().join("id");
    let server = Program::server(path, &["--time-limit", "600"]);
    let mut stream = connect(server.address());
    let command = format!("echo $$ > '{0}.new'; mv '{0}.new' '{0}'; sleep 600", file.display());
    stream.write_all(command.as_bytes()).expect("the server takes it");
    let deadline = Instant::now() + PATIENCE;
    while !file.exists() {
        assert!(Instant::now() < deadline, "the command does not begin");
        thread::yield_now();
    }
    reset(stream);
    server.expect_client_gone("peer-reset");
    if cfg!(target_os = "linux") {
        expect_process_gone(&read_line(&file));
    }
    expect_next_client_served(&server, expect_output);
}

/// The numbers up to `last`, a line each.
pub fn numbers(last: u32) -> String {
    (1..=last).map(|number| format!("{number}\n")).collect()
}

/// Sends a command that prints one line, and asserts that it comes back.
pub fn expect_echo(stream: &mut TcpStream, expect_output: ExpectOutput, command: &str, line: &str) {
    expect_output(stream, command.as_bytes(), format!("{line}{END}").as_bytes());
}

/// Asserts that the server serves a client from its first command to its leaving.
pub fn expect_next_client_served(server: &Program, expect_output: ExpectOutput) {
    let mut stream = connect(server.address());
    expect_echo(&mut stream, expect_output, "echo next", "next");
    drop(stream);
    server.expect("client ");
    assert_eq!(server.line(), "received 9 bytes: \"echo next\"");
    server.expect_gone("peer-closed");
}

/// It refuses what it does not understand.
pub fn wrong_arguments(path: &str, _: ExpectOutput) {
    check_arguments(
        path,
        &[
            &["nonsense"],
            &["127.0.0.1:65536"],
            &["--timeout", "0"],
            &["--time-limit", "0"],
            // So many seconds cannot be added to the clock.
            &["--time-limit", "1e19"],
        ],
    );
    Program::start(path, ["--max-reply", "-1"]).finish().code(2);
}

/// It listens on IPv6, and at a name.
pub fn ipv6_and_names(path: &str, expect_output: ExpectOutput) {
    for address in ["[::1]:0", "localhost:0"] {
        if address.starts_with('[') && !has_ipv6() {
            continue;
        }
        let server = Program::server_at(path, address, &[]);
        expect_next_client_served(&server, expect_output);
    }
}

/// One connection serves for many commands, long answers among them.
pub fn command_after_command(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    let mut stream = connect(server.address());
    let long = Printed::new(numbers(3000));
    let plain = Printed::new("done");
    expect_echo(&mut stream, expect_output, "echo hi", "hi");
    expect_output(&mut stream, long.command().as_bytes(), numbers(3000).as_bytes());
    expect_output(&mut stream, plain.command().as_bytes(), b"done");
    drop(stream);

    let address = server.expect("client 127.0.0.1:");
    assert_eq!(server.line(), "received 7 bytes: \"echo hi\"");
    for command in [long.command(), plain.command()] {
        assert_eq!(server.line(), format!("received {} bytes: {command:?}", command.len()));
    }
    assert_eq!(server.line(), format!("{address} gone: peer-closed"));
}

/// The server does not end with its first client.
pub fn client_after_client(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    for _ in 0..3 {
        expect_next_client_served(&server, expect_output);
    }
}

/// Both outputs are answered, stdout first, whatever the exit status.
pub fn stdout_comes_before_stderr(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    let mut stream = connect(server.address());
    let command = if cfg!(windows) {
        "echo bad>&2& echo good& exit 3"
    } else {
        "echo bad >&2; echo good; exit 3"
    };
    expect_echo(&mut stream, expect_output, command, &format!("good{END}bad"));
}

/// Nothing printed is an answer too.
pub fn a_command_without_output(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    let mut stream = connect(server.address());
    expect_output(&mut stream, SILENT.as_bytes(), b"");
    expect_echo(&mut stream, expect_output, "echo hi", "hi");
}

/// A client that leaves ends its conversation, and no shell is started for it.
pub fn peer_closed(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    drop(connect(server.address()));
    let address = server.expect("client ");
    assert_eq!(server.line(), format!("{address} gone: peer-closed"));
    expect_next_client_served(&server, expect_output);
}

/// A client that vanishes ends its conversation, and no more.
pub fn peer_reset(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    let mut stream = connect(server.address());
    expect_echo(&mut stream, expect_output, "echo hi", "hi");
    reset(stream);
    server.expect_client_gone("peer-reset");
    expect_next_client_served(&server, expect_output);
}

/// A client that has finished sending gets its answer, and then the end.
pub fn half_close(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    let mut stream = connect(server.address());
    expect_echo(&mut stream, expect_output, "echo hi", "hi");
    stream.shutdown(Shutdown::Write).expect("we are done");
    expect_end(&mut stream);
    server.expect_client_gone("peer-closed");
    expect_next_client_served(&server, expect_output);
}

/// `--timeout` lets a client go that says nothing, before its first command and after it.
pub fn silent_peer_says_nothing(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &["--timeout", "0.5"]);
    expect_end(&mut connect(server.address()));
    server.expect_client_gone("silent-peer");

    let mut tired = connect(server.address());
    expect_echo(&mut tired, expect_output, "echo hi", "hi");
    expect_end(&mut tired);
    server.expect_client_gone("silent-peer");
    expect_next_client_served(&server, expect_output);
}

/// `--timeout` lets a client go that does not take its answer.
pub fn silent_peer_does_not_read(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &["--timeout", "0.5"]);
    let mut deaf = connect(server.address());
    let huge = Printed::new(vec![b'x'; 20_000_000]);
    deaf.write_all(huge.command().as_bytes()).expect("the server takes it");
    server.expect_client_gone("silent-peer");
    expect_next_client_served(&server, expect_output);
}

/// A client that is gone when its answer is ready ends its conversation, and no more.
///
/// Not for the ready pair: its server hears of the end when it reads.
pub fn write_after_close(path: &str, expect_output: ExpectOutput) {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let gone = directory.path().join("gone");
    let server = Program::server(path, &[]);

    let mut stream = connect(server.address());
    let wait = format!("until [ -e '{}' ]; do :; done", gone.display());
    let command = format!("{wait}; head -c 20000000 /dev/zero");
    stream.write_all(command.as_bytes()).expect("the server takes it");
    drop(stream);
    fs::write(gone, "").expect("a file can be made");

    server.expect_client_gone("write-after-close");
    expect_next_client_served(&server, expect_output);
}

/// A taken port is an error that says so, and the server that has it goes on.
pub fn address_in_use(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    Program::start(path, [server.address().to_string()])
        .finish()
        .fails_with(&format!("cannot listen on {}; try a free port", server.address()));
    expect_next_client_served(&server, expect_output);
}

/// Neither pipe is read to its end before the other, so that a command may fill either.
pub fn pipe_deadlock(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    let mut stream = connect(server.address());
    // More than fits into a pipe. (The `type` of Windows takes its time, so there it is less.)
    let numbers = numbers(if cfg!(windows) { 20_000 } else { 200_000 });
    let file = Printed::new(&numbers);
    let long = file.command();
    let both = [numbers.as_str(), &numbers].concat();
    expect_output(&mut stream, format!("{long}>&2").as_bytes(), numbers.as_bytes());
    expect_output(&mut stream, long.as_bytes(), numbers.as_bytes());
    let commands = if cfg!(windows) {
        [format!("{long}& {long}>&2"), format!("{long}>&2& {long}")]
    } else {
        [format!("{long} | tee /dev/stderr"), format!("{long} >&2; {long}")]
    };
    for command in commands {
        expect_output(&mut stream, command.as_bytes(), both.as_bytes());
    }
}

/// A command that wants input finds none, also when the server has some.
pub fn inherited_stdin(path: &str, expect_output: ExpectOutput) {
    let mut server = Program::server(path, &[]);
    server.type_line("typed at the server");
    let mut stream = connect(server.address());
    let (reader, then) = if cfg!(windows) { ("findstr x", "&") } else { ("cat", ";") };
    expect_output(&mut stream, reader.as_bytes(), b"");
    let command = format!("{reader}{then} echo no more");
    expect_echo(&mut stream, expect_output, &command, "no more");
}

/// A command that does not end is ended, together with what it started.
pub fn endless_command_runs(path: &str, expect_output: ExpectOutput) {
    // A busy `cmd` takes its time to begin.
    let limit = if cfg!(windows) { "3" } else { "1" };
    let server = Program::server(path, &["--time-limit", limit]);
    let mut stream = connect(server.address());
    if cfg!(windows) {
        let output = "before\r\n(ended: the command ran longer than 3 s)\n";
        let command = b"echo before& ping -n 60 127.0.0.1>nul";
        expect_output(&mut stream, command, output.as_bytes());
        expect_echo(&mut stream, expect_output, "echo hi", "hi");
        return;
    }

    let directory = tempfile::tempdir().expect("a directory can be made");
    let ids = directory.path().join("ids");
    let command = format!("sleep 60 & echo $$ $! > '{}'; printf before; wait", ids.display());
    let output = b"before\n(ended: the command ran longer than 1 s)\n";
    expect_output(&mut stream, command.as_bytes(), output);
    if cfg!(target_os = "linux") {
        let ids = fs::read_to_string(ids).expect("the command has written its ids");
        ids.split_whitespace().for_each(expect_process_gone);
    }

    // A server that reads one pipe to its end first would be held by this one.
    let output = b"(ended: the command ran longer than 1 s)\n";
    expect_output(&mut stream, b"exec >&- 2>&-; sleep 60", output);
    expect_echo(&mut stream, expect_output, "echo hi", "hi");
}

/// A command that prints for ever is ended, and its answer bounded.
pub fn endless_command_prints(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &["--max-reply", "10001", "--time-limit", "60"]);
    let mut stream = connect(server.address());
    let remark = "(ended: the command printed more than 10001 bytes)\n";
    let commands: &[&str] = if cfg!(windows) {
        &["for /L %i in (1,0,2) do @echo y", "for /L %i in (1,0,2) do @echo y>&2"]
    } else {
        &["yes", "yes >&2", "yes | tee /dev/stderr"]
    };
    let printed = format!("y{END}").repeat(10_001);
    // The last line is cut, so a newline comes before the remark.
    let output = format!("{}\n{remark}", &printed[..10_001]);
    for command in commands {
        expect_output(&mut stream, command.as_bytes(), output.as_bytes());
    }
    // Exactly as much as is allowed is not too much.
    let whole = Printed::new(vec![b'x'; 10_001]);
    expect_output(&mut stream, whole.command().as_bytes(), &[b'x'; 10_001]);
}

/// What a command leaves running is left alone, and its answer comes at once.
pub fn endless_command_left_in_the_background(path: &str, expect_output: ExpectOutput) {
    // A server that waited for the sleeper would try the patience of this test.
    let server = Program::server(path, &["--time-limit", "600"]);
    let mut stream = connect(server.address());
    if cfg!(windows) {
        let command = "start /b ping -n 60 127.0.0.1 >nul& echo hi";
        expect_echo(&mut stream, expect_output, command, "hi");
        return;
    }

    let directory = tempfile::tempdir().expect("a directory can be made");
    let file = directory.path().join("id");
    let command = format!("sleep 600 & echo $! > '{}'; echo hi", file.display());
    expect_output(&mut stream, command.as_bytes(), b"hi\n");

    let id = read_line(&file);
    if cfg!(target_os = "linux") {
        assert!(is_alive(&id), "the sleeper {id} was ended");
    }
    expect_output(&mut stream, format!("kill {id}").as_bytes(), b"");
    if cfg!(target_os = "linux") {
        expect_process_gone(&id);
    }
}

fn read_line(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("the command has written it");
    String::from(text.trim())
}

/// An address that other machines can reach is refused, unless it is meant.
pub fn exposed_shell(path: &str, expect_output: ExpectOutput) {
    for address in ["0.0.0.0:0", "[::]:0", "[::ffff:127.0.0.1]:0"] {
        let refused = Program::start(path, [address]).finish().fails_with("(exposed-shell)");
        assert!(refused.stderr.contains("--allow-remote if you mean it"), "{refused:?}");
        assert_eq!(refused.stdout, "");
    }
    // This address is nobody's (RFC 5737): the guard lets it pass, and no door is opened.
    let arguments = ["192.0.2.1:0", "--allow-remote"];
    Program::start(path, arguments).finish().fails_with("cannot listen on 192.0.2.1:0");

    // The whole of 127.0.0.0/8 is this machine, but only one address of it was bound.
    let server = Program::server(path, &[]);
    let other = ("127.0.0.2", server.address().port());
    TcpStream::connect(other).expect_err("nobody listens at the other address");
    expect_next_client_served(&server, expect_output);
}

/// A command need not be text, and neither need its output. (On Windows a command is text.)
pub fn invalid_utf8(path: &str, expect_output: ExpectOutput) {
    if cfg!(windows) {
        return;
    }
    let server = Program::server(path, &[]);
    let mut stream = connect(server.address());
    expect_output(&mut stream, b"echo \xff\xfe", b"\xff\xfe\n");
    expect_echo(&mut stream, expect_output, "echo hi", "hi");
    server.expect("client ");
    assert_eq!(server.line(), "received 7 bytes: \"echo \u{fffd}\u{fffd}\"");
}

/// No program can be given an argument with a zero byte. That is an answer as well.
pub fn a_command_with_a_zero_byte(path: &str, expect_output: ExpectOutput) {
    let server = Program::server(path, &[]);
    let mut stream = connect(server.address());
    let output = b"(the command cannot be run: nul byte found in provided data)\n";
    expect_output(&mut stream, b"echo \0", output);
    expect_echo(&mut stream, expect_output, "echo hi", "hi");
}

/// Header and body leave in one write: the answer never waits for an acknowledgement, and one
/// read returns all of it, on every try.
pub fn stalled_write(path: &str, frame: Frame) {
    let server = Program::server(path, &[]);
    let mut stream = connect(server.address());
    let mut buffer = [0; 4096];
    for _ in 0..20 {
        stream.write_all(b"echo hi").expect("the server takes it");
        let count = read_some(&stream, &mut buffer).expect("an answer comes");
        assert_eq!(escaped(&buffer[..count]), escaped(&frame(format!("hi{END}").as_bytes())));
    }
}

/// With a timeout, a write may take only part of the bytes. A slow reader gets them all.
pub fn partial_write(path: &str, frame: Frame) {
    // (The `type` of Windows takes its time: less must do.)
    let numbers = numbers(if cfg!(windows) { 400_000 } else { 4_000_000 });
    let file = Printed::new(&numbers);
    let answer = frame(numbers.as_bytes());
    let server = Program::server(path, &["--timeout", "2", "--time-limit", "60"]);
    let mut stream = connect(server.address());
    // With a small buffer at this end the server's write has to wait from early on.
    SockRef::from(&stream).set_recv_buffer_size(256 * 1024).expect("a size can be set");
    stream.write_all(file.command().as_bytes()).expect("the server takes it");
    // For this reader the whole takes twice as long as the timeout, but it never pauses so long.
    let (began, whole) = (Instant::now(), Duration::from_secs(4));
    let mut piece = [0; 64 * 1024];
    let mut received = 0;
    while received < answer.len() {
        let due = whole.mul_f64(received as f64 / answer.len() as f64);
        thread::sleep(due.saturating_sub(began.elapsed()));
        let count = read_some(&stream, &mut piece).expect("the answer goes on");
        assert!(count > 0, "{received} of {} bytes arrived", answer.len());
        let expected = answer.get(received..received + count);
        assert_eq!(expected, Some(&piece[..count]), "after {received} bytes");
        received += count;
    }
}
