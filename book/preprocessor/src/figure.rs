//! Live figures: an element for the page, and its script, in one piece.
//!
//! The scripts are modules that import each other. A browser does not load modules of a book that
//! lies on a disk (`file://`), so the page gets them put together.

use crate::course::Course;
use crate::html::escape;

/// Where the scripts lie.
const FOLDER: &str = "book/figures";

/// The element of a figure, which tells `root`, the way to the book's first folder.
///
/// # Errors
///
/// There is no such figure.
pub fn start(
    course: &Course,
    name: &str,
    attributes: &[(String, String)],
    root: &str,
) -> Result<String, String> {
    if !course.workspace.root.join(FOLDER).join(format!("{name}.js")).is_file() {
        return Err(format!("there is no figure {name}: {FOLDER}/{name}.js is missing"));
    }
    let mut html = format!("<socket-{name} root=\"{root}\"");
    for (key, value) in attributes {
        html.push_str(&format!(" {}=\"{}\"", escape(key), escape(value)));
    }
    Ok(html + ">\n")
}

/// The figure's script, with all that it imports.
///
/// # Errors
///
/// A script is missing, or has an import of another kind than `import { … } from "./NAME.js";`.
pub fn script(course: &Course, name: &str) -> Result<String, String> {
    let mut seen = Vec::new();
    let mut script = String::new();
    add(course, &format!("{name}.js"), &mut seen, &mut script)?;
    match script.contains("</script") {
        true => Err(format!("the figure {name} must not contain </script")),
        false => Ok(format!("<script type=\"module\">\n{script}</script>\n")),
    }
}

/// Adds a module behind those that it imports, each once.
fn add(
    course: &Course,
    name: &str,
    seen: &mut Vec<String>,
    script: &mut String,
) -> Result<(), String> {
    if seen.iter().any(|earlier| earlier == name) {
        return Ok(());
    }
    seen.push(name.into());

    let text = course.file(&format!("{FOLDER}/{name}"))?;
    let mut own = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("import ") {
            let mut import = line.to_owned();
            while !import.ends_with(';') {
                import += lines.next().ok_or_else(|| format!("{name}: an import has no end"))?;
            }
            add(course, imported(&import).ok_or(format!("{name}: {import}"))?, seen, script)?;
        } else {
            own.push_str(line.strip_prefix("export ").unwrap_or(line));
            own.push('\n');
        }
    }
    script.push_str(&own);
    Ok(())
}

/// The file of `import { a, b } from "./NAME.js";`.
fn imported(import: &str) -> Option<&str> {
    let (names, file) = import.strip_prefix("import {")?.split_once("} from \"./")?;
    // A name that is changed on the way would keep its old one in the page.
    let plain = !names.contains(" as ");
    file.strip_suffix("\";").filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::imported;
    use crate::{Course, expand_page};

    /// The page with this text, and its mistakes.
    fn page(text: &str) -> (String, Vec<String>) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let course = Course::read(&root).expect("the course is there");
        let (page, problems) = expand_page(&course, "ideas/a.md", text);
        (page, problems.into_iter().map(|problem| problem.text).collect())
    }

    #[test]
    fn a_figure_is_an_element_with_its_script() {
        let (page, problems) = page("{{#figure stream preset=hello-world}}\nplain\n{{#end}}\n");

        assert!(problems.is_empty(), "{problems:?}");
        let element =
            "<socket-stream root=\"../\" preset=\"hello-world\">\n\nplain\n\n</socket-stream>";
        assert!(page.starts_with(element), "{page}");
        // All modules are there, each once, and those that are imported come first.
        let place = |text: &str| {
            assert_eq!(page.matches(text).count(), 1, "{text}");
            page.find(text)
        };
        assert!(place("\nclass Figure ") < place("\nclass StreamFigure "));
        assert!(place("\nfunction encode(") < place("\nclass Performance "));
        assert!(!page.contains("\nimport ") && !page.contains("\nexport "));
    }

    #[test]
    fn two_figures_of_a_kind_share_a_script() {
        let figure = "{{#figure stream}}\n{{#end}}\n";
        let other = "{{#figure frame}}\n{{#end}}\n";

        let (page, _) = page(&[figure, figure, other].concat());

        assert_eq!(page.matches("<socket-stream root").count(), 2);
        assert_eq!(page.matches("class StreamFigure").count(), 1);
        assert_eq!(page.matches("<script").count(), 2);
    }

    #[test]
    fn a_figure_that_is_wrong_is_told_of_once() {
        for (text, complaint) in [
            ("{{#figure nothing}}\n{{#end}}", "no figure nothing"),
            ("{{#figure stream}}", "{{#figure}} has no {{#end}}"),
            ("{{#figure}}\n", "the name of a figure"),
            ("{{#figure stream preset}}", "name=value"),
        ] {
            let (_, problems) = page(text);
            let [problem] = &problems[..] else { panic!("{text}: {problems:?}") };
            assert!(problem.contains(complaint), "{problem}");
        }
    }

    #[test]
    fn an_import_names_plain_things_of_a_file_beside_it() {
        assert_eq!(imported("import { a, b } from \"./c.js\";"), Some("c.js"));
        assert_eq!(imported("import { a as b } from \"./c.js\";"), None);
        assert_eq!(imported("import a from \"./c.js\";"), None);
        assert_eq!(imported("import { a } from \"somewhere\";"), None);
    }
}
