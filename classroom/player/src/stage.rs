//! The stage: the sides of a scene, and what happens to them.

mod lanes;
mod waiting;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail, ensure};
use course::Programs;
use processes::{Activity, Running, memory};
use record::Sign;

use crate::addresses::Addresses;
use crate::expectation::{fill, side_of};
use crate::folder::Folder;
use crate::output::Output;
use crate::script::Varying;
use crate::show::{FILES, Show};
use crate::sockets;
use crate::step::Step;
use crate::wires::{Line, Wires};

/// How often a state is looked at that nobody announces.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// How long a side must sleep to be waiting, or use the processor to be spinning.
const LONG_ENOUGH: Duration = Duration::from_millis(300);

/// The sides of a scene and their folder. Whatever is still running when it goes is ended.
pub struct Stage<'a> {
    programs: &'a Programs,
    running: &'a Running<String>,
    varying: &'a Varying,
    patience: Duration,
    folder: Folder,
    sides: BTreeMap<String, Side>,
    addresses: Addresses,
    line: Option<&'a Line>,
    wires: Wires,
}

/// The two ends of a program that we hold. Its process is among the running ones.
struct Side {
    program: String,
    input: Option<ChildStdin>,
    output: Output,
}

impl<'a> Stage<'a> {
    /// An empty stage. With a `line`, clients reach servers over a wire.
    pub fn new(
        programs: &'a Programs,
        running: &'a Running<String>,
        varying: &'a Varying,
        line: Option<&'a Line>,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        let folder = Folder::new()?;
        running.add_folder(folder.path());
        let (sides, addresses, wires) = Default::default();
        Ok(Self { programs, running, varying, patience, folder, sides, addresses, line, wires })
    }

    /// Does what a step says, and shows it.
    pub fn perform(&mut self, step: &Step, show: &mut Show) -> anyhow::Result<()> {
        match step {
            Step::Say(text) => show.say(text)?,
            Step::Ask(text) => show.ask(text)?,
            Step::Start { side, program, arguments, shown } => {
                self.lay_wires(side, shown, show)?;
                let shown = self.start(side, program, arguments, shown)?;
                self.show_lanes(None, show)?;
                show.action(side, Sign::Command, &shown)?;
            }
            Step::See { side, text } => {
                let seen = self.see(side, text)?;
                self.show_lanes(Some(side), show)?;
                show_skipped(show, side, seen.skipped)?;
                show.printed(side, &seen.live, &seen.recorded)?;
            }
            Step::Skip { side } => self.side(side)?.output.skipping = true,
            Step::Type { side, text } => {
                self.show_lanes(None, show)?;
                self.type_line(side, text)?;
                let shown = if text.is_empty() { "(Enter)" } else { text };
                show.action(side, Sign::Typed, shown)?;
            }
            Step::Close { side } => {
                let input = self.side(side)?.input.take();
                ensure!(input.is_some(), "the input of {side} is closed already");
                show.action(side, Sign::Typed, "(Ctrl-D)")?;
            }
            Step::Ends { side, status } => {
                let skipped = self.ends(side, *status)?;
                self.show_lanes(None, show)?;
                show_skipped(show, side, skipped)?;
                show.action(side, Sign::Event, &format!("ended with status {status}"))?;
            }
            Step::Kill { side } => {
                self.kill(side)?;
                self.show_lanes(None, show)?;
                show.action(side, Sign::Event, "killed")?;
            }
            Step::Pause { side } => {
                self.pause(side)?;
                show.action(side, Sign::Event, "paused")?;
            }
            Step::Resume { side } => {
                ensure!(self.is(side, |_| true), "{side} is not running");
                self.running.resume(&side.to_string()).context("it cannot go on")?;
                show.action(side, Sign::Event, "goes on")?;
            }
            Step::Connected { side } => {
                let process = self.act(side, |child| child.id())?;
                self.wait_until(side, "connected", |_| sockets::is_connected(process))?;
                self.show_lanes(None, show)?;
                show.action(side, Sign::Event, "connected")?;
            }
            Step::Unread { side, count } => {
                let process = self.act(side, |child| child.id())?;
                let state = match count {
                    Some(count) => format!("{count} bytes lie unread"),
                    None => String::from("bytes lie unread"),
                };
                self.wait_until(side, &state, |_| sockets::unread(process, *count))?;
                self.show_lanes(None, show)?;
                show.action(side, Sign::Event, &state)?;
            }
            Step::Unsent { side } => {
                let process = self.act(side, |child| child.id())?;
                let state = "bytes lie unsent";
                self.wait_until(side, state, |_| sockets::unsent(process))?;
                self.show_lanes(None, show)?;
                show.action(side, Sign::Event, state)?;
            }
            Step::Waits { side } => {
                self.waits(side)?;
                self.show_lanes(None, show)?;
                show.action(side, Sign::Event, "waits")?;
            }
            Step::Spins { side } => {
                self.spins(side)?;
                show.action(side, Sign::Event, "spins: it uses the processor without rest")?;
            }
            Step::Memory { side, megabytes } => {
                let process = self.act(side, |child| child.id())?;
                let state = format!("holds more than {megabytes} MB of memory");
                self.wait_until(side, &state, |_| holds_more(process, megabytes << 20))?;
                show.action(side, Sign::Event, &state)?;
            }
            Step::File { name, content } => {
                let size = self.folder.make_file(name, content)?;
                show.action(FILES, Sign::Event, &format!("{name}, {size} bytes"))?;
            }
            Step::Folder { name } => {
                self.folder.make_folder(name)?;
                show.action(FILES, Sign::Event, &format!("{name}/"))?;
            }
            Step::Files { folder, text } => {
                let list = self.files(folder, text)?;
                self.show_lanes(None, show)?;
                show.action(FILES, Sign::Printed, &format!("{folder}: {list}"))?;
            }
            Step::Same { left, right } => {
                self.folder.compare(left, right)?;
                let same = format!("{left} and {right} are the same, byte for byte");
                show.action(FILES, Sign::Printed, &same)?;
            }
        }
        Ok(())
    }

    /// Starts a program. Returns its command line as the audience reads it.
    fn start(
        &mut self,
        side: &str,
        program: &str,
        arguments: &[String],
        shown: &str,
    ) -> anyhow::Result<String> {
        ensure!(!self.is(side, |_| true), "{side} is there already; first it `ends`, or `kill` it");
        let default_port = self.programs.address(program).map(|address| address.port());
        let free = self.addresses.starts(side, default_port);
        let mut command = Command::new(self.programs.path(program)?);
        for argument in arguments {
            command.arg(self.fill(side, argument, 0)?);
        }
        // Both into one pipe: the order of what it prints and what it complains of is kept.
        let (reader, writer) = io::pipe()?;
        command
            .current_dir(self.folder.path())
            .stdin(std::process::Stdio::piped())
            .stdout(writer.try_clone()?)
            .stderr(writer);
        let begin = |child: &mut Child| (side.into(), child.stdin.take());
        let input = self.running.start(&mut command, begin).context("it cannot be started")?;
        let program = program.into();
        self.sides.insert(side.into(), Side { program, input, output: Output::new(reader) });
        let shown = self.fill(side, shown, free)?;
        Ok(self.disguise(&shown))
    }

    /// Puts the real values in place of placeholders, as a side is to know them; `free` is the
    /// port of `{free}`.
    fn fill(&self, reader: &str, text: &str, free: u16) -> anyhow::Result<String> {
        let mut unknown = None;
        let filled = fill(text, |name| match name {
            "free" => format!("127.0.0.1:{free}"),
            "dir" => self.folder.path().display().to_string(),
            name => match self.known(reader, name) {
                Some(text) => text,
                None => {
                    unknown = Some(name.to_string());
                    String::new()
                }
            },
        });
        match unknown {
            Some(name) => {
                let side = side_of(&name);
                bail!("where {side} listens is not known; `see` its first line before")
            }
            None => Ok(filled),
        }
    }

    /// What the name of a side, or of its port, stands for, if it is known. Whoever is not that
    /// side itself knows the wire in front of it instead.
    fn known(&self, reader: &str, name: &str) -> Option<String> {
        let side = side_of(name);
        let wire = self.wires.before(side).filter(|_| side != reader);
        let address = wire.and_then(|wire| wire.address).or_else(|| self.addresses.of(side))?;
        Some(if side == name { address.to_string() } else { address.port().to_string() })
    }

    fn type_line(&mut self, side: &str, text: &str) -> anyhow::Result<()> {
        let input = self.side(side)?.input.as_mut();
        let input = input.with_context(|| format!("the input of {side} is closed"))?;
        input
            .write_all(format!("{text}\n").as_bytes())
            .with_context(|| format!("{side} takes no input: it has ended or closed it"))
    }

    /// Waits until a side ends by itself. Returns how many lines passed before that.
    fn ends(&mut self, side: &str, expected: i32) -> anyhow::Result<usize> {
        self.wait_until(side, "ended", |stage| stage.is(side, processes::has_ended))?;
        let status = self.end(side)?;
        let skipped = self.rest(side)?;
        ensure!(
            status.code() == Some(expected),
            "{side} was to end with status {expected}, but it {}",
            how(status)
        );
        Ok(skipped)
    }

    fn pause(&self, side: &str) -> anyhow::Result<()> {
        ensure!(self.is(side, |_| true), "{side} is not running");
        self.running.pause(&side.to_string()).context("it cannot be paused")?;
        // One that has ended does nothing either, but its play has another course.
        ensure!(!self.is(side, processes::has_ended), "it cannot be paused: it has ended");
        Ok(())
    }

    fn kill(&mut self, side: &str) -> anyhow::Result<()> {
        self.end(side)?;
        self.rest(side)?;
        Ok(())
    }

    fn end(&mut self, side: &str) -> anyhow::Result<ExitStatus> {
        let status = self
            .running
            .end(&side.to_string())
            .with_context(|| format!("{side} is not running"))?;
        self.addresses.ends(side);
        self.side(side)?.input = None;
        Ok(status?)
    }

    /// Ends all sides. Lines that nobody has read are an error.
    pub fn finish(&mut self) -> anyhow::Result<()> {
        use io::ErrorKind::{NotFound, Unsupported};

        self.wait_for_lanes()?;
        let sides: Vec<_> = self.sides.keys().cloned().collect();
        // All are stopped before any is ended: the end of one makes the others print.
        for side in &sides {
            match self.running.pause(side) {
                // It has ended before, or this system cannot pause.
                Err(error) if matches!(error.kind(), NotFound | Unsupported) => {}
                paused => paused.with_context(|| format!("{side} cannot be stopped"))?,
            }
        }
        self.running.end_all();
        sides.iter().try_for_each(|side| self.rest(side).map(drop))
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.patience
    }

    fn side(&mut self, side: &str) -> anyhow::Result<&mut Side> {
        self.sides.get_mut(side).with_context(|| format!("{side} is not running"))
    }

    fn act<T>(&self, side: &str, act: impl FnOnce(&mut Child) -> T) -> anyhow::Result<T> {
        self.running.with(&side.to_string(), act).ok_or_else(|| anyhow!("{side} is not running"))
    }

    fn is(&self, side: &str, state: impl FnOnce(&mut Child) -> bool) -> bool {
        self.running.with(&side.to_string(), state).unwrap_or(false)
    }

    fn disguise(&self, text: &str) -> String {
        let folder = self.folder.path().display().to_string();
        self.addresses.disguise(&text.replace(&folder, "."))
    }

    /// What each side printed last, for the message of a failure.
    pub fn last_output(&mut self) -> String {
        let mut text = String::from("The last lines of each side:");
        for (name, side) in &mut self.sides {
            for line in side.output.last() {
                // A String takes whatever is written to it.
                let _ = write!(text, "\n{name} | {}", self.addresses.disguise(line));
            }
        }
        text
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        self.running.end_all();
        self.running.remove_folder(self.folder.path());
    }
}

/// If all threads of a process sleep, how often they have woken up so far. Where the system does
/// not tell, it is taken for granted that they soon sleep.
fn asleep(process: u32) -> Option<u64> {
    Activity::of(process).map_or(Some(0), |now| now.asleep.then_some(now.pauses))
}

/// How much processor time a process has used. Where the system does not tell, it is taken for
/// granted that it never rests.
fn processor_time(process: u32) -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    Activity::of(process).map_or_else(|| START.elapsed(), |now| now.processor_time)
}

/// Tells whether a process holds more bytes of memory. Where the system does not tell, it is
/// taken for granted.
fn holds_more(process: u32, bytes: u64) -> bool {
    memory(process).is_none_or(|held| held > bytes)
}

fn show_skipped(show: &mut Show, side: &str, count: usize) -> io::Result<()> {
    match count {
        0 => Ok(()),
        1 => show.action(side, Sign::Skipped, "1 line"),
        _ => show.action(side, Sign::Skipped, &format!("{count} lines")),
    }
}

fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with status {code}"),
        None => String::from("was killed"),
    }
}
