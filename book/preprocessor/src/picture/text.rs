//! How wide a text is, and where it can be broken.

/// How a text is set.
#[derive(Clone, Copy, PartialEq)]
pub struct Style {
    /// The size of the letters, in units of the picture.
    pub size: f64,
    /// Whether all letters are equally wide.
    pub mono: bool,
}

/// Words.
pub const PROSE: Style = Style { size: 11.5, mono: false };
/// Words that stand out less.
pub const SMALL: Style = Style { size: 10.5, mono: false };
/// Code and bytes.
pub const MONO: Style = Style { size: 10.5, mono: true };

impl Style {
    /// The distance from one line to the next.
    pub fn leading(self) -> f64 {
        self.size * 1.25
    }

    /// The width of a text, with a little to spare, for another font may stand in.
    pub fn width(self, text: &str) -> f64 {
        text.chars().map(|character| self.advance(character)).sum::<f64>() * self.size * 1.04
    }

    /// The width of a letter, in letter sizes: that of Open Sans, more or less.
    fn advance(self, character: char) -> f64 {
        match character {
            '\u{2e80}'.. => 1.0,
            _ if self.mono => 0.6,
            'i' | 'j' | 'l' | ' ' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | 'I' => 0.28,
            'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '"' | '`' => 0.40,
            'm' | 'w' | 'M' | 'W' | '→' | '←' | '…' | '%' | '@' => 0.93,
            'A'..='Z' => 0.66,
            _ => 0.585,
        }
    }

    /// Breaks a text into lines of at most this width.
    ///
    /// # Errors
    ///
    /// A word is too wide, or there are more lines than `most`.
    pub fn wrap(self, text: &str, width: f64, most: usize) -> Result<Vec<String>, String> {
        let mut lines = vec![String::new()];
        for word in words(text) {
            // A path that is too wide may be broken where a part of it ends.
            let pieces = match self.width(word.trim_end()) <= width {
                true => vec![word],
                false => word.split_inclusive(['/', '-', '_', ',']).collect(),
            };
            for piece in pieces {
                let longer = lines.last().map(|line| format!("{line}{piece}")).unwrap_or_default();
                if self.width(longer.trim_end()) <= width {
                    lines.pop();
                    lines.push(longer);
                } else if self.width(piece.trim_end()) <= width {
                    lines.push(piece.to_owned());
                } else {
                    return Err(format!("{:?} is too wide here; shorten it", piece.trim_end()));
                }
            }
        }
        if lines.len() > most {
            return Err(format!("{text:?} is too long here; shorten it"));
        }
        Ok(lines.iter().map(|line| line.trim_end().to_owned()).collect())
    }
}

/// What should not be broken: words with the space behind them, and single Chinese characters.
fn words(text: &str) -> Vec<&str> {
    let is_chinese = |character: char| character >= '\u{2e80}';
    let mut words = Vec::new();
    let mut start = 0;
    for (place, character) in text.char_indices() {
        let end = place + character.len_utf8();
        let before_chinese = text[end..].chars().next().is_some_and(is_chinese);
        if character == ' ' || is_chinese(character) || before_chinese {
            words.push(&text[start..end]);
            start = end;
        }
    }
    words.push(&text[start..]);
    words
}
