//! Which names a peer may give to a file: those that stay in the folder, on
//! every system.

use struct_header::Failure;

/// How the files begin that are not whole yet. They are nobody's to ask for.
pub const PARTIAL: &str = ".partial-";

/// The longest name that the usual file systems hold, in bytes.
const MAX_NAME: usize = 255;

/// Makes sure that a name is that of a file directly in the folder, and of an
/// ordinary one.
///
/// Names that only Windows minds are refused everywhere: the folder may be
/// carried there.
///
/// # Errors
///
/// `path-traversal`, with the rule that the name breaks.
pub fn check_name(name: &str) -> Result<(), Failure> {
    let broken_rule = if name.is_empty() {
        "is empty"
    } else if name == "." || name == ".." {
        "is a folder's"
    } else if name.contains(['/', '\\']) {
        "leads to another folder"
    } else if has_drive(name) {
        "names a drive"
    } else if name.contains(char::is_control) {
        "holds a control character"
    } else if name.ends_with(['.', ' ']) {
        "ends in a dot or a space, which Windows drops"
    } else if is_device(name) {
        "is a device's on Windows"
    } else if name.starts_with(PARTIAL) {
        "is kept for files that are not whole yet"
    } else if name.len() > MAX_NAME {
        "is longer than 255 bytes"
    } else {
        return Ok(());
    };
    Err(Failure::new("path-traversal", format!("the file name {broken_rule}")))
}

/// `C:secret` is a file on another drive. On Windows, `notes.txt:secret` is a
/// hidden part of `notes.txt`; elsewhere a colon further on is a letter like
/// any other.
fn has_drive(name: &str) -> bool {
    let bytes = name.as_bytes();
    match bytes {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => true,
        _ => cfg!(windows) && bytes.contains(&b':'),
    }
}

/// `NUL`, `nul.txt` and `com1.tar.gz` are devices, whatever follows the first
/// dot.
fn is_device(name: &str) -> bool {
    let stem =
        name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = |number: &str| {
        "123456789¹²³".contains(number) && number.chars().count() == 1
    };
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => ["COM", "LPT"]
            .iter()
            .any(|port| stem.strip_prefix(port).is_some_and(numbered)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_pass() {
        for name in [
            "a",
            "notes.txt",
            "学习笔记.md",
            "..notes",
            "a..b",
            ".hidden",
            "-rf",
            "two words.txt",
            "console",
            "COM0",
            "COM10",
            "LPT",
            "comma1.txt",
            "nul_1",
            "~",
            "$HOME",
            &"a".repeat(255),
        ] {
            assert!(check_name(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in [
            "",
            ".",
            "..",
            "../escaped",
            "/etc/passwd",
            "a/b",
            "a/",
            "..\\escaped",
            "\\\\host\\share",
            "C:secret",
            "c:\\secret",
            "a\0b",
            "a\nb",
            "\u{1b}[2Jgone",
            "\u{85}",
            "con",
            "NUL.txt",
            "nul .txt",
            "Com1.tar.gz",
            "LPT9",
            "com¹",
            "CONIN$",
            "dot.",
            "space ",
            "...",
            " ",
            ".partial-a1b2c3",
            &"a".repeat(256),
            &"字".repeat(86),
        ] {
            let failure = check_name(name).expect_err(name);
            assert_eq!(failure.id.as_str(), "path-traversal", "{name:?}");
            assert!(failure.message.is_ascii(), "{name:?}");
        }
    }

    #[test]
    fn a_colon_further_on_matters_only_on_windows() {
        assert_eq!(check_name("10:30 talk.txt").is_err(), cfg!(windows));
    }
}
