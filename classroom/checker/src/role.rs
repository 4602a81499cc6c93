//! The roles that a program can play in a lesson.

use std::fmt;

use clap::ValueEnum;
pub use processes::Transport;

/// Which part of a lesson's pair a program plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// The server of the lesson's main pair
    Server,
    /// The client of the lesson's main pair
    Client,
    /// The server whose operator types each answer (lessons 2 and 3)
    ReplyServer,
    /// The client that downloads {name} (lesson 7)
    GetClient,
    /// The server that takes uploads and answers nobody (lesson 7)
    Receiver,
    /// The chat's server (lesson 8)
    ChatServer,
    /// The chat's client (lesson 8)
    ChatClient,
    /// The server that runs commands over UDP (lesson 8)
    ShellServer,
    /// The client of that server (lesson 8)
    ShellClient,
}

impl Role {
    /// Tells whether the program waits to be called.
    pub fn is_server(self) -> bool {
        matches!(
            self,
            Self::Server
                | Self::ReplyServer
                | Self::Receiver
                | Self::ChatServer
                | Self::ShellServer
        )
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}
