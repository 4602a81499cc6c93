//! What bends a line: the options of the wire, as `--through` takes them.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use anyhow::{bail, ensure};
use record::Direction;

use crate::script::Large;

/// How many pieces a line delivers in the time that an audience waits for a large transfer, on a
/// machine that is busy with other things too.
const PIECES: usize = 20_000;

/// How long an audience waits for a large transfer, in seconds.
const SECONDS: usize = 10;

/// How many bytes a wire holds back at most.
const HELD: usize = 1 << 20;

/// Bends, as they were asked for and as they are meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Bends {
    /// In the order in which they were asked for.
    asked: Vec<Bend>,
    meant: record::Bends,
}

/// An option of the wire, with its value if it has one.
#[derive(Clone, Debug, PartialEq)]
struct Bend {
    name: String,
    value: Option<String>,
}

impl Bends {
    /// Reads `drip=1,only=replies`, for a lesson over TCP or over UDP.
    ///
    /// # Errors
    ///
    /// There is a name that bends nothing there, or none at all; or a value, or all together, that
    /// the wire does not take.
    pub fn parse(text: &str, udp: bool) -> anyhow::Result<Self> {
        let names = record::Bends::names(udp);
        let what = if udp { "datagrams" } else { "a stream" };
        let known = names.join(", ");
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let asked: Vec<_> = parts.map(Bend::parse).collect();
        ensure!(
            !asked.is_empty(),
            "--through needs a bend, as in --through delay=100; {what} can be bent by {known}"
        );
        for Bend { name, .. } in &asked {
            ensure!(
                names.contains(name),
                "--through {text}: no bend of {what} is called `{name}`; there are {known}"
            );
        }
        match record::Bends::read(options(&asked), udp) {
            Ok(meant) => Ok(Self { asked, meant }),
            Err(why) => bail!("--through {}: {why}", joined(&asked)),
        }
    }

    /// The options for the wire.
    pub fn options(&self) -> impl Iterator<Item = String> {
        options(&self.asked)
    }

    /// Whether these bend what goes in a direction.
    pub fn concern(&self, direction: Direction) -> bool {
        self.meant.only.is_none_or(|only| only == direction)
    }

    /// Bends that let a large transfer end while people watch. `None` if these do.
    pub fn eased(&self, large: &Large) -> Option<Self> {
        if !self.concern(large.direction) {
            return None;
        }
        let bytes = large.bytes;
        let milliseconds = SECONDS * 1000 / bytes.div_ceil(HELD).max(1);
        let longest = Duration::from_millis(milliseconds as u64);
        let meant = record::Bends {
            drip: self.meant.drip.map(|count| count.max(bytes / PIECES)),
            rate: self.meant.rate.map(|count| count.max(bytes / SECONDS)),
            delay: self.meant.delay.map(|time| time.min(longest)),
            gather: self.meant.gather.map(|time| time.min(longest)),
            ..self.meant.clone()
        };
        let asked = self.asked.iter().map(|bend| {
            let [was, is] = [&self.meant, &meant].map(|bends| slowness(&bend.name, bends));
            // 01 is 1: what stays the same is to read the same.
            let value = if is == was { bend.value.clone() } else { is };
            Bend { name: bend.name.clone(), value }
        });
        let asked = asked.collect();
        (meant != self.meant).then_some(Self { asked, meant })
    }
}

impl Display for Bends {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&joined(&self.asked))
    }
}

impl Bend {
    fn parse(text: &str) -> Self {
        match text.split_once('=') {
            Some((name, value)) => {
                Self { name: name.trim().into(), value: Some(value.trim().into()) }
            }
            None => Self { name: text.into(), value: None },
        }
    }
}

/// How much an option slows a line down, in its own unit, if it does.
fn slowness(option: &str, bends: &record::Bends) -> Option<String> {
    let time = |time: Option<Duration>| time.map(|time| time.as_millis().to_string());
    match option {
        "drip" => bends.drip.map(|count| count.to_string()),
        "rate" => bends.rate.map(|count| count.to_string()),
        "delay" => time(bends.delay),
        "gather" => time(bends.gather),
        _ => None,
    }
}

/// The options for the wire.
fn options(bends: &[Bend]) -> impl Iterator<Item = String> {
    // With = a value that begins with a dash is a value all the same.
    bends.iter().map(|bend| format!("--{bend}"))
}

/// The bends as `--through` takes them.
fn joined(bends: &[Bend]) -> String {
    let bends: Vec<_> = bends.iter().map(Bend::to_string).collect();
    bends.join(",")
}

impl Display for Bend {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.value.as_ref().map_or(Ok(()), |value| write!(f, "={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bends, Direction, Large};

    #[test]
    fn only_what_would_take_too_long_is_eased() {
        let large = Large { direction: Direction::Request, bytes: 20_000_000 };
        for (asked, eased) in [
            ("drip=1", Some("drip=1000")),
            ("drip=1,only=requests", Some("drip=1000,only=requests")),
            ("drip=1,only=replies", None),
            ("drip=49999", None),
            ("rate=1000", Some("rate=2000000")),
            ("delay=20,cut=5", None),
            ("gather=60000", Some("gather=500")),
            ("drip=0049999,delay=0501", Some("drip=0049999,delay=500")),
        ] {
            let bends = Bends::parse(asked, false).expect("these are bends");
            assert_eq!(bends.eased(&large).map(|bends| bends.to_string()).as_deref(), eased);
        }
    }
}
