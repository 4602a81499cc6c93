//! What the project says of itself in its manifests and its catalogue.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::Value;
use syn::{Expr, ExprLit, Item, Lit, Meta};
use toml::Table;

/// The course: its lessons, the catalogue of failures, and the exercises.
pub struct Course {
    /// The project's folder.
    pub root: PathBuf,
    /// The manifest of the workspace.
    pub workspace: Table,
    /// The lessons, in their order.
    pub lessons: Vec<Lesson>,
    /// The catalogue, in its order.
    pub failures: Vec<Failure>,
    /// The exercises, in the order of their folders.
    pub exercises: Vec<Exercise>,
}

/// A lesson.
pub struct Lesson {
    /// Its number, from 1.
    pub number: u8,
    /// The name of its folder in `lessons`.
    pub folder: String,
    /// Its title.
    pub title: String,
    /// Its manifest.
    pub manifest: Table,
    /// Its programs, in the order of the manifest.
    pub programs: Vec<Program>,
}

/// A program of a lesson.
pub struct Program {
    /// The name of the binary.
    pub name: String,
    /// The path of its main file, from the project's root.
    pub path: String,
    /// What it says of itself in one line.
    pub about: String,
    /// Where it listens or whom it calls unless told otherwise.
    pub address: Option<String>,
}

/// A failure of the catalogue.
pub struct Failure {
    /// Its id.
    pub id: String,
    /// What it means, in one line.
    pub meaning: String,
    /// The lesson that shows it.
    pub shown: u8,
    /// The lesson that cures it.
    pub cured: u8,
}

/// An exercise.
pub struct Exercise {
    /// Its id, as in `cargo checker exercise 3b`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What is to be done, in one line.
    pub description: String,
    /// The lesson it belongs to.
    pub lesson: u8,
    /// The name of its folder in `exercises`.
    pub folder: String,
    /// Whether a server or a client is to be written.
    pub role: String,
    /// How long it takes.
    pub minutes: i64,
}

impl Course {
    /// Reads all that the course says of itself.
    ///
    /// # Errors
    ///
    /// A manifest or the catalogue is missing or not readable.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let catalogue = fs::read_to_string(root.join("failures/catalogue.json"))
            .context("cannot read failures/catalogue.json")?;
        let catalogue: Vec<Value> = serde_json::from_str(&catalogue)?;
        let mut lessons = Vec::new();
        for folder in folders(&root.join("lessons"))? {
            lessons.push(Lesson::read(root, &folder)?);
        }
        let mut exercises = Vec::new();
        for folder in folders(&root.join("exercises"))? {
            exercises.push(Exercise::read(root, &folder)?);
        }
        Ok(Self {
            root: root.into(),
            workspace: manifest(root)?,
            lessons,
            failures: catalogue.iter().map(Failure::from_json).collect::<Result<_, _>>()?,
            exercises,
        })
    }

    /// The lesson with this number.
    ///
    /// # Errors
    ///
    /// There is no such lesson.
    pub fn lesson(&self, number: u8) -> Result<&Lesson, String> {
        self.lessons
            .iter()
            .find(|lesson| lesson.number == number)
            .ok_or_else(|| format!("there is no lesson {number}"))
    }

    /// The failure with this id.
    ///
    /// # Errors
    ///
    /// There is no such failure.
    pub fn failure(&self, id: &str) -> Result<&Failure, String> {
        self.failures
            .iter()
            .find(|failure| failure.id == id)
            .ok_or_else(|| format!("the catalogue has no {id:?}; `cargo failure` lists the ids"))
    }

    /// The text of a file, by its path from the project's root.
    ///
    /// # Errors
    ///
    /// There is no such file.
    pub fn file(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.root.join(path)).map_err(|error| format!("{path}: {error}"))
    }

    /// The path of a scene's file, by its extension (`transcript`, `bytes`), if there is one.
    ///
    /// # Errors
    ///
    /// The lesson has no such scene.
    pub fn scene(&self, lesson: u8, scene: u8, extension: &str) -> Result<Option<String>, String> {
        let demo = format!("lessons/{}/demo", self.lesson(lesson)?.folder);
        let prefix = format!("{scene}-");
        let mut names = Vec::new();
        for entry in fs::read_dir(self.root.join(&demo)).map_err(|error| error.to_string())? {
            let name = entry.map_err(|error| error.to_string())?.file_name();
            names.push(name.to_string_lossy().into_owned());
        }
        let name = |extension: &str| {
            let ending = format!(".{extension}");
            names.iter().find(|name| name.starts_with(&prefix) && name.ends_with(&ending))
        };
        if name("play").is_none() {
            return Err(format!("lesson {lesson} has no scene {scene} in {demo}"));
        }
        Ok(name(extension).map(|name| format!("{demo}/{name}")))
    }
}

impl Lesson {
    fn read(root: &Path, folder: &str) -> anyhow::Result<Self> {
        let path = format!("lessons/{folder}");
        let manifest = manifest(&root.join(&path))?;
        let manifest_path = format!("{path}/Cargo.toml");
        let title = text(&manifest_path, &manifest, "package.metadata.lesson.title")?;
        let lib = fs::read_to_string(root.join(&path).join("src/lib.rs"))?;
        let mut programs = Vec::new();
        let binaries = manifest.get("bin").and_then(toml::Value::as_array);
        for binary in binaries.into_iter().flatten().filter_map(toml::Value::as_table) {
            programs.push(Program::read(root, &path, binary, &lib)?);
        }
        Ok(Self {
            number: leading_number(folder)?,
            folder: folder.into(),
            title,
            programs,
            manifest,
        })
    }

    /// The name of its package.
    pub fn package(&self) -> &str {
        self.manifest["package"]["name"].as_str().unwrap_or_default()
    }
}

impl Program {
    fn read(root: &Path, lesson: &str, binary: &Table, lib: &str) -> anyhow::Result<Self> {
        let manifest = format!("{lesson}/Cargo.toml");
        let path = format!("{lesson}/{}", text(&manifest, binary, "path")?);
        let source = fs::read_to_string(root.join(&path))?;
        let about = about(&source).with_context(|| format!("{path} has no line about itself"))?;
        let name = text(&manifest, binary, "name")?;
        Ok(Self { name, about, address: address(&source, lib), path })
    }
}

impl Failure {
    fn from_json(entry: &Value) -> anyhow::Result<Self> {
        let lacks = |key| format!("failures/catalogue.json: {entry} lacks {key}");
        let text = |key| entry[key].as_str().map(str::to_owned).with_context(|| lacks(key));
        let number =
            |key| entry[key].as_u64().and_then(|n| n.try_into().ok()).with_context(|| lacks(key));
        Ok(Self {
            id: text("id")?,
            meaning: text("meaning")?,
            shown: number("shown")?,
            cured: number("cured")?,
        })
    }
}

impl Exercise {
    fn read(root: &Path, folder: &str) -> anyhow::Result<Self> {
        let manifest = manifest(&root.join("exercises").join(folder))?;
        let path = format!("exercises/{folder}/Cargo.toml");
        let text = |keys| text(&path, &manifest, keys);
        Ok(Self {
            id: text("package.metadata.exercise.id")?,
            title: text("package.metadata.exercise.title")?,
            description: text("package.description")?,
            lesson: leading_number(folder)?,
            folder: folder.into(),
            role: text("package.metadata.exercise.role")?,
            minutes: value(&manifest, "package.metadata.exercise.minutes")
                .and_then(toml::Value::as_integer)
                .with_context(|| format!("{path}: package.metadata.exercise.minutes is missing"))?,
        })
    }
}

/// The names of the folders in a folder that hold a package, sorted.
fn folders(parent: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in
        fs::read_dir(parent).with_context(|| format!("cannot read {}", parent.display()))?
    {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn manifest(folder: &Path) -> anyhow::Result<Table> {
    let path = folder.join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    text.parse().with_context(|| format!("{}", path.display()))
}

/// What stands at the end of these keys, such as `package.description`.
fn value<'a>(table: &'a Table, keys: &str) -> Option<&'a toml::Value> {
    let mut keys = keys.split('.');
    let first = table.get(keys.next()?)?;
    keys.try_fold(first, |value, key| value.get(key))
}

/// The text at the end of these keys. The path is that of the manifest, for a complaint.
fn text(path: &str, table: &Table, keys: &str) -> anyhow::Result<String> {
    let text = value(table, keys).and_then(toml::Value::as_str);
    Ok(text.with_context(|| format!("{path}: {keys} is missing"))?.to_owned())
}

/// The number with which the name of a folder begins: `03b-switchboard` belongs to lesson 3.
fn leading_number(folder: &str) -> anyhow::Result<u8> {
    let digits: String = folder.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().with_context(|| format!("{folder} does not begin with a number"))
}

/// The first paragraph above the struct that derives `Parser`.
fn about(source: &str) -> Option<String> {
    let file = syn::parse_file(source).ok()?;
    let attributes = file.items.into_iter().find_map(|item| match item {
        Item::Struct(item) if derives_parser(&item.attrs) => Some(item.attrs),
        _ => None,
    })?;
    let lines = attributes.iter().filter_map(doc_line);
    let paragraph: Vec<_> = lines.take_while(|line| !line.trim().is_empty()).collect();
    let about: Vec<_> = paragraph.iter().map(|line| line.trim()).collect();
    (!about.is_empty()).then(|| about.join(" "))
}

fn derives_parser(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("derive") && list.tokens.to_string() == "Parser",
        _ => false,
    })
}

fn doc_line(attribute: &syn::Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// The program's default address: the constant that its argument names, found in the lesson.
fn address(source: &str, lib: &str) -> Option<String> {
    let argument = source
        .lines()
        .find(|line| line.contains("value_parser = address") && line.contains("default_value"))?;
    let (_, after) = argument.split_once("default_value = ")?;
    let name = after.split([',', ')']).next()?;
    let start = format!("pub const {name}: &str = \"");
    let line = lib.lines().find_map(|line| line.strip_prefix(&start))?;
    Some(line.trim_end_matches("\";").to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Course;

    /// What is said of a course whose catalogue is this, and which has one other file.
    fn complaint(catalogue: &str, path: &str, text: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in
            [("Cargo.toml", ""), ("failures/catalogue.json", catalogue), (path, text)]
        {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
            fs::write(path, text).expect("a file can be written");
        }
        for name in ["lessons", "exercises"] {
            fs::create_dir_all(folder.path().join(name)).expect("a folder");
        }
        let error = Course::read(folder.path()).err().expect("something is missing");
        format!("{error:#}")
    }

    #[test]
    fn a_lesson_that_says_nothing_of_itself_is_named() {
        let said = complaint("[]", "lessons/01-echo/Cargo.toml", "[package]\nname = \"echo\"\n");
        assert!(said.contains("lessons/01-echo/Cargo.toml"), "{said}");
        assert!(said.contains("package.metadata.lesson.title is missing"), "{said}");
    }

    #[test]
    fn an_exercise_without_minutes_is_named() {
        let manifest = "package.description = \"d\"\n[package.metadata.exercise]\nid = \"1a\"\n\
                        title = \"t\"\nrole = \"server\"\n";
        let said = complaint("[]", "exercises/01a-own/Cargo.toml", manifest);
        assert!(said.contains("exercises/01a-own/Cargo.toml"), "{said}");
        assert!(said.contains("package.metadata.exercise.minutes is missing"), "{said}");
    }

    #[test]
    fn a_failure_without_a_lesson_is_named() {
        let catalogue = r#"[{ "id": "peer-reset", "meaning": "m", "shown": 1 }]"#;
        let said = complaint(catalogue, "README.md", "");
        assert!(said.contains("failures/catalogue.json"), "{said}");
        assert!(said.contains("peer-reset") && said.contains("lacks cured"), "{said}");
    }
}
