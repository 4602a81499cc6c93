//! The wires on the stage, and the lanes that show what goes over them.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use record::{Event, Sign, What};

use super::{LONG_ENOUGH, LOOK_AGAIN, Stage, processor_time};
use crate::expectation::{placeholders, side_of};
use crate::lane;
use crate::show::Show;
use crate::wires::{self, Wire};

impl Stage<'_> {
    /// Lays a wire to each running server that a new side is told of, if the line asks for it.
    pub(super) fn lay_wires(
        &mut self,
        side: &str,
        text: &str,
        show: &mut Show,
    ) -> anyhow::Result<()> {
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
    pub(super) fn work_of_wires(&self) -> Duration {
        let process = |wire: &Wire| self.act(&wire.side, |child| child.id()).ok();
        self.wires.all().filter_map(process).map(processor_time).sum()
    }

    /// Takes note of what went over the wires: what has come before it must also be numbered
    /// before it.
    pub(super) fn read_lanes(&mut self) -> anyhow::Result<()> {
        if !self.line.is_some_and(|line| line.bytes) {
            return Ok(());
        }
        for wire in self.wires.all_mut() {
            let events = wire.events()?;
            let addresses = events.iter().flat_map(|event| event.what.addresses());
            addresses.for_each(|address| self.addresses.number(address));
            wire.unshown.extend(lane::shorten(&events));
        }
        Ok(())
    }

    /// Waits until nothing goes over the wires any more, if anybody wants to know what did.
    pub(super) fn wait_for_lanes(&mut self) -> anyhow::Result<()> {
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
}
