//! One lesson: its place in the course, its programs and its scenes.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::Value;

/// A lesson, as its `Cargo.toml` describes it.
pub struct Lesson {
    /// The number its folder begins with.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// What it is about, in one line.
    pub description: String,
    /// Its programs, the main pair first.
    pub programs: Vec<String>,
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

impl Lesson {
    /// Reads a package of `cargo metadata`; one that is no lesson gives nothing.
    pub fn from_package(package: &Value) -> Option<Self> {
        let lesson = &package["metadata"]["lesson"];
        let title = lesson["title"].as_str()?;
        let folder = Path::new(package["manifest_path"].as_str()?).parent()?;
        let (number, _topic) = folder.file_name()?.to_str()?.split_once('-')?;
        let mut programs: Vec<_> = programs(package).collect();
        // Cargo sorts by the alphabet. Here the main pair, which has the shortest names, comes
        // first, and of each pair the server, which is started first.
        programs.sort_by_key(|program| (program.len(), Reverse(program.clone())));
        Some(Self {
            number: number.parse().ok()?,
            title: title.into(),
            description: package["description"].as_str().unwrap_or_default().into(),
            programs,
            udp: lesson["transport"] == "udp",
            framed: lesson["framed"] == true,
            unframed_requests: lesson["unframed-requests"] == true,
            commands: lesson["commands"].as_str().map(String::from),
            demo: folder.join("demo"),
        })
    }

    /// The files of its scenes, in their order.
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

/// The programs of a package of `cargo metadata`.
pub fn programs(package: &Value) -> impl Iterator<Item = String> {
    let targets = package["targets"].as_array().into_iter().flatten();
    targets
        .filter(|target| target["kind"][0] == "bin")
        .filter_map(|target| target["name"].as_str().map(String::from))
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
