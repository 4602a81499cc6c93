//! The workbench of one check: the program in its folder, and our end of the line.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use processes::{Port, Running, Status};
use tempfile::TempDir;

use crate::beginning::{not_at, not_begun};
use crate::gate::Gate;
use crate::peer::{LeftOpen, Peer, named};
use crate::program::{Program, Stream};
use crate::role::{Role, Transport};
use crate::story::Story;
use crate::subject::Subject;
use crate::template::Template;
use crate::verdict::{Failure, Outcome, Plain, Stop, ensure};
use crate::watch::{Doing, Watch, settle};

/// How long a call may go unanswered. Within one machine it is answered at once; only Windows calls
/// again where nobody listens, and says so after two seconds (Microsoft's article 175523).
const CALL: Duration =
    if cfg!(windows) { Duration::from_millis(500) } else { Duration::from_secs(3) };

/// How often to knock at a server that does not listen yet.
const KNOCK: Duration = Duration::from_millis(5);

/// What `{timeout}` and `{limit}` are, unless a check says otherwise: so long that they never pass.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The cause of a server's orderly end when a client has gone.
pub const ENDS_WITH_CLIENT: &str = "the program ends, in order, with its first client: accepting \
     stands before the loop, not in it, or the end of one client ends that loop";

/// The cause of a server's not listening any more when a client has gone.
const CLOSED_LISTENER: &str =
    "the listening socket is closed, or another one is used in its place, when a client has gone";

/// What one check works with. All that it started ends with it.
pub struct Bench {
    template: Template,
    running: Running,
    story: Story,
    subject: Option<Subject>,
    place: Place,
    values: Vec<(&'static str, String)>,
    variables: Vec<(&'static str, String)>,
    connections: usize,
    /// Whether the program, since its last start, had a connection with us.
    met: bool,
    left_open: LeftOpen,
    gate: Gate,
    folder: TempDir,
}

/// Where the two sides meet.
enum Place {
    /// The program listens here.
    Theirs(Port),
    /// We listen here.
    Ours(TcpListener),
    /// We wait for datagrams here.
    Datagrams(UdpSocket),
    /// Nobody listens here.
    Nobody(Port),
}

impl Bench {
    /// Prepares a bench: a port, and an empty folder.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn new(
        (role, transport): (Role, Transport),
        template: &Template,
        running: &Running,
        gate: &Gate,
    ) -> anyhow::Result<Self> {
        let anywhere = (Ipv4Addr::LOCALHOST, 0);
        let place = match (role.is_server(), transport) {
            (true, transport) => Place::Theirs(Port::find(transport)?),
            (false, Transport::Tcp) => Place::Ours(TcpListener::bind(anywhere)?),
            (false, Transport::Udp) => Place::Datagrams(UdpSocket::bind(anywhere)?),
        };
        let folder = TempDir::with_prefix("check-").context("cannot make a folder to work in")?;
        running.add_folder(folder.path());
        let mut bench = Self {
            template: template.clone(),
            running: running.clone(),
            story: Story::new(),
            subject: None,
            place,
            values: Vec::new(),
            variables: Vec::new(),
            connections: 0,
            met: false,
            left_open: LeftOpen::default(),
            gate: gate.clone(),
            folder,
        };
        bench.set_timeout(TIMEOUT);
        bench.set_limit(TIMEOUT);
        Ok(bench)
    }

    // ---- before the program starts

    /// Tells whether the command has a place for this, as in `{timeout}`.
    pub fn has(&self, place: &str) -> bool {
        self.template.has(place)
    }

    /// Puts a value into its place in the command, from the next start on: `set("name", …)` for
    /// `{name}`.
    pub fn set(&mut self, place: &'static str, value: impl Into<String>) {
        self.values.retain(|(known, _)| *known != place);
        self.values.push((place, value.into()));
    }

    /// Says what `{timeout}` is, in seconds. Unless told otherwise it is long: 30 seconds.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.set("timeout", timeout.as_secs_f64().to_string());
    }

    /// Says what `{limit}` is: after how many seconds a command is to be ended.
    pub fn set_limit(&mut self, limit: Duration) {
        self.set("limit", limit.as_secs_f64().to_string());
    }

    /// Puts a variable into the program's environment.
    pub fn set_variable(&mut self, name: &'static str, value: impl Into<String>) {
        self.variables.push((name, value.into()));
    }

    /// Takes the listener away: a client finds that nobody is at its address.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn listen_no_more(&mut self, transport: Transport) -> Outcome {
        self.place = Place::Nobody(Port::find(transport)?);
        Ok(())
    }

    /// Has the program, a server, listen at another port when it is started the next time: the old
    /// one may not be free yet.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn use_another_port(&mut self, transport: Transport) -> Outcome {
        self.place = Place::Theirs(Port::find(transport)?);
        Ok(())
    }

    // ---- what there is

    /// Where the program listens, or where it finds us.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn address(&self) -> Outcome<SocketAddr> {
        let local = |port: &Port| SocketAddr::from((Ipv4Addr::LOCALHOST, port.number()));
        Ok(match &self.place {
            Place::Theirs(port) | Place::Nobody(port) => local(port),
            Place::Ours(listener) => listener.local_addr()?,
            Place::Datagrams(socket) => socket.local_addr()?,
        })
    }

    /// The socket at which a client of lessons 8 and 9 finds us.
    ///
    /// # Errors
    ///
    /// There is none: the program is a server, or speaks over TCP.
    pub fn socket(&self) -> Outcome<&UdpSocket> {
        match &self.place {
            Place::Datagrams(socket) => Ok(socket),
            _ => Err(anyhow::Error::msg("this part has no socket for datagrams").into()),
        }
    }

    /// What opens when the program is reached, or calls.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The program's working folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What happened so far.
    pub fn story(&self) -> &Story {
        &self.story
    }

    // ---- the program

    /// Starts the program, unless it runs already.
    ///
    /// # Errors
    ///
    /// A command that cannot be started.
    pub fn start(&mut self) -> Outcome<&mut Subject> {
        if self.subject.is_none() {
            let address = self.address()?;
            let mut values = self.values.clone();
            values.push(("address", address.to_string()));
            values.push(("host", address.ip().to_string()));
            values.push(("port", address.port().to_string()));
            let words = self.template.fill(&values);
            let subject = Subject::start(
                &words,
                self.folder.path(),
                &self.variables,
                &self.running,
                &self.story,
            )?;
            self.subject = Some(subject);
            self.met = false;
        }
        self.subject()
    }

    /// The program that was started.
    ///
    /// # Errors
    ///
    /// None was.
    pub fn subject(&mut self) -> Outcome<&mut Subject> {
        let missing = || Stop::Broken(anyhow::Error::msg("no program was started"));
        self.subject.as_mut().ok_or_else(missing)
    }

    /// The program, as it is watched.
    ///
    /// # Errors
    ///
    /// None was started.
    pub fn program(&mut self) -> Outcome<Arc<Program>> {
        Ok(Arc::clone(self.subject()?.program()))
    }

    /// Ends the program, as `kill -9` does. It can be started again, at the same address.
    pub fn kill(&mut self) {
        if let Some(subject) = self.subject.take() {
            subject.kill();
        }
    }

    /// Types a line.
    ///
    /// # Errors
    ///
    /// A command that cannot be started.
    pub fn type_line(&mut self, line: impl AsRef<[u8]>) -> Outcome {
        self.start()?.type_line(line.as_ref());
        Ok(())
    }

    /// Ends the input, as Ctrl-D does.
    ///
    /// # Errors
    ///
    /// A command that cannot be started.
    pub fn close_input(&mut self) -> Outcome {
        self.start()?.close_input();
        Ok(())
    }

    /// Waits until the program has ended, or sleeps, or spins: until nothing more comes of what
    /// was done to it.
    ///
    /// # Errors
    ///
    /// None was started.
    pub fn settle(&mut self) -> Outcome<Doing> {
        Ok(settle(&*self.program()?))
    }

    /// Expects that the program ends by itself, and returns how. `why` says why it should:
    /// `the server has closed the connection`.
    ///
    /// # Errors
    ///
    /// The check is over: it does not end.
    pub fn expect_program_end(&mut self, why: &str) -> Outcome<Status> {
        let program = self.program()?;
        self.await_end(&program, Watch::new(&program), why)
    }

    /// Expects that the program ends by itself, as [`Bench::expect_program_end`] does, when it
    /// has tried again a few times.
    ///
    /// # Errors
    ///
    /// The check is over: it does not end.
    pub fn expect_program_end_after_retries(&mut self, why: &str) -> Outcome<Status> {
        let program = self.program()?;
        self.await_end(&program, Watch::retries(&program), why)
    }

    /// Expects that the program, a client, ends by itself and says that all went well.
    ///
    /// # Errors
    ///
    /// The check is over: it does not end, or not with status 0.
    pub fn expect_success(&mut self, why: &str) -> Outcome {
        let status = self.expect_program_end(why)?;
        let program = self.program()?;
        ensure(status.is_success(), || {
            let expected = "a client that ends with status 0, for all went well";
            Failure::new(expected, format!("it ended with {status}{}", program.and_last_words()))
        })
    }

    /// Expects that the program ends by itself, with status 0.
    ///
    /// # Errors
    ///
    /// The check is over: it does not end, or not so.
    pub fn expect_good_end(&mut self, why: &str) -> Outcome {
        let status = self.expect_program_end(why)?;
        self.expect_zero(status)
    }

    /// Expects that the status with which the program has ended is 0.
    ///
    /// # Errors
    ///
    /// The check is over: it is another.
    pub fn expect_zero(&self, status: Status) -> Outcome {
        // A server goes on: one that is to end is called by another name.
        let who = if let Place::Theirs(_) = self.place { "a program" } else { "a client" };
        ensure(status.is_success(), || {
            Failure::new(
                format!("{who} that ends with status 0"),
                format!("it ended with {status}"),
            )
        })
    }

    fn await_end(&self, program: &Program, mut watch: Watch, why: &str) -> Outcome<Status> {
        loop {
            if let Some(status) = program.status() {
                self.story.tell(format!("the program ended with {status}"));
                return Ok(status);
            }
            if let Some(silence) = watch.look() {
                let expected = format!("the end of the program, for {why}");
                return Err(Failure::new(expected, format!("it does not end: {silence}")).into());
            }
            thread::sleep(KNOCK);
        }
    }

    /// Expects that the program prints this, on either stream, at some time before it ends or
    /// sleeps.
    ///
    /// # Errors
    ///
    /// The check is over: it is not printed.
    pub fn expect_printed(&mut self, text: impl AsRef<[u8]>) -> Outcome {
        let text = text.as_ref();
        if self.await_output(|program| program.has_printed(text))? {
            return Ok(());
        }
        let program = self.program()?;
        let expected = format!("a program that prints the answer {}", named(text));
        let output = program.output(Stream::Stdout);
        let observed = match output.trim_ascii() {
            [] => String::from("it printed nothing"),
            _ => String::from("it printed something else"),
        };
        Err(Failure::new(expected, observed).bytes(text, output).into())
    }

    /// Expects that the program prints this answer, as [`Bench::expect_printed`] does. In a plain
    /// good run nothing else can be wrong than that.
    ///
    /// # Errors
    ///
    /// The check is over: it is not printed.
    pub fn expect_answer(&mut self, answer: impl AsRef<[u8]>) -> Outcome {
        let cause = "the answer is not printed, or not as it came";
        self.expect_printed(answer).map_err(|stop| stop.only_cause(cause))
    }

    /// Waits until the program's output is as it is wanted, or nothing is hoped for any more. To
    /// look once is not enough: what it has printed must be read as well, on a busy machine.
    ///
    /// # Errors
    ///
    /// None was started.
    pub fn await_output(&mut self, mut is_wanted: impl FnMut(&Program) -> bool) -> Outcome<bool> {
        let program = self.program()?;
        let mut watch = Watch::new(&program);
        while watch.look().is_none() {
            if is_wanted(&program) {
                return Ok(true);
            }
            thread::sleep(KNOCK);
        }
        Ok(is_wanted(&program))
    }

    // ---- connections

    /// Connects to the program as a client, the program being started if it does not run.
    ///
    /// # Errors
    ///
    /// The check is over: it cannot be reached.
    pub fn connect(&mut self) -> Outcome<Peer> {
        let address = self.address()?;
        self.start()?;
        let program = self.program()?;
        let mut watch = Watch::start(&program);
        loop {
            let error = match TcpStream::connect_timeout(&address, CALL) {
                Ok(stream) => return self.peer(stream, "connected"),
                Err(error) => error,
            };
            let ended = program.status().is_some();
            if error.kind() == ErrorKind::TimedOut && !cfg!(windows) {
                let observed = format!("no answer to the call for {} s", CALL.as_secs());
                return Err(self.unreachable(address, observed, Doing::Unknown).into());
            }
            if let Some(silence) = watch.look() {
                return Err(self.refused(address, &silence.to_string(), silence.doing).into());
            }
            if let Some(status) = program.status().filter(|_| ended) {
                let how = format!("the program ended with {status}");
                return Err(self.refused(address, &how, Doing::Ended(status)).into());
            }
            thread::sleep(KNOCK);
        }
    }

    fn refused(&self, address: SocketAddr, why: &str, doing: Doing) -> Failure {
        self.story.tell(format!("nobody listens at {address}"));
        let seen = format!("the connection is refused, for nobody listens there ({why})");
        self.unreachable(address, seen, doing)
    }

    fn unreachable(&self, address: SocketAddr, seen: String, doing: Doing) -> Failure {
        let program = self.subject.as_ref().map(Subject::program);
        if let (0, Some(program)) = (self.connections, program) {
            return not_at(address, Transport::Tcp, program, &seen, doing).in_plain(Plain::Opening);
        }
        let words = program.map(|program| program.and_last_words()).unwrap_or_default();
        let expected = format!("a server that can be reached at {address}");
        let failure = Failure::new(expected, seen + &words);
        match doing {
            Doing::Ended(status) if self.met && status.is_success() => {
                failure.only_cause(ENDS_WITH_CLIENT).in_plain(Plain::NextClient)
            }
            Doing::Ended(_) if self.met && failure.means("wrong-socket") => {
                failure.in_plain(Plain::NextClient).only_cause(CLOSED_LISTENER)
            }
            Doing::Sleeps if self.met => {
                failure.in_plain(Plain::NextClient).only_cause(CLOSED_LISTENER)
            }
            _ => failure,
        }
    }

    /// Waits until the program, a client, connects to us; it is started if it does not run.
    ///
    /// # Errors
    ///
    /// The check is over: it does not come.
    pub fn accept(&mut self) -> Outcome<Peer> {
        self.start()?;
        let program = self.program()?;
        let mut watch = Watch::start(&program);
        loop {
            if let Some(stream) = self.try_accept()? {
                return self.peer(stream, "accepted the program's connection");
            }
            if let Some(silence) = watch.look() {
                let words = program.and_last_words();
                let observed = format!("it does not connect: {silence}{words}");
                let expected = format!("a client that connects to {}", self.address()?);
                let cause = not_begun(
                    silence.doing,
                    "the program calls an address of its own, not the one it is given",
                );
                let failure = Failure::new(expected, observed).only_cause(cause);
                return Err(if self.connections == 0 {
                    failure.in_plain(Plain::Opening)
                } else {
                    failure
                }
                .into());
            }
            thread::sleep(KNOCK);
        }
    }

    /// Tells whether the program has called once more, and is not heard yet.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn is_called_again(&self) -> Outcome<bool> {
        Ok(self.try_accept()?.is_some())
    }

    /// Takes a connection if one is there.
    fn try_accept(&self) -> Outcome<Option<TcpStream>> {
        let Place::Ours(listener) = &self.place else {
            return Err(anyhow::Error::msg("this part has no listener").into());
        };
        listener.set_nonblocking(true)?;
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                Ok(Some(stream))
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn peer(&mut self, stream: TcpStream, how: &str) -> Outcome<Peer> {
        let number = self.number();
        self.met = true;
        self.gate.open();
        self.story.tell(format!("{number} {how}"));
        let program = self.program()?;
        Ok(Peer::new(number, stream, &program, &self.story, &self.left_open)?)
    }

    /// Whether nobody has talked to the program yet.
    pub fn is_untouched(&self) -> bool {
        self.connections == 0
    }

    /// The number of one more that talks to the program, as the story calls it.
    pub fn number(&mut self) -> usize {
        self.connections += 1;
        self.connections
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // The program first: it may still write into the folder, and shall not hear our sockets
        // close.
        self.subject = None;
        self.running.remove_folder(self.folder.path());
    }
}
