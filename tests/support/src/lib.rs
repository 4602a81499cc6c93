//! What the tests of all lessons share: a running program with lines to read and a keyboard
//! to type on, and raw sockets that never wait for ever.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, thread};

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
        let mut server = Self::start(path, [&["127.0.0.1:0"], arguments].concat());
        server.wait_until_listening();
        server
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
        let mut bytes = line.as_ref().to_vec();
        bytes.push(b'\n');
        let stdin = self.stdin.as_mut().expect("the input is still open");
        stdin.write_all(&bytes).expect("the program takes input");
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
        let line = loop {
            let line = self.line();
            if line.contains(" gone: ") {
                break line;
            }
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
                    Ok(line) => text.extend([line.as_str(), "\n"]),
                    Err(RecvTimeoutError::Disconnected) => return text,
                    Err(RecvTimeoutError::Timeout) => panic!("{} does not end", self.name),
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
    let stream = TcpStream::connect(address).expect("the server accepts connections");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    stream.set_write_timeout(Some(PATIENCE)).expect("a timeout can be set");
    stream
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
    assert_eq!(rest, [], "bytes after the last answer");
}

/// Starts a Python program of `tests/python`, or returns `None` with a remark where python3 is
/// missing. With `SOCKET_STEPS_REQUIRE_PYTHON` set, as in the project's own checks, a missing
/// python3 fails the test.
pub fn python(script: &str, arguments: &[&str]) -> Option<Program> {
    let available = Command::new("python3").arg("--version").output();
    if !available.is_ok_and(|output| output.status.success()) {
        let required = env::var_os("SOCKET_STEPS_REQUIRE_PYTHON").is_some();
        assert!(!required, "{script} cannot be tried: python3 is missing");
        eprintln!("skipped: python3 is missing");
        return None;
    }
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("python");
    let mut command = Command::new("python3");
    command.arg(scripts.join(script)).args(arguments);
    command.env("PYTHONUNBUFFERED", "1").env("PYTHONUTF8", "1");
    Some(Program::spawn(command))
}
