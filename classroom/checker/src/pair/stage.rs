//! Where the two programs meet: a server, a line, and one client after another.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use processes::{Port, Running, Status, Transport};
use record::{Direction, Event};
use tempfile::TempDir;

use crate::beginning::not_at;
use crate::pair::line::{self, Bend, Line};
use crate::program::{Program, Stream};
use crate::story::Story;
use crate::subject::Subject;
use crate::template::Template;
use crate::verdict::{Failure, Outcome, Stop};
use crate::watch::{Doing, Watch, settle};

/// How often to look whether something has come of what was done.
const LOOK: Duration = Duration::from_millis(10);

/// How long nothing must pass on the line until the next line is typed.
const CALM: Duration = Duration::from_millis(400);

/// How long an answer is waited for: until the next line is typed, and when there is none.
const ANSWER: Duration = Duration::from_millis(1500);
const LAST_ANSWER: Duration = Duration::from_secs(4);

/// How long a client may take until it gives up on a server that says nothing.
pub const PATIENCE: Duration = Duration::from_secs(12);

/// How long two may talk of which the client shows nothing, by heartbeats for instance, until the
/// next line is typed all the same.
const UNMOVED: Duration = Duration::from_secs(5);

/// How long a server may compute an answer.
const WORK: Duration = Duration::from_secs(10);

/// How long to wait at most for whatever it be.
const BOUND: Duration = Duration::from_secs(30);

/// How long to wait at most until what a server says at the client's end has passed: one may keep
/// its connection, and by datagrams nothing ends.
const ECHOES: Duration = Duration::from_millis(150);

/// How long a stranger's call may go unanswered.
const CALL: Duration = Duration::from_secs(3);

/// Two programs, and what is typed into the client.
pub struct Pair {
    /// How the server is started.
    pub server: Template,
    /// How the client is started.
    pub client: Template,
    /// What the client is given.
    pub input: Input,
    /// Whether they speak by datagrams.
    pub udp: bool,
    /// All that was started.
    pub running: Running,
}

impl Pair {
    /// What carries what they say.
    fn transport(&self) -> Transport {
        if self.udp { Transport::Udp } else { Transport::Tcp }
    }
}

/// What a client is given on its stdin, which ends then.
#[derive(Clone)]
pub enum Input {
    /// Lines, one after another.
    Lines(Vec<String>),
    /// The same lines, all at once.
    Together(Vec<String>),
    /// A whole input.
    Whole(Vec<u8>),
}

/// What came of one client.
#[derive(Clone)]
pub struct Performance {
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it complained of.
    pub stderr: Vec<u8>,
    /// How much of stdout was there when nothing more came of each line, the first time before
    /// any was typed.
    pub steps: Vec<usize>,
    /// How it ended.
    pub end: End,
    /// What passed on the line.
    pub events: Vec<Event>,
    /// What the line's clock said when nothing more came of the client.
    pub over: Duration,
}

/// How a client ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself.
    Ended(Status),
    /// It does not, and does this.
    Stays(Doing),
}

/// A server with a port and a folder of its own. All that was started ends with it.
pub struct Stage<'a> {
    pair: &'a Pair,
    story: Story,
    port: Port,
    server: Option<Subject>,
    folder: TempDir,
    /// How long the last answer is waited for.
    patience: Duration,
}

impl<'a> Stage<'a> {
    /// Starts the server, and waits until it listens.
    ///
    /// # Errors
    ///
    /// The check is over: it does not.
    pub fn open(pair: &'a Pair, story: &Story) -> Outcome<Self> {
        let port = Port::find(pair.transport())?;
        let folder = TempDir::with_prefix("check-").context("cannot make a folder to work in")?;
        pair.running.add_folder(folder.path());
        let (story, server, patience) = (story.clone(), None, LAST_ANSWER);
        let mut stage = Self { pair, story, port, server, folder, patience };
        for side in ["server", "client"] {
            fs::create_dir(stage.folder.path().join(side))?;
        }
        stage.start_server()?;
        Ok(stage)
    }

    /// Starts the server, again if it was ended, and waits until it listens.
    ///
    /// # Errors
    ///
    /// The check is over: it does not.
    pub fn start_server(&mut self) -> Outcome {
        let transport = self.pair.transport();
        let server = self.start(&self.pair.server, "server", self.server_address())?;
        let program = Arc::clone(server.program());
        self.server = Some(server);
        let mut watch = Watch::start(&program);
        loop {
            match self.port.is_served() {
                Some(true) => return Ok(()),
                // Where the system does not tell, one that waits for something listens.
                None if matches!(settle(&program), Doing::Sleeps | Doing::Unknown) => {
                    return Ok(());
                }
                _ => {}
            }
            let ended = program.status().map(Doing::Ended);
            let silence = watch.look();
            if let Some(doing) = ended.or(silence.as_ref().map(|silence| silence.doing)) {
                let seen = match doing {
                    Doing::Ended(status) => format!("it has ended with {status}"),
                    _ => {
                        let silence = silence.map_or(String::new(), |s| s.to_string());
                        format!("nobody listens there ({silence})")
                    }
                };
                let address = self.server_address();
                return Err(not_at(address, transport, &program, &seen, doing).into());
            }
            thread::sleep(LOOK);
        }
    }

    fn start(
        &self,
        template: &Template,
        side: &'static str,
        address: SocketAddr,
    ) -> Outcome<Subject> {
        let values = [
            ("address", address.to_string()),
            ("host", address.ip().to_string()),
            ("port", address.port().to_string()),
        ];
        let words = template.fill(&values);
        let folder = self.folder.path().join(side);
        let story = self.story.of(side);
        Ok(Subject::start(&words, &folder, &[], &self.pair.running, &story)?)
    }

    /// Where the server listens.
    pub fn server_address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port.number()).into()
    }

    /// The server, as it is watched.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn server(&self) -> Outcome<&Arc<Program>> {
        let missing = || Stop::Broken(anyhow::Error::msg("no server was started"));
        self.server.as_ref().map(Subject::program).ok_or_else(missing)
    }

    /// Waits longer for the last answer: a client may have a timeout of ten seconds.
    pub fn wait_patiently(&mut self) {
        self.patience = PATIENCE;
    }

    /// Types a line into the server, and tells whether it says something on the line then.
    pub fn type_into_server(&mut self, line: &Line) -> bool {
        let Some(server) = &mut self.server else { return false };
        server.type_line(b"hello");
        let began = Instant::now();
        while began.elapsed() < ANSWER {
            let replies = line::streams(&line.events(), Direction::Reply);
            if replies.values().any(|reply| !reply.is_empty()) {
                return true;
            }
            thread::sleep(LOOK);
        }
        false
    }

    /// Ends the server, as `kill -9` does.
    pub fn kill_server(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill();
        }
    }

    /// What happened so far.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// Opens a line to the server.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn line(&self, bend: &Bend) -> Outcome<Line> {
        Ok(Line::open(self.server_address(), bend, self.pair.udp, &self.story)?)
    }

    /// Connects as a stranger, who sends nothing that nobody of the two has sent.
    ///
    /// # Errors
    ///
    /// The check is over: the server cannot be reached.
    pub fn stranger(&self) -> Outcome<TcpStream> {
        let stream = self.quiet_stranger()?;
        self.story.tell("a stranger connects");
        Ok(stream)
    }

    /// Connects as one of many strangers, of whom the story tells together.
    ///
    /// # Errors
    ///
    /// As [`Stage::stranger`] has them.
    pub fn quiet_stranger(&self) -> Outcome<TcpStream> {
        let stream = TcpStream::connect_timeout(&self.server_address(), CALL).map_err(|error| {
            let expected = "a server that takes the next call";
            let program = self.server.as_ref().map(Subject::program);
            if let Some(program) = program {
                settle(program);
            }
            let status = program.and_then(|program| program.status());
            let words = program.map(|program| program.and_last_words()).unwrap_or_default();
            let observed = match status {
                Some(status) => format!("it has ended with {status}{words}"),
                None => format!("the call meets: {error}"),
            };
            Failure::new(expected, observed)
        })?;
        stream.set_read_timeout(Some(CALL))?;
        Ok(stream)
    }

    /// Has a client play over a line from its beginning to its end. When it has printed what
    /// `known` says, the next line is typed without waiting any longer.
    ///
    /// # Errors
    ///
    /// A command that cannot be started.
    pub fn perform(
        &self,
        line: &Line,
        input: &Input,
        known: &dyn Fn(usize, &[u8]) -> bool,
    ) -> Outcome<Performance> {
        self.perform_with(line.address(), Some(line), input, known)
    }

    fn perform_with(
        &self,
        address: SocketAddr,
        line: Option<&Line>,
        input: &Input,
        known: &dyn Fn(usize, &[u8]) -> bool,
    ) -> Outcome<Performance> {
        let mut client = self.start(&self.pair.client, "client", address)?;
        let program = Arc::clone(client.program());
        let mut steps = Vec::new();
        let mut step = || {
            let number = steps.len();
            let is_known = || known(number, &program.output(Stream::Stdout));
            let end = self.wait(&program, line, false, is_known);
            steps.push(program.output(Stream::Stdout).len());
            end
        };
        match input {
            Input::Lines(lines) => {
                let mut doing = step();
                for text in lines {
                    if matches!(doing, Doing::Ended(_) | Doing::Spins(_) | Doing::Floods) {
                        break;
                    }
                    client.type_line(text.as_bytes());
                    doing = step();
                }
            }
            Input::Together(lines) => {
                step();
                client.pour(lines.iter().flat_map(|line| [line, "\n"]).collect::<String>().into());
            }
            Input::Whole(bytes) => client.pour(bytes.clone()),
        }
        client.close_input();
        let doing = self.wait(&program, line, true, || program.status().is_some());
        let over = line.map(Line::time).unwrap_or_default();
        let end = match doing {
            Doing::Ended(status) => {
                self.story.tell(format!("the client ended with {status}"));
                let gone = Instant::now();
                while gone.elapsed() < ECHOES && !line.is_none_or(Line::is_over) {
                    thread::sleep(LOOK);
                }
                End::Ended(status)
            }
            doing => {
                self.story.tell(match doing {
                    Doing::Spins(_) => "the client spins",
                    Doing::Floods => "the client prints, and comes to no end",
                    _ => "the client waits, and does not end",
                });
                End::Stays(doing)
            }
        };
        let (stdout, stderr) = (program.output(Stream::Stdout), program.output(Stream::Stderr));
        let events = line.map(Line::events).unwrap_or_default();
        Ok(Performance { stdout, stderr, steps, end, events, over })
    }

    /// Has a client call an address where nobody is.
    ///
    /// # Errors
    ///
    /// A command that cannot be started.
    pub fn perform_at(&self, nobody: SocketAddr, input: &Input) -> Outcome<Performance> {
        self.perform_with(nobody, None, input, &|_, _| false)
    }

    /// Waits until nothing more comes of what was done to the client, or it is `done`. Without a
    /// line an answer is waited for as long as if one were due.
    fn wait(
        &self,
        client: &Program,
        line: Option<&Line>,
        last: bool,
        done: impl Fn() -> bool,
    ) -> Doing {
        let began = Instant::now();
        let answer = if last { self.patience } else { ANSWER };
        let mut watch = Watch::new(client);
        let shown = || client.output(Stream::Stdout).len();
        let (mut last_shown, mut moved) = (shown(), began);
        loop {
            if let Some(status) = client.status() {
                return Doing::Ended(status);
            }
            if done() {
                return Doing::Unknown;
            }
            if shown() != last_shown {
                (last_shown, moved) = (shown(), Instant::now());
            }
            if !last && moved.elapsed() > UNMOVED && matches!(settle(client), Doing::Sleeps) {
                return Doing::Sleeps;
            }
            if began.elapsed() > BOUND {
                return Doing::Unknown;
            }
            let awaits = line.is_none_or(Line::awaits_answer);
            let works = awaits && began.elapsed() < WORK && self.server_works();
            let idle = line.map_or_else(|| began.elapsed(), Line::idle);
            // An answer that was lost on the line is waited for as one that never came.
            let awaited = awaits || last && self.patience > LAST_ANSWER;
            let calm = !works && idle >= if awaited { answer } else { CALM };
            match watch.look().map(|silence| silence.doing) {
                Some(doing @ (Doing::Spins(_) | Doing::Floods)) => return doing,
                Some(doing) if calm => return doing,
                Some(_) => watch = Watch::new(client),
                None => {}
            }
            if calm && !last && matches!(settle(client), Doing::Sleeps) {
                return Doing::Sleeps;
            }
            thread::sleep(LOOK);
        }
    }

    /// Tells whether the server is at work, so that something will come of it.
    fn server_works(&self) -> bool {
        let activity = self.server.as_ref().and_then(|server| server.program().activity());
        activity.is_some_and(|now| !now.asleep)
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        self.server = None;
        self.pair.running.remove_folder(self.folder.path());
    }
}
