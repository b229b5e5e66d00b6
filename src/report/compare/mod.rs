//! A comparison as a screen, as files, as a document.

mod files;
mod json;

use crate::analysis::compare::sentences::{main_window, percent_any, sentences, the};
use crate::analysis::compare::{Comparison, Entry};
use crate::analysis::sentences::{lower_first, quantile};
use crate::analysis::words::{Dates, hours, percent, usd};
use crate::base::money::group_thousands;

use super::lines::wrap;
use super::page::{INDENT, Look, Page};

pub use files::write;
pub use json::document;

/// The screen: sentences, what each costs, the work itself, when pools drain, what it rests on.
pub fn screen(c: &Comparison, look: &Look) -> String {
    let mut page = Page::new(look);
    page.blank();
    title(&mut page, c);
    page.blank();
    for sentence in sentences(c) {
        page.wrapped("", &sentence);
    }
    page.blank();
    let rows = costs(c);
    let right = [&[false][..], &vec![true; rows[0].len()][..]].concat();
    page.table(&rows, &right);
    page.blank();
    page.table(&work(c), &[false, true, true, true, true]);
    if let Some(rows) = drains(c) {
        page.blank();
        let right = vec![false; rows[0].len()];
        page.table(&rows, &right);
    }
    page.blank();
    for note in &c.notes {
        page.wrapped("note", note);
    }
    for warning in c
        .warnings
        .iter()
        .filter(|w| **w != crate::account::spec::ASSUMED_SIZES)
    {
        page.wrapped("warning", warning);
    }
    if let Some(written) = &look.written {
        page.blank();
        page.line(written);
    }
    page.end()
}

fn title(page: &mut Page<'_>, c: &Comparison) {
    let h = &c.header;
    let room = page.width() - INDENT;
    for part in wrap(&h.title, room) {
        let bold = page.paint("1", &part);
        page.line(&bold);
    }
    let mut facts = format!(
        "{}, {} · {} trials on the same sessions, seed {}",
        h.horizon,
        h.timezone,
        group_thousands(h.trials as u64),
        h.seed
    );
    if c.pairs.iter().any(|p| !p.same_demand) {
        facts = facts.replace(" on the same sessions", "");
    }
    if let Some(elapsed) = &page.look.elapsed {
        facts.push_str(&format!(" · {elapsed}"));
    }
    for part in wrap(&facts, room) {
        let dim = page.paint("2", &part);
        page.line(&dim);
    }
}

fn costs(c: &Comparison) -> Vec<Vec<String>> {
    let window = main_window(c);
    let mut head = vec![
        format!("A {}", c.per.word),
        "mean".to_owned(),
        "P50".to_owned(),
        "P90".to_owned(),
        "extra".to_owned(),
    ];
    let taxed = c.entries.iter().any(|e| e.tax_usd > 0.0);
    let elsewhere = c.entries.iter().any(|e| e.elsewhere_usd > 0.0);
    head.extend(elsewhere.then(|| "elsewhere".to_owned()));
    head.extend(taxed.then(|| "tax".to_owned()));
    head.extend(window.map(|w| format!("{} used", short(w))));
    let stopped = c.entries.iter().any(|e| e.p_stopped.value > 0.0);
    head.extend(stopped.then(|| "stopped".to_owned()));
    head.push("cheapest (tied)".to_owned());
    let mut rows = vec![head];
    let per = c.per.number;
    for e in &c.entries {
        let mut row = vec![
            e.name.clone(),
            usd(e.cost_usd.mean / per),
            usd(e.cost_usd.p50 / per),
            usd(e.cost_usd.p90 / per),
            usd(e.extra_usd / per),
        ];
        row.extend(elsewhere.then(|| usd(e.elsewhere_usd / per)));
        row.extend(taxed.then(|| usd(e.tax_usd / per)));
        if let Some(label) = window {
            row.push(used(e, label, |w| w.used.mean));
        }
        row.extend(stopped.then(|| hours(e.stopped_h.mean / per)));
        row.push(cheapest(e));
        rows.push(row);
    }
    rows
}

/// `41 %`, with the share that is tied where there is one.
fn cheapest(e: &Entry) -> String {
    let (all, tied) = (e.cheapest.0.value, e.cheapest.1.value);
    match tied > 0.0 {
        true => format!("{} ({})", percent(all), percent(tied)),
        false => percent(all),
    }
}

fn used(e: &Entry, label: &str, of: fn(&crate::analysis::compare::WindowUse) -> f64) -> String {
    let found = e.windows.iter().find(|w| w.label == label);
    found.map_or_else(|| "–".to_owned(), |w| percent_any(of(w)))
}

/// `week` for `Week, all models`.
fn short(label: &str) -> String {
    lower_first(label.split(',').next().unwrap_or(label))
}

/// The work with nothing in its way.
fn work(c: &Comparison) -> Vec<Vec<String>> {
    let window = main_window(c);
    let need = window.map_or_else(|| "of the plan".to_owned(), |w| format!("of {}", the(w)));
    let mut rows = vec![vec![
        "The work itself".to_owned(),
        "list price".to_owned(),
        need,
        "requests".to_owned(),
        "tokens".to_owned(),
    ]];
    let per = c.per.number;
    rows.extend(c.entries.iter().map(|e| {
        vec![
            e.name.clone(),
            usd(e.value_usd.mean / per),
            window.map_or_else(|| "–".to_owned(), |label| used(e, label, |w| w.needed.mean)),
            group_thousands((e.requests / per).round() as u64),
            format!(
                "{} M",
                group_thousands((e.tokens / per / 1e6).round() as u64)
            ),
        ]
    }));
    rows
}

/// Share of trials in which each pool runs dry, and when in the median; none where none ever does.
fn drains(c: &Comparison) -> Option<Vec<Vec<String>>> {
    let mut labels: Vec<&str> = Vec::new();
    for pool in c.entries.iter().flat_map(|e| &e.pools) {
        if pool.p_drains.value > 0.0 && !labels.contains(&pool.label.as_str()) {
            labels.push(&pool.label);
        }
    }
    if labels.is_empty() {
        return None;
    }
    let h = &c.header;
    let dates = Dates::new(&h.zone, h.start, h.end);
    let mut head = vec!["Runs dry in, median day".to_owned()];
    head.extend(labels.iter().map(|l| (*l).to_owned()));
    let mut rows = vec![head];
    for e in &c.entries {
        let mut row = vec![e.name.clone()];
        for label in &labels {
            let pool = e.pools.iter().find(|p| p.label == *label);
            row.push(pool.map_or_else(
                || "–".to_owned(),
                |p| match quantile(p, 0.5) {
                    Some(at) => format!("{}, {}", percent(p.p_drains.value), dates.short(at)),
                    None => percent(p.p_drains.value),
                },
            ));
        }
        rows.push(row);
    }
    Some(rows)
}
