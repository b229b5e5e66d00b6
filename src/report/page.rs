//! A page of plain text for people: indented lines, paragraphs, tables. Readable without colour.

use crate::report::lines::{fold, pad, wrap};

/// How a page is shown.
#[derive(Clone, Debug)]
pub struct Look {
    /// Characters in a line, 60 to 100.
    pub width: usize,
    pub color: bool,
    /// `0.9 s`: shown here only, never in a file.
    pub elapsed: Option<String>,
    /// `output/x/   10 tables, 6 charts, run.json`.
    pub written: Option<String>,
}

/// Spaces before each line.
pub const INDENT: usize = 2;

/// A page of text that is being written.
pub struct Page<'a> {
    pub look: &'a Look,
    text: String,
}

impl<'a> Page<'a> {
    pub fn new(look: &'a Look) -> Page<'a> {
        Page {
            look,
            text: String::new(),
        }
    }

    /// What was written.
    pub fn end(self) -> String {
        self.text
    }

    pub fn width(&self) -> usize {
        self.look.width.clamp(60, 100)
    }

    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// An indented line.
    pub fn line(&mut self, text: &str) {
        self.text.push_str(&" ".repeat(INDENT));
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// A paragraph behind a word in the margin; lines after the first hang below its text.
    pub fn wrapped(&mut self, margin: &str, text: &str) {
        let lead = if margin.is_empty() {
            String::new()
        } else {
            format!("{margin}  ")
        };
        let room = self.width().saturating_sub(INDENT + lead.chars().count());
        for (i, part) in wrap(text, room).iter().enumerate() {
            if i == 0 {
                let margin = self.paint("33", &lead);
                self.line(&format!("{margin}{part}"));
            } else {
                self.line(&format!("{}{part}", " ".repeat(lead.chars().count())));
            }
        }
    }

    /// Text in a colour or weight, if there is colour.
    pub fn paint(&self, code: &str, text: &str) -> String {
        if self.look.color && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// A table: the first row is its head; columns as wide as their content, those in `right` set
    /// to the right. Where it does not fit, the first column is cut.
    pub fn table(&mut self, rows: &[Vec<String>], right: &[bool]) {
        const GAP: usize = 2;
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let longest = |c: usize| {
            rows.iter()
                .filter_map(|r| r.get(c))
                .map(|t| t.chars().count())
                .max()
        };
        let mut widths: Vec<usize> = (0..columns).map(|c| longest(c).unwrap_or(0)).collect();
        let needed = widths.iter().sum::<usize>() + GAP * columns.saturating_sub(1);
        let over = needed.saturating_sub(self.width() - INDENT);
        if let Some(first) = widths.first_mut() {
            *first = first.saturating_sub(over).max(8);
        }
        for (i, row) in rows.iter().enumerate() {
            // A name that is too long goes on below.
            let names = match (row.first(), widths.first()) {
                (Some(name), Some(width)) => fold(name, *width),
                _ => Vec::new(),
            };
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(c, (cell, width))| {
                    let cell = names.first().filter(|_| c == 0).unwrap_or(cell);
                    pad(cell, *width, right.get(c).copied().unwrap_or(false))
                })
                .collect();
            let text = cells.join(&" ".repeat(GAP));
            let text = text.trim_end();
            let shown = if i == 0 {
                self.paint("4", text)
            } else {
                text.to_owned()
            };
            self.line(&shown);
            for name in names.iter().skip(1) {
                self.line(name);
            }
        }
    }
}
