//! Plays the scenes that were asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};

use crate::Playing;
use crate::course::Course;
use crate::lesson::Lesson;
use crate::programs::Programs;
use crate::running::Running;
use crate::script::Script;
use crate::show::Show;
use crate::stage::Stage;

/// A scene, ready to be played.
struct Scene {
    number: usize,
    file: PathBuf,
    script: Script,
}

/// Plays the scenes that `playing` chooses, and records them if it says so.
pub fn perform(course: &Course, playing: &Playing, running: &Running) -> anyhow::Result<()> {
    // All scripts are read before anything is built: a slip in one shows at once.
    let mut program = Vec::new();
    match playing.number {
        Some(number) => {
            let lesson = course.lesson(number)?;
            program.push((lesson, choose(course, lesson, playing)?));
        }
        None => {
            for lesson in &course.lessons {
                program.push((lesson, choose(course, lesson, playing)?));
            }
        }
    }
    let needed: BTreeSet<_> = program
        .iter()
        .flat_map(|(_, scenes)| scenes)
        .flat_map(|scene| scene.script.programs())
        .collect();
    let programs = Programs::build(&course.root, &needed)?;

    let mut show = Show::new(playing.step);
    for (lesson, scenes) in &program {
        show.lesson(lesson.number, &lesson.title)?;
        for scene in scenes {
            let transcript = play(scene, &programs, playing, running, &mut show)?;
            if playing.record {
                let file = scene.file.with_extension("transcript");
                fs::write(&file, transcript)
                    .with_context(|| format!("cannot write {}", file.display()))?;
            }
        }
    }
    Ok(())
}

/// Reads the scripts that were asked for.
fn choose(course: &Course, lesson: &Lesson, playing: &Playing) -> anyhow::Result<Vec<Scene>> {
    let read = |(index, file): (usize, PathBuf)| {
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(&course.root).unwrap_or(&file).display().to_string();
        let script = Script::parse(name, &text, &lesson.programs)?;
        Ok(Scene { number: index + 1, file, script })
    };
    if let Some(file) = &playing.script {
        return Ok(vec![read((0, file.clone()))?]);
    }
    let mut scenes = lesson.scenes()?;
    if let Some(wanted) = &playing.scene {
        let index = lesson.find_scene(&scenes, wanted)?;
        return Ok(vec![read((index, scenes.swap_remove(index)))?]);
    }
    scenes.into_iter().enumerate().map(read).collect()
}

/// Plays one scene. Returns its transcript.
fn play(
    scene: &Scene,
    programs: &Programs,
    playing: &Playing,
    running: &Running,
    show: &mut Show,
) -> anyhow::Result<String> {
    let script = &scene.script;
    let patience = Duration::from_secs(playing.patience);
    let mut stage = Stage::new(programs, running, &script.varying, patience)?;

    show.scene(scene.number, script)?;
    let mut previous = None;
    for line in &script.lines {
        if !line.step.continues(previous) {
            show.wait_for_enter();
        }
        previous = Some(&line.step);
        let outcome = stage.perform(&line.step, show);
        outcome.map_err(|error| {
            let place = format!("{}:{}: {}", script.name, line.number, line.text);
            anyhow!("{place}\n{error:#}\n\n{}", stage.last_output())
        })?;
    }
    stage.finish().map_err(|error| {
        anyhow!("{}: at the end\n{error:#}\n\n{}", script.name, stage.last_output())
    })?;
    Ok(show.take_transcript())
}
