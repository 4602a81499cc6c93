//! The classroom: the exercises as they are handed out, a learner's way through one, and the
//! grading of submissions.

mod exercises;
mod grading;
mod learner;
mod workspace;
mod wrong_solutions;
