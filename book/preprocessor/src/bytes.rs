//! The bytes of a scene, as the wire saw them and as they are kept beside its transcript.

use record::{Head, Row, noun, read_row};

use crate::html::escape;

/// Each piece with its head, `1  client → server  7 bytes`, and its rows.
///
/// # Errors
///
/// A line that is neither.
pub fn pieces(text: &str) -> Result<String, String> {
    let mut html = String::from("<div class=\"pieces\">\n");
    let mut open = false;
    for line in text.lines() {
        if let Some(row) = read_row(line) {
            html.push_str(&draw(&row));
            continue;
        }
        if open {
            html.push_str("</div></div>\n");
        }
        html.push_str(&head(Head::read(line).ok_or_else(|| format!("no head: {line:?}"))?));
        open = true;
    }
    html.push_str(if open { "</div></div>\n</div>\n" } else { "</div>\n" });
    Ok(html)
}

/// Opens a piece. Its colour is that of the side that sent it.
fn head(head: Head) -> String {
    let Head { connection, direction, length } = head;
    let (from, noun) = (direction.sender(), noun(length));
    format!(
        "<div class=\"piece {from}\" data-connection=\"{connection}\" data-size=\"{length}\">\
         <p>{connection} · <b>{direction}</b> · {length} {noun}</p><div class=\"rows\">\n"
    )
}

/// A row of bytes, or the count of those that are left out.
fn draw(row: &Row) -> String {
    match row {
        Row::Rest(words) => format!("<div class=\"row\"><i>{}</i></div>\n", escape(words)),
        Row::Bytes { hex, text, label } => {
            let [hex, text, label] = [hex, text, label].map(|part| escape(part));
            format!(
                "<div class=\"row\"><span class=\"hex\">{hex}</span> \
                 <span class=\"as-text\">{text}</span> <em>{label}</em></div>\n"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_piece_has_its_size_and_its_rows() {
        let text = "2  client ← server  7 bytes\n     \
                    03 00 00 00                                       ....              length 3\n     \
                    3c 69 0a                                          <i.               body\n     \
                    … 3 more bytes\n";
        let html = pieces(text).expect("it is well formed");
        assert_eq!(
            html,
            "<div class=\"pieces\">\n\
             <div class=\"piece server\" data-connection=\"2\" data-size=\"7\">\
             <p>2 · <b>client ← server</b> · 7 bytes</p><div class=\"rows\">\n\
             <div class=\"row\"><span class=\"hex\">03 00 00 00</span> \
             <span class=\"as-text\">....            </span> <em>length 3</em></div>\n\
             <div class=\"row\"><span class=\"hex\">3c 69 0a</span> \
             <span class=\"as-text\">&lt;i.             </span> <em>body</em></div>\n\
             <div class=\"row\"><i>… 3 more bytes</i></div>\n\
             </div></div>\n</div>\n"
        );
    }

    #[test]
    fn a_line_that_is_no_head_is_an_error() {
        assert!(pieces("client said hello\n").is_err());
    }
}
