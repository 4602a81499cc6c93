//! What the wire can be told on its command line.

use std::env;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process;

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, Error, Parser};
use record::bends::{length, reason, take_negative_numbers};
use record::{Bends, Direction};
use wire::datagrams;
use wire::streams::{self, Limit, Then};
use wire::trace::print_error;

/// The status of a program that was given wrong arguments, as clap has it.
const MISUSED: i32 = 2;

/// For whom the wire prints.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Lines for people.
    Text,
    /// An object a line, for programs.
    Json,
}

impl Format {
    /// Prints why the wire ends, with its causes, and still in one line.
    pub fn print_error(self, error: &anyhow::Error) {
        match self {
            Self::Text => eprintln!("Error: {error:#}"),
            Self::Json => print_error(&format!("{error:#}")),
        }
    }
}

/// Stand between a client and a server, show what they say, and bend the line if asked to
#[derive(Parser)]
#[command(version, mut_args = take_negative_numbers)]
pub struct Args {
    /// Where clients call: a port of 127.0.0.1, or IP:PORT; port 0 takes a free one
    #[arg(value_parser = address)]
    pub listen: SocketAddr,

    /// Where the server listens: a port of 127.0.0.1, or IP:PORT
    #[arg(value_parser = target)]
    pub target: SocketAddr,

    /// Relay datagrams instead of streams
    #[arg(long)]
    pub udp: bool,

    /// Name the bytes as lesson 5, 6 or 7 frames them: length, header, body
    #[arg(long, value_name = "LESSON", value_parser = lesson)]
    pub lesson: Option<u8>,

    /// Print only the first BYTES of each read, or of each part that --lesson names
    #[arg(long, value_name = "BYTES", value_parser = length)]
    pub show: Option<usize>,

    /// Print connections only
    #[arg(long)]
    pub quiet: bool,

    /// Print lines for people, or an object a line for programs
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Write a capture that Wireshark opens
    #[arg(long, value_name = "FILE.pcapng")]
    pub save: Option<PathBuf>,

    /// What bends the line.
    #[command(flatten)]
    pub bends: Bends,
}

impl Args {
    /// Reads the command line. What cannot be meant ends the program, as wrong arguments do.
    pub fn read() -> Self {
        let args = Self::try_parse().unwrap_or_else(|error| exit(&error));
        if let Some(complaint) = args.complaint() {
            refuse(&complaint, &[usage()]);
        }
        args
    }

    /// What is wrong about options that are right each by itself.
    fn complaint(&self) -> Option<String> {
        if self.udp && self.lesson.is_some() {
            return Some("--lesson is only for streams, not for --udp".into());
        }
        self.bends.complaint(self.udp)
    }

    /// How the streams of a direction are bent.
    pub fn stream_bends(&self, direction: Direction) -> streams::Bends {
        let Bends { only, cut, reset, stall, drip, gather, delay, rate, .. } = self.bends;
        if only.is_some_and(|only| only != direction) {
            return streams::Bends::default();
        }
        let limits = [(cut, Then::Close), (reset, Then::Reset), (stall, Then::Silence)];
        let limit =
            limits.into_iter().find_map(|(after, then)| Some(Limit { after: after?, then }));
        streams::Bends { drip, gather, delay, rate, limit, ..streams::Bends::default() }
    }

    /// How datagrams are bent.
    pub fn datagram_bends(&self) -> datagrams::Bends {
        let Bends { drop, duplicate, reorder, cut, delay, stray, seed, only, .. } = self.bends;
        datagrams::Bends {
            drop: drop.unwrap_or_default(),
            duplicate: duplicate.unwrap_or_default(),
            reorder: reorder.unwrap_or_default(),
            cut,
            delay,
            stray,
            seed: seed.unwrap_or_default(),
            only,
            first: false,
        }
    }
}

/// Ends the program with help, or with one line that says what is wrong.
fn exit(error: &Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    // What is wrong with a value says already how it should be.
    let usage = (error.kind() != ErrorKind::ValueValidation).then(usage);
    let advice: Vec<_> = tip(error).into_iter().chain(usage).collect();
    refuse(&reason(error), &advice)
}

/// Ends the program with what is wrong; people get advice with it.
fn refuse(reason: &str, advice: &[String]) -> ! {
    if asks_for_json() {
        print_error(reason);
    } else {
        let advice: String = advice.iter().map(|advice| format!("; {advice}")).collect();
        eprintln!("error: {reason}{advice}");
    }
    process::exit(MISUSED)
}

/// What was perhaps meant.
fn tip(error: &Error) -> Option<String> {
    let similar = |what, kind| {
        error.get(kind).map(|known| format!("tip: a similar {what} exists: '{known}'"))
    };
    similar("argument", ContextKind::SuggestedArg)
        .or_else(|| similar("value", ContextKind::SuggestedValue))
}

/// How the wire is called.
fn usage() -> String {
    let usage = Args::command().help_template("{usage}").render_help();
    format!("usage: {}", usage.to_string().trim_end())
}

/// Whether the command line asks for objects, although something is wrong about it.
fn asks_for_json() -> bool {
    let words: Vec<_> = env::args_os().skip(1).collect();
    let apart = words.windows(2).any(|pair| pair == ["--format", "json"]);
    apart || words.iter().any(|word| word == "--format=json")
}

fn address(text: &str) -> Result<SocketAddr, String> {
    // A bare port is one of this machine's own. Who wants to be reached from outside says so.
    let port = text.parse().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    port.ok()
        .or_else(|| text.parse().ok())
        .ok_or_else(|| "usage: a port or IP:PORT, as in 8080, 127.0.0.1:8080 or [::1]:8080".into())
}

fn target(text: &str) -> Result<SocketAddr, String> {
    match address(text)? {
        target if target.port() == 0 => Err("usage: the server's own port; 0 is none".into()),
        target => Ok(target),
    }
}

fn lesson(text: &str) -> Result<u8, String> {
    let lesson = text.parse().ok().filter(|lesson| (5..=7).contains(lesson));
    lesson.ok_or_else(|| "usage: 5, 6 or 7; no other lesson frames its bytes".into())
}
