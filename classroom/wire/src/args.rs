//! What the wire can be told on its command line.

use std::env;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Arg, CommandFactory, Error, Parser};
use record::Direction;

use crate::datagrams;
use crate::streams::{Bends, Limit, Then};
use crate::trace::print_error;

/// The options that bend datagrams only.
const DATAGRAMS: &str = "Bend datagrams (with --udp)";
/// The options that bend streams only.
const STREAMS: &str = "Bend a stream";
/// The options that bend both.
const BOTH: &str = "Bend a stream, or datagrams";

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

    /// Bend one direction only: requests or replies
    #[arg(long, value_name = "DIRECTION", value_parser = direction)]
    pub only: Option<Direction>,

    /// End the stream, or each datagram, after N bytes (closed-mid-message, truncated-datagram)
    #[arg(long, value_name = "N", value_parser = length, help_heading = BOTH)]
    pub cut: Option<usize>,

    /// Deliver everything MS milliseconds late (silent-peer, lost-datagram)
    #[arg(long, value_name = "MS", value_parser = milliseconds, help_heading = BOTH)]
    pub delay: Option<Duration>,

    /// Deliver N bytes at a time, each when the last are taken (short-read, split-character)
    #[arg(long, value_name = "N", value_parser = count, help_heading = STREAMS)]
    pub drip: Option<usize>,

    /// Hold writes back for MS milliseconds and deliver them together (coalesced-messages)
    #[arg(long, value_name = "MS", value_parser = milliseconds, help_heading = STREAMS)]
    pub gather: Option<Duration>,

    /// Reset the connection after N bytes (peer-reset, interrupted-upload)
    #[arg(long, value_name = "N", value_parser = length, help_heading = STREAMS)]
    pub reset: Option<usize>,

    /// Go silent after N bytes, and stay connected (silent-peer, one-client-blocks-all)
    #[arg(long, value_name = "N", value_parser = length, help_heading = STREAMS)]
    pub stall: Option<usize>,

    /// Deliver no more than BYTES a second (partial-write)
    #[arg(long, value_name = "BYTES", value_parser = count, help_heading = STREAMS)]
    pub rate: Option<usize>,

    /// Lose a share P of the datagrams, from 0 to 1 (lost-datagram)
    #[arg(long, value_name = "P", value_parser = share, help_heading = DATAGRAMS)]
    pub drop: Option<f64>,

    /// Deliver a share P of the datagrams twice (an answer to the request before)
    #[arg(long, value_name = "P", value_parser = share, help_heading = DATAGRAMS)]
    pub duplicate: Option<f64>,

    /// Deliver a share P of the datagrams after the next one (answers in another order)
    #[arg(long, value_name = "P", value_parser = share, help_heading = DATAGRAMS)]
    pub reorder: Option<f64>,

    /// Send an answer from another port before each answer (stray-datagram)
    #[arg(long, help_heading = DATAGRAMS)]
    pub stray: bool,

    /// Where chance begins: the same N and the same datagrams give the same delivery [default: 0]
    #[arg(long, value_name = "N", value_parser = number, help_heading = DATAGRAMS)]
    pub seed: Option<u64>,
}

impl Args {
    /// Reads the command line. What cannot be meant ends the program, as wrong arguments do.
    pub fn read() -> Self {
        let args = Self::try_parse().unwrap_or_else(|error| exit(&error));
        if let Some(complaint) = args.complaint() {
            exit(&Self::command().error(ErrorKind::ArgumentConflict, complaint));
        }
        args
    }

    /// What is wrong about options that are right each by itself.
    fn complaint(&self) -> Option<String> {
        let of_streams = [
            ("--lesson", self.lesson.is_some()),
            ("--drip", self.drip.is_some()),
            ("--gather", self.gather.is_some()),
            ("--reset", self.reset.is_some()),
            ("--stall", self.stall.is_some()),
            ("--rate", self.rate.is_some()),
        ];
        let of_datagrams = [
            ("--drop", self.drop.is_some()),
            ("--duplicate", self.duplicate.is_some()),
            ("--reorder", self.reorder.is_some()),
            ("--stray", self.stray),
            ("--seed", self.seed.is_some()),
        ];
        let (others, kind) = if self.udp {
            (&of_streams[..], "streams, not for --udp")
        } else {
            (&of_datagrams[..], "datagrams, with --udp")
        };
        if let Some((name, _)) = others.iter().find(|(_, given)| *given) {
            return Some(format!("{name} is only for {kind}"));
        }

        let ends = [self.cut, self.reset, self.stall].into_iter().flatten().count();
        let late = self.drip.is_some() || self.rate.is_some() || self.delay.is_some();
        let complaint = match self.only {
            _ if ends > 1 => "only one of --cut, --reset and --stall can happen",
            _ if self.gather.is_some() && late => "--gather goes with no --drip, --rate or --delay",
            Some(_) if !self.bends() => "--only says where to bend; say how, too: --cut 5",
            Some(Direction::Request) if self.stray => "--stray is about replies, not requests",
            _ => return None,
        };
        Some(complaint.into())
    }

    /// Whether anything is bent.
    fn bends(&self) -> bool {
        let counts = [self.cut, self.drip, self.reset, self.stall, self.rate];
        let times = [self.delay, self.gather];
        let shares = [self.drop, self.duplicate, self.reorder];
        self.stray
            || counts.iter().any(Option::is_some)
            || times.iter().any(Option::is_some)
            || shares.iter().any(Option::is_some)
    }

    /// How the streams of a direction are bent.
    pub fn stream_bends(&self, direction: Direction) -> Bends {
        if self.only.is_some_and(|only| only != direction) {
            return Bends::default();
        }
        let limits =
            [(self.cut, Then::Close), (self.reset, Then::Reset), (self.stall, Then::Silence)];
        let limit =
            limits.into_iter().find_map(|(after, then)| Some(Limit { after: after?, then }));
        let Self { drip, gather, delay, rate, .. } = *self;
        Bends { drip, gather, delay, rate, limit }
    }

    /// How datagrams are bent.
    pub fn datagram_bends(&self) -> datagrams::Bends {
        datagrams::Bends {
            drop: self.drop.unwrap_or_default(),
            duplicate: self.duplicate.unwrap_or_default(),
            reorder: self.reorder.unwrap_or_default(),
            cut: self.cut,
            delay: self.delay,
            stray: self.stray,
            seed: self.seed.unwrap_or_default(),
            only: self.only,
        }
    }
}

/// Leaves it to the option to say what is wrong about `-1`: it is no option itself.
fn take_negative_numbers(arg: Arg) -> Arg {
    let takes_values = arg.get_action().takes_values();
    arg.allow_negative_numbers(takes_values)
}

/// Ends the program with help, or with one line that says what is wrong.
fn exit(error: &Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    // First comes what is wrong, then perhaps a tip, then usage and help, with empty lines between.
    let text = error.to_string();
    let mut parts = text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>());
    let mut line = parts.next().unwrap_or_default().join(" ");
    if asks_for_json() {
        print_error(line.strip_prefix("error: ").unwrap_or(&line));
        process::exit(error.exit_code());
    }
    if let Some(tip) = parts.map(|part| part.join(" ")).find(|part| part.contains(" similar ")) {
        line += &format!("; {tip}");
    }
    if !line.contains("usage: ") {
        let usage = Args::command().render_usage().to_string();
        line += &usage.replacen("Usage: ", "; usage: ", 1);
    }
    eprintln!("{line}");
    process::exit(error.exit_code())
}

/// Whether the command line asks for objects, although something is wrong about it.
fn asks_for_json() -> bool {
    let words: Vec<_> = env::args().skip(1).collect();
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

fn direction(text: &str) -> Result<Direction, String> {
    match text {
        "requests" => Ok(Direction::Request),
        "replies" => Ok(Direction::Reply),
        _ => Err("usage: requests or replies".into()),
    }
}

fn lesson(text: &str) -> Result<u8, String> {
    let lesson = text.parse().ok().filter(|lesson| (5..=7).contains(lesson));
    lesson.ok_or_else(|| "usage: 5, 6 or 7; no other lesson frames its bytes".into())
}

fn count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|&count| count > 0);
    count.ok_or_else(|| "usage: a number of bytes, 1 or more".into())
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "usage: a whole number, 0 or more".into())
}

fn length(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "usage: a number of bytes".into())
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    // A day is longer than anybody waits, and can be added to any clock.
    let count = text.parse().ok().filter(|count| (1..=86_400_000).contains(count));
    count
        .map(Duration::from_millis)
        .ok_or_else(|| "usage: a number of milliseconds from 1 to 86400000".into())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "usage: a share from 0 to 1, as in 0.25".into())
}
