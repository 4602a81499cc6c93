//! What bends a line: the options of the wire, as `--through` takes them.

use std::fmt::{self, Display, Formatter};

use anyhow::{bail, ensure};

use crate::script::Large;

/// How many pieces a line delivers in the time that an audience waits for a large transfer, on a
/// machine that is busy with other things too.
const PIECES: u64 = 20_000;

/// How long an audience waits for a large transfer, in seconds.
const SECONDS: u64 = 10;

/// How many bytes a wire holds back at most.
const HELD: u64 = 1 << 20;

/// Bends, in the order in which they were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Bends(Vec<Bend>);

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
        let bends: Vec<_> = parts.map(Bend::parse).collect();
        ensure!(
            !bends.is_empty(),
            "--through needs a bend, as in --through delay=100; {what} can be bent by {known}"
        );
        for Bend { name, .. } in &bends {
            ensure!(
                names.contains(name),
                "--through {text}: no bend of {what} is called `{name}`; there are {known}"
            );
        }
        let bends = Self(bends);
        if let Err(why) = record::Bends::read(bends.options(), udp) {
            bail!("--through {bends}: {why}");
        }
        Ok(bends)
    }

    /// The options for the wire.
    pub fn options(&self) -> impl Iterator<Item = String> {
        // With = a value that begins with a dash is a value all the same.
        self.0.iter().map(|bend| format!("--{bend}"))
    }

    /// Whether these bend what goes in a direction: `requests` or `replies`.
    pub fn concern(&self, direction: &str) -> bool {
        let only = self.0.iter().find(|bend| bend.name == "only");
        only.is_none_or(|only| only.value.as_deref() == Some(direction))
    }

    /// Bends that let a large transfer end while people watch. `None` if these do.
    pub fn eased(&self, large: &Large) -> Option<Self> {
        if !self.concern(&large.direction) {
            return None;
        }
        let bends = self.0.iter().map(|bend| bend.eased(large.bytes));
        let eased = Self(bends.collect());
        (eased != *self).then_some(eased)
    }
}

impl Display for Bends {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let bends: Vec<_> = self.0.iter().map(Bend::to_string).collect();
        f.write_str(&bends.join(","))
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

    /// The same, but no slower than people are patient when so many bytes are sent.
    fn eased(&self, bytes: u64) -> Self {
        let Some(value) = self.value.as_ref().and_then(|value| value.parse::<u64>().ok()) else {
            return self.clone();
        };
        let eased = match self.name.as_str() {
            "drip" => value.max(bytes / PIECES),
            "rate" => value.max(bytes / SECONDS),
            "delay" | "gather" => value.min(SECONDS * 1000 / bytes.div_ceil(HELD).max(1)),
            _ => value,
        };
        // 01 is 1: what stays the same is to read the same.
        let value = if eased == value { self.value.clone() } else { Some(eased.to_string()) };
        Self { name: self.name.clone(), value }
    }
}

impl Display for Bend {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.value.as_ref().map_or(Ok(()), |value| write!(f, "={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bends, Large};

    #[test]
    fn only_what_would_take_too_long_is_eased() {
        let large = Large { direction: "requests".into(), bytes: 20_000_000 };
        for (asked, eased) in [
            ("drip=1", Some("drip=1000")),
            ("drip=1,only=requests", Some("drip=1000,only=requests")),
            ("drip=1,only=replies", None),
            ("drip=49999", None),
            ("rate=1000", Some("rate=2000000")),
            ("delay=20,cut=5", None),
            ("gather=60000", Some("gather=500")),
        ] {
            let bends = Bends::parse(asked, false).expect("these are bends");
            assert_eq!(bends.eased(&large).map(|bends| bends.to_string()).as_deref(), eased);
        }
    }
}
