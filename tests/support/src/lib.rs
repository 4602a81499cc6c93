//! What the tests of all lessons share: a running program with lines to read and a keyboard
//! to type on, and raw sockets that never wait for ever.

pub mod cargo;
pub mod command_clients;
pub mod commands;
pub mod datagrams;
mod parallel;

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use receive_queue::Queue;
use socket2::{Domain, SockRef, Socket, Type};

pub use self::parallel::each;

/// How long a test waits for what must come. It is reached only when something is broken.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A program under test. It is killed when it goes out of scope, also when a test fails.
pub struct Program {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    address: Option<SocketAddr>,
}

impl Program {
    /// Starts a program, with pipes on its three standard streams.
    pub fn start<S: AsRef<OsStr>>(path: &str, arguments: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(path);
        command.args(arguments);
        Self::spawn(command)
    }

    /// Starts a command that a test has prepared, with pipes on its three standard streams.
    pub fn spawn(mut command: Command) -> Self {
        let name = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        Self {
            name,
            stdin: child.stdin.take(),
            stdout: lines(child.stdout.take().expect("stdout is a pipe")),
            stderr: lines(child.stderr.take().expect("stderr is a pipe")),
            address: None,
            child,
        }
    }

    /// Starts a server on a free port of the loopback address and waits until it listens.
    pub fn server(path: &str, arguments: &[&str]) -> Self {
        Self::server_at(path, "127.0.0.1:0", arguments)
    }

    /// Starts a server at an address other than the usual one, and waits until it listens.
    pub fn server_at(path: &str, address: &str, arguments: &[&str]) -> Self {
        let mut server = Self::start(path, [&[address], arguments].concat());
        server.wait_until_listening();
        server
    }

    /// Starts a server whose log is lost as soon as it listens: nobody reads its stdout and its
    /// stderr any more.
    pub fn server_without_log(path: &str, arguments: &[&str]) -> Self {
        let mut server = Self::server_at(path, "127.0.0.1:0", arguments);
        // The threads that read its lines let their pipes go, at the latest with one line more.
        server.stdout = mpsc::channel().1;
        server.stderr = mpsc::channel().1;
        server
    }

    /// Starts a server whose log soon has no room any more, as on a full disk, once it listens.
    /// (Unix only.)
    pub fn server_with_full_log(path: &str, arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let log = directory.path().join("log");
        // A file may grow to one block of 512 bytes. Without the trap, a signal would end it.
        let first = "trap '' XFSZ; ulimit -f 1;";
        let arguments = [&["127.0.0.1:0"], arguments].concat();
        let redirections = format!(">'{0}' 2>'{0}'", log.display());
        let mut server = Self::by_shell(first, path, &arguments, &redirections);
        let deadline = Instant::now() + PATIENCE;
        let line = loop {
            let text = fs::read_to_string(&log).unwrap_or_default();
            if let Some((line, _)) = text.split_once('\n') {
                break line.to_owned();
            }
            assert!(Instant::now() < deadline, "{}: it does not listen", server.name);
            thread::yield_now();
        };
        server.address = line.strip_prefix("listening on ").and_then(|line| line.parse().ok());
        server
    }

    /// Starts a program by a shell that does `first`, such as `ulimit -n 4;`, and has
    /// `redirections` such as `>/dev/full`.
    pub fn by_shell(first: &str, path: &str, arguments: &[&str], redirections: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{first} exec \"$@\" {redirections}"), "sh", path]);
        shell.args(arguments);
        Self::spawn(shell)
    }

    /// Starts a client of the server at `address`.
    pub fn client(path: &str, address: SocketAddr, arguments: &[&str]) -> Self {
        Self::start(path, [&[address.to_string().as_str()], arguments].concat())
    }

    /// Waits for the first line of a server, which tells its address.
    pub fn wait_until_listening(&mut self) {
        let line = self.line();
        let address = line.strip_prefix("listening on ");
        let address = address.and_then(|address| address.parse().ok());
        self.address = Some(
            address.unwrap_or_else(|| panic!("{}: expected `listening on`, got {line}", self.name)),
        );
    }

    /// The address at which a server listens.
    pub fn address(&self) -> SocketAddr {
        self.address.expect("only a server has an address")
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Types a line.
    pub fn type_line(&mut self, line: impl AsRef<[u8]>) {
        self.type_text([line.as_ref(), b"\n"].concat());
    }

    /// Types without ending the line.
    pub fn type_text(&mut self, text: impl AsRef<[u8]>) {
        let stdin = self.stdin.as_mut().expect("the input is still open");
        stdin.write_all(text.as_ref()).expect("the program takes input");
    }

    /// Ends the input, as Ctrl-D does.
    pub fn close_input(&mut self) {
        self.stdin = None;
    }

    /// The next line on stdout.
    pub fn line(&self) -> String {
        self.next(&self.stdout, "stdout")
    }

    /// The next line on stderr.
    pub fn error_line(&self) -> String {
        self.next(&self.stderr, "stderr")
    }

    fn next(&self, lines: &Receiver<String>, stream: &str) -> String {
        lines.recv_timeout(PATIENCE).unwrap_or_else(|error| {
            let rest: Vec<_> = self.stderr.try_iter().collect();
            panic!("{}: no line on {stream}: {error}; stderr: {rest:?}", self.name)
        })
    }

    /// Asserts that the next line on stdout contains `text`, and returns it.
    pub fn expect(&self, text: &str) -> String {
        let line = self.line();
        assert!(line.contains(text), "{}: expected {text:?} in {line:?}", self.name);
        line
    }

    /// Asserts that a server's next client comes and goes, for the reason `id`.
    pub fn expect_client_gone(&self, id: &str) {
        self.expect("client ");
        self.expect_gone(id);
    }

    /// Reads lines up to the one that says why a client is gone, and asserts that it is `id`.
    pub fn expect_gone(&self, id: &str) {
        let deadline = Instant::now() + PATIENCE;
        let line = loop {
            let line = self.line();
            if line.contains(" gone: ") {
                break line;
            }
            // A server that spins prints lines for ever.
            assert!(Instant::now() < deadline, "{}: expected `gone: {id}`, got {line}", self.name);
        };
        assert!(line.ends_with(&format!(" gone: {id}")), "{}: {line}", self.name);
    }

    /// Kills the program at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// Tells whether the program is still running.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }

    /// Ends the input, waits for the end, and returns the status with what was not read yet
    /// of stdout and stderr.
    pub fn finish(mut self) -> Finished {
        self.close_input();
        // Both channels end when the program does: its pipes close with it.
        let rest = |lines: &Receiver<String>| {
            let mut text = String::new();
            let deadline = Instant::now() + PATIENCE;
            loop {
                match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                    Ok(line) if Instant::now() < deadline => text.extend([line.as_str(), "\n"]),
                    Err(RecvTimeoutError::Disconnected) => return text,
                    Ok(_) | Err(RecvTimeoutError::Timeout) => panic!("{} does not end", self.name),
                }
            }
        };
        let stdout = rest(&self.stdout);
        let stderr = rest(&self.stderr);
        let status = self.child.wait().expect("a child can be waited for");
        Finished { status, stdout, stderr }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already, which is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a program ended, and what it had written that no test had read before.
#[derive(Debug)]
pub struct Finished {
    /// The exit status.
    pub status: ExitStatus,
    /// The rest of stdout.
    pub stdout: String,
    /// The rest of stderr.
    pub stderr: String,
}

impl Finished {
    /// Asserts that the program ended with status 0.
    pub fn success(self) -> Self {
        assert!(self.status.success(), "{self:?}");
        self
    }

    /// Asserts that the program ended with `status`.
    pub fn code(self, status: i32) -> Self {
        assert_eq!(self.status.code(), Some(status), "{self:?}");
        self
    }

    /// Asserts that the program ended with status 1, without a panic, and that stderr has `text`.
    pub fn fails_with(self, text: &str) -> Self {
        let finished = self.code(1);
        assert!(finished.stderr.contains(text), "expected {text:?} in {finished:?}");
        assert!(!finished.stderr.contains("panicked"), "{finished:?}");
        finished
    }
}

fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line));
            if sender.send(text.into_owned()).is_err() {
                break;
            }
            line.clear();
        }
    });
    receiver
}

/// Connects a raw client whose reads fail after [`PATIENCE`] instead of hanging.
pub fn connect(address: SocketAddr) -> TcpStream {
    be_patient(TcpStream::connect(address).expect("the server accepts connections"))
}

fn be_patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    stream.set_write_timeout(Some(PATIENCE)).expect("a timeout can be set");
    stream
}

/// Reads what there is. A machine that is stopped and goes on interrupts a call with a timeout
/// (signal(7)): then it is called again.
///
/// # Errors
///
/// Those of the stream.
pub fn read_some(mut stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// Reads exactly `length` bytes.
pub fn read_exactly(stream: &mut impl Read, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).expect("the bytes arrive");
    bytes
}

/// Asserts that the peer sends nothing more and closes in order.
pub fn expect_end(stream: &mut impl Read) {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("an orderly end");
    assert_eq!(rest, b"", "bytes after the last answer");
}

/// Listens on a free port, for a test that plays the server.
pub fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    (listener, address)
}

/// An address at which nobody listens, and nobody else can while the socket is kept.
pub fn nobody() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a free port");
    let address = socket.local_addr().ok().and_then(|address| address.as_socket());
    (socket, address.expect("a bound socket has an address"))
}

/// Accepts the next client, for a test that plays the server.
pub fn accept(listener: &TcpListener) -> TcpStream {
    let listener = listener.try_clone().expect("a socket can be cloned");
    let (sender, accepted) = mpsc::channel();
    thread::spawn(move || sender.send(listener.accept()));
    let (stream, _) = accepted
        .recv_timeout(PATIENCE)
        .expect("a client connects")
        .expect("the client is accepted");
    be_patient(stream)
}

/// Reads what a client sends as one small message, and asserts that it is `expected`.
pub fn expect_bytes(stream: &mut impl Read, expected: impl AsRef<[u8]>) {
    let expected = expected.as_ref();
    let received = read_exactly(stream, expected.len());
    assert_eq!(escaped(&received), escaped(expected));
}

/// Bytes as a person can read them in the message of a failed test.
fn escaped(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// Ends a connection with a reset, as a system does when a program vanishes.
pub fn reset(stream: TcpStream) {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("lingering can be set");
}

/// Sends each piece on its own. On Linux a piece leaves when the peer has read the one before
/// it, so that no two arrive in one read.
pub fn send_in_pieces(stream: &mut TcpStream, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) {
    stream.set_nodelay(true).expect("Nagle's algorithm can be switched off");
    for piece in pieces {
        stream.write_all(piece.as_ref()).expect("the peer takes the piece");
        if cfg!(target_os = "linux") {
            let deadline = Instant::now() + PATIENCE;
            let go_on = || if Instant::now() < deadline { Ok(true) } else { Err(()) };
            Queue::wait_until_all_taken(stream, go_on).expect("the peer reads");
        }
    }
}

/// Asserts what every program does about `--help`, `--version` and wrong arguments.
pub fn check_arguments(path: &str, wrong: &[&[&str]]) {
    let help = Program::start(path, ["--help"]).finish().success();
    assert!(help.stdout.contains("Usage: "), "{help:?}");
    let version = Program::start(path, ["--version"]).finish().success();
    assert!(version.stdout.ends_with(concat!(env!("CARGO_PKG_VERSION"), "\n")), "{version:?}");
    for &arguments in [&["--nonsense"] as &[&str]].iter().chain(wrong) {
        let finished = Program::start(path, arguments).finish().code(2);
        assert!(finished.stderr.contains("sage: "), "{arguments:?}: {finished:?}");
        assert_eq!(finished.stdout, "");
    }
}

/// Asserts that a server that cannot accept says so, tries again after a pause, and lives.
pub fn check_accept_that_fails(path: &str) {
    // Room for the three standard streams and the listening socket, and for no connection.
    // What else we have inherited is closed.
    let first = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n 4;";
    let mut server = Program::by_shell(first, path, &["127.0.0.1:0"], "");
    server.wait_until_listening();
    let _waiting = TcpStream::connect(server.address()).expect("the queue takes it");
    let began = Instant::now();
    for _ in 0..3 {
        let line = server.error_line();
        assert!(line.starts_with("cannot accept a client: "), "{line}");
    }
    // Two pauses of a tenth of a second lie between three attempts.
    assert!(began.elapsed() > Duration::from_millis(150), "it tries again without a pause");
    assert!(server.is_running());
}

/// Two lines with what a terminal would obey: a screen that is cleared, colours, a text that is
/// turned round.
pub const HOSTILE_LINES: &str = "a\x1b[2J\tb\r\n\u{9b}31m\u{7f}\u{202e}你好";

/// The lines of [`HOSTILE_LINES`], as every program shows them.
pub const SHOWN_LINES: [&str; 2] = ["a\\u{1b}[2J\\tb\\r", "\\u{9b}31m\\u{7f}\\u{202e}你好"];

/// Asserts that a client shows an answer so that no terminal obeys it: `serve` receives its
/// message.
pub fn check_answer_is_shown(path: &str, serve: impl FnOnce(&mut TcpStream)) {
    let (listener, address) = listen();
    let mut client = Program::client(path, address, &[]);
    client.type_line("hello");
    let mut stream = accept(&listener);
    serve(&mut stream);
    stream.write_all(HOSTILE_LINES.as_bytes()).expect("the client takes it");
    for line in SHOWN_LINES {
        assert_eq!(client.line(), line);
    }
}

/// Asserts that a client that cannot print an answer says so, and ends: `serve` receives its
/// message and answers it. (`/dev/full` is Linux's.)
pub fn check_answer_that_cannot_be_printed(path: &str, serve: impl FnOnce(&mut TcpStream)) {
    let (listener, address) = listen();
    let address = address.to_string();
    let mut client = Program::by_shell("", path, &[&address], ">/dev/full");
    client.type_line("hello");
    serve(&mut accept(&listener));
    client.finish().fails_with("cannot print the answer").fails_with("No space left on device");
}

/// Says that a test is skipped, and why. Not by `eprintln!`, which shows only when a test fails.
pub fn skipped(why: &str) {
    writeln!(io::stderr(), "skipped: {why}").expect("stderr is open");
}

/// Tells whether IPv6 can be used on this machine, with a remark where it cannot.
pub fn has_ipv6() -> bool {
    let bound = TcpListener::bind("[::1]:0").is_ok();
    if !bound {
        skipped("this machine cannot bind [::1]");
    }
    bound
}

/// Waits until a process is gone, by the system's table of processes (Linux). One that has
/// ended counts as gone, also while nobody has asked for its status.
pub fn expect_process_gone(id: &str) {
    let deadline = Instant::now() + PATIENCE;
    while is_alive(id) {
        assert!(Instant::now() < deadline, "process {id} is still there");
        thread::yield_now();
    }
}

/// Tells whether a process is there and has not ended (Linux).
pub fn is_alive(id: &str) -> bool {
    fs::read_to_string(format!("/proc/{id}/status"))
        .is_ok_and(|status| !status.contains("State:\tZ"))
}

/// Starts a Python program of `tests/python`, or returns `None` with a remark where python3 is
/// missing. With `SOCKET_STEPS_REQUIRE_PYTHON` set, as in the project's own checks, a missing
/// python3 fails the test.
pub fn python(script: &str, arguments: &[&str]) -> Option<Program> {
    let available = Command::new("python3").arg("--version").output();
    if !available.is_ok_and(|output| output.status.success()) {
        let required = env::var_os("SOCKET_STEPS_REQUIRE_PYTHON").is_some();
        assert!(!required, "{script} cannot be tried: python3 is missing");
        skipped("python3 is missing");
        return None;
    }
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("python");
    let mut command = Command::new("python3");
    command.arg(scripts.join(script)).args(arguments);
    command.env("PYTHONUNBUFFERED", "1").env("PYTHONUTF8", "1");
    Some(Program::spawn(command))
}
