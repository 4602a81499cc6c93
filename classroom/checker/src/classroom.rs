//! The classroom: exercises with their hints, progress and solutions, and many submissions at once.

mod attempt;
mod grade;
mod hint;
mod overview;
mod progress;
mod reset;
mod solution;
mod watching;

use clap::Subcommand;
use course::{Course, Id};

use crate::classroom::attempt::Attempt;
use crate::classroom::grade::Grade;
use crate::judge::with_programs;

/// What is done in a classroom.
#[derive(Subcommand)]
pub enum Classroom {
    /// Check an exercise, and say what to do next
    Exercise(Attempt),
    /// Check an exercise at every save; Ctrl-C ends it
    Watch {
        /// Which exercise, such as 5 or 5b; without it always the first that is not done
        id: Option<Id>,
    },
    /// Give a hint for an exercise, one more each time
    Hint {
        /// Which exercise, such as 5 or 5b; without it the first that is not done
        id: Option<Id>,
    },
    /// Show what is done
    Progress,
    /// Give an exercise's skeleton back, and keep your file beside it
    Reset {
        /// Which exercise, such as 5 or 5b
        id: Id,
    },
    /// Show the solution of an exercise that is done
    Solution {
        /// Which exercise, such as 5 or 5b
        id: Id,

        /// Show it though the exercise is not done
        #[arg(long)]
        reveal: bool,
    },
    /// Check many submissions, and make a table of what came of them
    Grade(Grade),
}

impl Classroom {
    /// Does it. Returns whether all is well: an exercise that fails its check is not.
    ///
    /// # Errors
    ///
    /// What makes it impossible: an exercise that does not exist, a file that cannot be written.
    pub fn enter(self) -> anyhow::Result<bool> {
        let course = Course::load()?;
        match self {
            Self::Exercise(attempt) => with_programs(|running| attempt.make(&course, running)),
            Self::Watch { id } => with_programs(|running| watching::watch(&course, id, running)),
            Self::Grade(grade) => with_programs(|running| grade.make(&course, running)),
            Self::Hint { id } => hint::give(&course, id.as_ref()),
            Self::Progress => overview::show(&course),
            Self::Reset { id } => reset::reset(&course, course.exercise(&id)?),
            Self::Solution { id, reveal } => {
                solution::show(&course.root, course.exercise(&id)?, reveal)
            }
        }
    }
}
