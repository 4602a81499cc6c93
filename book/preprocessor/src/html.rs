//! Text that stands in HTML.

/// Replaces what has a meaning in HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text for a cell of a Markdown table, as code. Markdown shall find nothing in it.
pub fn code(text: &str) -> String {
    format!("<code>{}</code>", inert(text))
}

/// HTML in whose text Markdown finds nothing: no emphasis, no link, no cell's edge.
pub fn inert(text: &str) -> String {
    let mut inert = String::new();
    for character in text.chars() {
        match character {
            '&' | '<' | '>' | '"' | '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' | '$' | '#'
            | '!' | '{' | '}' => inert.push_str(&format!("&#{};", u32::from(character))),
            other => inert.push(other),
        }
    }
    inert
}
