//! The stage: the sides of a scene, and what happens to them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::{ChildStdin, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail, ensure};
use record::{Event, What};

use crate::addresses::Addresses;
use crate::expectation::{Expectation, fill, placeholders, side_of};
use crate::folder::Folder;
use crate::lane::{self, Entry};
use crate::load;
use crate::output::{Next, Output};
use crate::processes;
use crate::programs::Programs;
use crate::running::Running;
use crate::script::Varying;
use crate::show::{FILES, Show, Sign};
use crate::sockets;
use crate::step::Step;
use crate::wires::{self, LISTENING, Line, Wire, Wires};

/// How often a state is looked at that nobody announces.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// How long a side must sleep to be waiting, or use the processor to be spinning.
const LONG_ENOUGH: Duration = Duration::from_millis(300);

/// The sides of a scene and their folder. Whatever is still running when it goes is ended.
pub struct Stage<'a> {
    programs: &'a Programs,
    running: &'a Running,
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

/// A line that was expected, and has come.
struct Seen {
    /// How many lines passed before it.
    skipped: usize,
    /// How an audience at a terminal reads it.
    live: String,
    /// How the transcript has it: with the names of what varies.
    recorded: String,
}

impl<'a> Stage<'a> {
    /// An empty stage. With a `line`, clients reach servers over a wire.
    pub fn new(
        programs: &'a Programs,
        running: &'a Running,
        varying: &'a Varying,
        line: Option<&'a Line>,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        let folder = Folder::new()?;
        running.work_in(folder.path());
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
                self.act(side, processes::pause)?.context("it cannot be paused")?;
                self.wait_until(side, "paused", |stage| stage.is(side, processes::is_paused))?;
                show.action(side, Sign::Event, "paused")?;
            }
            Step::Resume { side } => {
                self.act(side, processes::resume)?.context("it cannot go on")?;
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
                self.wait_until(side, &state, |_| load::memory(process) > megabytes << 20)?;
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
        let free = self.addresses.starts(side, self.programs.default_port(program)?);
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
        let input = self.running.start(side, &mut command).context("it cannot be started")?;
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

    /// Lays a wire to each running server that a new side is told of, if the line asks for it.
    fn lay_wires(&mut self, side: &str, text: &str, show: &mut Show) -> anyhow::Result<()> {
        let Some(line) = self.line else { return Ok(()) };
        // A server that starts anew may listen elsewhere.
        self.end_wire(side);
        for server in placeholders(text).map(side_of).filter(|&server| server != side) {
            let Some(target) = self.addresses.of(server) else { continue };
            if !self.is(server, |_| true) {
                // Whoever calls is to find that nobody listens.
                self.end_wire(server);
                continue;
            }
            if self.wires.before(server).is_some() {
                continue;
            }
            let options = line.options(Some(&self.side(server)?.program));
            let name = self.wires.next_name();
            let mut command = Command::new(self.programs.path(wires::PROGRAM)?);
            let log = self.folder.path().join(format!(".{name}"));
            let place = (name.clone(), target);
            let wire = Wire::start(line, self.running, &mut command, &options, place, log)?;
            self.wires.add(server, wire);
            let port = self.addresses.starts(&name, None);
            let target = self.disguise(&target.to_string());
            let options = options.join(" ").replace('=', " ");
            let shown = format!("wire 127.0.0.1:{port} {target} {options}");
            show.action(&name, Sign::Command, shown.trim_end())?;
            self.wait_for_wire(server, &name)?;
        }
        Ok(())
    }

    /// What has happened on each wire so far.
    pub fn heard(&self) -> Vec<Vec<Event>> {
        self.wires.heard()
    }

    fn end_wire(&mut self, server: &str) {
        if let Some(wire) = self.wires.remove(server) {
            self.running.end(&wire.side);
        }
    }

    /// Waits until a wire listens.
    fn wait_for_wire(&mut self, server: &str, name: &str) -> anyhow::Result<()> {
        let deadline = self.deadline();
        let mut events = Vec::new();
        loop {
            // Before its last words are read, so that none are missed.
            let ended = self.is(name, processes::has_ended);
            let wire = self.wires.all_mut().find(|wire| wire.side == name);
            let wire = wire.with_context(|| format!("{server} has no wire"))?;
            events.extend(wire.events()?);
            let listening = events.iter().find_map(|event| match event.what {
                What::Listening { address } => Some(address),
                _ => None,
            });
            if let Some(address) = listening {
                wire.address = Some(address);
                self.addresses.listens(name, address);
                return Ok(());
            }
            let why = wires::complaint(&events).unwrap_or(wires::WORDLESS);
            ensure!(!ended, "the wire does not listen: {why}");
            ensure!(Instant::now() < deadline, "the wire does not listen");
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// How much processor time the wires have used.
    fn work_of_wires(&self) -> Duration {
        let process = |wire: &Wire| self.act(&wire.side, |child| child.id()).ok();
        self.wires.all().filter_map(process).map(load::processor_time).sum()
    }

    /// Takes note of what went over the wires: what has come before it must also be numbered
    /// before it.
    fn read_lanes(&mut self) -> anyhow::Result<()> {
        if !self.line.is_some_and(|line| line.bytes) {
            return Ok(());
        }
        for wire in self.wires.all_mut() {
            let entries = lane::shorten(&wire.events()?);
            let lines = entries.iter().flat_map(Entry::lines);
            lines.for_each(|(live, _)| self.addresses.number_all(live));
            wire.unshown.extend(entries);
        }
        Ok(())
    }

    /// Waits until nothing goes over the wires any more, if anybody wants to know what did.
    fn wait_for_lanes(&mut self) -> anyhow::Result<()> {
        let count = |stage: &Self| stage.heard().iter().map(Vec::len).sum::<usize>();
        let mut before = None;
        let mut since = Instant::now();
        while self.line.is_some_and(|line| line.bytes) && since.elapsed() < LONG_ENOUGH {
            self.read_lanes()?;
            let now = Some(count(self));
            if now != before {
                (before, since) = (now, Instant::now());
            }
            thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    /// Shows what went over the wires before a line of `side`, or before anything else.
    pub fn show_lanes(&mut self, side: Option<&str>, show: &mut Show) -> anyhow::Result<()> {
        self.read_lanes()?;
        let mut shown = Vec::new();
        for (server, wire) in self.wires.all_with_servers() {
            let count = match side {
                Some(side) => lane::before(&wire.unshown, side == server),
                None => wire.unshown.len(),
            };
            let entries = wire.unshown.drain(..count);
            shown.extend(entries.map(|entry| (wire.side.clone(), entry)));
        }
        for (side, entry) in shown {
            for (live, recorded) in entry.lines() {
                show.printed(&side, &self.disguise(live), &self.disguise(recorded))?;
            }
        }
        Ok(())
    }

    /// Waits for a line.
    fn see(&mut self, side: &str, text: &str) -> anyhow::Result<Seen> {
        let deadline = self.deadline();
        let expectation = Expectation::new(text, |name| match name {
            "dir" => Some(self.folder.path().display().to_string()),
            // Where a side listens can change at each start: its own word counts.
            name if name == side => None,
            name => self.known(side, name),
        });
        let mut skipped = 0;
        loop {
            let live = self.next_line(side, deadline)?;
            let line = self.varying.settle(live.clone());
            if let Some(addresses) = expectation.matches(&line) {
                self.read_lanes()?;
                if let Some(address) = line.strip_prefix(LISTENING) {
                    let address = address.trim().parse();
                    address.map(|address| self.addresses.listens(side, address)).ok();
                }
                addresses.into_iter().for_each(|address| self.addresses.number(address));
                self.side(side)?.output.skipping = false;
                let (live, recorded) = (self.disguise(&live), self.disguise(&line));
                return Ok(Seen { skipped, live, recorded });
            }
            ensure!(self.side(side)?.output.skipping, "{side} printed another line: {line}");
            skipped += 1;
        }
    }

    /// The next line of a side.
    fn next_line(&mut self, side: &str, deadline: Instant) -> anyhow::Result<String> {
        let mut deadline = deadline;
        let mut work = self.work_of_wires();
        let next = loop {
            let next = self.side(side)?.output.next(deadline);
            let before = std::mem::replace(&mut work, self.work_of_wires());
            if !matches!(next, Next::Silence) || work.saturating_sub(before) < LONG_ENOUGH {
                break next;
            }
            // A wire that drips a long file is slow, and not stuck.
            deadline = self.deadline();
        };
        match next {
            Next::Line(line) => Ok(line),
            Next::Silence => {
                bail!("{side} has printed no such line for {} seconds", self.patience.as_secs())
            }
            Next::End => match self.running.end(side) {
                Some(status) => bail!("{side} printed nothing more: it {}", how(status?)),
                None => bail!("{side} printed nothing more: it has ended"),
            },
        }
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

    fn kill(&mut self, side: &str) -> anyhow::Result<()> {
        self.end(side)?;
        self.rest(side)?;
        Ok(())
    }

    fn end(&mut self, side: &str) -> anyhow::Result<ExitStatus> {
        let status = self.running.end(side).with_context(|| format!("{side} is not running"))?;
        self.addresses.ends(side);
        self.side(side)?.input = None;
        Ok(status?)
    }

    /// Reads what a side that has ended left to be read: nothing, unless lines are skipped.
    /// Returns how many lines that were.
    fn rest(&mut self, side: &str) -> anyhow::Result<usize> {
        let deadline = self.deadline();
        let mut skipped = 0;
        loop {
            let output = &mut self.side(side)?.output;
            match output.next(deadline) {
                Next::Line(_) if output.skipping => skipped += 1,
                Next::Line(line) => bail!("{side} printed a line that nobody expected: {line}"),
                Next::Silence => bail!("{side} has ended, but its output has not"),
                Next::End => return Ok(skipped),
            }
        }
    }

    /// Waits until a folder holds what is expected.
    fn files(&mut self, folder: &str, text: &str) -> anyhow::Result<String> {
        let deadline = self.deadline();
        let expectation = Expectation::new(text, |_| None);
        loop {
            let list = self.varying.settle(self.folder.list(folder)?);
            if expectation.matches(&list).is_some() {
                return Ok(list);
            }
            ensure!(Instant::now() < deadline, "{folder} holds something else: {list}");
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// Ends all sides. Lines that nobody has read are an error.
    pub fn finish(&mut self) -> anyhow::Result<()> {
        self.wait_for_lanes()?;
        let sides: Vec<_> = self.sides.keys().cloned().collect();
        // All are stopped before any is ended: the end of one makes the others print.
        for side in &sides {
            let _ = self.act(side, processes::pause);
        }
        for side in &sides {
            let deadline = self.deadline();
            while self
                .is(side, |child| !processes::is_paused(child) && !processes::has_ended(child))
            {
                ensure!(Instant::now() < deadline, "{side} cannot be stopped");
                thread::sleep(LOOK_AGAIN);
            }
        }
        self.running.end_all();
        sides.iter().try_for_each(|side| self.rest(side).map(drop))
    }

    /// Waits until a side has come to a state.
    fn wait_until(
        &self,
        side: &str,
        state: &str,
        reached: impl Fn(&Self) -> bool,
    ) -> anyhow::Result<()> {
        let deadline = self.deadline();
        while !reached(self) {
            let seconds = self.patience.as_secs();
            ensure!(Instant::now() < deadline, "for {seconds} seconds not seen: {side} {state}");
            thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.patience
    }

    fn side(&mut self, side: &str) -> anyhow::Result<&mut Side> {
        self.sides.get_mut(side).with_context(|| format!("{side} is not running"))
    }

    fn act<T>(
        &self,
        side: &str,
        act: impl FnOnce(&mut std::process::Child) -> T,
    ) -> anyhow::Result<T> {
        self.running.with(side, act).ok_or_else(|| anyhow!("{side} is not running"))
    }

    fn is(&self, side: &str, state: impl FnOnce(&mut std::process::Child) -> bool) -> bool {
        self.running.with(side, state).unwrap_or(false)
    }

    fn disguise(&self, text: &str) -> String {
        let folder = self.folder.path().display().to_string();
        self.addresses.disguise(&text.replace(&folder, "."))
    }

    /// Waits until a side is asleep, finds nothing to read, and stays so.
    fn waits(&self, side: &str) -> anyhow::Result<()> {
        let process = self.act(side, |child| child.id())?;
        let deadline = self.deadline();
        let mut before = None;
        let mut since = Instant::now();
        loop {
            let now = load::asleep(process).filter(|_| !sockets::unread(process, None));
            if now.is_none() || now != before {
                since = Instant::now();
            } else if since.elapsed() > LONG_ENOUGH {
                return Ok(());
            }
            before = now;
            let seconds = self.patience.as_secs();
            ensure!(Instant::now() < deadline, "for {seconds} seconds not seen: {side} waits");
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// Waits until a side has used the processor for a while, from now on.
    fn spins(&self, side: &str) -> anyhow::Result<()> {
        let process = self.act(side, |child| child.id())?;
        let before = load::processor_time(process);
        self.wait_until(side, "spins", |_| {
            load::processor_time(process).saturating_sub(before) > LONG_ENOUGH
        })
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
    }
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
