//! Whether all that a program has printed has been read.

use std::io;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::Pipe;
#[cfg(target_os = "linux")]
pub use linux::Pipe;

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::{AsFd, OwnedFd};

    use super::io;

    /// The end of a pipe at which we read what a program prints.
    pub struct Pipe(OwnedFd);

    impl Pipe {
        /// Watches the pipe whose end this is.
        ///
        /// # Errors
        ///
        /// Those of one more file descriptor.
        pub fn of(end: &impl AsFd) -> io::Result<Self> {
            end.as_fd().try_clone_to_owned().map(Self)
        }

        /// Tells whether bytes lie in it that have not been read yet.
        pub fn has_unread(&self) -> bool {
            rustix::io::ioctl_fionread(&self.0).is_ok_and(|count| count > 0)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::io;

    /// A pipe that is not watched: this system does not tell what a program does either.
    pub struct Pipe;

    impl Pipe {
        /// Watches nothing.
        ///
        /// # Errors
        ///
        /// None.
        pub fn of<T>(_end: &T) -> io::Result<Self> {
            Ok(Self)
        }

        /// Takes for granted that all has been read.
        pub fn has_unread(&self) -> bool {
            false
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Read;
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use processes::Activity;

    use super::Pipe;

    #[test]
    fn a_program_that_prints_into_a_full_pipe_looks_asleep_but_its_bytes_are_unread() {
        let mut program =
            Command::new("yes").stdout(Stdio::piped()).spawn().expect("yes is everywhere");
        let mut stdout = program.stdout.take().expect("it is a pipe");
        let pipe = Pipe::of(&stdout).expect("a file descriptor");
        let deadline = Instant::now() + Duration::from_secs(20);
        while !Activity::of_all(program.id()).is_some_and(|now| now.asleep) {
            assert!(Instant::now() < deadline, "it is never asleep");
            thread::yield_now();
        }
        assert!(pipe.has_unread());
        program.kill().expect("it runs");
        program.wait().expect("it has ended");
        stdout.read_to_end(&mut Vec::new()).expect("what lay in the pipe");
        assert!(!pipe.has_unread());
    }
}
