//! What bends a line: the options of the wire, as its command line and `--through` take them.

use std::error::Error as _;
use std::ffi::OsString;
use std::iter;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, CommandFactory, Error, Parser};

use crate::Direction;

/// The options that bend datagrams only.
const DATAGRAMS: &str = "Bend datagrams (with --udp)";
/// The options that bend streams only.
const STREAMS: &str = "Bend a stream";
/// The options that bend both.
const BOTH: &str = "Bend a stream, or datagrams";

/// What bends a line. Without an option nothing does.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct Bends {
    /// Bend one direction only: requests or replies
    #[arg(long, value_name = "DIRECTION")]
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

impl Bends {
    /// Reads them from options alone, as a command line has them: `--drip=1`.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in one line, as the wire says it.
    pub fn read(
        options: impl IntoIterator<Item = impl Into<OsString>>,
        udp: bool,
    ) -> Result<Self, String> {
        let bends = Only::try_parse_from(
            iter::once("wire".into()).chain(options.into_iter().map(Into::into)),
        );
        let bends = bends.map_err(|error| reason(&error))?.bends;
        bends.complaint(udp).map_or(Ok(bends), Err)
    }

    /// What the options are called that bend a stream, or datagrams.
    pub fn names(udp: bool) -> Vec<String> {
        let command = Only::command();
        let fits = |option: &&Arg| match option.get_help_heading() {
            Some(DATAGRAMS) => udp,
            Some(STREAMS) => !udp,
            _ => true,
        };
        let options = command.get_arguments().filter(fits);
        options.filter_map(Arg::get_long).map(str::to_owned).collect()
    }

    /// What is wrong about options that are right each by itself.
    pub fn complaint(&self, udp: bool) -> Option<String> {
        let of_streams = [
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
        let (others, kind) = if udp {
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
            Some(_) if !self.any() => "--only says where to bend; say how, too: --cut 5",
            Some(Direction::Request) if self.stray => "--stray is about replies, not requests",
            _ => return None,
        };
        Some(complaint.into())
    }

    /// Whether anything is bent.
    fn any(&self) -> bool {
        let counts = [self.cut, self.drip, self.reset, self.stall, self.rate];
        let times = [self.delay, self.gather];
        let shares = [self.drop, self.duplicate, self.reorder];
        self.stray
            || counts.iter().any(Option::is_some)
            || times.iter().any(Option::is_some)
            || shares.iter().any(Option::is_some)
    }
}

/// A command line of bends and nothing else.
#[derive(Parser)]
#[command(mut_args = take_negative_numbers)]
struct Only {
    #[command(flatten)]
    bends: Bends,
}

/// Leaves it to the option to say what is wrong about `-1`: it is no option itself.
pub fn take_negative_numbers(arg: Arg) -> Arg {
    let takes_values = arg.get_action().takes_values();
    arg.allow_negative_numbers(takes_values)
}

/// What is wrong with a command line, in one line, without usage and tips.
pub fn reason(error: &Error) -> String {
    let text = |kind| error.get(kind).map(ContextValue::to_string).unwrap_or_default();
    let (arg, value) = (text(ContextKind::InvalidArg), text(ContextKind::InvalidValue));
    let choices = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            format!(" [possible values: {}]", values.join(", "))
        }
        _ => String::new(),
    };
    let text = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, _) => format!("unexpected argument '{arg}' found"),
        (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(missing))) => {
            format!("the following required arguments were not provided: {}", missing.join(" "))
        }
        (ErrorKind::ArgumentConflict, repeated) if repeated == error.get(ContextKind::PriorArg) => {
            format!("the argument '{arg}' cannot be used multiple times")
        }
        (ErrorKind::TooManyValues, _) => {
            format!("unexpected value '{value}' for '{arg}' found; no more were expected")
        }
        (ErrorKind::InvalidValue, _) if value.is_empty() => {
            format!("a value is required for '{arg}' but none was supplied{choices}")
        }
        (ErrorKind::InvalidValue, _) => format!("invalid value '{value}' for '{arg}'{choices}"),
        (ErrorKind::ValueValidation, _) => {
            let why = error.source().map(|why| format!(": {why}")).unwrap_or_default();
            format!("invalid value '{value}' for '{arg}'{why}")
        }
        (kind, _) => kind.to_string(),
    };
    // An argument may have more lines than one.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|&count| count > 0);
    count.ok_or_else(|| "usage: a number of bytes, 1 or more".into())
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "usage: a whole number, 0 or more".into())
}

/// A number of bytes.
///
/// # Errors
///
/// What it should be.
pub fn length(text: &str) -> Result<usize, String> {
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
