//! The default addresses of the manifests are those of the programs.

use std::path::Path;
use std::process::{Command, Stdio};

use course::{Course, Programs};

#[test]
fn each_program_of_a_lesson_or_failure_has_the_address_of_its_manifest() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let course = Course::load_from(&root).expect("the course is described");
    let of_lessons = course.lessons.iter().flat_map(|lesson| &lesson.programs);
    let of_failures = course.programs.iter().filter(|program| {
        ["faulty-", "raw-", "stopwatch-"].iter().any(|start| program.name.starts_with(start))
    });
    let tried: Vec<_> = of_lessons.chain(of_failures).collect();
    let names = tried.iter().map(|program| program.name.clone()).collect();
    let built = Programs::build(&course, &names).expect("the programs compile");

    for program in tried {
        let help = Command::new(built.path(&program.name).expect("it was built"))
            .arg("--help")
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let help = String::from_utf8_lossy(&help.stdout);
        let name = &program.name;
        match program.address {
            Some(address) => assert!(
                help.contains(&format!("[default: {address}]")),
                "{name}: the manifest says {address}, and the program\n{help}"
            ),
            None => assert!(
                !help.contains("[default: 127.0.0.1:"),
                "{name}: the manifest has no address for it, and the program\n{help}"
            ),
        }
    }
}
