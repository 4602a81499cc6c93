//! Whom we can talk to in the chat, and where they are.

use std::fs;
use std::path::Path;
use std::str::{self, FromStr};

use anyhow::{Context, anyhow};
use simple_echo::address;

/// Somebody to talk to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Friend {
    /// What the person at the keyboard calls them.
    pub name: String,
    /// Where they listen, as `IP:PORT`.
    pub address: String,
}

impl Friend {
    fn new(name: &str, at: &str) -> Result<Self, String> {
        match name.trim() {
            "" => Err("a friend needs a name".into()),
            name @ ("q" | "quit") => {
                Err(format!("nobody can be called {name}: that leaves"))
            }
            name => {
                Ok(Self { name: name.into(), address: address(at.trim())? })
            }
        }
    }

    /// Reads a line of a file of friends, `NAME ADDRESS`: the last word is the
    /// address.
    fn from_line(line: &str) -> Result<Self, String> {
        let (name, at) = line
            .rsplit_once(char::is_whitespace)
            .ok_or("a line needs a NAME and an ADDRESS")?;
        Self::new(name, at)
    }
}

impl FromStr for Friend {
    type Err = String;

    /// Reads `NAME=ADDRESS`, as on the command line.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, at) = text.rsplit_once('=').ok_or("usage: NAME=IP:PORT")?;
        Self::new(name, at)
    }
}

/// A table of friends, each with a name of their own.
#[derive(Debug, Default)]
pub struct Friends(Vec<Friend>);

impl Friends {
    /// Four friends who all listen at one address, for a first try on one
    /// machine.
    pub fn at(address: &str) -> Self {
        let names = ["悟空", "木兰", "Ada", "Grace"];
        Self(
            names
                .map(|name| Friend {
                    name: name.into(),
                    address: address.into(),
                })
                .into(),
        )
    }

    /// Adds one more.
    ///
    /// # Errors
    ///
    /// A name that is in the table already.
    pub fn add(&mut self, friend: Friend) -> Result<(), String> {
        if self.find(&friend.name).is_some() {
            return Err(format!(
                "there are two friends called {}",
                friend.name
            ));
        }
        self.0.push(friend);
        Ok(())
    }

    /// Adds all friends that a file lists, a line `NAME ADDRESS` for each.
    /// Empty lines, and those that start with `#`, are passed over.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or a line that cannot be used, with its
    /// number.
    pub fn add_file(&mut self, path: &Path) -> anyhow::Result<()> {
        let bytes = fs::read(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            self.add_line(line).map_err(|error| {
                anyhow!("{}:{}: {error}", path.display(), index + 1)
            })?;
        }
        Ok(())
    }

    fn add_line(&mut self, line: &[u8]) -> Result<(), String> {
        let line = str::from_utf8(line).map_err(|_| "the line is not UTF-8")?;
        // Some editors on Windows put an invisible mark at the start of a file.
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        self.add(Friend::from_line(line)?)
    }

    /// Looks a friend up by name.
    pub fn find(&self, name: &str) -> Option<&Friend> {
        self.0.iter().find(|friend| friend.name == name)
    }

    /// Their names, in the order in which they were added.
    pub fn names(&self) -> String {
        let names: Vec<_> =
            self.0.iter().map(|friend| friend.name.as_str()).collect();
        names.join(", ")
    }
}
