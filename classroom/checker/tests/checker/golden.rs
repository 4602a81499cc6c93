//! Transcripts of what the checker says, without what differs from run to run.

use std::path::{Path, PathBuf};
use std::{env, fs};

use regex_lite::Regex;

/// Compares what the checker said with the transcript of this name, and tells what differs. With
/// SOCKET_STEPS_RECORD in the environment the transcript is written anew.
pub fn difference(name: &str, output: &str) -> Option<String> {
    let output = normalised(told(output));
    let file = file(name);
    if env::var_os("SOCKET_STEPS_RECORD").is_some() {
        fs::write(&file, output).expect("the transcript can be written");
        return None;
    }
    let recorded = fs::read_to_string(&file).unwrap_or_default();
    if output == recorded {
        return None;
    }
    let alike = output.lines().zip(recorded.lines()).take_while(|(now, then)| now == then).count();
    let line = |text: &str| text.lines().nth(alike).unwrap_or("(the end)").to_owned();
    Some(format!(
        "{}, line {}:\n  recorded: {}\n  now:      {}\n(SOCKET_STEPS_RECORD=1 records it anew.) \
         All of it:\n{output}",
        file.display(),
        alike + 1,
        line(&recorded),
        line(&output)
    ))
}

/// What the checker tells of what went wrong. Which checks have passed is asserted apart.
fn told(output: &str) -> String {
    let lines = output.lines().skip_while(|line| !line.starts_with("FAILED "));
    let told = lines.filter(|line| !line.starts_with("passed "));
    told.flat_map(|line| [line, "\n"]).collect()
}

/// Where a transcript lies.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("txt")
}

/// Replaces times, ports, places and process numbers, and puts what a program prints behind what
/// was done to it: which of the two comes first, the scheduler decides.
fn normalised(mut text: String) -> String {
    for (pattern, replacement) in [
        (r"\d+\.\d+ s", "N s"),
        // Whether one that spins has had enough of the processor to be told so, the load decides.
        (r"program (still runs|spins: N s of processor time meanwhile)", "program is awake"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "DATE TIME"),
        (r"(\d+\.\d+\.\d+\.\d+):\d+", "$1:PORT"),
        (r"'127\.0\.0\.1', \d+", "'127.0.0.1', PORT"),
        (r"127\.0\.0\.1 \d+", "127.0.0.1 PORT"),
        (r"\S*/([\w-]+(\.\w+)?) (127|0)\.", "$1 $3."),
        (r"started( the \w+)?: (python3 |node )?\S*/", "started$1: $2"),
        (r"\S*/check-\w{6}/", "FOLDER/"),
        (r#"File "\S*/"#, "File \""),
        (r"it held \d+ descriptors, and holds \d+", "it held N descriptors, and holds M"),
        // It has some from whoever has started it all.
        (r"has \d+ descriptors open (.*); \d+ before", "has M descriptors open $1; N before"),
        (r"outside\w{6}/", "outside/"),
        // How much fits into the buffers on the way differs, and with it where a reply is cut.
        (r"\d{6,} (bytes|expected|came|of)", "MANY $1"),
        (r"at byte \d{6,} stands .*", "at byte MANY stands another"),
        (r"(?m)(^    (expected|came    |        ) +\d{6,}  .*\n)+", "    (the bytes around it)\n"),
        (r"thread '([\w<>]+)' \(\d+\)", "thread '$1'"),
        (r"\.rs:\d+:\d+", ".rs:LINE"),
    ] {
        let pattern = Regex::new(pattern).expect("a pattern");
        text = pattern.replace_all(&text, replacement).into_owned();
    }
    let mut lines: Vec<_> = text.lines().collect();
    for story in lines.chunk_by_mut(|left, right| is_event(left) && is_event(right)) {
        // A server with a thread for each client prints in whichever order.
        let threads = story.iter().any(|line| line.contains("file-transfer-server"));
        story.sort_by_key(|line| match is_printed(line) {
            printed @ 1.. if threads => (printed, *line),
            printed => (printed, ""),
        });
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

fn is_event(line: &str) -> bool {
    line.starts_with("    N s  ")
}

fn is_printed(line: &str) -> u8 {
    let starts =
        |with: &str| line.strip_prefix("    N s  ").is_some_and(|line| line.starts_with(with));
    let any = |mark: char| {
        ["program", "server", "client"].iter().any(|side| starts(&format!("{side} {mark} ")))
    };
    if any('|') {
        1
    } else if any('!') {
        2
    } else {
        0
    }
}
