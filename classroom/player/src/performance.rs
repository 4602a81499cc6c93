//! Plays the scenes that were asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use course::{Catalogue, Course, Failure, Lesson, Programs, is_unread};
use processes::Running;
use record::{Direction, told_pieces};

use crate::addresses::NO_DEFAULT;
use crate::args::{Failures, Lessons, Playing};
use crate::bends::Bends;
use crate::script::Script;
use crate::show::{Show, Stops};
use crate::stage::Stage;
use crate::step::Step;
use crate::wires::{self, Line};
use crate::{find, terminal};

/// What is said before a play in which requests are bent that have no frame.
const BENT_REQUESTS: &str = "The requests of this lesson have no frame: one read is one command. Bent, \
                             they ask for something else; only=replies leaves them alone.";

/// A lesson or a failure, ready to be played.
struct Part {
    heading: String,
    scenes: Vec<Scene>,
    /// The wires between its sides, if it is played over some.
    line: Option<Line>,
}

/// A scene, ready to be played.
struct Scene {
    /// Its place among the scenes of its lesson, from 1.
    number: Option<usize>,
    file: PathBuf,
    script: Script,
}

/// Plays the scenes of the lessons that `asked` chooses.
pub fn lessons(course: &Course, asked: &Lessons, running: &Running<String>) -> anyhow::Result<()> {
    let chosen: Vec<_> = match asked.number {
        Some(number) => vec![find::lesson(course, number)?],
        None => course.lessons.iter().collect(),
    };
    let mut parts = Vec::new();
    for lesson in chosen {
        let heading = format!("Lesson {} · {}", lesson.number, lesson.title);
        let scenes = choose(course, lesson, asked)?;
        parts.push(Part { heading, scenes, line: line(lesson, asked)? });
    }
    perform(course, &parts, &asked.playing, running)
}

/// Plays the failures that `asked` chooses.
pub fn failures(
    course: &Course,
    asked: &Failures,
    running: &Running<String>,
) -> anyhow::Result<()> {
    let catalogue = Catalogue::load(&course.root)?;
    let programs: Vec<_> = course.programs.iter().map(|program| program.name.clone()).collect();
    let read = |failure: &Failure| {
        let heading = format!("{} · {}", failure.id, failure.meaning);
        let scene = read_scene(course, None, failure.demo(&course.root), &programs)?;
        anyhow::Ok(Part { heading, scenes: vec![scene], line: None })
    };
    let parts = match (&asked.script, &asked.id) {
        (Some(file), _) => {
            let scene = read_scene(course, None, file.clone(), &programs)?;
            let heading = file.display().to_string();
            vec![Part { heading, scenes: vec![scene], line: None }]
        }
        (None, Some(id)) => vec![read(find::failure(&catalogue, id)?)?],
        (None, None) => catalogue.failures.iter().map(read).collect::<anyhow::Result<_>>()?,
    };
    perform(course, &parts, &asked.playing, running)
}

/// Plays all parts, and records them if that is asked for.
fn perform(
    course: &Course,
    parts: &[Part],
    playing: &Playing,
    running: &Running<String>,
) -> anyhow::Result<()> {
    let scenes = parts.iter().flat_map(|part| &part.scenes);
    let mut needed: BTreeSet<_> = scenes.flat_map(|scene| scene.script.programs()).collect();
    if parts.iter().any(|part| part.line.is_some()) {
        needed.insert(wires::PROGRAM.into());
    }
    let programs = Programs::build(course, &needed)?;

    let mut show = Show::new(stops(playing));
    for part in parts {
        show.heading(&part.heading)?;
        if part.line.is_some() {
            show.note(&format!(
                "A wire stands between the sides: clients call it, at port {NO_DEFAULT}, and it \
                 calls the server."
            ))?;
        }
        if part.line.as_ref().is_some_and(|line| line.bent_requests) {
            show.note(BENT_REQUESTS)?;
        }
        for scene in &part.scenes {
            if let Some(why) = scene.script.left_out() {
                leave_out(course, scene, why, &mut show)?;
                continue;
            }
            let played = play(scene, part, &programs, playing, running, &mut show)?;
            if playing.record {
                played.write(scene, playing.into.as_deref())?;
            }
        }
    }
    Ok(())
}

/// Says why a scene is not played on this system, and where to read what it shows.
fn leave_out(
    course: &Course,
    scene: &Scene,
    why: &[String],
    show: &mut Show,
) -> anyhow::Result<()> {
    show.scene(scene.number, &scene.script, false)?;
    show.say(why)?;
    let transcript = scene.file.with_extension("transcript");
    show.say(&[format!("What it shows on Linux: {}", course.short(&transcript))])?;
    Ok(())
}

/// Where a play stops. Only a person waits at questions, and who records wants all of it.
fn stops(playing: &Playing) -> Stops {
    if playing.step {
        Stops::Steps
    } else if !playing.run && !playing.record && terminal::shows_a_person() {
        Stops::Questions
    } else {
        Stops::Nowhere
    }
}

/// Reads the scripts of a lesson that were asked for. All are read before anything is built:
/// a slip in one shows at once.
fn choose(course: &Course, lesson: &Lesson, asked: &Lessons) -> anyhow::Result<Vec<Scene>> {
    let programs = lesson.program_names();
    let read = |(index, file)| read_scene(course, Some(index + 1), file, &programs);
    if let Some(file) = &asked.script {
        return Ok(vec![read((0, file.clone()))?]);
    }
    let mut scenes = lesson.scenes()?;
    if let Some(wanted) = &asked.scene {
        let index = lesson.find_scene(&scenes, wanted)?;
        return Ok(vec![read((index, scenes.swap_remove(index)))?]);
    }
    scenes.into_iter().enumerate().map(read).collect()
}

/// Reads a script. `programs` are those that it may start.
fn read_scene(
    course: &Course,
    number: Option<usize>,
    file: PathBuf,
    programs: &[String],
) -> anyhow::Result<Scene> {
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = course.short(&file).to_string();
    let script = Script::parse(name, &text, programs)?;
    Ok(Scene { number, file, script })
}

/// The wires that a lesson is to be played over.
fn line(lesson: &Lesson, asked: &Lessons) -> anyhow::Result<Option<Line>> {
    let (bytes, udp) = (asked.bytes, lesson.udp);
    let through = asked.through.as_ref().map(|text| Bends::parse(text, udp)).transpose()?;
    let bent_requests = lesson.unframed_requests
        && through.as_ref().is_some_and(|bends| bends.concern(Direction::Request));
    let server = lesson.program_names().into_iter().find(|program| program.ends_with("-server"));
    let frames = server.filter(|_| lesson.framed).map(|server| (lesson.number.into(), server));
    let wanted = bytes || through.is_some();
    Ok(wanted.then_some(Line { bytes, through, udp, frames, bent_requests }))
}

/// What is recorded of a scene.
enum Played {
    Transcript(String),
    /// What went over each connection, when it was played over wires.
    Bytes(String),
}

impl Played {
    /// Writes it beside the scene, or into a folder.
    fn write(&self, scene: &Scene, folder: Option<&Path>) -> anyhow::Result<()> {
        let (text, extension) = match self {
            Self::Transcript(text) => (text, "transcript"),
            // Of a scene without a connection there is nothing to tell.
            Self::Bytes(text) if text.is_empty() => return Ok(()),
            Self::Bytes(text) => (text, "bytes"),
        };
        let beside = scene.file.with_extension(extension);
        let file = match (folder, beside.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => beside,
        };
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }
}

/// Plays one scene.
fn play(
    scene: &Scene,
    part: &Part,
    programs: &Programs,
    playing: &Playing,
    running: &Running<String>,
    show: &mut Show,
) -> anyhow::Result<Played> {
    let script = &scene.script;
    let asked = part.line.as_ref();
    let eased = asked.and_then(|line| line.eased(script.large.as_ref()));
    let line = eased.as_ref().or(asked);
    let patience = Duration::from_secs(playing.patience);
    let mut stage = Stage::new(programs, running, &script.varying, line, patience)?;

    show.scene(scene.number, script, line.is_some())?;
    if let (Some(asked), Some(eased), Some(large)) =
        (bends(asked), bends(eased.as_ref()), &script.large)
    {
        let bytes = large.bytes;
        show.say(&[
            format!("{bytes} bytes go over the line in this scene. With {asked} that would take"),
            format!("too long, so here it is bent by {eased}."),
        ])?;
    }
    for step in &script.lines {
        if !matches!(step.step, Step::Skip { .. }) {
            show.stop();
        }
        if let Err(error) = stage.perform(&step.step, show) {
            if is_unread(&error) {
                return Err(error);
            }
            // What cannot even be started, a side or a wire, is no other course of the play.
            if let Some(bends) = bends(line)
                && !script.bent.is_empty()
                && !matches!(step.step, Step::Start { .. })
            {
                stage.show_lanes(None, show)?;
                show.departs(bends, &step.text, &format!("{error:#}"), &script.bent)?;
                return Ok(Played::Transcript(show.take_transcript()));
            }
            let place = format!("{}:{}: {}", script.name, step.number, step.text);
            return Err(anyhow!("{place}\n{error:#}\n\n{}", stage.last_output()));
        }
    }
    stage.finish().map_err(|error| {
        anyhow!("{}: at the end\n{error:#}\n\n{}", script.name, stage.last_output())
    })?;
    let transcript = show.take_transcript();
    Ok(match line {
        Some(line) => Played::Bytes(told_pieces(&stage.heard(), line.udp)),
        None => Played::Transcript(transcript),
    })
}

/// What bends a line, if there is one and it is bent.
fn bends(line: Option<&Line>) -> Option<&Bends> {
    line?.through.as_ref()
}
