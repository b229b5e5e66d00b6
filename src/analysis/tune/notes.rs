//! What an answer rests on.

use super::Aim;
use super::answer::{Entry, Standing, Tuned};
use super::say::percent;
use super::sentences::order;
use crate::account::spec::ReloadAmount;
use crate::analysis::words::{join, money};
use crate::engine::aim::Prices;

/// What the answer rests on, each behind its kind.
pub fn notes(t: &Tuned) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    if t.partial {
        out.push((
            "note",
            "stopped early: these are the trials that were finished".to_owned(),
        ));
    }
    if t.accept_is_usual {
        out.push((
            "note",
            format!(
                "you named neither a risk nor a price of being stopped, so a stop in at most 2 % of {}s \
                 is taken (--accept 'p_blocked_by_wallet <= 1 %', or --stopped-hour 40)",
                t.about.trial_word
            ),
        ));
    }
    if let Aim::Dollars(p) = &t.aim {
        out.push(("note", counted(p)));
    }
    out.extend(passed_around(t).map(|text| ("note", text)));
    out.extend(too_near(t).map(|text| ("note", text)));
    let warnings = t.about.warnings.iter().map(|w| ("note", w.clone()));
    out.extend(warnings);
    out
}

/// What the published settings are.
fn passed_around(t: &Tuned) -> Option<String> {
    let mut all: Vec<_> = t
        .entries
        .iter()
        .filter_map(|e| {
            Some((
                e.candidate.setting?.threshold,
                e.candidate.origin.published.clone()?,
            ))
        })
        .collect();
    all.sort();
    let (ids, uses): (Vec<String>, Vec<String>) = all.into_iter().map(|p| p.1).unzip();
    (!ids.is_empty()).then(|| {
        format!(
            "{}: settings that are passed around, for {}",
            join(&ids),
            join(&uses)
        )
    })
}

/// The vendor takes no target that near to the threshold; the best that it takes.
fn too_near(t: &Tuned) -> Option<String> {
    let gap = t.min_gap?;
    let near = |e: &&Entry| {
        let s = e.candidate.setting.as_ref();
        s.is_some_and(|s| matches!(s.amount, ReloadAmount::To(_)) && s.step() < gap)
    };
    t.recommended().filter(near)?;
    let good = t
        .entries
        .iter()
        .filter(|e| e.standing == Standing::AsGood && !near(e));
    let next = good.min_by(|a, b| a.aim.value.total_cmp(&b.aim.value));
    let next = next.map_or_else(String::new, |e| {
        format!("; as good, and taken: {}", order(t, e))
    });
    Some(format!(
        "the vendor's dialog may not take the recommended setting: it asks for at least {} between the \
         two balances{next}",
        money(gap)
    ))
}

fn counted(p: &Prices) -> String {
    let mut parts = Vec::new();
    if p.charges {
        parts.push("what is paid less what is left".to_owned());
    }
    if p.idle_rate > 0.0 {
        parts.push(format!(
            "idle money at {} a month",
            percent(p.idle_rate).replace(".0 %", " %")
        ));
    }
    if p.reload_fee.0 > 0 {
        parts.push(format!("{} a reload", money(p.reload_fee)));
    }
    if p.stopped_hour.0 > 0 {
        parts.push(format!("{} an hour stopped", money(p.stopped_hour)));
    }
    if p.blocked_request.0 > 0 {
        parts.push(format!("{} a refused request", money(p.blocked_request)));
    }
    match parts.as_slice() {
        [] => "nothing is counted: all settings that meet the requirement are as good".to_owned(),
        _ => format!("the least dollars count: {}", join(&parts)),
    }
}
