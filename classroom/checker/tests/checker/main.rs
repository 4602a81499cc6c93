//! Drives the checker from outside, with programs that do well and programs that do not.

mod golden;
mod habits;
mod halves;
mod harness;
mod hostile;
mod lucky_passes;
mod pairs;
mod right_programs;
mod usage;
mod well_known;
mod wrong_programs;
