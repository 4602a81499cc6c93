//! `reset`: the skeleton comes back, and the learner's file is kept beside it.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use course::{Course, Exercise};

use crate::classroom::progress::Progress;

/// Gives the skeleton back. The exercise is not done any more, and its hints begin anew.
///
/// # Errors
///
/// Those of copying the files. The learner's file is never lost.
pub fn reset(course: &Course, exercise: &Exercise) -> anyhow::Result<bool> {
    let (file, skeleton) = (exercise.file(), exercise.skeleton());
    let fresh = fs::read(&skeleton)
        .with_context(|| format!("cannot read the skeleton in {}", skeleton.display()))?;
    let mut out = anstream::stdout().lock();
    match fs::read(&file) {
        Ok(written) if written == fresh => {
            writeln!(out, "{} is the skeleton already.", course.short(&file))?;
        }
        Ok(written) => {
            let kept = keep(&file, &written)?;
            give_back(&file, &fresh)?;
            writeln!(
                out,
                "{} is the skeleton again, and the exercise to be done. What you wrote is in {}.",
                course.short(&file),
                course.short(&kept)
            )?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            give_back(&file, &fresh)?;
            writeln!(out, "{} is there again.", course.short(&file))?;
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
    Progress::load(&course.root)?.forget(&exercise.about.id)?;
    Ok(true)
}

/// Keeps what was written as `main.rs.1`, or the next number that is free.
fn keep(file: &Path, written: &[u8]) -> anyhow::Result<PathBuf> {
    for number in 1.. {
        let kept = file.with_extension(format!("rs.{number}"));
        match File::create_new(&kept) {
            Ok(mut copy) => {
                copy.write_all(written)
                    .with_context(|| format!("cannot write {}", kept.display()))?;
                return Ok(kept);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot make {}", kept.display()));
            }
        }
    }
    unreachable!("a number is free")
}

fn give_back(file: &Path, skeleton: &[u8]) -> anyhow::Result<()> {
    fs::write(file, skeleton).with_context(|| format!("cannot write {}", file.display()))
}
