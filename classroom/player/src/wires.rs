//! The wires between the sides of a scene, when a lesson is played over them.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;
use processes::Running;
use record::{Event, SHOWN_BYTES, What};

use crate::bends::Bends;
use crate::lane::Entry;
use crate::script::Large;

/// The program that relays.
pub const PROGRAM: &str = "wire";

/// How the first line of a server begins.
pub const LISTENING: &str = "listening on ";

/// The option with which a wire prints its events as objects.
const AS_EVENTS: [&str; 2] = ["--format", "json"];

/// What is said of a wire that says nothing itself.
pub const WORDLESS: &str = "it ended without a word";

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
    heard: Vec<Event>,
    /// What has been read of that and not been shown.
    pub unshown: Vec<Entry>,
}

/// The wires of a scene, with the servers that they lead to, the first to be laid first.
#[derive(Default)]
pub struct Wires {
    laid: Vec<(String, Wire)>,
    /// What those have printed that are gone.
    past: Vec<Vec<Event>>,
}

impl Line {
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
    fn manners(&self) -> Vec<String> {
        if self.bytes {
            vec!["--show".into(), SHOWN_BYTES.to_string()]
        } else {
            vec!["--quiet".into()]
        }
    }
}

/// What a wire has complained of, if it has.
pub fn complaint(events: &[Event]) -> Option<&str> {
    events.iter().find_map(|event| match &event.what {
        What::Complaint { message, .. } => Some(message.as_str()),
        _ => None,
    })
}

/// Reads the events in what a wire has printed.
fn events(printed: &[u8]) -> anyhow::Result<Vec<Event>> {
    let events = serde_json::Deserializer::from_slice(printed).into_iter();
    events.collect::<Result<_, _>>().context("cannot read what the wire has printed")
}

impl Wire {
    /// Starts a wire that leads to `target`.
    pub fn start(
        line: &Line,
        running: &Running<String>,
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
            .args(AS_EVENTS)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        running.start(command, |_| (side.clone(), ())).context("the wire cannot be started")?;
        Ok(Self { side, address: None, log, read: 0, heard: Vec::new(), unshown: Vec::new() })
    }

    /// What has happened on it since the last time.
    pub fn events(&mut self) -> anyhow::Result<Vec<Event>> {
        let text = fs::read(&self.log).context("cannot read what the wire has printed")?;
        let new = &text[self.read..];
        let whole = new.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        self.read += whole;
        let events = events(&new[..whole])?;
        self.heard.extend_from_slice(&events);
        Ok(events)
    }
}

impl Wires {
    /// The wire in front of a server.
    pub fn before(&self, server: &str) -> Option<&Wire> {
        self.laid.iter().find(|(name, _)| name == server).map(|(_, wire)| wire)
    }

    /// Takes a wire that has been started, for a server.
    pub fn add(&mut self, server: &str, wire: Wire) {
        self.laid.push((server.into(), wire));
    }

    /// Gives up the wire in front of a server.
    pub fn remove(&mut self, server: &str) -> Option<Wire> {
        let place = self.laid.iter().position(|(name, _)| name == server)?;
        let (_, wire) = self.laid.remove(place);
        self.past.push(wire.heard.clone());
        Some(wire)
    }

    /// What each has printed, the first to go first.
    pub fn heard(&self) -> Vec<Vec<Event>> {
        self.past.iter().chain(self.all().map(|wire| &wire.heard)).cloned().collect()
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
        self.laid.iter().map(|(_, wire)| wire)
    }

    /// All of them, with the servers that they lead to.
    pub fn all_with_servers(&mut self) -> impl Iterator<Item = (&str, &mut Wire)> {
        self.laid.iter_mut().map(|(server, wire)| (server.as_str(), wire))
    }

    /// All of them, to be read from.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Wire> {
        self.laid.iter_mut().map(|(_, wire)| wire)
    }
}
