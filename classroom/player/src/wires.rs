//! The wires between the sides of a scene, when a lesson is played over them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::iter;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::bends::Bends;
use crate::running::Running;
use crate::script::Large;

/// The program that relays.
pub const PROGRAM: &str = "wire";

/// How the first line of a server begins, and that of a wire.
pub const LISTENING: &str = "listening on ";

/// How the line begins in which a program complains.
const ERROR: &str = "error: ";

/// How the wire goes on then. How it is started is no concern of who plays a lesson.
const USAGE: &str = "; usage: wire ";

/// How much of each part of a read the third lane shows, in bytes: seven rows, which hold a
/// header of lesson 6 or 7.
const SHOWN_BYTES: &str = "112";

/// How a lesson is played over wires.
#[derive(Clone, Debug)]
pub struct Line {
    /// Whether the audience sees the bytes.
    pub bytes: bool,
    /// What bends the line.
    pub through: Option<Bends>,
    /// Whether the lesson talks over UDP.
    pub udp: bool,
    /// The lesson, if its main pair has frames that can be labelled, and the server of that pair.
    pub frames: Option<(u32, String)>,
    /// Whether requests are bent that have no frame.
    pub bent_requests: bool,
}

/// A wire in front of a server.
pub struct Wire {
    /// The side by which it is shown.
    pub side: String,
    /// Where clients reach it.
    pub address: Option<SocketAddr>,
    /// What it prints. A file, and not a pipe: whatever it has written can be read at once, so
    /// that no effect is shown before its cause.
    log: PathBuf,
    read: usize,
    /// All that has been read of that.
    heard: Vec<String>,
    /// What has been read of that and not been shown.
    pub unshown: Vec<String>,
}

/// The wires of a scene, by the servers that they lead to.
#[derive(Default)]
pub struct Wires {
    laid: BTreeMap<String, Wire>,
    /// What those have printed that are gone.
    past: Vec<Vec<String>>,
}

impl Line {
    /// Has a wire judge its bends, before anything is played: it knows best what it can do.
    pub fn check(&self, wire: &Path, running: &Running) -> anyhow::Result<()> {
        let Some(bends) = &self.through else { return Ok(()) };
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(wire);
        // Nobody ever calls it, so its target need not be there.
        command
            .args(["0", "1"])
            .args(self.options(self.frames.as_ref().map(|(_, server)| server.as_str())))
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer);
        running.start(PROGRAM, &mut command).context("the wire cannot be started")?;
        // The command has an end of the pipe too: while it is there, we would read for ever.
        drop(command);

        let lines = BufReader::new(reader).lines().map_while(Result::ok);
        let mut said = Vec::new();
        for line in lines {
            let listens = line.starts_with(LISTENING);
            said.push(line);
            if listens {
                break;
            }
        }
        running.end(PROGRAM);
        match said.last() {
            Some(last) if last.starts_with(LISTENING) => Ok(()),
            _ => bail!("--through {bends}: {}", complaint(&said)),
        }
    }

    /// The line for a scene. One that sends much is not kept waiting for minutes.
    pub fn eased(&self, large: Option<&Large>) -> Option<Self> {
        let through = self.through.as_ref()?.eased(large?)?;
        Some(Self { through: Some(through), ..self.clone() })
    }

    /// The options of the wire in front of a program.
    pub fn options(&self, program: Option<&str>) -> Vec<String> {
        let mut options = Vec::new();
        if self.udp {
            options.push("--udp".into());
        }
        if let Some((lesson, server)) = &self.frames
            && program == Some(server)
        {
            options.extend(["--lesson".into(), lesson.to_string()]);
        }
        options.extend(self.through.iter().flat_map(Bends::options));
        options
    }

    /// What is done so that the lane stays readable, and need not be shown.
    fn manners(&self) -> &[&str] {
        if self.bytes { &["--show", SHOWN_BYTES] } else { &["--quiet"] }
    }
}

/// What a wire that ended has complained of, in one line: without its usage and its tips.
pub fn complaint(said: &[String]) -> String {
    let lines = said.iter().map(|line| line.trim());
    let mut lines = lines.skip_while(|line| !line.to_lowercase().starts_with(ERROR)).peekable();
    let first = lines.peek().map_or("it ended without a word", |line| &line[ERROR.len()..]);
    let more = lines.skip(1).take_while(|line| !line.is_empty());
    let complaint = iter::once(first).chain(more).collect::<Vec<_>>().join(" ");
    complaint.split(USAGE).next().unwrap_or_default().into()
}

impl Wire {
    /// Starts a wire that leads to `target`.
    pub fn start(
        line: &Line,
        running: &Running,
        command: &mut Command,
        options: &[String],
        (side, target): (String, SocketAddr),
        log: PathBuf,
    ) -> anyhow::Result<Self> {
        let output = File::create(&log).context("the wire has nowhere to write to")?;
        command
            .args(["0", &target.to_string()])
            .args(options)
            .args(line.manners())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        running.start(&side, command).context("the wire cannot be started")?;
        Ok(Self { side, address: None, log, read: 0, heard: Vec::new(), unshown: Vec::new() })
    }

    /// The whole lines that it has printed since the last time.
    pub fn lines(&mut self) -> anyhow::Result<Vec<String>> {
        let text = fs::read(&self.log).context("cannot read what the wire has printed")?;
        let new = &text[self.read..];
        let whole = new.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        self.read += whole;
        let lines: Vec<_> =
            String::from_utf8_lossy(&new[..whole]).lines().map(String::from).collect();
        self.heard.extend_from_slice(&lines);
        Ok(lines)
    }
}

impl Wires {
    /// The wire in front of a server.
    pub fn before(&self, server: &str) -> Option<&Wire> {
        self.laid.get(server)
    }

    /// Takes a wire that has been started, for a server.
    pub fn add(&mut self, server: &str, wire: Wire) {
        self.laid.insert(server.into(), wire);
    }

    /// Gives up the wire in front of a server.
    pub fn remove(&mut self, server: &str) -> Option<Wire> {
        let wire = self.laid.remove(server)?;
        self.past.push(wire.heard.clone());
        Some(wire)
    }

    /// What each has printed, the first to go first.
    pub fn heard(&self) -> Vec<Vec<String>> {
        self.past.iter().chain(self.laid.values().map(|wire| &wire.heard)).cloned().collect()
    }

    /// A name for one more wire.
    pub fn next_name(&self) -> String {
        match self.laid.len() {
            0 => PROGRAM.into(),
            more => format!("{PROGRAM}-{}", more + 1),
        }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Wire> {
        self.laid.values()
    }

    /// All of them, with the servers that they lead to.
    pub fn all_with_servers(&mut self) -> impl Iterator<Item = (&str, &mut Wire)> {
        self.laid.iter_mut().map(|(server, wire)| (server.as_str(), wire))
    }

    /// All of them, to be read from.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Wire> {
        self.laid.values_mut()
    }
}
