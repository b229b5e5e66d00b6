//! Everything that is wrong with a scenario, each with its place, and how it is shown.

use std::fmt;
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};

/// Problems that are shown; a file of nonsense has more than anybody reads.
const SHOWN: usize = 50;
/// A line longer than this is not shown, only its place: columns of a terminal times a few.
const LINE_MAX: usize = 400;

/// A range of bytes in one of the texts a scenario is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index of the text: 0 = the file, then presets and `--set`s.
    pub(super) source: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Place {
    pub(super) fn new(source: usize, range: std::ops::Range<usize>) -> Place {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place {
            source: cut(source),
            start: cut(range.start),
            end: cut(range.end),
        }
    }

    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A text with the name that messages give it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub name: String,
    pub text: Arc<str>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was found.
    pub what: String,
    /// Where, if it has a place.
    pub at: Option<Place>,
    /// What was expected: printed at the place.
    pub expected: Option<String>,
    /// A second place that matters.
    pub(super) also: Option<Place>,
    /// What to do.
    pub help: Option<String>,
    /// True when something is not there: not to be trusted after a mistake of syntax.
    pub(super) missing: bool,
}

impl Problem {
    pub(super) fn new(at: Place, what: impl Into<String>) -> Problem {
        Problem {
            what: what.into(),
            at: Some(at),
            expected: None,
            also: None,
            help: None,
            missing: false,
        }
    }

    pub(super) fn nowhere(what: impl Into<String>) -> Problem {
        Problem {
            at: None,
            ..Problem::new(Place::new(0, 0..0), what)
        }
    }

    pub(super) fn expected(mut self, text: impl Into<String>) -> Problem {
        self.expected = Some(text.into());
        self
    }

    pub(super) fn help(mut self, text: impl Into<String>) -> Problem {
        self.help = Some(text.into());
        self
    }

    pub(super) fn also(mut self, at: Place) -> Problem {
        self.also = Some(at);
        self
    }
}

/// All problems of a scenario, in the order of the file, never only the first. Never empty.
#[derive(Clone)]
pub struct Problems {
    pub(super) name: String,
    pub(super) sources: Vec<Source>,
    pub(super) list: Vec<Problem>,
}

impl Problems {
    pub(super) fn new(name: &str, sources: Vec<Source>, mut list: Vec<Problem>) -> Problems {
        list.sort_by_key(|p| p.at.map_or((u32::MAX, 0), |at| (at.source, at.start)));
        let mut kept: Vec<Problem> = Vec::with_capacity(list.len());
        for problem in list {
            if kept
                .last_mut()
                .is_some_and(|last| join_missing(last, &problem))
            {
                continue;
            }
            if !kept.iter().rev().take(8).any(|p| *p == problem) {
                kept.push(problem);
            }
        }
        Problems {
            name: name.to_owned(),
            sources,
            list: kept,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Never true.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    /// Name of the text, line and column (both from 1) of a problem.
    pub fn line_of(&self, problem: &Problem) -> Option<(&str, usize, usize)> {
        let at = problem.at?;
        let source = self.sources.get(at.source as usize)?;
        let before = source.text.get(..at.range().start)?;
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Some((&source.name, line, column))
    }

    /// The problems as text for a terminal of `width` columns.
    pub fn render(&self, color: bool, width: usize) -> String {
        let n = self.list.len();
        let word = if n == 1 { "problem" } else { "problems" };
        let mut out = format!("error: {n} {word} in {}\n", self.name);
        for problem in self.list.iter().take(SHOWN) {
            out.push('\n');
            self.render_one(problem, color, width, &mut out);
        }
        if n > SHOWN {
            out.push_str(&format!("\n  … and {} more\n", n - SHOWN));
        }
        out.lines()
            .map(str::trim_end)
            .fold(String::new(), |mut text, line| {
                text.push_str(line);
                text.push('\n');
                text
            })
    }

    fn render_one(&self, problem: &Problem, color: bool, width: usize, out: &mut String) {
        let theme = if color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let shown = Shown::of(self, problem, width);
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width.clamp(40, 400))
            .with_context_lines(0)
            .with_links(false);
        let mut text = String::new();
        if handler.render_report(&mut text, &shown).is_err() {
            text = format!("  × {}\n", problem.what);
        }
        out.push_str(text.trim_start_matches('\n'));
    }
}

/// Puts keys that are missing at the same place into one problem.
fn join_missing(last: &mut Problem, next: &Problem) -> bool {
    let same = last.missing && next.missing && last.at == next.at;
    let key = next.what.split_once(" has no ");
    let (true, Some((table, key))) = (same, key) else {
        return false;
    };
    if !last.what.starts_with(&format!("{table} has no ")) {
        return false;
    }
    last.what.push_str(&format!(", {key}"));
    last.expected = None;
    if next.help.as_ref().is_some_and(|h| h.contains("preset")) {
        last.help = Some("give them, or take a preset: preset = \"claude-code-moderate\"".into());
    } else if let (Some(help), Some(more)) = (&mut last.help, &next.help)
        && let (true, Some(example)) = (
            help.starts_with("for instance: "),
            more.strip_prefix("for instance: "),
        )
    {
        help.push_str(&format!(", {example}"));
    }
    true
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false, 100))
    }
}

impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Problems {}

/// A problem in the form that the renderer reads.
#[derive(Debug)]
struct Shown {
    what: String,
    help: Option<String>,
    source: Option<Lines>,
    labels: Vec<LabeledSpan>,
}

impl Shown {
    fn of(all: &Problems, problem: &Problem, width: usize) -> Shown {
        let mut shown = Shown {
            what: problem.what.clone(),
            help: problem.help.clone(),
            source: None,
            labels: Vec::new(),
        };
        let Some((at, source)) = problem
            .at
            .and_then(|at| Some((at, all.sources.get(at.source as usize)?)))
        else {
            if let Some(expected) = &problem.expected {
                shown.what = format!("{}: {expected}", shown.what);
            }
            return shown;
        };
        let range = inside(&source.text, at.range());
        if line_length(&source.text, range.start) > LINE_MAX {
            if let Some((name, line, column)) = all.line_of(problem) {
                shown.what = format!("{} ({name}:{line}:{column})", shown.what);
            }
            return shown;
        }
        let expected = problem.expected.as_ref();
        let column = column_of(&source.text, range.start) + range.len() / 2;
        let room = width.saturating_sub(column + 16).clamp(34, 200);
        shown.labels.push(LabeledSpan::new_primary_with_span(
            expected.map(|text| wrapped(text, room)),
            (range.start, range.len()),
        ));
        shown.source = Some(Lines {
            source: source.clone(),
            primary: range.start,
        });
        if let Some(also) = problem.also.filter(|also| also.source == at.source) {
            let range = inside(&source.text, also.range());
            let label = LabeledSpan::new_with_span(None, (range.start, range.len()));
            shown.labels.push(label);
        }
        shown
    }
}

/// The range cut to the text, to one line and to whole characters.
fn inside(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let floor = |mut n: usize| {
        n = n.min(text.len());
        while !text.is_char_boundary(n) {
            n -= 1;
        }
        n
    };
    let start = floor(range.start);
    let end = floor(range.end).max(start);
    let line_end = text[start..].find('\n').map_or(text.len(), |n| start + n);
    let end = end.min(line_end).max(start);
    // Past the end of a line nothing can be marked: the last character is.
    let before = text[..start].chars().next_back().filter(|c| *c != '\n');
    match before {
        Some(c) if start == line_end => start - c.len_utf8()..end,
        _ => start..end,
    }
}

/// Columns before a place on its line.
fn column_of(text: &str, at: usize) -> usize {
    let begin = text[..at].rfind('\n').map_or(0, |n| n + 1);
    text[begin..at].chars().count()
}

/// The text in lines of at most `room` characters, broken at spaces.
fn wrapped(text: &str, room: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

/// A text of which whole lines are shown: the renderer by itself shows the marked bytes only.
#[derive(Debug)]
struct Lines {
    source: Source,
    /// Where the problem is: its line and column stand in the heading.
    primary: usize,
}

impl SourceCode for Lines {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &self.source.text;
        let begin = span.offset().min(text.len());
        let end = (span.offset() + span.len()).min(text.len());
        let first = text[..begin].rfind('\n').map_or(0, |n| n + 1);
        let last = text[end..].find('\n').map_or(text.len(), |n| end + n);
        let line = text[..first].matches('\n').count();
        // The column is asked for at the primary place only; elsewhere it counts lines' characters.
        let column = if span.offset() == self.primary {
            column_of(text, begin)
        } else {
            0
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.source.name.clone(),
            &text.as_bytes()[first..last],
            (first, last - first).into(),
            line,
            column,
            text[first..last].matches('\n').count() + 1,
        )))
    }
}

fn line_length(text: &str, at: usize) -> usize {
    let begin = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
    end - begin
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() {
            None
        } else {
            Some(Box::new(self.labels.iter().cloned()))
        }
    }
}
