//! Tables made from what the project says of itself.

use course::{About, Exercise, Failure};

use crate::about::about;
use crate::course::Course;
use crate::html::{code, inert};
use crate::manifest::binaries;
use crate::minutes::minutes;

/// The programs of a lesson.
pub fn programs(course: &Course, lesson: u8) -> Result<String, String> {
    let mut rows = vec!["| program | does | address |".to_owned(), "|---|---|---|".to_owned()];
    let lesson = course.lesson(lesson)?;
    for binary in binaries(course, lesson)? {
        let path = format!("lessons/{}/{}", lesson.folder, binary.path);
        let about = about(&course.file(&path)?)
            .ok_or_else(|| format!("{path} has no line about itself"))?;
        let program = lesson.programs.iter().find(|program| program.name == binary.name);
        let address = program.and_then(|program| program.address);
        let address = address.map_or("–".into(), |address| code(&address.to_string()));
        rows.push(format!("| {} | {} | {address} |", code(&binary.name), inert(&about)));
    }
    Ok(rows.join("\n"))
}

/// The failures that a lesson shows or cures.
pub fn failures_of(course: &Course, lesson: u8, up: &str) -> Result<String, String> {
    course.lesson(lesson)?;
    let of_lesson = |failure: &&Failure| failure.shown == lesson || failure.cured == lesson;
    let failures: Vec<_> = course.catalogue.failures.iter().filter(of_lesson).collect();
    match failures.is_empty() {
        true => Err(format!("lesson {lesson} shows no failure")),
        false => Ok(table(&failures, up)),
    }
}

/// All failures.
pub fn catalogue(course: &Course, up: &str) -> String {
    table(&course.catalogue.failures.iter().collect::<Vec<_>>(), up)
}

fn table(failures: &[&Failure], up: &str) -> String {
    let mut rows = vec![
        "| failure | what happens | shown | cured | see it |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    for Failure { id, meaning, shown, cured, .. } in failures {
        let command = code(&format!("cargo failure {id}"));
        rows.push(format!(
            "| {} | {} | {shown} | {cured} | {command} |",
            link(id, up),
            inert(meaning)
        ));
    }
    rows.join("\n")
}

/// A link to a failure's page.
pub fn link(id: &str, up: &str) -> String {
    format!("[`{id}`]({up}failures/{id}.md)")
}

/// The exercises of a lesson, or of all.
pub fn exercises(course: &Course, lesson: Option<u8>) -> Result<String, String> {
    let wanted =
        |exercise: &&Exercise| lesson.is_none_or(|lesson| exercise.about.id.lesson == lesson);
    let exercises: Vec<_> = course.workspace.exercises.iter().filter(wanted).collect();
    if exercises.is_empty() {
        return Err("there is no such exercise".into());
    }
    let mut rows = vec![
        "| exercise | what to write | role | minutes | check it |".to_owned(),
        "|---|---|---|---:|---|".to_owned(),
    ];
    for Exercise { task, about, .. } in exercises {
        let About { id, title, role, minutes, .. } = about;
        let command = code(&format!("just exercise {id}"));
        rows.push(format!(
            "| {id} | **{}**: {} | {role} | {minutes} | {command} |",
            inert(title),
            inert(task)
        ));
    }
    Ok(rows.join("\n"))
}

/// All lessons, with the sum of their minutes up to each.
pub fn timetable(course: &Course, up: &str) -> Result<String, String> {
    let mut rows =
        vec!["| lesson | | minutes | so far |".to_owned(), "|---:|---|---:|---:|".to_owned()];
    let mut sum = 0;
    for lesson in &course.workspace.lessons {
        let minutes = minutes(course, lesson.number)?;
        sum += minutes;
        rows.push(format!(
            "| {} | [{}]({up}lessons/{}/index.md) | {minutes} | {} h {:02} min |",
            lesson.number,
            inert(&lesson.title),
            lesson.folder,
            sum / 60,
            sum % 60
        ));
    }
    Ok(rows.join("\n"))
}
