//! The classroom: exercises with their hints, progress and solutions, and many submissions at once.

mod attempt;
mod grade;
mod hint;
mod overview;
mod progress;
mod reset;
mod solution;
mod watching;

use course::Course;

use crate::args::Classroom;
use crate::judge::with_programs;

/// Does it. Returns whether all is well: an exercise that fails its check is not.
///
/// # Errors
///
/// What makes it impossible: an exercise that does not exist, a file that cannot be written.
pub fn enter(classroom: Classroom) -> anyhow::Result<bool> {
    let course = Course::load()?;
    match classroom {
        Classroom::Exercise(attempt) => {
            with_programs(|running| attempt::make(&attempt, &course, running))
        }
        Classroom::Watch { id } => with_programs(|running| watching::watch(&course, id, running)),
        Classroom::Grade(grade) => with_programs(|running| grade::check(&grade, &course, running)),
        Classroom::Hint { id } => hint::give(&course, id.as_ref()),
        Classroom::Progress => overview::show(&course),
        Classroom::Reset { id } => reset::reset(&course, course.exercise(&id)?),
        Classroom::Solution { id, reveal } => {
            solution::show(&course.root, course.exercise(&id)?, reveal)
        }
    }
}
