//! Which plan is cheapest, as a screen, as files, as a document.

mod files;
mod json;
pub mod past;
mod table;
#[cfg(test)]
mod tests;

pub use files::write;
pub use json::document;

use crate::analysis::plans::PlansFinding;
use crate::analysis::plans::growth::FACTORS;
use crate::analysis::plans::sentences::sentences;
use crate::analysis::words::usd;
use crate::base::money::group_thousands;

use super::lines::{shorten, wrap};
use super::page::{INDENT, Look, Page};
use table::{NAME, contenders, hours};

/// The screen: sentences, what each plan costs, prices of an hour, use, what it rests on, what next.
pub fn screen(f: &PlansFinding, look: &Look) -> String {
    let mut page = Page::new(look);
    page.blank();
    title(&mut page, f);
    page.blank();
    for sentence in sentences(f) {
        page.wrapped("", &sentence);
    }
    page.blank();
    contenders(&mut page, &f.verdict, f.hour, &f.per.word, f.today);
    hours(&mut page, &f.verdict, &f.per.word);
    growth(&mut page, f);
    page.blank();
    for note in &f.notes {
        page.wrapped("note", note);
    }
    for warning in f
        .warnings
        .iter()
        .filter(|w| **w != crate::account::spec::ASSUMED_SIZES)
    {
        page.wrapped("warning", warning);
    }
    page.blank();
    for step in steps(f) {
        page.wrapped("next", &step);
    }
    if let Some(written) = &look.written {
        page.blank();
        page.line(written);
    }
    page.end()
}

fn title(page: &mut Page<'_>, f: &PlansFinding) {
    let h = &f.header;
    let room = page.width() - INDENT;
    for part in wrap(&h.title, room) {
        let bold = page.paint("1", &part);
        page.line(&bold);
    }
    let mut facts = format!(
        "{}, {} · {} trials of each plan on the same sessions, seed {}",
        h.horizon,
        h.timezone,
        group_thousands(h.trials as u64),
        h.seed
    );
    if let Some(elapsed) = &page.look.elapsed {
        facts.push_str(&format!(" · {elapsed}"));
    }
    for part in wrap(&facts, room) {
        let dim = page.paint("2", &part);
        page.line(&dim);
    }
}

/// The least mean of each plan over use, and which plan it is.
fn growth(page: &mut Page<'_>, f: &PlansFinding) {
    let plans = columns(f, page.width() - INDENT);
    if plans.len() < 2 {
        return;
    }
    let mut head = vec!["Use".to_owned(), "list price".to_owned()];
    head.extend(plans.iter().map(|p| p.1.to_owned()));
    head.push("cheapest".to_owned());
    let mut rows = vec![head];
    for factor in FACTORS {
        let Some(point) = f.growth.points.iter().find(|p| p.factor == factor) else {
            continue;
        };
        let mean = |plan: usize| {
            let curve = f.plan_curve(plan);
            curve.iter().find(|p| p.0 == factor).map(|p| p.1)
        };
        let best = f
            .growth
            .lowest_at(point)
            .and_then(|i| f.verdict.entries.get(i));
        let today = if factor == 1.0 { " (today)" } else { "" };
        let mut row = vec![
            format!("{factor} ×{today}"),
            usd(factor * f.growth.value_usd),
        ];
        let cell = |p: &(usize, &str)| mean(p.0).map_or_else(|| "–".to_owned(), whole);
        row.extend(plans.iter().map(cell));
        row.push(best.map_or_else(String::new, |e| shorten(&e.label, NAME)));
        rows.push(row);
    }
    page.blank();
    let mut right = vec![true; plans.len() + 3];
    right[0] = false;
    right[plans.len() + 2] = false;
    page.table(&rows, &right);
    let all = f.verdict.shares.len();
    if plans.len() < all {
        page.line(&format!("{} more in use.csv", all - plans.len()));
    }
}

/// Plans for which there is room: those that are cheapest somewhere and the own one come first.
fn columns(f: &PlansFinding, room: usize) -> Vec<(usize, &str)> {
    let entry = |i: usize| f.verdict.entries.get(i).map(|e| e.plan);
    let wins = f.growth.switches.iter().flat_map(|s| [s.from, s.to]);
    let mut first: Vec<usize> = wins.chain([f.growth.first]).filter_map(entry).collect();
    first.push(f.verdict.best().plan);
    first.extend(f.today.and_then(entry));
    let shares = || f.verdict.shares.iter();
    let order = shares().filter(|s| first.contains(&s.plan));
    let order = order.chain(shares().filter(|s| !first.contains(&s.plan)));
    let widest = |s: &str| s.chars().count();
    let last = shares()
        .map(|s| widest(&s.label).min(NAME))
        .max()
        .unwrap_or(0);
    // The multiple and its list price, the name of the cheapest.
    let mut used = 11 + 2 + 10 + 2 + last;
    let mut kept: Vec<usize> = Vec::new();
    for s in order {
        used += widest(&s.label).max(8) + 2;
        if used > room {
            break;
        }
        kept.push(s.plan);
    }
    shares()
        .filter(|s| kept.contains(&s.plan))
        .map(|s| (s.plan, s.label.as_str()))
        .collect()
}

/// An amount that is compared with larger ones: cents say nothing from ten dollars on.
fn whole(x: f64) -> String {
    usd(if x >= 10.0 { x.round() } else { x })
}

/// Commands that look closer.
fn steps(f: &PlansFinding) -> Vec<String> {
    let best = f.verdict.best();
    let file = &f.file;
    let mut out = Vec::new();
    let set = match best.today {
        true => String::new(),
        false => format!(" --set plan.name={}", best.id),
    };
    out.push(format!(
        "burncast run {file}{set} (when its windows run dry, and what stops you)"
    ));
    out.push(format!(
        "burncast compare {file} --models opus,sonnet (whether another model saves more than \
         another plan)"
    ));
    out
}
