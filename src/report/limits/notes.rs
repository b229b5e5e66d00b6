//! What the sizes rest on, and what took no part.

use super::sentences::{readings, times};
use crate::analysis::words::{join, the};
use crate::base::money::group_thousands;
use crate::fit::limits::check::Verdict;
use crate::fit::limits::forward::ROUNDINGS;
use crate::fit::limits::{Limits, Window};

/// Notes of a screen: a word for the margin, and the text.
pub fn notes(l: &Limits) -> Vec<(&'static str, String)> {
    let mut out: Vec<(&'static str, String)> = Vec::new();
    let used: Vec<&Window> = l.windows.iter().filter(|w| !w.chains.is_empty()).collect();
    if used.iter().any(|w| w.verdict.holds()) {
        out.push((
            "note",
            "assumed: the limit is the same in every period, and the logs hold most of the use; \
             use that is never logged (claude.ai, another machine) in step with what is makes a \
             window look smaller"
                .to_owned(),
        ));
    }
    for w in &used {
        out.extend(rounding(w).map(|text| ("note", text)));
    }
    out.extend(
        l.windows
            .iter()
            .filter_map(|w| left_out(w).map(|t| ("note", t))),
    );
    out.extend(
        l.windows
            .iter()
            .filter_map(|w| beginnings(w).map(|t| ("note", t))),
    );
    for (name, n) in &l.left.unknown {
        let of = l.plan.as_ref().map_or_else(
            || "a window that is not known".to_owned(),
            |plan| format!("a window that {plan} does not have"),
        );
        out.push(("note", format!("{} of {name} left out: {of}", readings(*n))));
    }
    if l.left.hits > 0 {
        let n = times(l.left.hits, "refusal");
        out.push(("note", format!("{n} of the log count as readings of 100 %")));
    }
    out.extend(requests(l));
    if l.plan.is_none() {
        out.push((
            "note",
            "no plan was given: nothing is assumed of the sizes, every request counts, and all \
             readings are taken to be of one size (--plan max-5x)"
                .to_owned(),
        ));
    }
    out
}

/// How percentages are made whole, where that comes out.
fn rounding(w: &Window) -> Option<String> {
    if w.verdict != Verdict::Learned || w.digit < 1.0 {
        return None;
    }
    let p = &w
        .fits
        .iter()
        .max_by(|a, b| a.weight.total_cmp(&b.weight))?
        .posterior;
    let words = ["rounded down", "rounded to the nearest", "rounded up"];
    let best = (0..ROUNDINGS.len()).max_by(|a, b| p.roundings[*a].total_cmp(&p.roundings[*b]))?;
    (p.roundings[best] > 0.8).then(|| {
        format!(
            "the percentages of {} seem to be {} ({:.0} %)",
            the(&w.label),
            words[best],
            100.0 * p.roundings[best]
        )
    })
}

fn left_out(w: &Window) -> Option<String> {
    let s = &w.sorted;
    let reasons = [
        (s.outside, "before the logs begin or after they end"),
        (w.other_size, "from before its present size"),
        (s.closed, "without an open window"),
        (s.alone, "alone in a period whose beginning is not known"),
        (s.full, "after a window was used up"),
        (s.spare, "between others that say the same"),
    ];
    let said: Vec<String> = reasons
        .iter()
        .filter(|r| r.0 > 0)
        .map(|(n, why)| format!("{} {why}", group_thousands(*n as u64)))
        .collect();
    (!said.is_empty()).then(|| format!("readings of {} left out: {}", the(&w.label), join(&said)))
}

fn beginnings(w: &Window) -> Option<String> {
    let [_, log, none] = w.sorted.starts;
    let all = w.sorted.starts.iter().sum();
    let of = |n: usize| match (n, all) {
        (1, 1) => "its one period".to_owned(),
        (n, all) => format!("{n} of {}", times(all, "period")),
    };
    let mut said = Vec::new();
    if log > 0 {
        let n = of(log);
        said.push(format!(
            "the beginning of {n} was taken from the log's first request"
        ));
    }
    if none > 0 {
        said.push(format!(
            "the beginning of {} is not known, so only the rise between its readings counts",
            of(none)
        ));
    }
    if w.sorted.falls > 0 {
        said.push(format!(
            "the percentage fell {} without a reset, and counts anew from there",
            times(w.sorted.falls, "time")
        ));
    }
    (!said.is_empty()).then(|| format!("{}: {}", the(&w.label), join(&said)))
}

fn requests(l: &Limits) -> Vec<(&'static str, String)> {
    let r = &l.left.requests;
    let mut out = Vec::new();
    if !r.unpriced.is_empty() {
        let named: Vec<String> = r
            .unpriced
            .iter()
            .map(|(m, n)| {
                let name = if m.is_empty() {
                    "a model without a name"
                } else {
                    m
                };
                format!("{name} ({})", times(*n as usize, "request"))
            })
            .collect();
        let text = format!("no price, so counted by no meter: {}", join(&named));
        out.push(("warning", text));
    }
    if r.aggregates > 0 {
        out.push((
            "warning",
            format!(
                "{} are sums over a day or an hour and count for no window: give the logs of \
                 single requests",
                times(r.aggregates as usize, "entry").replace("entrys", "entries")
            ),
        ));
    }
    if r.placeholders > 0 {
        out.push((
            "note",
            format!(
                "{} logged with a placeholder as output (Claude Code 2.1.8 to 2.1.58): true use \
                 was higher, and so is the true size",
                times(r.placeholders as usize, "request")
            ),
        ));
    }
    if r.on_credits > 0 {
        out.push((
            "note",
            format!(
                "{} went to extra usage by the plan's rules and count for no window",
                times(r.on_credits as usize, "request")
            ),
        ));
    }
    out
}
