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

use super::lines::wrap;
use super::page::{INDENT, Look, Page};
use table::{contenders, hours};

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
    contenders(&mut page, &f.verdict, f.hour, &f.per.word);
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

/// Multiples of today's use that a screen shows.
const SHOWN: [f64; 8] = [0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0];
const _: () = assert!(SHOWN.len() <= FACTORS.len());

/// The least mean of each plan over use, and which plan it is.
fn growth(page: &mut Page<'_>, f: &PlansFinding) {
    let plans: Vec<(usize, &str)> = f
        .verdict
        .shares
        .iter()
        .map(|s| (s.plan, s.label.as_str()))
        .collect();
    if plans.len() < 2 {
        return;
    }
    let mut head = vec!["Use".to_owned(), "list price".to_owned()];
    head.extend(plans.iter().map(|p| p.1.to_owned()));
    head.push("cheapest".to_owned());
    let mut rows = vec![head];
    for factor in SHOWN {
        let Some(point) = f.growth.points.iter().find(|p| p.factor == factor) else {
            continue;
        };
        let mean = |plan: usize| {
            let curve = f.plan_curve(plan);
            curve.iter().find(|p| p.0 == factor).map(|p| p.1)
        };
        let means: Vec<Option<f64>> = plans.iter().map(|p| mean(p.0)).collect();
        let best = f.growth.lowest_at(point).and_then(|i| f.verdict.entries.get(i));
        let today = if factor == 1.0 { " (today)" } else { "" };
        let mut row = vec![
            format!("{factor} ×{today}"),
            usd(factor * f.growth.value_usd),
        ];
        row.extend(means.iter().map(|m| m.map_or_else(|| "–".to_owned(), whole)));
        row.push(best.map_or_else(String::new, |e| e.label.clone()));
        rows.push(row);
    }
    page.blank();
    let mut right = vec![true; plans.len() + 3];
    right[0] = false;
    right[plans.len() + 2] = false;
    page.table(&rows, &right);
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
    let today = best.today;
    let set = match today {
        true => String::new(),
        false => format!(" --set plan.name={}", best.id),
    };
    out.push(format!(
        "burncast run {file}{set}   when its windows run dry, and what stops you"
    ));
    out.push(format!(
        "burncast compare {file} --models opus-5.5,sonnet-5.5   whether another model saves more \
         than another plan"
    ));
    out
}
