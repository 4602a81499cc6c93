//! The program under test: started, typed into, paused, and ended as a whole.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::thread;

use anyhow::Context;
use processes::Running;

use crate::peer::bytes_text;
use crate::program::Program;
use crate::story::Story;

/// A program under test. It is ended, with all that it started, when it goes out of scope.
pub struct Subject {
    program: Arc<Program>,
    input: Option<ChildStdin>,
    running: Running,
    story: Story,
}

impl Subject {
    /// Starts a program in a folder, with further variables in its environment.
    ///
    /// # Errors
    ///
    /// A command that cannot be started.
    pub fn start(
        words: &[String],
        folder: &Path,
        variables: &[(&str, String)],
        running: &Running,
        story: &Story,
    ) -> anyhow::Result<Self> {
        let (name, arguments) = words.split_first().context("there is no command")?;
        let mut command = Command::new(name);
        command
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Its output must be there when it prints, and be text that we can show.
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONUTF8", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("RUST_BACKTRACE", "0")
            .env("NO_COLOR", "1")
            .envs(variables.iter().map(|(name, value)| (name, value)));
        let what = match story.program() {
            "program" => String::new(),
            name => format!(" the {name}"),
        };
        story.tell(format!("started{what}: {}", words.join(" ").replace('\n', "\\n")));
        let (id, (input, stdout, stderr)) = running
            .start(&mut command, |child| {
                let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
                (child.id(), (child.id(), pipes))
            })
            .with_context(|| {
                format!("cannot start `{name}`; is it built, and does it lie there?")
            })?;
        let stdout = stdout.context("the program's stdout is a pipe")?;
        let stderr = stderr.context("the program's stderr is a pipe")?;
        let program = Program::watch(id, running, story, stdout, stderr)?;
        Ok(Self { program, input, running: running.clone(), story: story.clone() })
    }

    /// The program, as it is watched.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Types a line. A program that does not read is found out by what it does not do then.
    pub fn type_line(&mut self, line: &[u8]) {
        self.story.tell(format!("typed \"{}\"", line.escape_ascii()));
        if let Some(input) = &mut self.input {
            // An error says that it has ended or closed its input.
            let _ = input.write_all(&[line, b"\n"].concat());
        }
    }

    /// Gives it a whole input, as `< file` does. It is read while other things go on.
    pub fn pour(&mut self, bytes: Vec<u8>) {
        self.story.tell(format!("gave it an input of {}", bytes_text(bytes.len())));
        if let Some(mut input) = self.input.take() {
            // An error says that it has ended or closed its input.
            thread::spawn(move || input.write_all(&bytes));
        }
    }

    /// Ends the input, as Ctrl-D does.
    pub fn close_input(&mut self) {
        if self.input.take().is_some() {
            self.story.tell("ended the input");
        }
    }

    /// Stops the program where it is, with all that it started. Tells whether that can be done
    /// here.
    ///
    /// # Errors
    ///
    /// A system that refuses it, or a program that does not stop.
    pub fn pause(&mut self) -> anyhow::Result<bool> {
        match self.running.pause(&self.program.id()) {
            Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(false),
            paused => paused.context("cannot pause the program")?,
        }
        self.story.tell("paused the program");
        Ok(true)
    }

    /// Lets a paused program go on.
    ///
    /// # Errors
    ///
    /// A system that refuses it.
    pub fn resume(&mut self) -> anyhow::Result<()> {
        self.story.tell("let the program go on");
        self.running.resume(&self.program.id()).context("cannot resume the program")
    }

    /// Signals the program, by signals that nobody minds who has not asked for them.
    ///
    /// # Errors
    ///
    /// A system that refuses it.
    pub fn signal(&mut self) -> anyhow::Result<()> {
        self.story.tell("signalled the program (SIGWINCH, SIGURG, SIGCHLD)");
        let signalled = self.running.with(&self.program.id(), processes::signal);
        signalled.context("the program is gone")?.context("cannot signal the program")
    }

    /// Ends the program, as `kill -9` does, with all that it started.
    pub fn kill(self) {
        if self.program.status().is_none() {
            self.story.tell("killed the program");
        }
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.running.end(&self.program.id());
    }
}
