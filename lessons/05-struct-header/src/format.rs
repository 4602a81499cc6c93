//! Packing values into bytes by a format, as Python's `struct` module does.
//!
//! The codes are `b B h H i I q Q` (integers of 1, 2, 4 and 8 bytes; capitals
//! are unsigned), `f d` (floating point of 4 and 8 bytes) and `s` (bytes). A
//! number in front repeats a code, or gives the length of an `s`. The first
//! character may choose the byte order: `<` little endian, `>` and `!` big
//! endian, `=` this machine's, `@` (the default) this machine's with native
//! alignment. Source: the documentation of Python's `struct`.

use anyhow::{Context, bail, ensure};

/// The most bytes a format may describe. It bounds what a count such as
/// `4000000000s` can ask for.
pub const MAX_SIZE: usize = 1 << 20;

/// A parsed format.
#[derive(Debug)]
pub struct Format {
    fields: Vec<Field>,
    size: usize,
    big_endian: bool,
    /// Whether fields are aligned, and too large an `f` is infinite.
    native: bool,
}

/// One value in the bytes.
#[derive(Clone, Copy, Debug)]
struct Field {
    code: Code,
    offset: usize,
    size: usize,
}

#[derive(Clone, Copy, Debug)]
enum Code {
    Signed(char),
    Unsigned(char),
    Float,
    Double,
    Bytes,
}

impl Code {
    fn parse(code: char) -> anyhow::Result<(Self, usize)> {
        Ok(match code {
            'b' => (Self::Signed(code), 1),
            'B' => (Self::Unsigned(code), 1),
            'h' => (Self::Signed(code), 2),
            'H' => (Self::Unsigned(code), 2),
            'i' => (Self::Signed(code), 4),
            'I' => (Self::Unsigned(code), 4),
            'q' => (Self::Signed(code), 8),
            'Q' => (Self::Unsigned(code), 8),
            'f' => (Self::Float, 4),
            'd' => (Self::Double, 8),
            's' => (Self::Bytes, 1),
            _ => bail!(
                "unknown code {code:?}; the codes are b B h H i I q Q f d s"
            ),
        })
    }
}

impl Format {
    /// Reads a format such as `i`, `<I3sf` or `!2h`.
    ///
    /// # Errors
    ///
    /// An unknown code, a count without a code, or more than [`MAX_SIZE`]
    /// bytes.
    pub fn parse(format: &str) -> anyhow::Result<Self> {
        let (prefix, codes) = match format.chars().next() {
            Some(prefix @ ('@' | '=' | '<' | '>' | '!')) => {
                (prefix, &format[1..])
            }
            _ => ('@', format),
        };
        let mut parsed = Self {
            fields: Vec::new(),
            size: 0,
            big_endian: match prefix {
                '<' => false,
                '>' | '!' => true,
                _ => cfg!(target_endian = "big"),
            },
            native: prefix == '@',
        };
        let mut count = String::new();
        for code in codes.chars() {
            if code.is_ascii_digit() {
                count.push(code);
            } else if !code.is_ascii_whitespace() || !count.is_empty() {
                parsed.add(code, &count)?;
                count.clear();
            }
        }
        ensure!(count.is_empty(), "the count {count} at the end has no code");
        Ok(parsed)
    }

    fn add(&mut self, code: char, count: &str) -> anyhow::Result<()> {
        let (code, size) = Code::parse(code)?;
        let count = match count {
            "" => 1,
            digits => digits.parse().unwrap_or(usize::MAX),
        };
        if self.native {
            self.size = self.size.next_multiple_of(size);
        }
        let end = count
            .checked_mul(size)
            .and_then(|bytes| bytes.checked_add(self.size))
            .filter(|&end| end <= MAX_SIZE)
            .with_context(|| {
                format!("the format describes more than {MAX_SIZE} bytes")
            })?;

        let (repeats, size) = match code {
            Code::Bytes => (1, count),
            _ => (count, size),
        };
        for index in 0..repeats {
            let offset = self.size + index * size;
            self.fields.push(Field { code, offset, size });
        }
        self.size = end;
        Ok(())
    }

    /// How many bytes the format describes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Packs one value for each field.
    ///
    /// # Errors
    ///
    /// A wrong number of values, a value that is not of its field's kind, or
    /// one out of its range, which the error names.
    pub fn pack(&self, values: &[impl AsRef<str>]) -> anyhow::Result<Vec<u8>> {
        ensure!(
            values.len() == self.fields.len(),
            "the number of values is wrong: the format takes {}, not {}",
            self.fields.len(),
            values.len()
        );
        let mut bytes = vec![0; self.size];
        for (field, value) in self.fields.iter().zip(values) {
            let packed = field.pack(value.as_ref(), self)?;
            bytes[field.offset..][..packed.len()].copy_from_slice(&packed);
        }
        Ok(bytes)
    }

    /// Reads back what was packed, one text for each field.
    ///
    /// # Errors
    ///
    /// A number of bytes other than [`Format::size`].
    pub fn unpack(&self, bytes: &[u8]) -> anyhow::Result<Vec<String>> {
        ensure!(
            bytes.len() == self.size,
            "the format describes {} bytes, and {} are given",
            self.size,
            bytes.len()
        );
        let field = |field: &Field| {
            let bytes = &bytes[field.offset..][..field.size];
            field.unpack(bytes, self.big_endian)
        };
        Ok(self.fields.iter().map(field).collect())
    }
}

impl Field {
    /// The smallest and the largest number this field can hold.
    fn range(&self) -> (i128, i128) {
        let bits = 8 * self.size;
        match self.code {
            Code::Signed(_) => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
            _ => (0, (1 << bits) - 1),
        }
    }

    fn pack(&self, value: &str, format: &Format) -> anyhow::Result<Vec<u8>> {
        let number = || {
            value
                .parse::<f64>()
                .with_context(|| format!("{value:?} is no number"))
        };
        let mut bytes = match self.code {
            Code::Bytes => {
                // Too long a text is cut, too short a one is filled up with
                // zeros.
                let kept = value.len().min(self.size);
                return Ok(value.as_bytes()[..kept].to_vec());
            }
            Code::Signed(code) | Code::Unsigned(code) => {
                self.pack_integer(code, value)?
            }
            Code::Double => number()?.to_le_bytes().to_vec(),
            Code::Float => {
                let (double, float) = (number()?, number()? as f32);
                ensure!(
                    format.native || float.is_finite() || !double.is_finite(),
                    "'f' holds numbers from {:e} to {:e}, \
                     and {value} is not one of them",
                    f32::MIN,
                    f32::MAX
                );
                float.to_le_bytes().to_vec()
            }
        };
        if format.big_endian {
            bytes.reverse();
        }
        Ok(bytes)
    }

    fn pack_integer(&self, code: char, value: &str) -> anyhow::Result<Vec<u8>> {
        let (smallest, largest) = self.range();
        let number: i128 = value.parse().with_context(|| {
            format!("{value:?} is no whole number that '{code}' can hold")
        })?;
        ensure!(
            (smallest..=largest).contains(&number),
            "'{code}' holds numbers from {smallest} to {largest}, \
             and {value} is not one of them"
        );
        // Two's complement: the low bytes are the same at every width.
        Ok(number.to_le_bytes()[..self.size].to_vec())
    }

    fn unpack(&self, bytes: &[u8], big_endian: bool) -> String {
        if matches!(self.code, Code::Bytes) {
            return format!("b'{}'", bytes.escape_ascii());
        }
        // All eight bytes, the field's own first, and the lowest of them first.
        let mut wide = [0; 8];
        wide[..self.size].copy_from_slice(bytes);
        if big_endian {
            wide[..self.size].reverse();
        }
        let unsigned = u64::from_le_bytes(wide);
        match self.code {
            Code::Float => {
                format!("{:?}", f64::from(f32::from_bits(unsigned as u32)))
            }
            Code::Double => format!("{:?}", f64::from_bits(unsigned)),
            Code::Signed(_) => {
                // Shifted up and down again, the sign fills the bytes above.
                let above = 64 - 8 * self.size as u32;
                ((unsigned << above) as i64 >> above).to_string()
            }
            _ => unsigned.to_string(),
        }
    }
}
