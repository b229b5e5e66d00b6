//! What a history says about each plan, in words.

use super::HistoryFindings;
use super::plan::{Off, On, PlanFinding};
use crate::analysis::findings::Spread;
use crate::analysis::words::{hours, hours_range, percent, usd, usd_range};
use crate::base::civil::WEEKDAYS;
use crate::base::money::group_thousands;

/// A weekday has most of the refusals from this share on, if the history has two weeks or more.
const MOSTLY: f64 = 0.3;

/// One sentence per plan, in their order.
pub fn sentences(f: &HistoryFindings) -> Vec<String> {
    f.plans.iter().map(|p| sentence(f, p)).collect()
}

fn sentence(f: &HistoryFindings, p: &PlanFinding) -> String {
    match &p.off {
        None => without_windows(p),
        Some(off) if off.never.value >= 1.0 => calm(f, p, off),
        Some(off) if off.stops.p50 < 1.0 => seldom(f, p, off),
        Some(off) => stopped(f, p, off),
    }
}

fn without_windows(p: &PlanFinding) -> String {
    let Some(on) = &p.on else {
        return format!("{} covers nothing.", p.label);
    };
    let fee = match p.fee {
        Some(amount) if amount.0 > 0 => format!(" on top of {}", fee(p)),
        _ => String::new(),
    };
    let dry = match on.refused.p50 {
        n if n >= 1.0 => format!(
            "; {} requests would have been refused by the wallet",
            count(n)
        ),
        _ => String::new(),
    };
    format!(
        "Paid by the token ({}), the same requests cost {}{fee}{dry}.",
        p.label,
        amount(&on.overflow_usd)
    )
}

/// `, whatever the size of its windows (200 draws)`.
fn sizes(f: &HistoryFindings, p: &PlanFinding) -> String {
    if p.certain {
        String::new()
    } else {
        format!(
            ", whatever the size of its windows ({} draws)",
            group_thousands(f.trials)
        )
    }
}

fn calm(f: &HistoryFindings, p: &PlanFinding, off: &Off) -> String {
    format!(
        "On {} nothing would have stopped you in {}{}{}: {}.",
        p.label,
        days(f),
        sizes(f, p),
        uncovered(p, off),
        fee(p)
    )
}

fn seldom(f: &HistoryFindings, p: &PlanFinding, off: &Off) -> String {
    let often = percent(off.never.value);
    let else_ = if off.stops.p90 >= 1.0 {
        let extra = match &p.on {
            Some(on) if on.overflow_usd.p90 > 0.0 => {
                format!(" or {} of extra usage", usd(on.overflow_usd.p90))
            }
            _ => String::new(),
        };
        format!(
            "; in the worst tenth {} or more, {} in all{extra}",
            times(off.stops.p90),
            hours(off.stopped_h.p90),
        )
    } else {
        String::new()
    };
    format!(
        "On {} you would not have been stopped in {} with {often} of the sizes that its windows may \
         have{else_}{}: {}.",
        p.label,
        days(f),
        uncovered(p, off),
        fee(p)
    )
}

fn stopped(f: &HistoryFindings, p: &PlanFinding, off: &Off) -> String {
    let range = range(&off.stops, |low, high| format!("{low:.0}-{high:.0}"));
    let hours = match range.is_empty() {
        true => hours(off.stopped_h.p50),
        false => format!(
            "{} ({})",
            hours(off.stopped_h.p50),
            hours_range(off.stopped_h.p10, off.stopped_h.p90)
        ),
    };
    // Nobody wants to work through a whole night: how much of it hurt.
    let wanted = match off.hours_hit.p50 {
        n if n >= 1.0 => format!(", {} h of them with work refused", count(n)),
        _ => String::new(),
    };
    let mostly = match (weekday(f, p), window(p)) {
        (Some(day), Some(by)) => format!(", mostly on {day}s by the {by}"),
        (Some(day), None) => format!(", mostly on {day}s"),
        (None, Some(by)) => format!(", mostly by the {by}"),
        (None, None) => String::new(),
    };
    format!(
        "On {} you would have been stopped {}{range} in {}, {hours} in all{wanted}{mostly}{}{}.",
        p.label,
        times(off.stops.p50),
        days(f),
        uncovered(p, off),
        p.on.as_ref()
            .map_or_else(String::new, |on| with_credits(p, on)),
    )
}

fn with_credits(p: &PlanFinding, on: &On) -> String {
    let base = match p.fee {
        Some(_) => format!(" on top of {}", fee(p)),
        None => " on top of the fee".to_owned(),
    };
    let still = match on.refused.p50 {
        n if n >= 1.0 => format!(", and {} requests would still have been refused", count(n)),
        _ => String::new(),
    };
    format!(
        "; with extra usage on it would have cost {}{base}{still}",
        amount(&on.overflow_usd)
    )
}

/// Requests that the plan never covers.
fn uncovered(p: &PlanFinding, off: &Off) -> String {
    if off.uncovered == 0 {
        return String::new();
    }
    let pays = if p.on.is_some() {
        "need extra usage at any time"
    } else {
        "are not possible on it"
    };
    format!(
        "; {} requests ({}) {pays}",
        group_thousands(off.uncovered),
        usd(off.uncovered_usd.to_f64())
    )
}

fn fee(p: &PlanFinding) -> String {
    match (p.fee, p.months) {
        (None, _) => "the fee is negotiated".to_owned(),
        (Some(fee), 0 | 1) => usd(fee.to_f64()),
        (Some(fee), n) => format!("{} for {n} months", usd(fee.to_f64())),
    }
}

fn days(f: &HistoryFindings) -> String {
    match f.days {
        1 => "one day".to_owned(),
        n => format!("{n} days"),
    }
}

fn times(n: f64) -> String {
    match n.round() as u64 {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{} times", group_thousands(n)),
    }
}

fn count(n: f64) -> String {
    group_thousands(n.round().max(0.0) as u64)
}

/// `$84 (10-90 %: $20-$190)`, or the amount alone where there is no range.
fn amount(s: &Spread) -> String {
    let range = range(s, usd_range);
    format!("{}{range}", usd(s.p50))
}

/// ` (10-90 %: 2-14)`; nothing where all trials agree.
fn range(s: &Spread, show: impl Fn(f64, f64) -> String) -> String {
    if s.p10 == s.p90 {
        String::new()
    } else {
        format!(" (10-90 %: {})", show(s.p10, s.p90))
    }
}

/// The weekday of most refusals, where one stands out.
fn weekday(f: &HistoryFindings, p: &PlanFinding) -> Option<&'static str> {
    let all: f64 = p.weekdays.iter().sum();
    let (day, most) = p
        .weekdays
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1))?;
    (f.days >= 14 && all > 0.0 && *most >= MOSTLY * all).then(|| WEEKDAYS[day])
}

/// The window of most stops: `5-hour window`, `week (all models)`.
fn window(p: &PlanFinding) -> Option<String> {
    let most = p
        .windows
        .iter()
        .max_by(|a, b| a.stops.mean.total_cmp(&b.stops.mean))?;
    (most.stops.mean > 0.0).then(|| in_words(&most.label))
}

/// `Week, all models` as `week (all models)`.
pub fn in_words(label: &str) -> String {
    let text = match label.split_once(", ") {
        Some((head, tail)) => format!("{head} ({tail})"),
        None => label.to_owned(),
    };
    crate::analysis::sentences::lower_first(&text)
}
