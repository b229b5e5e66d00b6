//! Logged requests on every plan: the screen, the files, the document.

use std::io;

use serde_json::{Value, json};

use crate::analysis::history::HistoryFindings;
use crate::analysis::plans::left_out;
use crate::analysis::plans::past::PastFinding;
use crate::base::money::group_thousands;
use crate::report::folder::Written;
use crate::report::history::screen::notes as of_history;
use crate::report::json::number;
use crate::report::lines::wrap;
use crate::report::output::{Draft, MARK, OutputError};
use crate::report::page::{INDENT, Look, Page};

use super::files::{contenders as csv, hour_prices};
use super::json::verdict;
use super::table::{contenders, hours};

/// The version of the document.
const FORMAT: u32 = 1;

/// The screen.
pub fn screen(f: &HistoryFindings, p: &PastFinding, look: &Look) -> String {
    let mut page = Page::new(look);
    page.blank();
    let bold = page.paint("1", "Your requests on every plan");
    page.line(&bold);
    let mut facts = format!(
        "{}, {} · {} requests · {} draws of the sizes, seed {}",
        f.horizon,
        f.timezone,
        group_thousands(f.requests),
        group_thousands(f.trials),
        f.seed
    );
    if let Some(elapsed) = &page.look.elapsed {
        facts.push_str(&format!(" · {elapsed}"));
    }
    for part in wrap(&facts, page.width() - INDENT) {
        let dim = page.paint("2", &part);
        page.line(&dim);
    }
    page.blank();
    for sentence in p.sentences() {
        page.wrapped("", &sentence);
    }
    page.blank();
    contenders(&mut page, &p.verdict, p.hour, &p.per.word, None);
    hours(&mut page, &p.verdict, &p.per.word);
    page.blank();
    for note in notes(f, p) {
        page.wrapped("note", &note);
    }
    for (margin, text) in of_history(f) {
        page.wrapped(margin, &text);
    }
    page.blank();
    page.wrapped(
        "next",
        "burncast run --history (each plan by itself: when it would have stopped you, and by what)",
    );
    page.wrapped(
        "next",
        "burncast fit -o me.toml && burncast plans me.toml (the same for months to come, and as use \
         grows)",
    );
    if let Some(written) = &look.written {
        page.blank();
        page.line(written);
    }
    page.end()
}

fn notes(f: &HistoryFindings, p: &PastFinding) -> Vec<String> {
    let mut out = vec![format!(
        "amounts are a month: {} days are {:.1} of 30.4 days each, and fees count by the day; a \
         stopped hour is an hour by the clock in which work was refused",
        f.days, p.per.number
    )];
    out.extend(left_out(&p.left_out));
    let incomplete = p.verdict.entries.iter();
    out.extend(incomplete.filter_map(|e| {
        let why = e.incomplete.as_ref()?;
        Some(format!("{} without extra usage: {why}", e.label))
    }));
    out
}

/// Writes tables and the document into a draft of the folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write(draft: &Draft, f: &HistoryFindings, p: &PastFinding) -> Result<Written, OutputError> {
    draft.file("plans.csv", |to| csv(&p.verdict, to))?;
    draft.file("hours.csv", |to| hour_prices(&p.verdict, to))?;
    let files: Vec<String> = ["plans.csv", "hours.csv", MARK].map(str::to_owned).to_vec();
    let text = document(f, p, &files)?;
    draft.file(MARK, |to| to.write_all(text.as_bytes()))?;
    Ok(Written {
        tables: 2,
        charts: 0,
        files,
    })
}

/// The document as text; `files` are the files of the folder.
///
/// # Errors
/// Never in practice: it holds only text, numbers and lists.
pub fn document(f: &HistoryFindings, p: &PastFinding, files: &[String]) -> io::Result<String> {
    let mut document = json!({
        "format": FORMAT,
        "kind": "plans of a history",
        "burncast": env!("CARGO_PKG_VERSION"),
        "history": { "horizon": f.horizon, "timezone": f.timezone, "days": f.days, "requests": f.requests },
        "run": { "seed": f.seed, "draws": f.trials },
        "per": { "word": p.per.word, "in_history": number(p.per.number) },
        "sentences": p.sentences(),
        "list_price_usd": number(p.value_usd),
        "left_out": p.left_out.iter().map(|(plan, why)| json!({ "plan": plan, "why": why })).collect::<Vec<_>>(),
        "notes": notes(f, p),
        "files": files,
    });
    if let (Some(all), Value::Object(more)) =
        (document.as_object_mut(), verdict(&p.verdict, p.hour))
    {
        all.extend(more);
    }
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}
