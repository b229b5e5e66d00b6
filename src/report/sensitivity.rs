//! Sensitivity: a screen, a table, a document, a chart.

use std::io::{self, Write};

use serde_json::json;

use crate::analysis::sensitivity::{
    Effect, Range, SensitivityFinding, amount, range_text, sentences,
};
use crate::base::money::group_thousands;

use super::charts::{picture, tornado};
use super::folder::pictures;
use super::output::{Draft, MARK, OutputError};
use super::page::{Look, Page};
use super::tables::cell::{Rows, number};

/// The version of the document.
const FORMAT: u32 = 1;
/// Inputs that a screen shows.
const SHOWN: usize = 12;

/// What was found, with the scenario's heading.
pub struct Sheet<'a> {
    pub title: &'a str,
    pub seed: u64,
    pub finding: &'a SensitivityFinding,
    /// Of Morris screening, if it was asked for.
    pub effects: Option<&'a [Effect]>,
}

impl Sheet<'_> {
    fn subtitle(&self) -> String {
        format!(
            "{} · {} trials for each end, the same random numbers · seed {}",
            self.title,
            group_thousands(self.finding.trials as u64),
            self.seed
        )
    }
}

/// The screen.
pub fn screen(s: &Sheet<'_>, look: &Look) -> String {
    let f = s.finding;
    let mut page = Page::new(look);
    page.blank();
    let bold = page.paint("1", s.title);
    page.line(&bold);
    let facts = format!(
        "{} inputs, each moved by itself · {} trials for each end, the same random numbers · seed {}",
        f.bars.len(),
        group_thousands(f.trials as u64),
        s.seed
    );
    let dim = page.paint("2", &facts);
    page.line(&dim);
    page.blank();
    for sentence in sentences(f) {
        page.wrapped("", &sentence);
    }
    if !f.is_still() {
        page.blank();
        bars(&mut page, f);
    }
    if let Some(effects) = s.effects {
        morris_table(&mut page, f, effects);
    }
    if f.partial {
        page.blank();
        page.wrapped(
            "note",
            "stopped early: the inputs above are those that were finished",
        );
    }
    if let Some(written) = &look.written {
        page.blank();
        page.line(written);
    }
    page.end()
}

/// The inputs that swing most, and the noise.
fn bars(page: &mut Page<'_>, f: &SensitivityFinding) {
    let show = |x: f64| amount(&f.metric, x);
    let mut rows = vec![
        ["Input", "moved", "low", "high", "swing"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(f.bars.iter().take(SHOWN).map(|b| {
        let mark = if b.is_certain(f.base) {
            ""
        } else {
            " (chance)"
        };
        vec![
            b.label.clone(),
            range_text(b),
            show(b.low),
            show(b.high),
            format!("{}{mark}", show(b.swing())),
        ]
    }));
    rows.push(vec![
        "simulation noise".to_owned(),
        String::new(),
        show(f.base - f.noise),
        show(f.base + f.noise),
        show(2.0 * f.noise),
    ]);
    page.table(&rows, &[false, false, true, true, true]);
    if f.bars.len() > SHOWN {
        page.line(&format!("{} more in tornado.csv", f.bars.len() - SHOWN));
    }
}

/// Morris screening.
fn morris_table(page: &mut Page<'_>, f: &SensitivityFinding, effects: &[Effect]) {
    let show = |x: f64| amount(&f.metric, x);
    page.blank();
    page.wrapped(
            "",
            "Over the whole space of inputs (Morris), for a move from low to high; a spread beyond the size means that it depends on the other inputs:",
        );
    page.blank();
    let mut rows = vec![["Input", "mean size", "spread"].map(str::to_owned).to_vec()];
    rows.extend(
        effects
            .iter()
            .take(SHOWN)
            .map(|e| vec![e.label.clone(), show(e.mean_size), show(e.sd)]),
    );
    page.table(&rows, &[false, true, true]);
}

/// Writes table, chart and document into a draft of their folder.
///
/// # Errors
/// When a file cannot be written or the chart cannot be drawn.
pub fn write(draft: &Draft, s: &Sheet<'_>, charts: bool) -> Result<Vec<String>, OutputError> {
    let mut files = vec!["tornado.csv".to_owned()];
    draft.file("tornado.csv", |to| csv(s.finding, to))?;
    if let Some(effects) = s.effects {
        draft.file("morris.csv", |to| morris_csv(effects, to))?;
        files.push("morris.csv".to_owned());
    }
    let drawing = || tornado::draw(s.finding, &s.subtitle());
    if let Some(drawing) = charts.then(drawing).flatten() {
        let done = picture("tornado", "tornado", drawing)
            .map_err(|e| OutputError::Disk(io::Error::other(e)))?;
        pictures(draft, &[done], &mut files)?;
    }
    files.push(MARK.to_owned());
    let text = json(s, &files)?;
    draft.file(MARK, |to| to.write_all(text.as_bytes()))?;
    Ok(files)
}

fn csv(f: &SensitivityFinding, to: &mut dyn Write) -> io::Result<()> {
    let metric = f.metric.to_string();
    let header = [
        "input".to_owned(),
        "range".to_owned(),
        "from".to_owned(),
        "to".to_owned(),
        format!("{metric}_at_low"),
        format!("{metric}_at_high"),
        "low_error".to_owned(),
        "high_error".to_owned(),
        "swing".to_owned(),
        "more_than_chance".to_owned(),
    ];
    let mut rows = Rows::start(to, &header)?;
    let n = |x: f64| number(x, 6);
    for b in &f.bars {
        let (kind, low, high) = match b.range {
            Range::Stated { low, high } => ("stated", low, high),
            Range::Factor { low, high } => ("factor", low, high),
        };
        rows.row(vec![
            b.label.clone(),
            kind.to_owned(),
            n(low),
            n(high),
            n(b.low),
            n(b.high),
            n(b.low_error),
            n(b.high_error),
            n(b.swing()),
            b.is_certain(f.base).to_string(),
        ])?;
    }
    let none = String::new;
    rows.row(vec![
        "simulation noise".to_owned(),
        "noise".to_owned(),
        none(),
        none(),
        n(f.base - f.noise),
        n(f.base + f.noise),
        none(),
        none(),
        n(2.0 * f.noise),
        none(),
    ])?;
    rows.end()
}

fn morris_csv(effects: &[Effect], to: &mut dyn Write) -> io::Result<()> {
    let mut rows = Rows::start(to, &["input", "mean_size", "sd"])?;
    for e in effects {
        rows.row(vec![
            e.label.clone(),
            number(e.mean_size, 6),
            number(e.sd, 6),
        ])?;
    }
    rows.end()
}

/// The document.
///
/// # Errors
/// Never in practice: it holds only text, numbers and lists.
pub fn json(s: &Sheet<'_>, files: &[String]) -> io::Result<String> {
    let f = s.finding;
    let document = json!({
        "format": FORMAT,
        "burncast": env!("CARGO_PKG_VERSION"),
        "title": s.title,
        "seed": s.seed,
        "trials": f.trials,
        "partial": f.partial,
        "metric": f.metric.to_string(),
        "sentences": sentences(f),
        "base": f.base,
        "noise": finite(f.noise),
        "inputs": f.bars.iter().map(|b| json!({
            "input": b.label,
            "moved": range_text(b),
            "at_low": b.low,
            "at_high": b.high,
            "low_error": finite(b.low_error),
            "high_error": finite(b.high_error),
            "more_than_chance": b.is_certain(f.base),
        })).collect::<Vec<_>>(),
        "morris": s.effects.map(|all| all.iter().map(|e| json!({
            "input": e.label,
            "mean_size": e.mean_size,
            "sd": e.sd,
        })).collect::<Vec<_>>()),
        "files": files,
    });
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

/// JSON has no infinity.
fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}
