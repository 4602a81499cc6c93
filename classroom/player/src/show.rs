//! What the audience reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal, Write};
use std::iter;

use anstyle::{AnsiColor, Style};
use record::Sign;

use crate::bends::Bends;
use crate::script::Script;
use crate::{terminal, wires};

/// The colours of the sides, in the order in which they come.
const COLOURS: [AnsiColor; 5] =
    [AnsiColor::Cyan, AnsiColor::Yellow, AnsiColor::Magenta, AnsiColor::Green, AnsiColor::Blue];

/// How many columns stand before the words to the audience.
const INDENT: usize = 4;

/// What a reader is told at a question. It fits a narrow terminal: one line is cleared.
const QUESTION_PROMPT: &str = "[Enter: the answer, Ctrl-D: play on]";

/// The name under which files are shown.
pub const FILES: &str = "files";

/// Prints a play, and keeps its transcript.
pub struct Show {
    stops: Stops,
    transcript: String,
    styles: BTreeMap<String, Style>,
    width: usize,
    block: Block,
}

/// Where a play waits for Enter.
#[derive(Clone, Copy, PartialEq)]
pub enum Stops {
    /// Before each step.
    Steps,
    /// Behind each question, before its answer.
    Questions,
    /// It plays on to the end.
    Nowhere,
}

/// What was printed last. A blank line stands between remarks and what happens.
#[derive(Clone, Copy, PartialEq)]
enum Block {
    Title,
    Remark,
    Question,
    Action,
}

fn style(sign: Sign) -> Style {
    match sign {
        Sign::Printed => Style::new(),
        Sign::Command | Sign::Typed => Style::new().bold(),
        Sign::Skipped | Sign::Event => Style::new().italic(),
    }
}

impl Show {
    /// Makes ready for plays that stop there.
    pub fn new(stops: Stops) -> Self {
        Self {
            stops,
            transcript: String::new(),
            styles: BTreeMap::new(),
            width: 0,
            block: Block::Title,
        }
    }

    /// Prints what is going to be played.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        if self.width > 0 {
            // Something else was played before.
            writeln!(anstream::stdout())?;
        }
        let bold = Style::new().bold().underline();
        let lines = terminal::lines(text, 0);
        lines.iter().try_for_each(|line| writeln!(anstream::stdout(), "{bold}{line}{bold:#}"))
    }

    /// Prints what is to be known before the first scene. It belongs to no transcript.
    pub fn note(&self, text: &str) -> io::Result<()> {
        let lines = terminal::lines(text, 0);
        lines.iter().try_for_each(|line| writeln!(anstream::stdout(), "{line}"))
    }

    /// Prints the title of a scene, and makes ready for its sides.
    pub fn scene(
        &mut self,
        number: Option<usize>,
        script: &Script,
        over_wires: bool,
    ) -> io::Result<()> {
        let mut sides = script.sides();
        if over_wires {
            sides.push(wires::PROGRAM);
        }
        if script.has_files() {
            sides.push(FILES);
        }
        self.width = sides.iter().map(|side| side.len()).max().unwrap_or_default();
        let colours = COLOURS.iter().cycle().map(|colour| colour.on_default());
        self.styles = sides.into_iter().map(String::from).zip(colours).collect();
        self.block = Block::Title;

        writeln!(anstream::stdout())?;
        let bold = Style::new().bold();
        let number = number.map(|number| format!("{number}. ")).unwrap_or_default();
        self.line(&format!("{bold}{number}{}{bold:#}", script.title))
    }

    /// Prints a remark.
    pub fn say(&mut self, lines: &[String]) -> io::Result<()> {
        self.begin(Block::Remark)?;
        self.paragraph(lines, ' ', Style::new())
    }

    /// Prints a question.
    pub fn ask(&mut self, lines: &[String]) -> io::Result<()> {
        self.begin(Block::Question)?;
        self.paragraph(lines, '?', Style::new().bold())
    }

    /// Prints words to the audience. A terminal gets lines that fit it; a file, like the
    /// transcript, those of the script.
    fn paragraph(&mut self, lines: &[String], mark: char, style: Style) -> io::Result<()> {
        let marked = |lines: &[String]| -> Vec<_> {
            let marks = iter::once(mark).chain(iter::repeat(' '));
            let lines = marks.zip(lines);
            lines.map(|(mark, line)| format!("  {style}{mark} {line}{style:#}")).collect()
        };
        let recorded = marked(lines);
        recorded.iter().for_each(|line| self.record(line));
        let live = terminal::lay_out(&lines.join(" "), INDENT);
        let live = live.map_or(recorded, |lines| marked(&lines));
        live.iter().try_for_each(|line| writeln!(anstream::stdout(), "{line}"))
    }

    /// Prints what happens at a side.
    pub fn action(&mut self, side: &str, sign: Sign, text: &str) -> io::Result<()> {
        self.begin(Block::Action)?;
        let line = self.labelled(side, sign, text);
        self.line(&line)
    }

    /// Prints a line that a side printed. An audience at a terminal reads what came this time;
    /// a file, like the transcript, gets the same every time.
    pub fn printed(&mut self, side: &str, live: &str, recorded: &str) -> io::Result<()> {
        self.begin(Block::Action)?;
        let recorded = self.labelled(side, Sign::Printed, recorded);
        if !io::stdout().is_terminal() {
            return self.line(&recorded);
        }
        self.record(&recorded);
        writeln!(anstream::stdout(), "{}", self.labelled(side, Sign::Printed, live))
    }

    fn labelled(&self, side: &str, sign: Sign, text: &str) -> String {
        let colour = self.styles.get(side).copied().unwrap_or_default();
        let (width, mark) = (self.width, sign.letter());
        let mut line = format!("{colour}{side:<width$} {mark}{colour:#}");
        if !text.is_empty() {
            let style = style(sign);
            // A String takes whatever is written to it.
            let _ = write!(line, " {style}{text}{style:#}");
        }
        line
    }

    /// Prints that a play over a bent line takes another course, and what is to be learnt from
    /// that.
    pub fn departs(
        &mut self,
        bends: &Bends,
        expected: &str,
        came: &str,
        remarks: &[String],
    ) -> io::Result<()> {
        self.begin(Block::Remark)?;
        let departure =
            format!("Over the line bent by {bends} the play ends here. It was to go on:");
        self.paragraph(&[departure], ' ', Style::new())?;
        self.line(&format!("      {expected}"))?;
        self.line(&format!("    But {came}"))?;
        self.line("")?;
        self.paragraph(remarks, ' ', Style::new())
    }

    /// Waits for Enter, if the play stops before the next step. The end of the input lets it
    /// play on.
    pub fn stop(&mut self) {
        let prompt = match self.stops {
            Stops::Steps => "[Enter]",
            Stops::Questions if self.block == Block::Question => QUESTION_PROMPT,
            Stops::Questions | Stops::Nowhere => return,
        };
        let person = io::stdin().is_terminal() && io::stderr().is_terminal();
        if person {
            terminal::forget_early_keys();
            eprint!("{prompt}");
        }
        let entered = io::stdin().lock().skip_until(b'\n').is_ok_and(|count| count > 0);
        if person {
            // Clear the prompt. With Enter, the terminal has begun a new line below it.
            eprint!("{}\r\x1b[2K", if entered { "\x1b[A" } else { "" });
        }
        if !entered {
            self.stops = Stops::Nowhere;
        }
    }

    /// Hands over the transcript of the scene that was played.
    pub fn take_transcript(&mut self) -> String {
        std::mem::take(&mut self.transcript)
    }

    fn begin(&mut self, block: Block) -> io::Result<()> {
        if self.block != block {
            self.line("")?;
        }
        self.block = block;
        Ok(())
    }

    fn record(&mut self, line: &str) {
        self.transcript.push_str(&anstream::adapter::strip_str(line).to_string());
        self.transcript.push('\n');
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        self.record(line);
        writeln!(anstream::stdout(), "{line}")
    }
}
