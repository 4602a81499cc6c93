//! One lesson: its place in the course, its programs and its scenes.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::package::Package;
use crate::program::Program;

/// The folder of the lessons, below the course's.
const FOLDER: &str = "lessons";

/// A lesson, as its `Cargo.toml` describes it.
pub struct Lesson {
    /// The number its folder begins with.
    pub number: u8,
    /// The name of its folder in `lessons`.
    pub folder: String,
    /// The name of its package.
    pub package: String,
    /// Its title.
    pub title: String,
    /// What it is about, in one line.
    pub description: String,
    /// Its programs, the main pair first.
    pub programs: Vec<Program>,
    /// Whether it talks over UDP.
    pub udp: bool,
    /// Whether the main pair's messages have frames, which a wire can label.
    pub framed: bool,
    /// Whether one read of the server is one request, so that a bent line changes what is asked.
    pub unframed_requests: bool,
    /// The half of the main pair that takes words for commands: `client`, if one does.
    pub commands: Option<String>,
    /// Where its scenes lie.
    demo: PathBuf,
}

/// `[package.metadata.lesson]` of a lesson's `Cargo.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct About {
    title: String,
    #[serde(default)]
    transport: Transport,
    #[serde(default)]
    framed: bool,
    #[serde(default)]
    unframed_requests: bool,
    commands: Option<String>,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Transport {
    #[default]
    Tcp,
    Udp,
}

impl Lesson {
    /// Reads a package; one that does not lie among the lessons gives nothing.
    ///
    /// # Errors
    ///
    /// A lesson whose description is not complete.
    pub(crate) fn from_package(package: &Package, root: &Path) -> anyhow::Result<Option<Self>> {
        if package.folder().parent() != Some(&root.join(FOLDER)) {
            return Ok(None);
        }
        let lesson = Self::read(package)
            .with_context(|| format!("{} is no lesson", package.manifest_path.display()))?;
        Ok(Some(lesson))
    }

    fn read(package: &Package) -> anyhow::Result<Self> {
        let about = package.metadata.get("lesson").context("it has no package.metadata.lesson")?;
        let about = About::deserialize(about).context("package.metadata.lesson")?;
        let folder = package.folder().file_name().unwrap_or_default().to_string_lossy();
        let number = folder.split_once('-').and_then(|(number, _topic)| number.parse().ok());
        let mut programs = Program::of_package(package)?;
        // Cargo sorts by the alphabet. Here the main pair, which has the shortest names, comes
        // first, and of each pair the server, which is started first.
        programs.sort_by_key(|program| (program.name.len(), Reverse(program.name.clone())));
        Ok(Self {
            number: number.context("its folder does not begin with a number")?,
            folder: folder.into(),
            package: package.name.clone(),
            title: about.title,
            description: package.description.clone().unwrap_or_default(),
            programs,
            udp: about.transport == Transport::Udp,
            framed: about.framed,
            unframed_requests: about.unframed_requests,
            commands: about.commands,
            demo: package.folder().join("demo"),
        })
    }

    /// The names of its programs, the main pair first.
    pub fn program_names(&self) -> Vec<String> {
        self.programs.iter().map(|program| program.name.clone()).collect()
    }

    /// The files of its scenes, in their order.
    ///
    /// # Errors
    ///
    /// It has none.
    pub fn scenes(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut scenes = Vec::new();
        for entry in fs::read_dir(&self.demo)
            .with_context(|| format!("lesson {} has no scenes yet", self.number))?
        {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "play") {
                scenes.push(path);
            }
        }
        ensure!(!scenes.is_empty(), "lesson {} has no scenes yet", self.number);
        scenes.sort();
        Ok(scenes)
    }

    /// Finds a scene by its number or by the name of its file. Returns its index.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    pub fn find_scene(&self, scenes: &[PathBuf], wanted: &str) -> anyhow::Result<usize> {
        let names: Vec<_> = scenes.iter().map(|scene| stem(scene)).collect();
        (0..scenes.len())
            .find(|&index| names[index] == wanted || (index + 1).to_string() == wanted)
            .with_context(|| {
                let number = self.number;
                let names = names.join(", ");
                format!("lesson {number} has no scene `{wanted}`; its scenes are {names}")
            })
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
