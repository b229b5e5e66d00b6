//! What is wrong with a text that somebody else wrote: all of it, each with its line.

use std::fmt;

/// Problems that are shown; a file of nonsense has more than anybody reads.
const SHOWN: usize = 50;

/// One thing that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// From 1; none if the text has no lines that matter.
    pub line: Option<usize>,
    /// What was found, with the name of its field.
    pub what: String,
    /// Empty if there is nothing to add.
    pub expected: String,
    /// What to do; empty if that is plain.
    pub help: String,
}

impl Problem {
    pub fn new(what: impl Into<String>, expected: impl Into<String>) -> Problem {
        Problem {
            what: what.into(),
            expected: expected.into(),
            ..Problem::default()
        }
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Problem {
        self.help = text.into();
        self
    }

    #[must_use]
    pub fn line(mut self, line: usize) -> Problem {
        self.line = Some(line);
        self
    }
}

/// Everything that is wrong with a text, in its order. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// Name of the file.
    pub name: String,
    pub list: Vec<Problem>,
}

impl Problems {
    pub fn new(name: impl Into<String>, list: Vec<Problem>) -> Problems {
        Problems {
            name: name.into(),
            list,
        }
    }

    /// A single problem.
    pub fn one(name: impl Into<String>, problem: Problem) -> Problems {
        Problems::new(name, vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.list.len();
        let word = if n == 1 { "problem" } else { "problems" };
        writeln!(f, "error: {n} {word} in {}", self.name)?;
        for p in self.list.iter().take(SHOWN) {
            writeln!(f)?;
            match p.line {
                Some(line) => writeln!(f, "  × line {line}: {}", p.what)?,
                None => writeln!(f, "  × {}", p.what)?,
            }
            if !p.expected.is_empty() {
                writeln!(f, "    {}", p.expected)?;
            }
            if !p.help.is_empty() {
                writeln!(f, "    help: {}", p.help)?;
            }
        }
        if n > SHOWN {
            writeln!(f, "\n  … and {} more", n - SHOWN)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
