//! Tables made from what the project says of itself.

use crate::course::{Course, Exercise, Failure};
use crate::html::{code, inert};
use crate::minutes::minutes;

/// The programs of a lesson.
pub fn programs(course: &Course, lesson: u8) -> Result<String, String> {
    let mut rows = vec!["| program | does | address |".to_owned(), "|---|---|---|".to_owned()];
    for program in &course.lesson(lesson)?.programs {
        let address = program.address.as_deref().map_or("–".into(), code);
        rows.push(format!("| {} | {} | {address} |", code(&program.name), inert(&program.about)));
    }
    Ok(rows.join("\n"))
}

/// The failures that a lesson shows or cures.
pub fn failures_of(course: &Course, lesson: u8, up: &str) -> Result<String, String> {
    course.lesson(lesson)?;
    let of_lesson = |failure: &&Failure| failure.shown == lesson || failure.cured == lesson;
    let failures: Vec<_> = course.failures.iter().filter(of_lesson).collect();
    match failures.is_empty() {
        true => Err(format!("lesson {lesson} shows no failure")),
        false => Ok(table(&failures, up)),
    }
}

/// All failures.
pub fn catalogue(course: &Course, up: &str) -> String {
    table(&course.failures.iter().collect::<Vec<_>>(), up)
}

fn table(failures: &[&Failure], up: &str) -> String {
    let mut rows = vec![
        "| failure | what happens | shown | cured | see it |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    for Failure { id, meaning, shown, cured } in failures {
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
    let wanted = |exercise: &&Exercise| lesson.is_none_or(|lesson| exercise.lesson == lesson);
    let exercises: Vec<_> = course.exercises.iter().filter(wanted).collect();
    if exercises.is_empty() {
        return Err("there is no such exercise".into());
    }
    let mut rows = vec![
        "| exercise | what to write | role | minutes | check it |".to_owned(),
        "|---|---|---|---:|---|".to_owned(),
    ];
    for Exercise { id, title, description, role, minutes, .. } in exercises {
        let command = code(&format!("just exercise {id}"));
        rows.push(format!(
            "| {id} | **{}**: {} | {role} | {minutes} | {command} |",
            inert(title),
            inert(description)
        ));
    }
    Ok(rows.join("\n"))
}

/// All lessons, with the sum of their minutes up to each.
pub fn timetable(course: &Course, up: &str) -> Result<String, String> {
    let mut rows =
        vec!["| lesson | | minutes | so far |".to_owned(), "|---:|---|---:|---:|".to_owned()];
    let mut sum = 0;
    for lesson in &course.lessons {
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
