//! The sign between a side's name and its text, in a line of a transcript.

/// What a line of a side is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sign {
    /// It is started with a command.
    Command,
    /// It printed a line.
    Printed,
    /// It printed lines that are left out.
    Skipped,
    /// Somebody types into it.
    Typed,
    /// Something is done to it, or is found out about it.
    Event,
}

impl Sign {
    const ALL: [Self; 5] = [Self::Command, Self::Printed, Self::Skipped, Self::Typed, Self::Event];

    /// Reads a text that begins with a sign, and returns what follows it, too.
    pub fn read(text: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|sign| Some((sign, text.strip_prefix(sign.letter())?)))
    }

    /// How it is written.
    pub fn letter(self) -> char {
        match self {
            Self::Command => '$',
            Self::Printed => '|',
            Self::Skipped => '…',
            Self::Typed => '>',
            Self::Event => '!',
        }
    }
}
