//! The script of a scene.

use std::collections::BTreeSet;

use anyhow::{Context, bail, ensure};
use record::Direction;
use regex_lite::{NoExpand, Regex};

use crate::expectation::{placeholders, side_of};
use crate::step::{Step, split_word};

/// A scene, as its file describes it.
#[derive(Debug)]
pub struct Script {
    /// The file, as errors name it.
    pub name: String,
    /// The title of the scene.
    pub title: String,
    /// What differs from run to run.
    pub varying: Varying,
    /// What the audience is told if the play takes another course on a bent line.
    pub bent: Vec<String>,
    /// What is sent, if it is so much that a bent line would take long for it.
    pub large: Option<Large>,
    /// What the audience is told in place of the scene where the system is no Unix, if it cannot
    /// be played there.
    unix: Vec<String>,
    /// The same, where it is not Linux.
    linux: Vec<String>,
    /// The steps, in their order.
    pub lines: Vec<Line>,
}

/// A step with its place in the file.
#[derive(Debug)]
pub struct Line {
    /// The number of the line, from 1.
    pub number: usize,
    /// The line as it was written.
    pub text: String,
    /// What it says.
    pub step: Step,
}

/// Many bytes that a scene sends in one direction.
#[derive(Debug, PartialEq)]
pub struct Large {
    /// Which.
    pub direction: Direction,
    /// How many, about.
    pub bytes: usize,
}

impl Large {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let (direction, count) = split_word(text);
        let bytes = count.strip_suffix(" bytes").and_then(|count| count.parse().ok());
        match (direction.parse(), bytes) {
            (Ok(direction), Some(bytes)) => Ok(Self { direction, bytes }),
            _ => bail!("`large` needs a direction and a size: large requests 20000000 bytes"),
        }
    }
}

/// What differs from run to run, such as a clock, and the names by which it goes instead.
#[derive(Debug, Default)]
pub struct Varying(Vec<(String, Regex)>);

impl Varying {
    /// Puts the names in place of what differs.
    pub fn settle(&self, line: String) -> String {
        self.0.iter().fold(line, |line, (name, pattern)| {
            pattern.replace_all(&line, NoExpand(name)).into_owned()
        })
    }

    fn add(&mut self, rest: &str) -> anyhow::Result<()> {
        let (name, pattern) = rest
            .split_once('=')
            .context("`vary` needs a name and a pattern: vary TIME = [0-9]{2}:[0-9]{2}")?;
        let pattern = pattern.trim();
        let regex = Regex::new(pattern).with_context(|| format!("`{pattern}` is no pattern"))?;
        self.0.push((name.trim().into(), regex));
        Ok(())
    }
}

/// Takes note of what a line says of the scene as a whole.
type Note = fn(&mut Script, &str) -> anyhow::Result<()>;

/// The verbs that begin no step, each with what takes note of the rest of its line.
const VERBS: &[(&str, Note)] = &[
    ("title", |script, text| {
        script.title = text.into();
        Ok(())
    }),
    ("vary", |script, text| script.varying.add(text)),
    ("bent", |script, text| {
        script.bent.push(text.into());
        Ok(())
    }),
    ("large", |script, text| {
        script.large = Some(Large::parse(text)?);
        Ok(())
    }),
    ("unix", |script, text| {
        script.unix.push(text.into());
        Ok(())
    }),
    ("linux", |script, text| {
        script.linux.push(text.into());
        Ok(())
    }),
];

/// All that a script can say.
fn verbs() -> impl Iterator<Item = &'static str> {
    VERBS.iter().map(|(verb, _)| *verb).chain(Step::verbs())
}

impl Script {
    /// Why it is not played on this system, if it is not.
    pub fn left_out(&self) -> Option<&[String]> {
        let here = [(cfg!(unix), &self.unix), (cfg!(target_os = "linux"), &self.linux)];
        let why = here.into_iter().find(|(is_here, why)| !is_here && !why.is_empty());
        why.map(|(_, why)| &why[..])
    }

    /// Reads a script. `programs` are those that it may start.
    pub fn parse(name: String, text: &str, programs: &[String]) -> anyhow::Result<Self> {
        let (title, varying, bent, large, unix, linux, lines) = Default::default();
        let mut script = Self { name, title, varying, bent, large, unix, linux, lines };
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            script
                .add(number, line.trim(), programs)
                .with_context(|| format!("{}:{number}: {line}", script.name))?;
        }
        ensure!(!script.title.is_empty(), "{}: a scene begins with `title`", script.name);
        Ok(script)
    }

    fn add(&mut self, number: usize, line: &str, programs: &[String]) -> anyhow::Result<()> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (verb, rest) = split_word(line);
        if let Some((_, note)) = VERBS.iter().find(|(name, _)| *name == verb) {
            return note(self, rest);
        }
        ensure!(!self.title.is_empty(), "a scene begins with `title`");
        let Some(step) = Step::parse(verb, rest) else {
            let verbs: Vec<_> = verbs().collect();
            bail!("there is no verb `{verb}`; there are {}", verbs.join(", "));
        };
        let step = step?;
        self.check(&step, programs)?;
        let new = match self.lines.last_mut() {
            Some(last) => last.step.join(step),
            None => Some(step),
        };
        self.lines.extend(new.map(|step| Line { number, text: line.into(), step }));
        Ok(())
    }

    /// Finds the slips that show without playing: sides, programs and placeholders that
    /// nobody knows.
    fn check(&self, step: &Step, programs: &[String]) -> anyhow::Result<()> {
        let mut sides = self.sides();
        if let Step::Start { side, program, .. } = step {
            ensure!(
                programs.contains(program),
                "the lesson has no program `{program}`; it has {}",
                programs.join(", ")
            );
            sides.push(side);
        }
        if let Some(side) = step.side() {
            ensure!(
                sides.contains(&side),
                "no side `{side}` has been started; it needs: start {side} PROGRAM"
            );
        }
        ensure!(
            !matches!(step, Step::Pause { .. }) || !self.unix.is_empty() || !self.linux.is_empty(),
            "Windows cannot pause; say so before, with a line that begins with `unix`"
        );
        let starts = matches!(step, Step::Start { .. });
        for name in placeholders(step.text()) {
            match name {
                "dir" => {}
                "any" if !starts => {}
                "free" if starts => {}
                name if sides.contains(&side_of(name)) => {}
                _ => bail!(
                    "`{{{name}}}` stands for nothing here; there are {{any}} (not after `start`), \
                     {{free}} (only there), {{dir}}, the sides started so far, and {{port-of-SIDE}}"
                ),
            }
        }
        Ok(())
    }

    /// The sides, in the order in which they come.
    pub fn sides(&self) -> Vec<&str> {
        let mut sides = Vec::new();
        for side in self.lines.iter().filter_map(|line| line.step.side()) {
            if !sides.contains(&side) {
                sides.push(side);
            }
        }
        sides
    }

    /// The programs that the scene starts.
    pub fn programs(&self) -> BTreeSet<String> {
        self.lines
            .iter()
            .filter_map(|line| match &line.step {
                Step::Start { program, .. } => Some(program.clone()),
                _ => None,
            })
            .collect()
    }

    /// Tells whether the scene makes or shows files.
    pub fn has_files(&self) -> bool {
        self.lines.iter().any(|line| {
            matches!(
                line.step,
                Step::File { .. } | Step::Folder { .. } | Step::Files { .. } | Step::Same { .. }
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Script, verbs};

    const README: &str = include_str!("../README.md");

    #[test]
    fn the_readme_has_every_verb_and_no_other() {
        let (_, table) = README.split_once("| line | does |").expect("a table of verbs");
        let (table, _) = table.split_once("\n\n").expect("the table ends");
        let cells = table.lines().filter_map(|row| row.split('|').nth(1));
        // What stands between backticks is a line of a script.
        let lines = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
        let told: BTreeSet<_> = lines.filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(told, verbs().collect());
    }

    /// Each placeholder of the README is known where the table has something to say of it, and
    /// nowhere else.
    #[test]
    fn the_readme_tells_where_each_placeholder_is_known() {
        let (_, table) = README.split_once("| placeholder |").expect("a table of placeholders");
        let (table, _) = table.split_once("\n\n").expect("the table ends");
        let mut told = Vec::new();
        for row in table.lines().skip(2) {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let name = cells[1].trim_matches('`').replace("SIDE", "server");
            let script = |line: &str| {
                let text = format!("title a test\nstart server program\n{line} {name}");
                Script::parse("a test".into(), &text, &["program".into()])
            };
            assert_eq!(script("start client program").is_ok(), !cells[2].is_empty(), "{name}");
            assert_eq!(script("see server").is_ok(), !cells[3].is_empty(), "{name}");
            told.push(name);
        }
        assert_eq!(told, ["{free}", "{server}", "{port-of-server}", "{dir}", "{any}"]);
    }

    #[test]
    fn a_scene_that_pauses_says_so_where_that_cannot_be() {
        let parse = |unix: &str| {
            let text = format!("title a test\n{unix}\nstart server program\npause server");
            Script::parse("a test".into(), &text, &["program".into()])
        };
        assert!(parse("").is_err());
        assert_eq!(parse("unix It pauses.").expect("it says so").unix, ["It pauses."]);
        assert_eq!(parse("linux It pauses.").expect("it says so").linux, ["It pauses."]);
    }
}
