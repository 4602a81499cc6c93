//! What the checker can be told on its command line.

use std::env;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use course::Id;

use crate::role::Role;

/// Play the other side of a program, and say which failure it has
#[derive(Parser)]
#[command(
    version,
    bin_name = "cargo checker",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Cli {
    /// What a class does.
    #[command(subcommand)]
    pub activity: Option<Activity>,

    /// A program to be judged.
    #[command(flatten)]
    pub check: Option<Judging>,

    /// What of it is tried and shown.
    #[command(flatten)]
    pub scope: Scope,
}

/// What else the checker does.
#[derive(Subcommand)]
pub enum Activity {
    /// Judge two programs that speak a protocol of their own
    Pair(Pairing),
    /// What a class does.
    #[command(flatten)]
    Classroom(Classroom),
}

/// What is tried and shown, whatever is judged.
#[derive(Args)]
pub struct Scope {
    /// Try only what has this id
    #[arg(long, value_name = "ID")]
    pub only: Option<String>,

    /// List the checks
    #[arg(long)]
    pub list: bool,

    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How the outcome is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, each check as soon as it is done
    Text,
    /// For programs, all at the end
    Json,
    /// For programs, each check in a line of its own as soon as it is done
    JsonLines,
}

/// Two programs that are to be judged together.
#[derive(Args)]
pub struct Pairing {
    /// How the server is started, as a shell would read it: {address}, or {host} and {port}, is
    /// where it listens
    #[arg(long, value_name = "COMMAND", required_unless_present = "list")]
    pub server: Option<String>,

    /// How the client is started: {address}, or {host} and {port}, is whom it calls
    #[arg(long, value_name = "COMMAND", required_unless_present = "list")]
    pub client: Option<String>,

    /// A line that is typed into the client; several are typed one after another
    #[arg(long = "type", value_name = "LINE", allow_hyphen_values = true)]
    pub lines: Vec<String>,

    /// A file that the client gets as its whole input
    #[arg(long, value_name = "FILE", conflicts_with = "lines")]
    pub input: Option<PathBuf>,

    /// They speak by datagrams
    #[arg(long)]
    pub udp: bool,

    /// What is tried and shown.
    #[command(flatten)]
    pub scope: Scope,
}

/// What is to be judged.
#[derive(Args)]
pub struct Judging {
    /// Which lesson's protocol the program speaks
    #[arg(value_parser = clap::value_parser!(u8).range(1..=9))]
    pub lesson: u8,

    /// What the program is
    pub role: Role,

    /// How the program is started. {address}, or {host} and {port}, is where it listens or whom
    /// it calls; {timeout} the seconds after which a server lets a silent client go; {limit}
    /// those after which it ends a command that does not end
    #[arg(last = true, required_unless_present = "list")]
    pub command: Vec<String>,
}

/// What is done in a classroom.
#[derive(Subcommand)]
pub enum Classroom {
    /// Check an exercise, and say what to do next
    Exercise(Attempt),
    /// Check an exercise at every save; Ctrl-C ends it
    Watch {
        /// Which exercise, such as 5 or 5b; without it always the first that is not done
        id: Option<Id>,
    },
    /// Give a hint for an exercise, one more each time
    Hint {
        /// Which exercise, such as 5 or 5b; without it the first that is not done
        id: Option<Id>,
    },
    /// Show what is done
    Progress,
    /// Give an exercise's skeleton back, and keep your file beside it
    Reset {
        /// Which exercise, such as 5 or 5b
        id: Id,
    },
    /// Show the solution of an exercise that is done
    Solution {
        /// Which exercise, such as 5 or 5b
        id: Id,

        /// Show it though the exercise is not done
        #[arg(long)]
        reveal: bool,
    },
    /// Check many submissions, and make a table of what came of them
    Grade(Grade),
}

/// One attempt at an exercise.
#[derive(Args)]
pub struct Attempt {
    /// Which exercise, such as 5 or 5b; without it the first that is not done
    pub id: Option<Id>,

    /// How to print the outcome of COMMAND
    #[arg(long, value_enum, default_value_t = Format::Text, requires = "command")]
    pub format: Format,

    /// Check this program instead, in whatever language, as it is; no progress is kept
    #[arg(last = true, requires = "id")]
    pub command: Vec<String>,
}

/// How submissions are checked. GRADING.md says what it means to run them.
#[derive(Args)]
pub struct Grade {
    /// The submissions, a folder each: one with a check.toml, or an exercise's package
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,

    /// Write the table to this file, too
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,

    /// How many seconds a submission may take in all, and to be compiled
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub limit: u64,
}

impl Cli {
    /// Reads the command line. What cannot be meant ends the checker.
    pub fn read() -> Self {
        // Windows' shells leave it to the program to find what `submissions/*` means.
        Self::try_parse_from(wild::args_os()).unwrap_or_else(|error| with_tip(error).exit())
    }
}

/// Tells what is missing where a program was named without the `--` in front of it.
fn with_tip(mut error: clap::Error) -> clap::Error {
    let is_word = |value: &ContextValue| !value.to_string().starts_with('-');
    if error.kind() == ErrorKind::UnknownArgument
        && error.get(ContextKind::InvalidArg).is_some_and(is_word)
        && !env::args().any(|argument| argument == "--")
    {
        let tip =
            r#"the program to be judged stands behind `--`: server -- python3 mine.py "{address}""#;
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// Ends the checker as a wrong argument does.
pub fn misused(what: &str) -> ! {
    Cli::command().error(ErrorKind::ValueValidation, what).exit()
}
