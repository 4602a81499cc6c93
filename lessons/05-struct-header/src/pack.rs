//! Packs values into bytes, as Python's `struct.pack` does, and shows the
//! bytes.

use std::io::{self, Write};

use anyhow::{Context, ensure};
use clap::Parser;
use struct_header::format::Format;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut stdout = io::stdout();
    let format = Format::parse(&args.format)
        .with_context(|| format!("cannot use the format {:?}", args.format))?;

    if args.unpack {
        let bytes = from_hex(&args.values.concat())?;
        for value in format.unpack(&bytes).context("cannot unpack")? {
            writeln!(stdout, "{value}").context("cannot print the value")?;
        }
    } else {
        let bytes = format.pack(&args.values).context("cannot pack")?;
        writeln!(stdout, "{}\n{} bytes", to_hex(&bytes), bytes.len())
            .context("cannot print the bytes")?;
    }
    Ok(())
}

fn to_hex(bytes: &[u8]) -> String {
    let digits: Vec<_> =
        bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

fn from_hex(text: &str) -> anyhow::Result<Vec<u8>> {
    let digits = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .map(|digit| {
            digit
                .to_digit(16)
                .with_context(|| format!("{digit:?} is no hexadecimal digit"))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(
        digits.len() % 2 == 0,
        "a byte has two hexadecimal digits; one is missing"
    );
    Ok(digits.chunks(2).map(|pair| (16 * pair[0] + pair[1]) as u8).collect())
}

/// Pack values into bytes as Python's struct.pack does, and show the bytes in
/// hex
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Go the other way: from the bytes, in hex, to the values
    #[arg(long)]
    unpack: bool,

    /// What each value becomes: b B h H i I q Q f d s, with counts; a prefix
    /// < > ! = @ gives the byte order
    format: String,

    /// The values; with --unpack the bytes in hex, as in 32 cc 02 00
    #[arg(allow_negative_numbers = true)]
    values: Vec<String>,
}
