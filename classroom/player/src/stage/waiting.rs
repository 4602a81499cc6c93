//! What the stage waits for: lines, ends, files and states.

use std::thread;
use std::time::Instant;

use anyhow::{bail, ensure};

use super::{LONG_ENOUGH, LOOK_AGAIN, Stage, asleep, how, processor_time};
use crate::expectation::Expectation;
use crate::output::Next;
use crate::sockets;
use crate::wires::LISTENING;

/// A line that was expected, and has come.
pub struct Seen {
    /// How many lines passed before it.
    pub skipped: usize,
    /// How an audience at a terminal reads it.
    pub live: String,
    /// How the transcript has it: with the names of what varies.
    pub recorded: String,
}

impl Stage<'_> {
    /// Waits for a line.
    pub(super) fn see(&mut self, side: &str, text: &str) -> anyhow::Result<Seen> {
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
        let mut work = None;
        let next = loop {
            // Most lines come soon. Only for the others the work of the wires is looked at.
            let soon = Instant::now() + LONG_ENOUGH;
            let until = if work.is_none() { soon.min(deadline) } else { deadline };
            let next = self.side(side)?.output.next(until);
            if !matches!(next, Next::Silence) {
                break next;
            }
            let now = self.work_of_wires();
            match work.replace(now) {
                None => {}
                Some(before) if now.saturating_sub(before) < LONG_ENOUGH => break next,
                // A wire that drips a long file is slow, and not stuck.
                Some(_) => deadline = self.deadline(),
            }
        };
        match next {
            Next::Line(line) => Ok(line),
            Next::Silence => {
                bail!("{side} has printed no such line for {} seconds", self.patience.as_secs())
            }
            Next::End => match self.running.end(&side.to_string()) {
                Some(status) => bail!("{side} printed nothing more: it {}", how(status?)),
                None => bail!("{side} printed nothing more: it has ended"),
            },
        }
    }

    /// Reads what a side that has ended left to be read: nothing, unless lines are skipped.
    /// Returns how many lines that were.
    pub(super) fn rest(&mut self, side: &str) -> anyhow::Result<usize> {
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
    pub(super) fn files(&mut self, folder: &str, text: &str) -> anyhow::Result<String> {
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

    /// Waits until a side has come to a state.
    pub(super) fn wait_until(
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

    /// Waits until a side is asleep, finds nothing to read, and stays so.
    pub(super) fn waits(&self, side: &str) -> anyhow::Result<()> {
        let process = self.act(side, |child| child.id())?;
        let deadline = self.deadline();
        let mut before = None;
        let mut since = Instant::now();
        loop {
            let ended = self.is(side, processes::has_ended);
            let now = asleep(process).filter(|_| !ended);
            if now.is_none() || now != before {
                since = Instant::now();
            } else if since.elapsed() > LONG_ENOUGH {
                if sockets::finds_nothing(process) {
                    return Ok(());
                }
                since = Instant::now();
            }
            before = now;
            let seconds = self.patience.as_secs();
            ensure!(Instant::now() < deadline, "for {seconds} seconds not seen: {side} waits");
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// Waits until a side has used the processor for a while, from now on.
    pub(super) fn spins(&self, side: &str) -> anyhow::Result<()> {
        let process = self.act(side, |child| child.id())?;
        let before = processor_time(process);
        self.wait_until(side, "spins", |_| {
            processor_time(process).saturating_sub(before) > LONG_ENOUGH
        })
    }
}
